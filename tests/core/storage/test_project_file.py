"""A project file as annotators meet it: made, opened, opened twice, damaged, from another year, on a full disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import pytest

from core.document.document import Document
from core.document.edit import Edit, StaleEdit
from core.document.store import StorageError, WriteMode
from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Photo, guessed_camera
from core.storage import project_rows
from core.storage.database import SqliteStore, create_project, open_project
from core.storage.errors import (
    CannotStore,
    DiskFull,
    MigrationFailed,
    NewerProject,
    NotAProject,
    NotWritable,
    ProjectDamaged,
    ProjectExists,
    ProjectInUse,
    ProjectMissing,
)
from core.storage.migrations import bring_up_to_date
from core.storage.schema import SCHEMA_VERSION

needs_a_user_with_limits = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="file permissions do not bind this user"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "two pairs & é#%.outsole"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = create_project(path)
    yield store
    store.close()


def photo_of(name: str, instances: int = 1, position: int = 0, points: int = 4) -> Photo:
    outline = [(index * 0.1, (index * 7 % 13) * 0.3) for index in range(points)]
    labelled = tuple(Instance(f"{n}", "sneaker", region=Region.from_points(outline)) for n in range(instances))
    return Photo(name, f"{name}.jpg", (640, 480), guessed_camera(640, 480), instances=labelled, position=position)


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def test_a_closed_project_is_one_file(path: Path) -> None:
    store = create_project(path)
    Document(store).commit(Edit.of("Add", None, photo_of("p")))
    store.close()
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_existing_file_is_not_replaced(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(ProjectExists, match="exists already"):
        create_project(path)
    assert path.read_text() == "mine"


def test_a_missing_project_and_a_folder_say_so(path: Path) -> None:
    with pytest.raises(ProjectMissing, match="moved or renamed"):
        open_project(path)
    path.mkdir()
    with pytest.raises(NotWritable, match="a folder"):
        open_project(path)


@pytest.mark.parametrize("contents", [b"", b"a text file named .outsole", b"SQLite format 3\x00" + b"\x00" * 200])
def test_another_file_is_refused_and_left_alone(path: Path, contents: bytes) -> None:
    path.write_bytes(contents)
    with pytest.raises((NotAProject, ProjectDamaged), match="left as it is"):
        open_project(path)
    assert path.read_bytes() == contents
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    run_sql(path, "CREATE TABLE songs (title TEXT)")
    with pytest.raises(NotAProject, match="another program"):
        open_project(path)


def test_a_damaged_project_is_refused_with_a_sentence(path: Path) -> None:
    store = create_project(path)
    document = Document(store)
    for number in range(40):
        document.commit(Edit.of("Add", None, photo_of(f"p{number}", 10)))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\x55" * (len(whole) - 4096))
    with pytest.raises(StorageError, match="damaged"):
        Document(open_project(path))
    path.write_bytes(whole)  # and it was no more than the file
    store = open_project(path)
    store.close()


def test_a_value_that_makes_no_sense_names_the_project(path: Path) -> None:
    store = create_project(path)
    Document(store).commit(Edit.of("Add", None, photo_of("p")))
    store.close()
    run_sql(path, "UPDATE instance SET json = '{}'")
    store = open_project(path)
    document = Document(store)
    with pytest.raises(ProjectDamaged, match="cannot be read"):
        document.photo("p")
    store.close()


def test_settings_are_kept(path: Path) -> None:
    store = create_project(path)
    store.set_setting("grid", "8")
    store.set_setting("grid", "16")
    store.set_setting("gone", "x")
    store.set_setting("gone", None)
    store.close()
    store = open_project(path)
    assert (store.setting("grid"), store.setting("gone"), store.setting("gone", "y")) == ("16", None, "y")
    store.close()


def test_a_second_opening_is_told_who_has_it(path: Path, store: SqliteStore) -> None:
    with pytest.raises(ProjectInUse, match=rf"process {os.getpid()} .*Close it there"):
        open_project(path)
    Document(store).commit(Edit.of("Add", None, photo_of("p")))  # the first one goes on


def test_another_process_is_told_who_has_it(path: Path, store: SqliteStore) -> None:
    lines = (
        "import sys; from core.storage.database import open_project; from core.document.store import StorageError\n"
        "try: open_project(sys.argv[1])\n"
        "except StorageError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", lines, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ProjectInUse") and f"process {os.getpid()}" in done.stdout


def test_the_lock_file_of_a_dead_process_is_no_hindrance(path: Path) -> None:
    create_project(path).close()
    path.with_name(path.name + ".lock").write_text("12345")
    store = open_project(path)
    store.close()


def test_a_project_being_written_by_another_program_says_so(path: Path, store: SqliteStore) -> None:
    document = Document(store)
    with store._transaction() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")  # it would wait for two seconds
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectInUse, match="another program"):
            document.commit(Edit.of("Add", None, photo_of("p")))
        other.execute("ROLLBACK")
    assert not document.project.entries
    document.commit(Edit.of("Add", None, photo_of("p")))


@needs_a_user_with_limits
def test_a_read_only_folder_says_so(path: Path) -> None:
    create_project(path).close()
    path.parent.chmod(0o555)
    try:
        with pytest.raises(NotWritable, match="folder of your own"):
            open_project(path)
        with pytest.raises(NotWritable, match="folder of your own"):
            create_project(path.with_name("b.outsole"))
    finally:
        path.parent.chmod(0o755)


@needs_a_user_with_limits
def test_a_read_only_file_says_so(path: Path) -> None:
    create_project(path).close()
    path.chmod(0o444)
    with pytest.raises(NotWritable, match="read-only"):
        open_project(path)


@pytest.mark.parametrize("where", ["lock", "access"])
def test_what_cannot_be_written_says_so(path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The two above, for a user whom permissions do not bind."""
    create_project(path).close()

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    if where == "lock":
        monkeypatch.setattr("core.storage.project_lock.FileLock.acquire", denied)
    else:
        monkeypatch.setattr("core.storage.database.os.access", lambda *_: False)
    with pytest.raises(NotWritable, match="folder of your own"):
        open_project(path)


