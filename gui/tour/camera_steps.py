"""The tour's camera: its numbers, the dolly, another program's pose, and what stands before the shoe."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.geometry.camera import Camera
from core.geometry.camera_numbers import focal_35mm
from gui.tour.tour import WOOD, Tour
from gui.tour.view import View
from gui.tour.windows import open_menu

WHEEL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_TYPED_MM = 40.0


def change_camera(tour: Tour) -> None:
    """The camera panel, a focal length typed, and perspective alone by the dolly."""
    hand = tour.hand
    hand.key("F11")
    hand.wait_for("cameraPanel")
    tour.picture(
        "camera", "F11: the camera of the photo, where it is known from, and Unity's numbers of the same pose."
    )
    before = hand.read(lambda: camera_of(tour.view))
    hand.double_click("camera_film")
    hand.key("Ctrl+A")
    hand.type_text(f"{_TYPED_MM:.0f}")
    hand.key("Return")
    tour.see("the focal length", lambda view: abs(focal_35mm(camera_of(view)) - _TYPED_MM) < 0.1)
    tour.picture("camera-set", "A focal length typed in: the other numbers follow, and the shoe stays as large.")
    hand.click("cameraApply")
    hand.wait("the menu of photos", lambda: open_menu() is not None)
    tour.snap("camera-apply", "Apply to…: this camera for the photos picked, for all of a size, or of one telephone.")
    hand.key("Escape")
    hand.wait("the menu to close", lambda: open_menu() is None)
    take_back(tour, before)
    middle = before.project(hand.read(lambda: tour.view.pose).translation_mm)
    hand.wheel("canvas", tour.where(middle), -14, held=WHEEL)
    tour.see("the dolly", lambda view: view.undo_label == "Dolly")
    tour.picture("dolly", "Ctrl+Shift+wheel: a wider lens and the shoe as much nearer: perspective alone is judged.")
    take_back(tour, before)


def use_unity(tour: Tour) -> None:
    """Seven numbers out and in again."""
    hand = tour.hand
    before = hand.read(lambda: tour.view.pose)
    hand.key("Ctrl+U")
    hand.wait("the numbers on the clipboard", lambda: len(QGuiApplication.clipboard().text().split()) == 7)
    hand.key("Right")
    tour.see("a nudge", lambda view: view.undo_label == "Nudge shoe")
    hand.key("Ctrl+Shift+U")
    tour.see("the pasted pose", lambda view: view.undo_label == "Paste Unity's pose")
    after = hand.read(lambda: tour.view.pose)
    if float(np.abs(after.translation_mm - before.translation_mm).max()) > 0.01:
        raise AssertionError("a pose copied for Unity and pasted again is another one")
    tour.picture("unity", "Ctrl+U copies the pose as Unity's seven numbers, Ctrl+Shift+U pastes such a camera.")
    hand.key("Ctrl+Z", times=2)
    tour.see("the pose of before", lambda view: view.pose == before)


def mark_occluder(tour: Tour) -> None:
    """A leg marked by one key, and back to the shoe."""
    hand = tour.hand
    hand.key("F4")
    shoe = hand.read(lambda: tour.view.chosen)
    if shoe is None:
        raise LookupError("no shoe is chosen")
    x0, y0, x1, _ = shoe.region.bounds_px
    width = x1 - x0
    left, right, top = x0 + 0.05 * width, x0 + 0.3 * width, max(y0 - 0.25 * width, 2.0)
    hand.key("O")
    tour.outline([(left, top), (right, top), (right, y0 + 0.1 * width), (left, y0 + 0.1 * width)])
    tour.see("the leg", lambda view: len(view.instances) == 2 and view.tool == "align")
    tour.picture("occluder", f"O marks what stands before the shoe ({WOOD}): hatched, and left out of every fit.")
    hand.key("Ctrl+Z")
    tour.see("the shoe alone", lambda view: len(view.instances) == 1)


def take_back(tour: Tour, camera: Camera) -> None:
    """Undo until the camera is that one."""
    for _ in range(12):
        if tour.hand.read(lambda: camera_of(tour.view)) == camera:
            return
        tour.hand.key("Ctrl+Z")
    raise AssertionError("the camera was not taken back")


def camera_of(view: View) -> Camera:
    """The open photo's camera."""
    photo = view.window.workplace.session.photo
    if photo is None:
        raise LookupError("no photo is open")
    return photo.camera
