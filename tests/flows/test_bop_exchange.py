"""A BOP dataset written from the export dialog and read into another project from the menu, in the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from open_window import OpenWindow
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QLineEdit, QPushButton

from core.document.edit import Edit
from core.labels.instance import Side


def export_as_bop(place: OpenWindow, folder: Path) -> None:
    """Ctrl+E, tick BOP alone, export, close."""
    place.key("Ctrl+E")
    place.wait(lambda: place.window.findChild(QDialog, "exportDialog") is not None)
    dialog = place.window.findChild(QDialog, "exportDialog")
    assert dialog is not None
    for box in dialog.findChildren(QCheckBox):
        if box.objectName() in ("export_coco", "export_coco_keypoints", "export_bop"):
            box.setChecked(box.objectName() == "export_bop")
    name, export = dialog.findChild(QLineEdit, "exportFolder"), dialog.findChild(QPushButton, "exportDialog_accept")
    assert name is not None and export is not None
    name.setText(str(folder))
    export.click()
    place.wait(lambda: export.text() == "Close" and export.isEnabled())
    export.click()
    place.settle()


def test_what_is_exported_comes_back_in_another_project(
    on_photo: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = on_photo
    shoe = place.add_shoe()
    left = replace(
        shoe, id="left", side=Side.LEFT, pose_estimate=shoe.pose_estimate.with_pose(shoe.pose.moved([0.1] * 6))
    )
    place.session.commit(Edit.of("Add left", place.photo, place.photo.with_instance(left)))
    export_as_bop(place, tmp_path / "out")
    assert (tmp_path / "out" / "bop" / "models" / "obj_000002.ply").is_file()

    assert place.place.desk.create(tmp_path / "fresh.outsole")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "out" / "bop"))
    place.window.commands.run("import_bop")
    place.wait(lambda: place.session.photo is not None and len(place.photo.instances) == 2)
    for before, after in zip((shoe, left), place.photo.instances, strict=True):
        assert np.abs(before.pose.matrix - after.pose.matrix).max() <= 1e-6
        assert before.side is after.side and not after.region.is_empty
    names = [model.name for model in place.session.project.models.values()]
    assert names == ["Lofted", "Outsole sneaker"]  # the latter is in every new project
    assert any("refused" in notice and "0 refused" in notice for notice in place.notices)
    place.window.commands.run("undo")
    place.wait(lambda: not place.session.project.entries and len(place.session.project.models) == 1)


def test_a_folder_without_scenes_is_told_and_changes_nothing(
    on_photo: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = on_photo
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "empty"))
    place.window.commands.run("import_bop")
    place.wait(lambda: any("holds no BOP scene" in notice for notice in place.notices))
    assert len(place.session.project.entries) == 1
