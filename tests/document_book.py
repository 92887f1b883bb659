"""A document on a fresh project file, and small photos to put in it."""

from __future__ import annotations

from pathlib import Path

from core.document.document import Document
from core.document.edit import Edit
from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Photo, guessed_camera
from core.labels.shoe_model import ShoeModel
from core.storage.database import SqliteStore, create_project, open_project

BOX = Region.from_box(0, 0, x1_px=10, y1_px=10)
SNEAKER = ShoeModel("m", "shoe", "0" * 64, (280, 100, 110), 320)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Book:
    """A document on a fresh project file, and its file opened again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "shoes.outsole"
        self.clock = Clock()
        self.store: SqliteStore = create_project(self.path, annotator="ada")
        self.document = Document(self.store, clock=self.clock)

    def reopen(self) -> Document:
        self.store.close()
        self.store = open_project(self.path, annotator="ada")
        self.document = Document(self.store, clock=self.clock)
        return self.document


def photo_of(name: str, *instances: str, position: int = 0) -> Photo:
    labelled = tuple(Instance(one, "sneaker", region=BOX) for one in instances)
    return Photo(name, f"{name}.jpg", (640, 480), guessed_camera(640, 480), instances=labelled, position=position)


def add(document: Document, photo: Photo) -> Photo:
    document.commit(Edit.of("Add photo", None, photo))
    return photo


def move(document: Document, photo_id: str, by: float, *, merge_key: str | None = None) -> tuple[Photo, Photo]:
    before = document.photo(photo_id)
    first = before.instances[0]
    after = before.with_instance(first.with_region(first.region.moved((by, 0))))
    document.commit(Edit.of("Move", before, after, merge_key=merge_key))
    return before, after


def left_edge(photo: Photo) -> float:
    return photo.instances[0].region.bounds_px[0]
