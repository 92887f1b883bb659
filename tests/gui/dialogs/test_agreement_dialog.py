"""The agreement of two passes: each measure drawn, every shoe listed, the sigmas kept once, a photo opened."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from gui.dialogs.agreement import AgreementDialog, DotStrip

SHOE = {"file": "a/b.jpg", "instances": ["1", "2"], "sides_differ": False, "mask_iou": 0.9, "contour_px": 1.5}
TOLD: dict[str, Any] = {
    "photos": 2,
    "shoes": 2,
    "only_first": [["c.jpg", "9"]],
    "only_second": [],
    "sides_differ": 1,
    "measures": {
        "mask_iou": {"median": 0.92, "interval": [0.9, 0.95], "worst_tenth": 0.9, "n": 2, "unit": ""},
        "rotation_deg": {"median": 2.0, "interval": None, "worst_tenth": 2.0, "n": 1, "unit": "°"},
    },
    "sigmas": {"toe tip": 0.021},
    "each": [SHOE, SHOE | {"file": "d.jpg", "mask_iou": 0.95, "rotation_deg": 2.0, "sides_differ": True}],
}


def test_it_shows_what_differs_and_keeps_the_sigmas(qtbot: QtBot) -> None:
    kept: list[Any] = []
    dialog = AgreementDialog(TOLD, keep=kept.append)
    qtbot.addWidget(dialog)
    dialog.show()
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "2 shoes in both" in words and "1 in the first alone" in words and "toe tip 0.0210" in words
    assert "median 2 °" in words and len(dialog.findChildren(DotStrip)) == 2
    dialog.grab()
    table = dialog.findChild(QTableWidget, "agreementShoes")
    assert table is not None and table.rowCount() == 2
    assert "left in one" in table.item(1, 0).text()
    with qtbot.waitSignal(dialog.opened) as opened:
        table.cellActivated.emit(0, 0)
    assert opened.args == ["a/b.jpg"]
    button = dialog.findChild(QPushButton, "agreementKeep")
    assert button is not None
    button.click()
    assert kept == [{"toe tip": 0.021}] and not button.isEnabled()


def test_without_sigmas_there_is_nothing_to_keep(qtbot: QtBot) -> None:
    dialog = AgreementDialog(TOLD | {"sigmas": {}, "measures": {}, "each": []}, keep=lambda _: None)
    qtbot.addWidget(dialog)
    button = dialog.findChild(QPushButton, "agreementKeep")
    assert button is not None and not button.isEnabled()
