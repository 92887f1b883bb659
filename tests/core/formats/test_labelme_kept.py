"""labelme files that an annotator went on with in another program are not written over by the next export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from format_builders import add_photo, new_document, sneaker, write_image, write_labels

from core.document.document import Document
from core.formats.exports import ExportPlan, export_project
from core.formats.labelme import import_labelme
from core.formats.report import Report
from core.formats.seal import SEAL, is_as_written, sealed
from core.geometry.region import Region

BOX = Region.from_box(10.5, 10.25, x1_px=60, y1_px=50)


@pytest.fixture
def document(tmp_path: Path) -> Document:
    made = new_document(tmp_path)
    for name in ("a", "b"):
        add_photo(made, write_image(tmp_path / f"{name}.png"), sneaker(BOX))
    return made


def exported(document: Document, folder: Path) -> Report:
    (report,) = export_project(ExportPlan(("labelme",), folder), document.store, project_folder=folder)
    return report


def moved_corner(content: dict[str, Any]) -> None:
    content["shapes"][0]["points"][0][0] += 1e-9


def another_label(content: dict[str, Any]) -> None:
    content["shapes"].append({**content["shapes"][0], "label": "leg"})


def without_seal(content: dict[str, Any]) -> None:
    del content[SEAL]


@pytest.mark.parametrize("change", [moved_corner, another_label, without_seal])
def test_what_was_changed_in_labelme_stays(
    tmp_path: Path, document: Document, change: Callable[[dict[str, Any]], None]
) -> None:
    assert not exported(document, tmp_path).refused
    file = tmp_path / "labelme" / "a.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")
    before = file.read_bytes()
    (line,) = exported(document, tmp_path).refused
    assert line.file == "a.png" and str(file) in line.reason
    assert "import it if it is to count, move it away, and export again" in line.reason
    assert file.read_bytes() == before
    file.unlink()
    assert not exported(document, tmp_path).refused


def test_what_was_only_written_anew_counts_as_ours(tmp_path: Path, document: Document) -> None:
    exported(document, tmp_path)
    file = tmp_path / "labelme" / "b.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(dict(reversed(content.items()))), encoding="utf-8")
    assert is_as_written(file) and not exported(document, tmp_path).refused


def test_somebodys_own_labels_stay(tmp_path: Path, document: Document) -> None:
    for name, make in (("a", lambda file: write_labels(file, [])), ("b", lambda file: file.write_text("notes"))):
        make(tmp_path / "labelme" / f"{name}.json")
    assert [line.file for line in exported(document, tmp_path).refused] == ["a.png", "b.png"]
    assert (tmp_path / "labelme" / "b.json").read_text() == "notes"


def test_the_seal_is_no_key_of_the_photo(tmp_path: Path, document: Document) -> None:
    exported(document, tmp_path)
    again = new_document(tmp_path / "again")
    outcome = import_labelme([tmp_path / "labelme"], again, project_folder=tmp_path)
    assert not outcome.photo_extras and not outcome.report.refused


def test_numbers_of_every_kind_keep_the_seal(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    content = {"x": [1, 1.0, -0.0, 1e300, 5e-324, 0.1 + 0.2, None, True, "é\u2028"], "é": {"b": 1, "a": []}}
    file.write_text(json.dumps(sealed(content)), encoding="utf-8")
    assert is_as_written(file)
