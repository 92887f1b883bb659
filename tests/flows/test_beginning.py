"""Beginning from nothing: photos, labels of other tools and dropped files ask where to keep a project, and make it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from job_builders import painted_photo
from open_window import OpenWindow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton

from gui.dialogs.begin_project import BeginProjectDialog, proposed_file, why_not


@pytest.fixture
def bare(opened, tmp_path: Path) -> OpenWindow:
    """A window without a project; there are photos in the folder “trainers”."""
    folder = tmp_path / "trainers"
    folder.mkdir()
    painted_photo(folder)
    return opened(fresh=False)


def dialog(place: OpenWindow) -> BeginProjectDialog:
    found = place.window.findChild(BeginProjectDialog)
    assert found is not None
    return found


def agree(place: OpenWindow) -> None:
    button = dialog(place).findChild(QPushButton, "beginDialog_accept")
    assert button is not None and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def photo_in(folder: Path) -> Path:
    return next(file for file in folder.iterdir() if file.suffix in (".png", ".jpg"))


def test_open_photos_begins_a_project_beside_them(
    bare: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = photo_in(tmp_path / "trainers")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo)], ""))
    bare.click_widget("welcome_start_photos")
    path = dialog(bare).findChild(QLineEdit, "beginPath")
    assert path is not None and path.text() == str(tmp_path / "trainers" / "trainers.outsole")
    agree(bare)
    bare.wait(lambda: bare.session.photo is not None)
    assert bare.place.desk.path == tmp_path / "trainers" / "trainers.outsole"
    assert bare.photo.file == photo.name


def test_what_is_begun_has_one_name_on_the_page_and_in_the_menus(bare: OpenWindow, tmp_path: Path) -> None:
    actions = bare.window.commands.actions
    named: dict[str, str] = {}

    def read() -> None:
        for button in bare.place.panels.welcome.findChildren(QPushButton):
            action_id = button.objectName().removeprefix("welcome_")
            if action_id != button.objectName() and action_id in {action.id for action in actions.table}:
                named[action_id] = button.accessibleName() or button.text()

    read()
    assert bare.place.desk.create(tmp_path / "empty.outsole")
    bare.settle()
    read()
    assert {"start_photos", "open_project", "open_sample", "add_photos", "add_folder"} <= named.keys()
    texts = {action_id: actions[action_id].text().replace("&", "") for action_id in named}
    assert {one: words for one, words in named.items() if not words.startswith(texts[one])} == {}


def test_photos_dropped_on_the_welcome_page_do_the_same(bare: OpenWindow, tmp_path: Path) -> None:
    bare.window.commands.materials.take_dropped([str(tmp_path / "trainers")])
    agree(bare)
    bare.wait(lambda: bare.session.photo is not None)
    assert len(bare.session.project.entries) == 1


def test_a_labelme_folder_and_a_coco_file_from_nothing(
    bare: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trainers"
    photo = photo_in(folder)
    shape = {"label": "sneaker", "points": [[60, 60], [160, 60], [160, 140]], "shape_type": "polygon"}
    content = {"version": "5.5.0", "imagePath": photo.name, "imageHeight": 220, "imageWidth": 320, "shapes": [shape]}
    (folder / "one.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    bare.click_widget("welcome_import_labelme")
    agree(bare)
    bare.wait(lambda: bare.session.photo is not None)
    assert len(bare.photo.instances) == 1
    bare.window.commands.run("close_project")

    image = {"id": 1, "file_name": photo.name, "width": 320, "height": 220}
    ring = [60, 60, 160, 60, 160, 140]
    outline = {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "segmentation": [ring],
        "bbox": [60, 60, 100, 80],
        "iscrowd": 0,
    }
    coco = {"images": [image], "annotations": [outline], "categories": [{"id": 1, "name": "sneaker"}]}
    file = tmp_path / "set.json"
    file.write_text(json.dumps(coco), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    bare.settle()
    bare.click_widget("welcome_import_coco")
    assert "trainers 2.outsole" in dialog(bare).findChild(QLineEdit, "beginPath").text()
    agree(bare)
    bare.wait(lambda: bare.session.photo is not None)
    assert len(bare.photo.instances) == 1


def test_where_it_cannot_be_kept_is_said(bare: OpenWindow, tmp_path: Path) -> None:
    bare.window.commands.materials.take_dropped([str(tmp_path / "trainers")])
    shown = dialog(bare)
    path, said = shown.findChild(QLineEdit, "beginPath"), shown.findChild(QLabel, "beginSaid")
    button = shown.findChild(QPushButton, "beginDialog_accept")
    for text, words in (
        (str(tmp_path / "nowhere" / "shoes" / "a.outsole"), "no folder"),
        ("", "Name a file"),
        ("a.outsole", "whole folder"),
    ):
        path.setText(text)
        assert words in said.text() and not button.isEnabled()
    path.setText(str(tmp_path / "fresh"))
    assert "Photos stay" in said.text() and button.isEnabled()
    path.setText(str(tmp_path / "new" / "fresh"))
    assert f"The folder {tmp_path / 'new'} is made with it" in said.text() and button.isEnabled()
    shown.reject()
    assert bare.session.document is None


def test_a_name_that_is_taken_is_not_proposed(tmp_path: Path) -> None:
    assert proposed_file(tmp_path, "shoes") == tmp_path / "shoes.outsole"
    (tmp_path / "shoes.outsole").touch()
    assert proposed_file(tmp_path, "shoes") == tmp_path / "shoes 2.outsole"
    assert "already" in why_not(str(tmp_path / "shoes"))
    assert proposed_file(tmp_path / "nowhere", "shoes").parent == Path.home()
