"""A photo's camera in the real window: linked numbers, EXIF, files, other photos, the dolly, and Unity's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from open_window import CTRL, LEFT, NONE, SHIFT, OpenWindow, photo_of
from PIL import Image
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QListView, QMenu

from core.document.edit import Edit
from core.document.store import StorageError
from core.geometry.camera import CameraSource
from core.geometry.camera_numbers import focal_35mm
from core.geometry.unity import UnityScene, UnityView, pose_from_unity, unity_view
from core.labels.photo import Photo
from gui.widgets.number_field import NumberField

FOCAL_35, MAKE, MODEL, EXIF = 0xA405, 0x010F, 0x0110, 0x8769


@pytest.fixture
def with_shoe(on_photo: OpenWindow) -> OpenWindow:
    """The painted photo with a posed shoe, the Pose tool in the hand, the camera panel in front."""
    on_photo.add_shoe()
    on_photo.session.use_tool("align")
    on_photo.settle()
    on_photo.click_widget("poseCamera_open")
    on_photo.settle()
    return on_photo


def field(place: OpenWindow, name: str) -> NumberField:
    found = place.window.findChild(NumberField, f"camera_{name}")
    assert found is not None and found.isVisible()
    return found


def said(place: OpenWindow) -> str:
    words = place.window.findChild(QLabel, "cameraSourceWords")
    assert words is not None
    return words.text()


def photo_file(folder: Path, name: str, *, focal_mm: int | None = None, camera: str = "", size=(320, 220)) -> Path:
    file = folder / name
    exif = Image.Exif()
    if focal_mm is not None:
        exif.get_ifd(EXIF)[FOCAL_35] = focal_mm
    if camera:
        exif[MAKE], exif[MODEL] = camera.split()[0], camera
    Image.new("RGB", size, "#506070").save(file, exif=exif)
    return file


def add(place: OpenWindow, file: Path, position: int) -> Photo:
    photo = replace(photo_of(file, file.parent), position=position)
    assert place.session.commit(Edit.of("Add another", None, photo))
    return photo


def again(place: OpenWindow, photo: Photo) -> Photo:
    assert place.session.document is not None
    return place.session.document.photo(photo.id)


def choose(place: OpenWindow, name: str) -> None:
    """Open the menu of the panel's button and click an entry of it."""
    place.settle()
    place.click_widget("cameraApply")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry = next(action for action in menu.actions() if action.objectName() == name)
    assert entry.isEnabled(), entry.text()
    entry.trigger()
    menu.close()
    place.settle()


def test_numbers_are_linked_and_merge_into_one_edit(with_shoe: OpenWindow) -> None:
    place = with_shoe
    before, pose = place.photo.camera, place.only.pose
    assert said(place) == "Guessed: a view of 60°"
    assert field(place, "film").value() == pytest.approx(focal_35mm(before), abs=0.05)
    field(place, "film").setValue(36.0)
    field(place, "focal").setValue(381.0)
    place.wait(lambda: field(place, "film").value() == pytest.approx(42.9, abs=0.06))
    camera = place.photo.camera
    assert (camera.fx_px, camera.fy_px, camera.source) == (381.0, 381.0, CameraSource.HAND)
    assert field(place, "fov").value() == pytest.approx(camera.vertical_fov_deg, abs=0.005)
    assert said(place) == "Set by hand" and place.history[-1:] == ["Focal length"]
    moved = place.only.pose
    assert moved.translation_mm[2] / 381.0 == pytest.approx(pose.translation_mm[2] / before.fy_px)
    assert camera.project(moved.translation_mm) == pytest.approx(before.project(pose.translation_mm), abs=1e-6)
    place.place.canvas.setFocus()
    place.key("Ctrl+Z")
    assert place.photo.camera == before and place.only.pose == pose


