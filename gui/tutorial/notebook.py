"""What is kept of the tutorial between two starts: its project and photo, and where one stands. No Qt."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from gui.preferences import Preferences
from gui.tutorial.course import Course, course_from_words, course_to_words

_KEY = "tutorial"


class Notebook:
    """Read from the preferences and written into them. is_being_made: its sample is, and not asked for again."""

    def __init__(self, preferences: Preferences) -> None:
        self.is_being_made = False
        self._preferences = preferences

    @property
    def project(self) -> Path | None:
        """The tutorial's own copy of the sample, while it is there and not gone through to the end."""
        file = self._preferences[_KEY].get("project")
        path = Path(file) if file else None
        return path if path is not None and path.exists() and self.course.step is not None else None

    @property
    def photo_id(self) -> str:
        """The photo one learns on."""
        return str(self._preferences[_KEY].get("photo", ""))

    @property
    def course(self) -> Course:
        """Where one stands."""
        return course_from_words(self._preferences[_KEY])

    @property
    def is_left(self) -> bool:
        """Whether one has left it; it waits to be taken up again."""
        return bool(self._preferences[_KEY].get("left"))

    def owns(self, path: Path | None) -> bool:
        """Whether a project is the tutorial's own."""
        return path is not None and str(path) == self._preferences[_KEY].get("project")

    def begin(self, project: Path, photo_id: str) -> None:
        """A new page."""
        self._preferences.set(_KEY, MappingProxyType({"project": str(project), "photo": photo_id}))
        self.keep(Course())

    def forget(self) -> None:
        """No tutorial has been begun."""
        self._preferences.set(_KEY, MappingProxyType({}))

    def keep(self, course: Course, *, left: bool = False) -> None:
        """Note where one stands."""
        kept = {**self._preferences[_KEY], **course_to_words(course), "left": "yes" if left else ""}
        self._preferences.set(_KEY, MappingProxyType(kept))
