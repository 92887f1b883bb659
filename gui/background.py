"""Work that is neither the hand's nor the inference core's: reading many files, off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from core.document.store import StorageError
from gui.session import Session

T = TypeVar("T")
Progress = Callable[[float, str], None]


class Cancelled(Exception):
    """The annotator gave up; raised from the progress callback."""


class Errand(QObject):
    """One piece of work in a thread; its signals arrive on the window's thread. `cancel` ends it at its next step."""

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(str)

    def __init__(self, work: Callable[[Progress], Any], *, sentences: tuple[type[Exception], ...]) -> None:
        """`sentences` are the errors that carry a sentence for the annotator; others are reported as faults."""
        super().__init__()
        self._work = work
        self._sentences = sentences
        self._cancelled = False

    def start(self) -> None:
        """Begin."""
        QThreadPool.globalInstance().start(_Run(self))

    def cancel(self) -> None:
        """End at the next step; `failed` says so."""
        self._cancelled = True

    def run(self) -> None:
        """The work itself; called on the thread."""
        try:
            answer = self._work(self._progress)
        except Cancelled:
            self.failed.emit("Given up; nothing was changed.")
        except self._sentences as error:
            self.failed.emit(str(error))
        except Exception as fault:
            if self._cancelled:  # a project was closed under it
                self.failed.emit("Given up; nothing was changed.")
                return
            self.failed.emit(f"This failed inside the program ({type(fault).__name__}: {fault}); nothing was changed.")
            raise
        else:
            self.finished.emit(answer)

    def _progress(self, fraction: float, text: str) -> None:
        if self._cancelled:
            raise Cancelled
        self.progressed.emit(fraction, text)


class Errands:
    """What runs in threads for one window; progress and failures are told under the canvas."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: list[Errand] = []
        self._unasked: list[Errand] = []
        self._closed = False
        session.signals.document_changed.connect(self._on_document)

    def run(
        self,
        title: str,
        work: Callable[[Progress], T],
        *,
        done: Callable[[T], None],
        anywhere: bool = False,
        asked: bool = True,
    ) -> None:
        """Do `work` in a thread, then `done` with its answer on the window's thread, once no drag lives.

        What was begun for one project is not done to another; `anywhere` is for work that belongs to none. asked: what
        the annotator asked for, and may give up; Escape is not about the window's own errands.
        """
        from core.storage.image_file import PhotoError

        errand = Errand(work, sentences=(StorageError, PhotoError, ValueError, OSError))
        document = self._session.document
        self._running.append(errand)
        if not asked:
            self._unasked.append(errand)

        def tell(fraction: float, text: str) -> None:
            self._session.notice(f"{title}: {text} ({100 * fraction:.0f} %). Escape gives up.")

        def finish(answer: T) -> None:
            self._running.remove(errand)
            if self._closed:  # whoever waited for it is gone with the window
                return
            if anywhere or self._session.document is document:
                self._session.when_idle(lambda: done(answer))
            else:
                self._session.notice(f"{title}: the project was closed meanwhile; nothing was added to this one.")

        def fail(sentence: str) -> None:
            self._running.remove(errand)
            self._session.notice(sentence, "danger")

        errand.progressed.connect(tell)
        errand.finished.connect(finish)
        errand.failed.connect(fail)
        errand.start()

    def _on_document(self, _: None) -> None:
        self.cancel()

    def close(self) -> None:
        """The window closes: what still runs ends at its next step, and its answer is nobody's any more."""
        self._closed = True
        for errand in self._running:
            errand.cancel()

    def cancel(self) -> bool:
        """Have what was asked for end; answers whether there was anything."""
        self._unasked = [errand for errand in self._unasked if errand in self._running]
        asked = [errand for errand in self._running if errand not in self._unasked]
        for errand in asked:
            errand.cancel()
        return bool(asked)


class _Run(QRunnable):
    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self._errand = errand

    def run(self) -> None:
        self._errand.run()
