"""The log of this computer: a few small files that follow one another, for whoever wants to know what went wrong.

Nothing of a photo is written, and nothing is sent anywhere; the names of files are.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.storage.folders import log_dir

LARGEST_BYTES = 1_000_000
OLDER_KEPT = 4
WINDOW_LOG, CORE_LOG = "outsole.log", "inference.log"
LINES_SHOWN = 400
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


class LocalLog(RotatingFileHandler):
    """A log file that makes room for itself; it never stops the program it is about."""

    def __init__(self, file: Path) -> None:
        """Raises OSError when the file cannot be written."""
        file.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(
            file, maxBytes=LARGEST_BYTES, backupCount=OLDER_KEPT, encoding="utf-8", errors="backslashreplace"
        )
        self.setFormatter(logging.Formatter(_FORMAT))

    def doRollover(self) -> None:  # noqa: N802 (logging's spelling)
        """Begin a new file; where another window still writes to the old one, that one goes on."""
        if self.stream:
            self.stream.close()
            self.stream = None  # as logging does, so that it is opened again
        try:
            # Tried first: Windows refuses it while another has the file open, and the older ones, which are moved
            # before it, would move on with each line until none is left.
            file, aside = Path(self.baseFilename), Path(f"{self.baseFilename}.{os.getpid()}")
            file.replace(aside)
            aside.replace(file)
            super().doRollover()
        except OSError:
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (as above)
        """A full disk is told of by what needed the room, not by the log."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_log(file: Path | None = None) -> str:
    """Write what is logged from now on into a file; a sentence when that cannot be, "" when it can."""
    file = file or log_dir() / WINDOW_LOG
    stop_log()
    try:
        handler = LocalLog(file)
    except OSError as error:
        return f"No log is written: {file} could not be opened ({error.strerror or error})."
    root = logging.getLogger()
    root.addHandler(handler)
    if root.getEffectiveLevel() > logging.INFO:
        root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    return ""


def stop_log() -> None:
    """Close the file, so that it can be moved or removed."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, LocalLog)]:
        root.removeHandler(handler)
        handler.close()


def keep_words(text: str) -> None:
    """Write down what somebody said who is gone; without a log it is lost."""
    try:
        handler = LocalLog(log_dir() / WINDOW_LOG)
    except OSError:
        return
    record = logging.LogRecord("outsole.start", logging.ERROR, __file__, 0, text, (), None)
    handler.emit(record)
    handler.close()


def log_tail(file: Path, lines: int = LINES_SHOWN) -> str:
    """The last lines of a log; a sentence when there is none."""
    try:
        with file.open("rb") as opened:
            with suppress(OSError):  # shorter than that
                opened.seek(-200 * lines, 2)
            text = opened.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return "Nothing has been logged yet."
    except OSError as error:
        return f"{file} could not be read ({error.strerror or error})."
    return "\n".join(text.splitlines()[-lines:]) or "Nothing has been logged yet."
