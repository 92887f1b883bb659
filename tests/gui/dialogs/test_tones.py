"""Brightness and contrast by slider, beside the photo's histogram."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QPushButton, QSlider

from gui.canvas.photo_picture import picture_from_pixels
from gui.dialogs.tones import TonesDialog
from gui.session import Session


def test_sliders_change_the_view_and_follow_it(qtbot) -> None:
    session = Session()
    dialog = TonesDialog(session, np.ones(256, dtype=np.int64))
    qtbot.addWidget(dialog)
    dialog.findChild(QSlider, "toneBrightness").setValue(25)
    dialog.findChild(QSlider, "toneContrast").setValue(150)
    assert (session.view.brightness, session.view.contrast) == (0.25, 1.5)
    dialog.findChild(QPushButton, "toneReset").click()
    assert (session.view.brightness, session.view.contrast) == (0.0, 1.0)
    assert dialog.findChild(QSlider, "toneContrast").value() == 100


def test_it_opens_without_a_photo(qtbot) -> None:
    qtbot.addWidget(TonesDialog(Session(), None))


def test_the_histogram_counts_every_pixel_once() -> None:
    pixels = np.zeros((40, 61, 3), dtype=np.uint8)
    pixels[:, 30:] = 200
    histogram = picture_from_pixels("x", pixels).histogram()
    assert histogram[0] == 40 * 30 and histogram[200] == 40 * 31 and histogram.sum() == 40 * 61
