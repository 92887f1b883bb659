"""A project whose log is forgotten: what stands is kept, and undo ends there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.document.document import Document
from core.document.edit import Edit
from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Photo, guessed_camera
from core.storage.database import create_project, open_project


def photo_of(name: str, *, position: int) -> Photo:
    shoe = Instance(f"{name}-1", "sneaker", region=Region.from_points([(1, 1), (9, 1), (5, 8)]))
    return Photo(name, f"{name}.jpg", (640, 480), guessed_camera(640, 480), instances=(shoe,), position=position)


def test_forgetting_the_history_keeps_the_project_and_ends_undo_there(tmp_path: Path) -> None:
    path = tmp_path / "begun.outsole"
    store = create_project(path)
    Document(store).commit(Edit("Begin", ((None, photo_of("a", position=0)),)))
    store.forget_history()
    assert store.history().done == ()
    document = Document(store)
    document.commit(Edit("Add b", ((None, photo_of("b", position=1)),)))
    document.undo()
    assert not document.can_undo
    store.close()
    with closing(open_project(path)) as again:
        assert list(again.load_project().entries) == ["a"]
        assert len(again.load_photo("a").instances) == 1
