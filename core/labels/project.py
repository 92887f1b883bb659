"""What a project holds: an index of its photos, its shoe models and its categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from core.labels.photo import PhotoEntry
from core.labels.shoe_model import ShoeModel


class Role(StrEnum):
    """What instances of a category mean to the pose: a shoe, something in front of one, or pixels to leave out."""

    SHOE = "shoe"
    OCCLUDER = "occluder"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of instance. color: "#rrggbb". position: its place, and its key 1..9 on the keyboard."""

    id: str
    name: str
    color: str
    role: Role = Role.SHOE
    position: int = 0


DEFAULT_CATEGORIES = (
    Category("sneaker", "sneaker", "#56b4e9", Role.SHOE, 0),
    Category("leg", "leg", "#e69f00", Role.OCCLUDER, 1),
    Category("ignore", "ignore", "#999999", Role.IGNORE, 2),
    Category("hand", "hand", "#d55e00", Role.OCCLUDER, 3),
)


@dataclass(frozen=True, slots=True)
class Project:
    """The index: photo entries in list order, models and categories by id. Photos themselves load one by one."""

    entries: Mapping[str, PhotoEntry] = field(default_factory=lambda: MappingProxyType({}))
    models: Mapping[str, ShoeModel] = field(default_factory=lambda: MappingProxyType({}))
    categories: Mapping[str, Category] = field(
        default_factory=lambda: MappingProxyType({category.id: category for category in DEFAULT_CATEGORIES})
    )

    def category(self, category_id: str) -> Category:
        """The category of that id; one nobody defined is drawn grey, under its own id."""
        known = self.categories.get(category_id)
        return known or Category(category_id, category_id, "#999999", Role.IGNORE, len(self.categories))

    def category_named(self, name: str) -> Category | None:
        """The category of that name, or None."""
        return next((category for category in self.categories.values() if category.name == name), None)

    def with_entries(self, entries: Mapping[str, PhotoEntry]) -> Project:
        """The project with another index of photos."""
        return replace(self, entries=MappingProxyType(dict(entries)))

    def with_models(self, models: Mapping[str, ShoeModel]) -> Project:
        """The project with other shoe models, in the order of their names."""
        ordered = sorted(models.values(), key=lambda model: (model.name.casefold(), model.id))
        return replace(self, models=MappingProxyType({model.id: model for model in ordered}))

    def with_categories(self, categories: Mapping[str, Category]) -> Project:
        """The project with other categories."""
        ordered = sorted(categories.values(), key=lambda category: (category.position, category.id))
        return replace(self, categories=MappingProxyType({category.id: category for category in ordered}))
