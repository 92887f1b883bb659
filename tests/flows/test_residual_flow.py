"""How a pose is checked in the real window: the band along the outline, its plot, the split view, the flicker."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from open_window import HeldCore, OpenWindow, aside
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QGraphicsView, QLabel, QWidget

from core.document.edit import Edit
from core.geometry.region import EMPTY_REGION
from core.jobs.messages import ContourRequest, Failed
from gui.panels.contour_panel import ContourPanel, place_text
from gui.residual_view import blurs_of
from gui.residuals import NO_CHOICE, NO_OUTLINE, NO_POSE


def band_of(place: OpenWindow) -> str | None:
    return place.place.canvas.contour.instance_id


def widget(place: OpenWindow, name: str) -> QWidget:
    found = place.window.findChild(QWidget, name)
    assert found is not None
    return found


def panel(place: OpenWindow) -> ContourPanel:
    return place.place.panels.contour


def shown(place: OpenWindow):
    return panel(place).watch.shown


def test_i_shows_the_band_and_is_remembered(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    legend = widget(on_photo, "contourLegend")
    assert band_of(on_photo) is None and not legend.isVisible() and shown(on_photo) is None
    on_photo.key("I")
    on_photo.wait(lambda: band_of(on_photo) == shoe.id)
    assert legend.isVisible() and on_photo.preferences["residuals"] is True
    on_photo.session.select()
    assert band_of(on_photo) is None and not legend.isVisible()
    on_photo.key("I")
    assert on_photo.preferences["residuals"] is False


def test_the_band_follows_a_drag_of_the_shoe(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("I")
    on_photo.key("Alt+2")
    on_photo.wait(lambda: shown(on_photo) is not None)
    before = shown(on_photo).profile
    middle = on_photo.photo.camera.project(on_photo.only.pose.translation_mm)
    on_photo.press(middle)
    on_photo.move(aside(middle, 30.0, 10.0))
    on_photo.wait(lambda: shown(on_photo).profile is not before)
    assert shown(on_photo).profile.mean_px != before.mean_px
    on_photo.release(aside(middle, 30.0, 10.0))
    on_photo.key("Ctrl+Z")
    on_photo.wait(lambda: shown(on_photo).profile.mean_px == pytest.approx(before.mean_px))


def test_what_is_offered_is_what_is_measured(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("I")
    on_photo.wait(lambda: shown(on_photo) is not None)
    own = shown(on_photo).profile.mean_px
    on_photo.key("E")
    on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown))
    on_photo.wait(lambda: shown(on_photo).profile.mean_px < own / 2)
    on_photo.key("Escape")
    on_photo.wait(lambda: shown(on_photo).profile.mean_px == pytest.approx(own))


def test_a_fitted_pose_shows_how_sure_its_landmarks_are(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    model = on_photo.session.project.models[shoe.model_id]
    on_photo.session.commit(Edit.of("Landmark", model, model.with_landmark("toe tip", (145.0, 0.0, 0.0))))
    on_photo.key("I")
    on_photo.key("E")
    on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown))
    on_photo.key("Return")
    on_photo.wait(lambda: shown(on_photo) is not None and bool(blurs_of(shown(on_photo), on_photo.session.project)))
    (blur,) = blurs_of(shown(on_photo), on_photo.session.project)
    expected = on_photo.photo.camera.project(on_photo.only.pose.apply(np.array([[145.0, 0.0, 0.0]])))[0]
    assert blur.name == "toe tip" and blur.at_px == pytest.approx(tuple(expected))
    assert 0 < blur.axes_px[1] <= blur.axes_px[0] < 30


def test_the_panel_plots_it_and_both_point_at_the_same_place(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("F9")
    on_photo.wait(lambda: shown(on_photo) is not None and widget(on_photo, "contourPlot").isVisible())
    texts = {label.objectName(): label.text() for label in panel(on_photo).findChildren(QLabel)}
    assert texts["contour_mean"].endswith(" px") and texts["contour_iou"].startswith("0.")
    watch, profile = panel(on_photo).watch, shown(on_photo).profile
    at = len(profile) // 3
    on_photo.move(tuple(profile.points_px[at]))
    on_photo.wait(lambda: watch.mark_at is not None and abs(watch.mark_at - at) < 8)
    assert "the shoe" in place_text(profile, watch.mark_at) and panel(on_photo).findChild(QLabel, "contourPlace").text()
    plot = widget(on_photo, "contourPlot").findChild(QGraphicsView)
    assert plot is not None
    view = plot.viewport()
    place = view.mapTo(on_photo.window, QPoint(view.width() // 2, view.height() // 3))
    QTest.mouseMove(on_photo.window.windowHandle(), place)
    on_photo.wait(lambda: watch.mark_at is not None and abs(watch.mark_at - len(profile) / 2) < 0.1 * len(profile))
    on_photo.key("F9")
    assert not widget(on_photo, "dock_contour").isVisible()


def test_a_click_in_the_plot_brings_the_place_into_view(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("F9")
    on_photo.wait(lambda: shown(on_photo) is not None)
    canvas, profile = on_photo.place.canvas, shown(on_photo).profile
    x, y = profile.points_px[0]
    canvas.show_box((float(x) + 200, float(y), float(x) + 210, float(y) + 10))
    panel(on_photo).watch.seek(0)
    assert canvas.seen_px.contains(float(x), float(y))


def test_every_reason_for_nothing_is_said(on_photo: OpenWindow) -> None:
    on_photo.key("F9")
    empty = widget(on_photo, "contourPanelEmpty")

    def said() -> str:
        return " ".join(label.text() for label in empty.findChildren(QLabel))

    on_photo.wait(lambda: NO_CHOICE in said())
    on_photo.add_outlined()
    on_photo.wait(lambda: NO_POSE in said())
    shoe = on_photo.add_shoe()
    on_photo.wait(lambda: shown(on_photo) is not None)
    bare = replace(on_photo.photo.instance(shoe.id), region=EMPTY_REGION)
    on_photo.session.commit(Edit.of("x", on_photo.photo, on_photo.photo.with_instance(bare)))
    on_photo.wait(lambda: NO_OUTLINE in said())


def test_what_cannot_be_measured_is_said_and_the_outline_stays(opened) -> None:
    place = opened(_NoContour())
    place.add_shoe()
    place.key("F9")
    place.key("I")
    empty = widget(place, "contourPanelEmpty")
    place.wait(lambda: any("too small" in label.text() for label in empty.findChildren(QLabel)))
    assert band_of(place) is None


class _NoContour(HeldCore):
    def submit(self, request, listener):
        if isinstance(request, ContourRequest):
            listener(Failed(7, "The outline is too small."))
            return 7
        return super().submit(request, listener)


def test_photo_beside_shoe_with_a_divider_to_drag(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.wait(lambda: on_photo.place.shoe.overlay.is_at_rest)
    on_photo.key("Shift+I")
    divider = widget(on_photo, "splitDivider")
    assert divider.isVisible() and on_photo.session.view.split
    before = divider.x()
    window = on_photo.window.windowHandle()
    start = divider.mapTo(on_photo.window, divider.rect().center())
    QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(window, start + QPoint(80, 0))
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(80, 0))
    assert divider.x() - before == pytest.approx(80, abs=2)
    assert on_photo.history == ["Add model", "Add shoe"]
    on_photo.key("Shift+I")
    assert not divider.isVisible()


def test_c_held_flickers_and_tapped_hides(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.wait(lambda: on_photo.place.shoe.overlay.is_at_rest)
    window, seen = on_photo.window.windowHandle(), []
    compare = on_photo.place.canvas.shoes.compare
    on_photo.place.canvas.shoes.compare = lambda compared: (seen.append(compared), compare(compared))
    on_photo.settle()
    QTest.keyPress(window, Qt.Key.Key_C)
    on_photo.wait(lambda: {c.is_seen for c in seen if c is not None} == {True, False})
    assert on_photo.session.view.blinking
    QTest.keyRelease(window, Qt.Key.Key_C)
    assert not on_photo.session.view.blinking and seen[-1] is None
    on_photo.key("C")
    assert on_photo.session.view.shoe_hidden
    on_photo.key("C")
    assert not on_photo.session.view.shoe_hidden


def test_the_panel_is_folded_away_at_first(on_photo: OpenWindow) -> None:
    dock = on_photo.window.findChild(QDockWidget, "dock_contour")
    assert dock is not None and dock.isHidden()


def test_the_plot_library_waits_for_the_first_plot() -> None:
    code = "import sys, gui.panels.contour_panel, gui.residual_view; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