def test_a_full_disk_takes_back_the_edit_and_nothing_else(path: Path) -> None:
    store = create_project(path)
    document = Document(store)
    document.commit(Edit.of("Add", None, photo_of("p", 3)))
    kept = document.photo("p")
    with store._transaction() as connection:  # the pages there are, and not one more: SQLite's own full disk
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull, match="everything before it is safe"):
        document.commit(Edit.of("Import", kept, photo_of("p", 300)))
    assert document.photo("p") is kept and document.undo_label == "Add"
    with store._transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    document.commit(Edit.of("Import", kept, photo_of("p", 300)))
    store.close()
    store = open_project(path)
    assert Document(store).photo("p") == photo_of("p", 300)
    store.close()


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = sys.platform.startswith("linux") and (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True).returncode
        == 0
    )
    if not mounted:
        pytest.skip("needs the right to mount a small disk")
    try:
        store = create_project(disk / "a.outsole")
        document = Document(store)
        number = 0
        with pytest.raises(DiskFull, match="full"):
            for number in range(200):
                document.commit(Edit.of("Add", None, photo_of(f"p{number}", 60)))
        assert f"p{number}" not in document.project.entries and number > 0
        store.close()
        (tmp_path / "a.outsole").write_bytes((disk / "a.outsole").read_bytes())
        wal = disk / "a.outsole-wal"
        if wal.exists():  # the full disk left no room to fold it in
            (tmp_path / "a.outsole-wal").write_bytes(wal.read_bytes())
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    store = open_project(tmp_path / "a.outsole")
    assert len(Document(store).project.entries) == number
    store.close()


def test_a_write_that_fails_half_way_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = create_project(path)
    document = Document(store)
    document.commit(Edit.of("Add", None, photo_of("p", 2)))
    kept = document.photo("p")

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    changed = kept.without_instance("0").with_instance(Instance("new", "leg"))
    with monkeypatch.context() as patch:
        patch.setattr("core.storage.edit_rows.record_to_json", broken)  # the last thing written is the log
        with pytest.raises(StorageError, match="disk I/O error"):
            document.commit(Edit.of("Change", kept, changed))
    assert document.photo("p") is kept
    document.commit(Edit.of("Change", kept, changed))
    store.close()
    store = open_project(path)
    assert Document(store).photo("p") == changed
    store.close()


@pytest.mark.parametrize("value", [object(), "\ud800"])
def test_what_cannot_be_stored_is_refused_with_a_sentence(store: SqliteStore, value: object) -> None:
    document = Document(store)
    document.commit(Edit.of("Add", None, photo_of("p")))
    photo = document.photo("p")
    odd = photo.with_instance(Instance("odd", "leg", attributes=MappingProxyType({"odd": value})))
    with pytest.raises(CannotStore, match="“Paste” was not made"):
        document.commit(Edit.of("Paste", photo, odd))
    assert document.photo("p") is photo


