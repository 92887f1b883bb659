"""What somebody new does: Enter too early, Tab and then Enter, a folder with an export in it, Escape in an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from open_window import HeldCore, OpenWindow
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPushButton
from test_auto_pose import with_options
from test_segmenting_many import add_photos
from test_stumbling_blocks import outlining

from core.jobs.messages import ExportRequest

Opened = Callable[..., OpenWindow]


def test_enter_while_it_is_still_looked_for_says_so(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    place, core = outlining(opened, monkeypatch)
    place.key("Return")
    assert "still being looked for" in place.notices[-1]
    core.answer()
    place.wait(lambda: bool(place.place.proposals.outlines))
    place.key("Return")
    assert len(place.photo.instances) == 1


def test_a_refused_doubtful_pose_names_the_one_without_doubt(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    with_options(on_photo, doubt="The outline is another shoe's.")
    on_photo.key("Return")
    assert "Nothing speaks against pose 2" in on_photo.notices[-1]
    on_photo.key("Tab")
    on_photo.key("Return")
    assert on_photo.place.proposals.shown == ()


def test_a_folder_is_added_without_what_was_exported_into_it(on_photo: OpenWindow, tmp_path: Path) -> None:
    add_photos(on_photo, tmp_path, 1)
    before = set(on_photo.session.project.entries)
    folder, picture = tmp_path / "shoes", next(tmp_path.rglob("*.png"))
    for name in ("own.png", "export/bop/rgb/000000.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture.read_bytes())
    (folder / "export" / "bop" / "outsole_objects.json").write_text("{}", encoding="utf-8")
    on_photo.window.commands.materials.take_dropped([str(folder)])
    on_photo.wait(lambda: len(on_photo.session.project.entries) > len(before))
    added = [entry.file for key, entry in on_photo.session.project.entries.items() if key not in before]
    assert len(added) == 1 and added[0].endswith("own.png")
    assert "1 photo added." in on_photo.notices[-1] and "left out: bop" in on_photo.notices[-1]


def test_escape_in_a_running_export_gives_it_up_in_words(opened: Opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    place.add_outlined()
    place.key("Ctrl+E")
    place.wait(lambda: place.window.findChild(QDialog, "exportDialog") is not None)
    dialog = place.window.findChild(QDialog, "exportDialog")
    assert dialog is not None
    dialog.findChild(QLineEdit, "exportFolder").setText(str(tmp_path / "out"))
    dialog.findChild(QPushButton, "exportDialog_accept").click()
    assert [type(request) for request in core.held] == [ExportRequest]
    dialog.reject()
    place.wait(lambda: place.window.findChild(QDialog, "exportDialog") is None)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert "given up" in place.notices[-1] and str(tmp_path / "out") in place.notices[-1]


def test_an_export_begins_with_the_formats_of_the_last_one(on_photo: OpenWindow, tmp_path: Path) -> None:
    on_photo.add_outlined()
    ticked = []
    for _ in range(2):
        on_photo.window.commands.run("export")
        on_photo.wait(lambda: on_photo.window.findChild(QDialog, "exportDialog") is not None)
        dialog = on_photo.window.findChild(QDialog, "exportDialog")
        assert dialog is not None
        boxes = {name: dialog.findChild(QCheckBox, f"export_{name}") for name in ("coco", "coco_keypoints", "labelme")}
        ticked.append([name for name, box in boxes.items() if box.isChecked()])
        boxes["coco_keypoints"].setChecked(False)
        boxes["labelme"].setChecked(True)
        dialog.findChild(QLineEdit, "exportFolder").setText(str(tmp_path / "out"))
        export = dialog.findChild(QPushButton, "exportDialog_accept")
        export.click()
        on_photo.wait(lambda export=export: export.text() == "Close" and export.isEnabled())
        export.click()
        on_photo.wait(lambda: on_photo.window.findChild(QDialog, "exportDialog") is None)
    assert ticked == [["coco", "coco_keypoints"], ["coco", "labelme"]]
