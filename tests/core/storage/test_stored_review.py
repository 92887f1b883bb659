"""Who checked a photo, when and why, in a project file that is closed and opened again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.document.document import Document
from core.document.edit import Edit
from core.labels.photo import Photo, Review, Status, guessed_camera
from core.storage.database import create_project, open_project


def test_who_checked_a_photo_is_kept_and_an_older_row_has_nobody(tmp_path: Path) -> None:
    path = tmp_path / "shoes.outsole"
    review = Review("ada", "2026-11-21T12:00:00+00:00", "blurred")
    with closing(create_project(path)) as store:
        document, photo = Document(store), Photo("a", "a.jpg", (640, 480), guessed_camera(640, 480))
        document.commit(Edit.of("Add", None, photo))
        document.commit(Edit.of("Reject", photo, photo.with_status(Status.REJECTED, review)))
    with closing(open_project(path)) as store:
        document = Document(store)
        assert document.photo("a").review == review
        document.undo()
        assert document.photo("a") == photo and photo.review is None
    with closing(open_project(path)) as store:
        assert store.load_photo("a") == photo
