"""The IoU in the instance list: measured by the core on what is there now, marked while it is of what was there."""

from __future__ import annotations

import pytest
from open_window import HeldCore, OpenWindow
from PySide6.QtWidgets import QLabel, QListView, QWidget

from core.document.edit import Edit
from core.geometry.region import Region
from core.jobs.messages import Failed, OverlapRequest, Request
from core.jobs.protocol import Listener
from core.labels.instance import Instance, new_id
from gui.live_overlap import REST_MS, Figure
from gui.panels.instance_rows import ROW


class SlowCore(HeldCore):
    """Live figures wait, too, until a test lets them go."""

    def submit(self, request: Request, listener: Listener) -> int:
        number = next(self._numbers)
        self._held.append((number, request, listener))
        return number

    def fail(self) -> None:
        """Say that none of it can be done."""
        held, self._held = self._held, []
        for number, _, listener in held:
            listener(Failed(number, "It cannot be measured."))


def figure(place: OpenWindow, row: int = 0) -> Figure | None:
    view = place.window.findChild(QListView, "instanceRows")
    assert view is not None
    shown = view.model().index(row, 0).data(ROW)
    return shown.figure if shown is not None else None


def iou_now(place: OpenWindow, row: int = 0) -> float:
    """The figure of a row once it is of what is there."""
    place.wait(lambda: (shown := figure(place, row)) is not None and shown.is_now)
    return figure(place, row).iou


def test_a_hand_edit_is_measured_and_nothing_is_written(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    before = iou_now(on_photo)
    on_photo.key("Alt+2")
    on_photo.key("Shift+Left")
    on_photo.settle()
    on_photo.wait(lambda: figure(on_photo) is not None and figure(on_photo).iou != before)
    assert figure(on_photo).is_now
    assert on_photo.only.pose_estimate.iou is None and on_photo.history[-1] == "Nudge shoe"
    on_photo.key("Ctrl+Z")
    on_photo.wait(lambda: figure(on_photo) == Figure(before))


def test_until_it_is_measured_the_older_figure_is_marked(opened) -> None:
    core = SlowCore()
    place = opened(core)
    place.add_shoe()
    place.settle()
    assert figure(place) is None  # nobody knows anything yet
    core.answer()
    before = iou_now(place)
    place.key("Alt+2")
    place.key("Left")
    place.settle()
    assert figure(place) == Figure(before, is_now=False)
    shown = place.window.findChild(QWidget, "poseOverlap")
    assert shown is not None
    place.wait(lambda: any(label.text().startswith("~.") for label in shown.findChildren(QLabel)))
    core.answer()
    place.wait(lambda: not any("~" in label.text() for label in shown.findChildren(QLabel)))
    assert iou_now(place) != before


def test_shoes_nobody_chose_are_measured_when_the_hand_rests(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.session.select()
    free = iou_now(on_photo)
    x0, y0, x1, y1 = shoe.region.bounds_px
    leg = Instance(new_id(), "leg", region=Region.from_box(x0, y0, x1_px=(x0 + x1) / 2, y1_px=y1))
    on_photo.session.commit(Edit.of("Outline", on_photo.photo, on_photo.photo.with_instance(leg)))
    on_photo.settle()
    assert figure(on_photo) == Figure(free, is_now=False)  # what hides a shoe counts
    assert iou_now(on_photo) != pytest.approx(free, abs=1e-6)


def test_a_fit_that_is_taken_shows_its_own_figure(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    rough = iou_now(on_photo)
    on_photo.key("E")
    on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown))
    on_photo.settle()
    assert figure(on_photo) == Figure(rough)  # an offer changes nothing in the list
    on_photo.key("Return")
    on_photo.wait(lambda: figure(on_photo).iou > rough)
    assert iou_now(on_photo) == pytest.approx(on_photo.only.pose_estimate.iou, abs=1e-9)
    on_photo.key("Ctrl+Z")
    assert iou_now(on_photo) == pytest.approx(rough)


def test_what_cannot_be_measured_is_not_asked_for_without_end(opened, qtbot) -> None:
    core = SlowCore()
    place = opened(core)
    place.add_shoe()
    place.session.select()
    asked = 0
    qtbot.waitUntil(lambda: bool(core.held), timeout=20 * REST_MS)
    while core.held:
        assert all(isinstance(request, OverlapRequest) for request in core.held)
        asked += len(core.held)
        core.fail()
        place.settle()
    place.place.shoe.watch._measure_others()
    assert core.held == () and asked <= 2
    assert figure(place) is None
