"""A new project makes its folder where that alone is missing; a place that is misspelt is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.storage.database import create_project
from core.storage.errors import NoFolder, NotWritable


def test_a_missing_folder_is_made_and_a_misspelt_place_is_named(tmp_path: Path) -> None:
    create_project(tmp_path / "new" / "a.outsole").close()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["a.outsole"]
    with pytest.raises(NoFolder, match="there is no folder .*mising. Look how it is written, make that folder first"):
        create_project(tmp_path / "mising" / "shoes" / "a.outsole")
    assert not (tmp_path / "mising").exists()
    (tmp_path / "file").touch()
    with pytest.raises(NoFolder, match="file is a file and no folder"):
        create_project(tmp_path / "file" / "a.outsole")


def test_a_folder_made_for_nothing_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.storage.database.metadata.create_all", full)
    with pytest.raises(NotWritable, match="No space left"):
        create_project(tmp_path / "new" / "a.outsole")
    assert not list(tmp_path.iterdir())
