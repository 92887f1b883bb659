"""A glance at a project that is not opened: what is counted, and that nothing is left beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path, PureWindowsPath

import pytest

from core.document.document import Document
from core.document.edit import Edit
from core.labels.photo import Photo, Status, guessed_camera
from core.storage.database import create_project
from core.storage.glance import Glance, glance_at
from core.storage.read_only import read_only_uri


def photo(name: str, position: int, status: Status = Status.TODO) -> Photo:
    return Photo(name, f"{name}.jpg", (64, 48), guessed_camera(64, 48), status=status, position=position)


def project(path: Path) -> Document:
    document = Document(create_project(path))
    photos = [photo("a", 2), photo("b", 1, Status.CHECKED), photo("c", 3, Status.CHECKED), photo("gone", 0)]
    document.commit(Edit("Add", tuple((None, one) for one in photos)))
    document.commit(Edit("Remove", ((document.photo("gone"), None),)))
    return document


def test_photos_are_counted_and_the_first_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a & b #1.outsole"
    project(path).store.close()
    assert glance_at(path) == Glance(3, 2, "b.jpg")
    assert glance_at(path, photo_id="c") == Glance(3, 2, "c.jpg")
    assert glance_at(path, photo_id="gone") == Glance(3, 2, "b.jpg")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_one_that_is_open_elsewhere_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "open.outsole"
    document = project(path)
    seen = glance_at(path)
    document.store.close()
    assert seen == Glance(3, 2, "b.jpg")


def test_an_empty_project_and_files_that_are_none(tmp_path: Path) -> None:
    create_project(tmp_path / "empty.outsole").close()
    (tmp_path / "text.outsole").write_text("no database", encoding="utf-8")
    (tmp_path / "nothing.outsole").touch()
    assert glance_at(tmp_path / "empty.outsole") == Glance(0, 0, "")
    for name in ("text.outsole", "nothing.outsole", "missing.outsole", "."):
        assert glance_at(tmp_path / name) is None
    assert not (tmp_path / "missing.outsole").exists()


def test_a_folder_one_may_not_look_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")  # as Python 3.11 does

    monkeypatch.setattr(Path, "exists", refuse)
    assert glance_at(tmp_path / "locked" / "a.outsole") is None


def test_a_share_of_windows_is_a_path_and_no_host(tmp_path: Path) -> None:
    """SQLite refuses a URI with a host; with a host's name in its path it looks for a file."""
    uri = read_only_uri(PureWindowsPath(r"\\server\our photos\a.outsole"))
    assert uri == "file:////server/our%20photos/a.outsole?mode=ro"
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(uri, uri=True)
    assert read_only_uri(PureWindowsPath(r"C:\a.outsole")) == "file:///C:/a.outsole?mode=ro"
    assert read_only_uri(tmp_path / "a.outsole").startswith("file:///")
