"""Writes the pages that are made from the program itself: `python docs/write_reference.py`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent


def pages() -> dict[Path, str]:
    """The text of each such page. Opens a window that nobody sees: its commands are known once it is made."""
    from core.cli import make_parser
    from core.commands.reference import command_page
    from gui.actions.key_page import key_page
    from gui.app import make_application, make_window
    from gui.main_window import MENUS
    from gui.preferences import Preferences

    make_application(["outsole"])
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(Preferences(Path(folder)))
        keys = key_page(window.commands.actions.table, MENUS)
        window.close()
        window.deleteLater()
    return {DOCS / "commands.md": command_page(make_parser()[0]), DOCS / "keys.md": keys}


def main() -> int:
    """Write them, and say which have changed."""
    with tempfile.TemporaryDirectory() as folder:
        for purpose in ("CONFIG", "DATA", "CACHE"):
            os.environ[f"OUTSOLE_{purpose}_DIR"] = str(Path(folder) / purpose.lower())
        for file, text in pages().items():
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8", newline="\n")
                print(f"{file.relative_to(DOCS.parent)} is written anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
