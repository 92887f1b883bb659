"""An export replaces what an earlier one wrote, and not a byte that is somebody else's, at any depth."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from bop_builders import add_posed_photo, posed, wedge_project
from bop_builders import exported as bop_exported

from core.document.document import Document
from core.formats import whole_folder
from core.formats.json_file import FormatError
from core.formats.whole_folder import LIST_FILE, put_in_place
from core.formats.yolo_export import export_yolo
from core.formats.yolo_folder import YoloKind
from core.geometry.region import Region

Export = Callable[[], object]


def yolo_exported(document: Document, folder: Path, out: Path) -> None:
    photos = map(document.store.load_photo, document.project.entries)
    kind, mesh_of = YoloKind.SEGMENT, document.store.mesh
    export_yolo(photos, document.project, kind=kind, project_folder=folder, out_dir=out, mesh_of=mesh_of)


@pytest.fixture(params=[bop_exported, yolo_exported], ids=["bop", "yolo"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Export:
    """Exports one posed photo to the folder "out"; it has been done once."""
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed(region=Region.from_box(50, 50, x1_px=200, y1_px=150)))

    def export() -> object:
        return request.param(document, tmp_path, tmp_path / "out")

    export()
    return export


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def a_picture(folder: Path) -> Path:
    return next(folder.rglob("*.jpg"))


STRANGERS = [
    "notes.txt",
    ".hidden",
    ".git/HEAD",
    "train/000000/retouched.png",
    "images/train/own.jpg",
    "models/x.blend",
]


@pytest.mark.parametrize("name", STRANGERS)
def test_what_somebody_added_is_never_deleted(tmp_path: Path, again: Export, name: str) -> None:
    own = tmp_path / "out" / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(b"a night of work")
    before = contents(tmp_path / "out")
    with pytest.raises(FormatError) as caught:
        again()
    assert str(tmp_path / "out") in str(caught.value) and f"{name}, which is no part of it" in str(caught.value)
    assert "move that elsewhere, or choose another folder" in str(caught.value)
    assert contents(tmp_path / "out") == before and not list(tmp_path.glob(".*"))


def test_several_are_counted(tmp_path: Path, again: Export) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / "out" / f"{name}.txt").touch()
    with pytest.raises(FormatError, match=r"a\.txt \(and 2 more files\), which is no part"):
        again()


def test_what_somebody_changed_is_never_deleted(tmp_path: Path, again: Export) -> None:
    picture = a_picture(tmp_path / "out")
    picture.write_bytes(picture.read_bytes()[:-1] + b"\0")  # of the same size
    with pytest.raises(FormatError, match=rf"somebody has changed .*{picture.name} in it since; move that elsewhere"):
        again()
    picture.unlink()
    again()
    assert picture.is_file()


def test_a_copy_of_an_export_is_one(tmp_path: Path, again: Export) -> None:
    for file in (tmp_path / "out").rglob("*"):
        os.utime(file, (1e9, 1e9))  # as another drive has it
    (tmp_path / "out" / "labels.cache").touch()
    (tmp_path / "out" / ".DS_Store").touch()
    again()
    assert not (tmp_path / "out" / "labels.cache").exists()


def test_a_copy_by_a_mac_or_windows_is_one(tmp_path: Path) -> None:
    made, out = tmp_path / "made", tmp_path / "out"
    for text in ("first", "second"):
        made.mkdir()
        (made / unicodedata.normalize("NFC", "grün.txt")).write_text(text)
        put_in_place(made, out)
        (written,) = out.glob("gr*")
        if text == "first":
            written.rename(out / unicodedata.normalize("NFD", "grün.txt"))  # so does HFS+
            (out / "Desktop.ini").touch()
    assert [file.read_text() for file in out.glob("gr*")] == ["second"]


def test_an_earlier_export_is_in_its_place_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, out = tmp_path / "made", tmp_path / "out"
    made.mkdir()
    (made / "a.txt").write_text("first")
    put_in_place(made, out)
    os.utime(out / "a.txt", (1e9, 1e9))  # a copy: looking at its time is not enough
    made.mkdir()
    (made / "a.txt").write_text("other")
    read = whole_folder._sha256
    seen = []

    def digest(file: Path) -> str:
        seen.append((out / "a.txt").is_file())
        return read(file)

    monkeypatch.setattr(whole_folder, "_sha256", digest)
    put_in_place(made, out)
    assert seen == [True, True] and (out / "a.txt").read_text() == "other"


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text("{"),
        lambda file: file.write_text('{"files": {"a": 3}}'),
    ],
)
def test_without_its_list_an_export_stays(tmp_path: Path, again: Export, damage: Callable[[Path], object]) -> None:
    damage(tmp_path / "out" / LIST_FILE)
    before = contents(tmp_path / "out")
    with pytest.raises(FormatError, match=f"no list of its files .{LIST_FILE}.*move the folder elsewhere"):
        again()
    assert contents(tmp_path / "out") == before


def test_what_comes_while_it_is_written_stays_too(tmp_path: Path) -> None:
    made, out = tmp_path / "made", tmp_path / "out"
    for text in ("first", "second"):
        made.mkdir()
        (made / "a.txt").write_text(text)
        put_in_place(made, out)
    assert contents(out)["a.txt"] == b"second"
    (out / "late.txt").write_text("precious")
    made.mkdir()
    with pytest.raises(FormatError, match=r"late\.txt, which is no part"):
        put_in_place(made, out)
    assert contents(out).keys() == {"a.txt", "late.txt", LIST_FILE}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "out"]


@pytest.mark.skipif(os.name == "nt", reason="Windows lets only some users make links")
def test_links_are_followed_to_the_place_and_never_into_it(tmp_path: Path, again: Export) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(tmp_path / "out", elsewhere)
    (tmp_path / "out").symlink_to(elsewhere)
    again()
    assert (tmp_path / "out").is_symlink() and (elsewhere / LIST_FILE).is_file()
    (elsewhere / "linked").symlink_to(tmp_path)
    with pytest.raises(FormatError, match="linked, which is no part"):
        again()