def test_lens_and_centre_are_edits_and_the_distance_can_be_kept(with_shoe: OpenWindow) -> None:
    place = with_shoe
    pose = place.only.pose
    field(place, "k1").setValue(-0.05)
    field(place, "cx").setValue(150.0)
    field(place, "ratio").setValue(1.01)
    camera = place.photo.camera
    assert camera.distortion.tolist() == [-0.05, 0, 0, 0, 0] and camera.cx_px == 150.0
    assert place.history[-3:] == ["Lens distortion", "Principal point", "Pixel shape"]
    keep = place.window.findChild(QCheckBox, "cameraKeepDistance")
    assert keep is not None
    kept = place.only.pose
    assert kept != pose
    keep.click()
    field(place, "fov").setValue(40.0)
    assert place.only.pose == kept


def test_the_dolly_is_live_merged_and_keeps_tz_over_f(with_shoe: OpenWindow) -> None:
    place = with_shoe
    before, pose = place.photo.camera, place.only.pose
    place.settle()
    for _ in range(4):
        at = QPointF(place.at((150, 110)))
        QTest.wheelEvent(place.window.windowHandle(), at, QPoint(0, 120), QPoint(), CTRL | SHIFT)
    camera, moved = place.photo.camera, place.only.pose
    assert camera.fy_px == pytest.approx(before.fy_px * 1.03**4) and place.history[-1:] == ["Dolly"]
    assert moved.translation_mm[2] / camera.fy_px == pytest.approx(pose.translation_mm[2] / before.fy_px)
    assert camera.project(moved.translation_mm) == pytest.approx(before.project(pose.translation_mm), abs=1e-6)
    assert place.history.count("Dolly") == 1
    place.place.canvas.setFocus()
    place.key("Ctrl+[")
    assert place.photo.camera.fy_px == pytest.approx(before.fy_px * 1.03**3)
    place.key("Ctrl+Z")
    assert place.photo.camera == before
    QTest.wheelEvent(place.window.windowHandle(), at, QPoint(0, 120), QPoint(), CTRL)
    assert place.photo.camera == before and place.only.pose != pose  # Ctrl alone pushes, as ever


def test_exif_is_read_again_or_its_absence_said(on_photo: OpenWindow, tmp_path: Path) -> None:
    place = on_photo
    photo = add(place, photo_file(tmp_path, "phone.jpg", focal_mm=28), 1)
    place.session.open_photo(photo.id)
    place.key("F11")
    place.settle()
    field(place, "fov").setValue(30.0)
    place.click_widget("cameraExif")
    place.wait(lambda: place.photo.camera.source is CameraSource.EXIF)
    assert focal_35mm(place.photo.camera) == pytest.approx(28.0)
    place.wait(lambda: said(place) == "EXIF: 28 mm as on 35 mm film")
    bare = add(place, photo_file(tmp_path, "bare.jpg"), 2)
    place.session.open_photo(bare.id)
    place.settle()
    place.click_widget("cameraExif")
    place.wait(lambda: any("bare.jpg tells no focal length" in notice for notice in place.notices))
    assert place.photo.camera == bare.camera


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """What the file dialog answers."""

    def answer(file: Path) -> None:
        monkeypatch.setattr("gui.actions.asking.Asking.file", lambda *_: file)

    return answer


def test_a_calibration_file_is_taken_scaled_and_named(
    with_shoe: OpenWindow, tmp_path: Path, asked: Callable[[Path], None]
) -> None:
    place = with_shoe
    file = tmp_path / "rig.json"
    matrix = [[600.0, 0, 319.5], [0, 600.0, 219.5], [0, 0, 1]]
    file.write_text(json.dumps({"K": matrix, "dist": [-0.1, 0, 0, 0, 0], "image_size": [640, 440]}))
    asked(file)
    place.click_widget("cameraFile")
    place.wait(lambda: said(place) == "Calibration file rig.json")
    camera = place.photo.camera
    assert (camera.fx_px, camera.cx_px, camera.cy_px) == (300.0, 160.0, 110.0) and camera.is_distorted
    assert place.only.pose_estimate.camera_source is CameraSource.CALIBRATION
    file.write_text(json.dumps({"K": matrix, "image_size": [640, 640]}))
    place.click_widget("cameraFile")
    place.wait(lambda: any("for pictures of 640 × 640 px" in notice for notice in place.notices))
    file.write_text(json.dumps({"K": "none"}))
    place.click_widget("cameraFile")
    place.wait(lambda: any("rig.json: “K” is no list of numbers" in notice for notice in place.notices))
    assert place.photo.camera is camera


