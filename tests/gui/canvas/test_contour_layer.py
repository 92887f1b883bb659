from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from core.labels.contour_profile import ContourProfile
from gui.canvas.contour_layer import Blur, ContourLayer

SIZE = 200


def circle(errors: np.ndarray, *, judged: np.ndarray | None = None) -> ContourProfile:
    """Places round (100, 100), 60 px away, beginning at the right."""
    count = len(errors)
    turn = np.arange(count) * 2 * np.pi / count
    points = 100 + 60 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    none = np.zeros(count, dtype=bool)
    arcs = np.arange(count) * (2 * np.pi * 60 / count)
    hidden = none if judged is None else judged
    return ContourProfile(arcs, points, errors, none.astype(np.int64), none, hidden, 1.0, 2.0, 1.0, 2.0, 0.9)


def painted(layer: ContourLayer, transform: QTransform | None = None) -> QImage:
    """What the layer shows on black."""
    picture = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    painter = QPainter(picture)
    painter.setWorldTransform(transform or QTransform())
    layer.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    return picture


@pytest.fixture
def layer(qtbot: QtBot) -> ContourLayer:
    made = ContourLayer()
    made.look(QRectF(0, 0, SIZE, SIZE), 1.0)
    return made


def test_orange_outside_blue_inside_grey_dashes_where_hidden(layer: ContourLayer) -> None:
    count = 360
    errors = np.where(np.arange(count) < count // 2, 9.0, -9.0)
    hidden = (np.arange(count) > 250) & (np.arange(count) < 290)
    layer.show_profile(circle(errors, judged=hidden), "a")
    picture = painted(layer)
    below, above_left = QColor(picture.pixel(100, 160)), QColor(picture.pixel(49, 69))
    assert below.red() > 200 > below.blue() and above_left.blue() > 180 > above_left.red()
    greys = [QColor(picture.pixel(x, 40)) for x in range(90, 111)]
    assert all(abs(grey.red() - grey.blue()) < 25 for grey in greys)
    assert {grey.red() > 100 for grey in greys} == {True, False}


def test_without_a_band_only_the_dot_is_shown(layer: ContourLayer) -> None:
    layer.show_profile(circle(np.full(360, 9.0)))
    assert layer.limit_px is None
    blank = painted(layer)
    layer.mark(0)
    dotted = painted(layer)
    assert QColor(blank.pixel(160, 100)) == QColor("black")
    assert QColor(dotted.pixel(167, 100)).lightness() > 150
    assert layer.point((158.0, 101.0)) is not None and layer.point((100.0, 100.0)) is None


def test_a_late_profile_is_dimmed(layer: ContourLayer) -> None:
    known = circle(np.full(360, 9.0))
    layer.show_profile(known, "a")
    now = QColor(painted(layer).pixel(100, 160)).red()
    layer.show_profile(known, "a", is_now=False)
    assert QColor(painted(layer).pixel(100, 160)).red() < 0.6 * now


def test_a_pan_moves_the_band_and_a_zoom_draws_it_anew(layer: ContourLayer) -> None:
    layer.show_profile(circle(np.full(360, 9.0)), "a")
    painted(layer)
    layer.look(QRectF(-20, 0, SIZE, SIZE), 1.0)
    moved = painted(layer, QTransform.fromTranslate(20, 0))
    assert QColor(moved.pixel(120, 160)).red() > 200 and QColor(moved.pixel(60, 100)) != QColor("black")
    layer.look(QRectF(0, 0, 2 * SIZE, 2 * SIZE), 0.5)
    small = painted(layer, QTransform.fromScale(0.5, 0.5))
    assert QColor(small.pixel(50, 80)).red() > 200 and QColor(small.pixel(100, 160)) == QColor("black")


def test_far_zoomed_in_it_draws_what_is_seen(layer: ContourLayer) -> None:
    layer.show_profile(circle(np.full(360, 9.0)), "a")
    layer.look(QRectF(155, 95, 10, 10), 20.0)
    view = QTransform(20, 0, 0, 20, -155 * 20, -95 * 20)
    assert QColor(painted(layer, view).pixel(100, 100)).red() > 200
    layer.look(QRectF(100, 155, 10, 10), 20.0)
    view = QTransform(20, 0, 0, 20, -100 * 20, -155 * 20)
    assert QColor(painted(layer, view).pixel(2, 100)).red() > 200


def test_a_landmark_is_named_under_the_pointer(layer: ContourLayer) -> None:
    layer.show_blurs([Blur("toe tip", (100.0, 100.0), (30.0, 12.0), 90.0)])
    plain = painted(layer)
    assert QColor(plain.pixel(100, 130)).lightness() > 60 and QColor(plain.pixel(130, 100)) == QColor("black")
    layer.point((100.0, 125.0))
    assert painted(layer) != plain
    layer.point((125.0, 100.0))
    assert painted(layer) == plain
    assert layer.boundingRect().contains(QPointF(100.0, 130.0))