def test_two_instances_of_one_id_are_refused(store: SqliteStore) -> None:
    twins = (Instance("a", "leg"), Instance("a", "sneaker"))
    with pytest.raises(CannotStore, match=r"p\.jpg holds two instances of the same id"):
        Document(store).commit(Edit.of("Add", None, photo_of("p").with_instances(twins)))


def test_a_newer_project_is_refused_and_left_alone(path: Path) -> None:
    create_project(path).close()
    run_sql(path, f"UPDATE schema SET version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(NewerProject, match="update Outsole"):
        open_project(path)
    assert path.read_bytes() == before


def test_an_older_project_is_migrated_with_a_copy_beside(path: Path) -> None:
    store = create_project(path)
    Document(store).commit(Edit.of("Add", None, photo_of("p")))
    store.close()

    def add_weather(database: sqlite3.Connection) -> None:
        database.execute("ALTER TABLE photo ADD COLUMN weather TEXT NOT NULL DEFAULT 'dry'")

    def shout(database: sqlite3.Connection) -> None:
        database.execute("UPDATE photo SET weather = upper(weather)")

    steps = {SCHEMA_VERSION: add_weather, SCHEMA_VERSION + 1: shout}
    backup = bring_up_to_date(path, target=SCHEMA_VERSION + 2, migrations=steps)
    assert backup is not None and backup.parent == path.parent and f"version{SCHEMA_VERSION}" in backup.name
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT weather FROM photo").fetchall() == [("DRY",)]
        assert database.execute("SELECT version FROM schema").fetchall() == [(SCHEMA_VERSION + 2,)]
    assert bring_up_to_date(path, target=SCHEMA_VERSION + 2, migrations=steps) is None
    old = open_project(backup)
    assert Document(old).photo("p") == photo_of("p")
    old.close()


def test_a_migration_that_fails_leaves_the_project_as_it_was(path: Path) -> None:
    create_project(path).close()

    def half(database: sqlite3.Connection) -> None:
        database.execute("ALTER TABLE photo ADD COLUMN weather TEXT")
        database.execute("DROP TABLE nothing_of_the_kind")

    with pytest.raises(MigrationFailed, match="a copy lies at"):
        bring_up_to_date(path, target=SCHEMA_VERSION + 1, migrations={SCHEMA_VERSION: half})
    with pytest.raises(MigrationFailed):  # a second try does not overwrite the first copy
        bring_up_to_date(path, target=SCHEMA_VERSION + 1, migrations={})
    assert len(list(path.parent.glob("*.version*"))) == 2
    store = open_project(path)
    assert not Document(store).project.entries
    store.close()


def test_opening_ten_thousand_photos_decodes_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = create_project(path)
    photos = [photo_of(f"p{number:05}", 1, number) for number in range(10_000)]
    Document(store).commit(Edit("Import", tuple((None, photo) for photo in photos)))
    store.close()

    def refuse(*_: object) -> None:
        raise AssertionError("an instance was decoded")

    monkeypatch.setattr(project_rows, "instance_from_json", refuse)
    store = open_project(path)
    document = Document(store)
    assert len(document.project.entries) == 10_000
    assert next(iter(document.project.entries)) == "p00000"
    assert not any(document.is_loaded(photo.id) for photo in photos)
    store.close()


def test_an_edit_writes_only_the_instances_that_changed(path: Path, store: SqliteStore) -> None:
    document = Document(store)
    photo = photo_of("p", 500, points=40)
    document.commit(Edit.of("Import", None, photo))
    first = photo.instances[250]
    document.commit(Edit.of("Move", photo, photo.with_instance(first.with_region(first.region.moved((1, 0))))))
    with store._transaction() as connection:
        sizes = connection.exec_driver_sql("SELECT length(changes) FROM edit ORDER BY seq").scalars().all()
    one = len(first.region.rings[0]) * 2 * 25
    assert sizes[1] < 3 * one + 1000
    assert sizes[0] < 200  # an import is logged by name alone


def test_two_processes_cannot_undo_the_same_edit(store: SqliteStore) -> None:
    with pytest.raises(StaleEdit, match="no longer in the project's log"):
        store.write(Edit("x", ()), mode=WriteMode.UNDO)