def test_one_camera_for_all_photos_of_a_size_is_one_step(on_photo: OpenWindow, tmp_path: Path) -> None:
    place = on_photo
    others = [add(place, photo_file(tmp_path, f"{n}.png"), n) for n in range(1, 12)]
    wide = add(place, photo_file(tmp_path, "wide.png", size=(320, 100)), 20)
    place.session.open_photo(place.photo.id)
    place.key("F11")
    place.settle()
    field(place, "film").setValue(35.0)
    steps = len(place.history)
    choose(place, "apply_size")
    place.wait(lambda: any("given to 11 photos" in notice for notice in place.notices))
    assert all(again(place, one).camera == place.photo.camera for one in others)
    assert again(place, wide).camera == wide.camera and len(place.history) == steps + 1
    place.place.canvas.setFocus()
    place.key("Ctrl+Z")
    assert all(again(place, one).camera == one.camera for one in others)


def test_picked_photos_and_those_of_the_same_camera(on_photo: OpenWindow, tmp_path: Path) -> None:
    place = on_photo
    own = add(place, photo_file(tmp_path, "own.jpg", focal_mm=28, camera="Acme A1"), 1)
    same = add(place, photo_file(tmp_path, "same.jpg", focal_mm=28, camera="Acme A1"), 2)
    other = add(place, photo_file(tmp_path, "other.jpg", focal_mm=28, camera="Acme B2"), 3)
    zoomed = add(place, photo_file(tmp_path, "zoomed.jpg", focal_mm=56, camera="Acme A1"), 4)
    half = add(place, photo_file(tmp_path, "half.jpg", size=(160, 110)), 5)
    add(place, photo_file(tmp_path, "tall.jpg", size=(100, 110)), 6)
    place.session.open_photo(own.id)
    place.key("F11")
    place.settle()
    field(place, "film").setValue(30.0)
    choose(place, "apply_camera")
    place.wait(lambda: any("given to 1 photo" in notice for notice in place.notices))
    assert again(place, same).camera == place.photo.camera
    assert again(place, other).camera == other.camera and again(place, zoomed).camera == zoomed.camera
    view = place.window.findChild(QListView, "photoRows")
    assert view is not None
    for row, held in ((5, NONE), (6, CTRL), (1, CTRL)):  # the one picked last is the open one
        at = view.viewport().mapTo(place.window, view.visualRect(view.model().index(row, 0)).center())
        QTest.mouseClick(place.window.windowHandle(), LEFT, held, at)
    choose(place, "apply_chosen")
    place.wait(lambda: any("1 of another shape kept theirs (tall.jpg)" in notice for notice in place.notices))
    assert again(place, half).camera.fx_px == pytest.approx(place.photo.camera.fx_px / 2)


