"""What an export will not write over, and what the disk refuses, said before it is half done and with what to do."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from format_builders import add_photo, new_document, sneaker, write_image

from core.cli import main
from core.document.document import Document
from core.formats.exports import ExportPlan, export_project
from core.formats.json_file import FormatError
from core.formats.split import Split
from core.geometry.region import Region

BOX = Region.from_box(10, 10, x1_px=60, y1_px=50)


@pytest.fixture
def document(tmp_path: Path) -> Document:
    made = new_document(tmp_path / "p")
    add_photo(made, write_image(tmp_path / "p" / "a.png"), sneaker(BOX))
    return made


def export(document: Document, out: Path, *formats: str, **more: Any) -> None:
    export_project(ExportPlan(formats, out, **more), document.store, project_folder=out.parent / "p")


@pytest.mark.parametrize(
    ("file", "formats", "split"),
    [
        ("instances.json", ("yolo", "coco"), None),
        ("keypoints.json", ("labelme", "coco_keypoints"), None),
        ("instances_val.json", ("coco",), Split()),
    ],
)
def test_somebodys_coco_file_is_not_written_over(
    tmp_path: Path, document: Document, file: str, formats: tuple[str, ...], split: Split | None
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / file).write_text('{"info": {"description": "bought"}, "images": []}')
    with pytest.raises(FormatError) as caught:
        export(document, out, *formats, split=split)
    assert str(out / file) in str(caught.value) and "move it elsewhere, or choose another folder" in str(caught.value)
    assert [one.name for one in out.iterdir()] == [file]  # not one format was written
    assert "bought" in (out / file).read_text()


def test_an_earlier_coco_export_is_replaced_unless_it_was_changed(tmp_path: Path, document: Document) -> None:
    file = tmp_path / "out" / "instances.json"
    export(document, tmp_path / "out", "coco")
    export(document, tmp_path / "out", "coco")
    content = json.loads(file.read_text())
    content["annotations"][0]["iscrowd"] = 1
    file.write_text(json.dumps(content))
    with pytest.raises(FormatError, match="was changed by another program"):
        export(document, tmp_path / "out", "coco")


@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": ")])
def test_a_coco_file_that_somebody_mended_is_kept_whatever_its_spaces(
    tmp_path: Path, document: Document, spaces: tuple[str, str]
) -> None:
    file = tmp_path / "out" / "instances.json"
    export(document, tmp_path / "out", "coco")
    content = json.loads(file.read_text())
    content["annotations"][0]["attributes"] = {"checked": "by hand"}
    file.write_text(json.dumps(content, separators=spaces))
    with pytest.raises(FormatError, match="was changed by another program"):
        export(document, tmp_path / "out", "coco")
    assert "by hand" in file.read_text()


def test_a_coco_export_without_a_seal_is_replaced(tmp_path: Path, document: Document) -> None:
    file = tmp_path / "out" / "instances.json"
    export(document, tmp_path / "out", "coco")
    content = json.loads(file.read_text())
    del content["outsole_sha256"]
    file.write_text(json.dumps(content, separators=(",", ":")))
    export(document, tmp_path / "out", "coco")
    assert "outsole_sha256" in file.read_text()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, ("There is no room for the export in {0}", "Free some, or choose a folder on another drive")),
        (errno.EACCES, ("The export to {0} could not be written", "whether you may write there")),
    ],
)
def test_what_the_disk_refuses_names_the_folder_and_the_remedy(
    tmp_path: Path,
    document: Document,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    words: tuple[str, ...],
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "the disk says no")

    document.store.close()
    monkeypatch.setattr("core.formats.coco.write_json", refuse)
    assert main(["export", str(tmp_path / "p" / "p.outsole"), str(tmp_path / "out"), "--coco"]) == 2
    said = capsys.readouterr().err
    assert "the disk says no" in said and "Traceback" not in said
    for part in words:
        assert part.format(tmp_path / "out") in said


def test_what_is_left_out_says_what_to_do(tmp_path: Path, document: Document) -> None:
    speck = sneaker(Region.from_points([(10.6, 10.6), (10.8, 10.6), (10.7, 10.8)]))
    shoes = (sneaker(Region(())), speck, sneaker(BOX.moved((300, 0))))
    add_photo(document, write_image(tmp_path / "p" / "b.png"), *shoes)
    plan = ExportPlan(("coco",), tmp_path / "out")
    (report,) = export_project(plan, document.store, project_folder=tmp_path / "p")
    assert [line.file for line in report.refused] == ["b.png"] * 3
    for line, remedy in zip(report.refused, ("outline it and export", "draw it anew", "draw it anew"), strict=True):
        assert remedy in line.reason and "not in the file" in line.reason
