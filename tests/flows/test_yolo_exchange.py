"""YOLO data sets written from the export dialog and read into another project from the menu, in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from open_window import OpenWindow
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QLineEdit, QPushButton

ALL = ("yolo", "yolo_pose", "yolo_detect")


def export_as_yolo(place: OpenWindow, folder: Path) -> None:
    """Ctrl+E, tick the three kinds alone, export, close."""
    place.key("Ctrl+E")
    place.wait(lambda: place.window.findChild(QDialog, "exportDialog") is not None)
    dialog = place.window.findChild(QDialog, "exportDialog")
    for name in ("coco", "coco_keypoints", *ALL):
        dialog.findChild(QCheckBox, f"export_{name}").setChecked(name in ALL)
    dialog.findChild(QLineEdit, "exportFolder").setText(str(folder))
    export = dialog.findChild(QPushButton, "exportDialog_accept")
    export.click()
    place.wait(lambda: export.text() == "Close" and export.isEnabled())
    export.click()
    place.settle()


def test_what_is_exported_comes_back_in_another_project(
    on_photo: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shoe = on_photo.add_shoe()
    export_as_yolo(on_photo, tmp_path / "out")
    for name in ("yolo", "yolo-pose", "yolo-detect"):
        assert (tmp_path / "out" / name / "data.yaml").is_file()
    assert on_photo.place.desk.create(tmp_path / "fresh.outsole")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "out" / "yolo"))
    on_photo.window.commands.run("import_yolo")
    on_photo.wait(lambda: on_photo.session.photo is not None and len(on_photo.photo.instances) == 1)
    assert on_photo.only.region.bounds_px == pytest.approx(shoe.region.bounds_px, abs=1e-3)
    on_photo.window.commands.run("undo")
    on_photo.wait(lambda: not on_photo.session.project.entries)


def test_a_folder_that_is_no_data_set_is_told_and_changes_nothing(
    on_photo: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "empty"))
    on_photo.window.commands.run("import_yolo")
    on_photo.wait(lambda: any("data.yaml cannot be read" in notice for notice in on_photo.notices))
    assert len(on_photo.session.project.entries) == 1