def test_unitys_numbers_are_copied_and_pasted_as_one_edit(with_shoe: OpenWindow) -> None:
    place = with_shoe
    clipboard = QGuiApplication.clipboard()
    place.place.canvas.setFocus()
    place.key("Ctrl+U")
    view = UnityView.from_text(clipboard.text())
    expected = unity_view(place.only.pose, place.photo.camera)
    assert view.text == expected.text
    steps, before = len(place.history), place.photo
    clipboard.setText("T(0, 2.05, -2.28) R(22.957, 0, 0) fov 60°")
    place.key("Ctrl+Shift+U")
    assert place.only.pose == pose_from_unity(UnityView(0, 2.05, -2.28, 22.957, 0, 0, 60.0))
    assert place.photo.camera.source is CameraSource.HAND and len(place.history) == steps + 1
    shown = place.window.findChild(QLabel, "unityNumbers")
    place.wait(lambda: shown.text().startswith("T  0.000  2.050  -2.280\nR  22.96°"))
    exif = replace(place.photo.camera, source=CameraSource.EXIF)
    place.session.commit(Edit.of("Known", place.photo, place.photo.with_camera(exif)))
    place.key("Ctrl+U")
    place.key("Left")
    place.key("Ctrl+Shift+U")  # what was copied comes back, and the camera is known from where it was
    assert place.only.pose.translation_mm == pytest.approx([0, *place.only.pose.translation_mm[1:]], abs=1e-6)
    assert place.photo.camera.source is CameraSource.EXIF
    for _ in range(4):
        place.key("Ctrl+Z")
    assert place.photo == before
    clipboard.setText("some words")
    place.key("Ctrl+Shift+U")
    assert any("Nothing was pasted. Unity's camera has seven numbers" in notice for notice in place.notices)
    clipboard.setText("0 0 500 0 0 0 60")
    place.key("Ctrl+Shift+U")
    assert any("behind the camera" in notice for notice in place.notices)
    assert len(place.history) == steps


def test_the_unit_and_axes_of_unity_are_preferences(with_shoe: OpenWindow) -> None:
    place = with_shoe
    place.preferences.set("unity_unit_mm", 1000.0)
    place.preferences.set("unity_toe", "-X")
    place.place.canvas.setFocus()
    place.key("Ctrl+U")
    scene = UnityScene("-X", "+Y", 1000.0)
    text = QGuiApplication.clipboard().text()
    assert text == unity_view(place.only.pose, place.photo.camera, scene=scene).text
    back = pose_from_unity(UnityView.from_text(text), scene)
    assert np.abs(back.translation_mm - place.only.pose.translation_mm).max() < 1e-5
    place.preferences.set("unity_up", "+X")
    place.key("Ctrl+U")
    assert "cannot be toe and up in Unity" in place.notices[-1]


def test_the_fit_tells_the_focal_length_or_why_it_cannot(on_photo: OpenWindow) -> None:
    place = on_photo
    place.key("F11")
    place.settle()
    place.click_widget("cameraFit")
    assert "Choose a sneaker first" in place.notices[-1]
    place.add_shoe()
    place.session.use_tool("align")
    place.key("F11")
    place.settle()
    before = place.photo.camera
    place.click_widget("cameraFit")
    place.wait(lambda: any("mm as on 35 mm film ±" in notice for notice in place.notices))
    taken = place.photo.camera.source is CameraSource.FIT
    assert taken == place.notices[-1].startswith("success: Focal length") and taken == (place.photo.camera != before)
    if taken:
        assert place.history[-1:] == ["Camera from the fit"] and place.only.pose_estimate.iou > 0.95
        place.place.canvas.setFocus()
        place.key("Ctrl+Z")
    assert place.photo.camera == before


def test_a_photo_whose_labels_cannot_be_read_is_named_and_the_others_get_the_camera(
    with_shoe: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (add(with_shoe, photo_file(tmp_path, f"{name}.png"), 1) for name in ("bad", "good"))
    document = with_shoe.session.document
    assert document is not None
    read = document.photo

    def photo(photo_id: str) -> Photo:
        if photo_id == bad.id:
            raise StorageError("bad.png cannot be read.")
        return read(photo_id)

    monkeypatch.setattr(document, "photo", photo)
    for focal_mm in (30.0, 40.0):  # and the command is not busy for ever
        field(with_shoe, "film").setValue(focal_mm)
        choose(with_shoe, "apply_size")
        with_shoe.wait(lambda: again(with_shoe, good).camera == with_shoe.photo.camera)
        assert "1 could not be read (bad.png)" in with_shoe.notices[-1]
