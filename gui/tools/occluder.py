"""Outlines of what stands before a shoe, in a category of their own while the current one stays as it is."""

from __future__ import annotations

from collections.abc import Callable

from core.labels.photo import Photo
from core.labels.project import Category, Project, Role
from gui.tools.drag import Drag, Hover, Pointer, Scene
from gui.tools.polygon import PolygonTool, outline_drag

NONE_SUCH = {
    Role.OCCLUDER: "The project has no category for things before a shoe: Label > Edit categories adds one",
    Role.IGNORE: "The project has no category for what to leave out: Label > Edit categories adds one",
}


class OccluderTool(PolygonTool):
    """A polygon that is a leg, a hand or an ignore region at once. chosen_id: the category it draws in, once chosen."""

    def __init__(self, name: str, role: Role, project: Callable[[], Project]) -> None:
        self.name = name
        self.role = role
        self.chosen_id = ""
        self._project = project

    @property
    def category(self) -> Category | None:
        """What the next outline will be: the one chosen, else the first of the role; None when there is none."""
        categories = self._project().categories
        chosen = categories.get(self.chosen_id)
        if chosen is not None and chosen.role is not Role.SHOE:
            return chosen
        return next((one for one in categories.values() if one.role is self.role), None)

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for a start, or what is missing."""
        category = self.category
        if category is None:
            return Hover(NONE_SUCH[self.role], "forbidden")
        does = "stands before the shoe" if category.role is Role.OCCLUDER else "is to be left out"
        return Hover(f"Click the first corner of what {does}: “{category.name}” (1–9 choose another)", "cross")

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream of corners that ends in one edit."""
        category = self.category
        return None if category is None else outline_drag(photo, pointer, category=category, author=scene.author)
