"""Folders, drives and environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.doctor import places
from core.doctor.finding import Level
from core.doctor.places import (
    file_system_of,
    look_at_folders,
    look_at_project,
    look_at_variables,
    mounts_in,
    our_folders,
)

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/export /srv/my\\040photos nfs4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
overlay / overlay rw 0 0
"""


def test_folders_that_will_do(tmp_path: Path) -> None:
    (found,) = look_at_folders({"Caches": tmp_path / "not" / "yet"}, free=lambda _: 3_000_000_000)
    assert found.level is Level.OK and "3.0 GB free" in found.found
    assert not (tmp_path / "not").exists() and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("free", "level"), [(40_000_000, Level.BAD), (200_000_000, Level.WARNING)])
def test_little_room(tmp_path: Path, free: int, level: Level) -> None:
    (found,) = look_at_folders({"Caches": tmp_path}, free=lambda _: free)
    assert found.level is level and "OUTSOLE_CACHE_DIR" in found.remedy


def test_folders_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    (blocked,) = look_at_folders({"Preferences": file / "outsole"})
    assert blocked.level is Level.BAD and f"{file} is a file" in blocked.found

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(places.tempfile, "NamedTemporaryFile", refuse)
    (denied,) = look_at_folders({"Logs": tmp_path})
    assert denied.level is Level.BAD and "Permission denied" in denied.found and "OUTSOLE_STATE_DIR" in denied.remedy


def test_each_of_our_folders_is_looked_at() -> None:
    assert set(our_folders()) == {"Preferences", "Caches", "Samples", "Logs"}


def test_the_kind_of_a_drive() -> None:
    mounts = mounts_in(MOUNTS)
    assert file_system_of(Path("/srv/my photos/a/b"), mounts) == "nfs4"
    assert file_system_of(Path("/srv"), mounts) == "overlay"  # the later of two over one another
    assert file_system_of(Path("/anywhere"), []) == ""
    table = Path("/proc/self/mounts")
    if table.exists() and " / " in table.read_text(errors="replace"):  # within a chroot the root is no mount
        assert file_system_of(Path("/")) != ""


def test_a_project_on_a_network_drive(tmp_path: Path) -> None:
    project = tmp_path / "shoes.outsole"
    project.touch()
    drive, _ = look_at_project(project, mounts=[(tmp_path, "cifs")])
    assert drive.level is Level.WARNING and "WAL" in drive.found and "cifs" in drive.found
    local, _ = look_at_project(project, mounts=[(tmp_path, "ext4")])
    assert local.level is Level.OK


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    (nowhere,) = look_at_project(tmp_path / "a" / "b.outsole")
    assert nowhere.level is Level.BAD and "no folder" in nowhere.found
    gone, *_ = look_at_project(tmp_path / "b.outsole")
    assert gone.level is Level.BAD and "no project" in gone.found


def test_our_environment_variables(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    known = {
        "OUTSOLE_CONFIG_DIR": "relative/folder",
        "OUTSOLE_CACHE_DIR": str(file / "below"),
        "OUTSOLE_DATA_DIR": str(tmp_path),
        "OUTSOLE_STATE_DIR": "",
        "OUTSOLE_CACHEDIR": "x",
        "OUTSOLE_KILLS": "3",
    }
    found = list(look_at_variables(known))
    assert [one.level for one in found] == [Level.BAD, Level.BAD, Level.WARNING]
    assert "OUTSOLE_CONFIG_DIR is “relative/folder”, which is no full path" in found[0].found
    assert f"{file} is a file" in found[1].found
    assert "Is OUTSOLE_CACHE_DIR meant?" in found[2].found
    (nobody,) = look_at_variables({"OUTSOLE_DATA_DIR": "~no-such-user/x"})
    assert "no such user" in nobody.found


def test_folders_where_one_may_not_look_or_whose_drive_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after sudo: the home is another's. Python 3.11 raises then, and every folder after it went unexamined."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(places.tempfile, "NamedTemporaryFile", refuse)
    denied, other = look_at_folders({"Preferences": Path("/x/own"), "Logs": Path("/x/log")})
    assert denied.level is other.level is Level.BAD and "Permission denied" in denied.found
    monkeypatch.setattr(places.os.path, "exists", lambda _: False)
    monkeypatch.setattr(places.os.path, "lexists", lambda _: False)
    (gone,) = look_at_folders({"Caches": Path("/x/caches")})
    assert gone.level is Level.BAD and "there is no drive" in gone.found


def test_a_variable_that_names_a_drive_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.os.path, "lexists", lambda _: False)
    (found,) = look_at_variables({"OUTSOLE_DATA_DIR": str(Path("/x/data").absolute())})
    assert found.level is Level.BAD and "there is no drive" in found.found
