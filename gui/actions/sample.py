"""The sample in a window: the copy somebody works on, and a fresh one beside it."""

from __future__ import annotations

from pathlib import Path

from gui.background import Errands, Progress
from gui.desk import Desk
from gui.session import Session

OPENED = "The sample: one photo is done, two are begun. Help > Check my pose tells how far off a pose is."
NEWER = "This is your copy of an older sample. Help > Open a fresh copy of the sample has the new photos."

WENT_ON = "The sample was made, and not opened: another project was. Help > Open the sample opens it."


class Sample:
    """Opens the sample; work that was done on a copy of it is never written over."""

    def __init__(self, session: Session, desk: Desk, errands: Errands) -> None:
        self._session = session
        self._desk = desk
        self._errands = errands

    def open(self) -> None:
        """The copy last worked on; the first time, one is made in this user's folder."""
        from core.sneaker.sample_project import is_current_sample, newest_sample, next_sample

        path = newest_sample(_folder())
        if path is None:
            self._make(next_sample(_folder()))
        elif self._desk.open(path) and not is_current_sample(path):
            self._session.notice(NEWER)

    def open_fresh(self) -> None:
        """Another copy, in a folder of its own; the one of before is left as it is, and named."""
        from core.sneaker.sample_project import newest_sample, next_sample

        before, path = newest_sample(_folder()), next_sample(_folder())
        if before is None:
            self._make(path)
            return
        self._make(
            path,
            said=f"A fresh copy of the sample is open, in {path.parent}. Your copy of before is untouched, in "
            f"{before.parent}; File > Open recent or Open project leads back to it.",
        )

    def _make(self, path: Path, *, said: str = OPENED) -> None:
        document = self._session.document

        def work(progress: Progress) -> Path:
            from core.sneaker.sample_project import create_sample_project

            progress(0.0, "copying photos")
            create_sample_project(path)
            return path

        def done(made: Path) -> None:
            if self._session.document is not document:
                self._session.notice(WENT_ON)
            elif self._desk.open(made):
                self._session.notice(said, "success")

        self._errands.run("Making the sample", work, done=done, anywhere=True)


def _folder() -> Path:
    from core.storage.folders import data_dir

    return data_dir() / "sample"
