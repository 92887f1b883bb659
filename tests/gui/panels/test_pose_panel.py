"""The pose panel: numbers become edits that merge, reasons say why not, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from panel_book import OTHER_MODEL, photo, session_of, shoe_session, sneaker
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.geometry.camera import CameraSource
from core.geometry.steering import angles_deg
from core.geometry.uncertainty import FOCAL_SIGMAS
from core.labels.instance import Instance, Side
from gui import theme
from gui.panels.pose_fields import source_text
from gui.panels.pose_panel import PosePanel
from gui.proposals import Proposal, Proposals
from gui.session import Session
from gui.widgets.number_field import NumberField


def a_panel(qtbot: QtBot, session: Session, proposals: Proposals | None = None) -> PosePanel:
    panel = PosePanel(session, proposals or Proposals(session))
    qtbot.addWidget(panel)
    panel.resize(300, 560)
    panel.show()
    return panel


def field(panel: PosePanel, name: str) -> NumberField:
    found = panel.findChild(NumberField, name)
    assert found is not None
    return found


def button(panel: PosePanel, name: str) -> QPushButton:
    found = panel.findChild(QPushButton, name)
    assert found is not None
    return found


def test_numbers_are_shown_with_their_sigma(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    pose = session.selected.pose
    assert field(panel, "posePlace_z").value() == pytest.approx(pose.translation_mm[2], abs=0.05)
    assert field(panel, "poseAngles_yaw").value() == pytest.approx(angles_deg(pose)[0], abs=0.05)
    assert field(panel, "poseSize_length").text() == "280.0 mm"
    labels = panel.findChildren(QLabel)
    words = " ".join(label.text() for label in labels)
    guessed = np.hypot(4.0, FOCAL_SIGMAS[CameraSource.GUESS] * pose.translation_mm[2])
    assert f"z  ± {guessed:.0f}" in words
    doubt = next(label.toolTip() for label in labels if label.text().startswith("z  ±"))
    assert doubt.startswith("Least sure: ") and "The focal length is a guess" in doubt
    assert ".970" in words
    assert "1.2 px" in words
    assert "guess" in words


def offered(session: Session, *, finished: bool = True) -> Proposal:
    """A pose a little aside of the one that is there, more certain."""
    basis, photo = session.photo.find("left"), session.photo
    estimate = basis.pose_estimate.with_pose(basis.pose.moved([0.0, 0.1, 0.0, 10.0, 0.0, 0.0]))
    estimate = replace(estimate, covariance=np.diag([0.01] * 3 + [1.0, 1.0, 9.0]) ** 2 if finished else None)
    return Proposal(1, photo.id, "Fit pose", basis.with_pose_estimate(estimate), basis, finished=finished)


def test_offered_numbers_are_shown_and_fall_back(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    proposals = Proposals(session)
    panel = a_panel(qtbot, session, proposals)
    x, yaw, heading = field(panel, "posePlace_x"), field(panel, "poseAngles_yaw"), panel._place._heading
    own, committed = x.value(), session.photo
    proposals.put(offered(session, finished=False))
    qtbot.waitUntil(lambda: x.value() == pytest.approx(own + 10, abs=0.11))
    assert heading.text() == "Place, from the camera · fitting…"
    proposals.put(offered(session))
    qtbot.waitUntil(lambda: heading.text() == "Place, from the camera · offered")
    assert x.isReadOnly() and x.property("role") == "offered" and "Enter takes it" in x.toolTip()
    assert "x  ± 1.0" in " ".join(label.text() for label in panel.findChildren(QLabel))
    qtbot.keyClick(yaw, Qt.Key.Key_Up)
    x.stepBy(3)
    assert session.photo is committed  # they can be read, not changed
    field(panel, "poseSize_width").setValue(1.05)  # what the offer is not about can
    assert session.photo is not committed
    proposals.refuse()
    qtbot.waitUntil(lambda: heading.text() == "Place, from the camera")
    assert x.value() == pytest.approx(own, abs=0.06) and not x.isReadOnly() and "scrub" in x.toolTip()


def test_an_offer_for_another_shoe_or_an_outline_is_not_shown(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    proposals = Proposals(session)
    panel = a_panel(qtbot, session, proposals)
    proposals.put(offered(session))
    qtbot.waitUntil(lambda: field(panel, "posePlace_x").isReadOnly())
    session.select("right")
    qtbot.waitUntil(lambda: not field(panel, "posePlace_x").isReadOnly())
    session.select("left")
    qtbot.waitUntil(lambda: field(panel, "posePlace_x").isReadOnly())


def test_what_is_being_typed_stays_ones_own(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    proposals = Proposals(session)
    panel = a_panel(qtbot, session, proposals)
    panel.activateWindow()
    z = field(panel, "posePlace_z")
    z.setFocus()
    qtbot.waitUntil(z.hasFocus)
    z.selectAll()
    qtbot.keyClicks(z, "1234")
    proposals.put(offered(session))
    qtbot.waitUntil(lambda: field(panel, "posePlace_x").isReadOnly())
    assert not z.isReadOnly() and z.text().startswith("1234")
    qtbot.keyClick(z, Qt.Key.Key_Return)
    assert session.photo.find("left").pose.translation_mm[2] == 1234.0
    qtbot.waitUntil(z.isReadOnly)


def test_a_spin_is_one_merged_edit(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    yaw, before = field(panel, "poseAngles_yaw"), len(session.document.history.done)
    first = session.photo
    start = yaw.value()
    for _ in range(5):
        qtbot.keyClick(yaw, Qt.Key.Key_Up)
    assert len(session.document.history.done) == before + 1
    assert session.document.undo_label == "Turn shoe"
    assert angles_deg(session.selected.pose)[0] == pytest.approx(start + 5, abs=0.06)
    assert session.photo.find("right") is first.find("right")
    session.document.undo()
    assert session.photo is first
    qtbot.waitUntil(lambda: yaw.value() == start)


def test_depth_and_size_and_view(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    field(panel, "posePlace_z").setValue(1000.0)
    assert session.selected.pose.translation_mm[2] == 1000.0
    field(panel, "poseSize_length").setValue(308.0)
    assert session.selected.size.length_mm == 308.0
    assert session.selected.pose.translation_mm[2] == pytest.approx(1100.0)
    field(panel, "poseSize_width").setValue(1.05)
    assert session.selected.size.width_ratio == 1.05
    field(panel, "poseCamera_fov").setValue(40.0)
    assert session.photo.camera.vertical_fov_deg == pytest.approx(40.0)
    assert source_text(session.photo.camera) == "set by hand"


def test_side_and_model(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    session.commit(Edit.of("Import", None, OTHER_MODEL))
    session.select("right")
    panel = a_panel(qtbot, session)
    models = panel.findChild(QComboBox, "poseModel")
    assert models.itemText(0) == "Choose a shoe model…"
    models.activated.emit(models.findText("boot"))
    assert session.photo.find("right").model_id == "n"
    assert session.photo.find("right").pose is not None
    qtbot.mouseClick(button(panel, "poseSide_unknown"), Qt.MouseButton.LeftButton)
    assert session.photo.find("right").side is Side.UNKNOWN
    with qtbot.waitSignal(panel.import_requested):
        models.activated.emit(models.count() - 1)


def test_buttons_ask_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    panel = a_panel(qtbot, shoe_session(tmp_path))
    panel.show_keys({"fit": "E"})
    assert "(E)" in button(panel, "poseFit").toolTip()
    for name, signal in (
        ("poseFit", panel.fit_requested),
        ("poseReset", panel.reset_requested),
        ("poseMirror", panel.mirror_requested),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button(panel, name), Qt.MouseButton.LeftButton)
    assert not button(panel, "poseCopy").isEnabled()
    assert "No photo before this one" in button(panel, "poseCopy").toolTip()


def test_reasons_for_what_cannot_be(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    session.select("right")
    panel = a_panel(qtbot, session)
    assert "Choose a shoe model first" in button(panel, "poseFit").toolTip()
    assert not panel.findChild(QWidget, "poseAngles").isEnabled()
    locked = session.photo.find("left").with_flag("locked", True)
    session.commit(Edit.of("Lock", session.photo, session.photo.with_instance(locked)))
    session.select("left")
    qtbot.waitUntil(lambda: "locked" in button(panel, "poseFit").toolTip())


def test_empty_states(qtbot: QtBot, tmp_path: Path) -> None:
    leg = Instance("leg", "leg", region=sneaker("x").region)
    session = session_of(tmp_path, photo("a", leg))
    panel = a_panel(qtbot, session)
    said = panel._empty._text
    assert said.text() == "No photo is open."
    session.open_photo("a")
    qtbot.waitUntil(lambda: "Nothing is selected" in said.text())
    session.select("leg")
    qtbot.waitUntil(lambda: "“leg” has no pose" in said.text())


def test_the_figures_follow_the_theme(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    panel = a_panel(qtbot, shoe_session(tmp_path))
    qtbot.waitUntil(lambda: ".970" in [label.text() for label in panel.findChildren(QLabel)])
    figure = next(label for label in panel.findChildren(QLabel) if label.text() == ".970")
    used = theme.colors().name
    for colors in (theme.LIGHT, theme.DARK):
        theme.apply(qapp, colors.name)
        assert colors.success in figure.styleSheet()
    theme.apply(qapp, used)


def test_live_figures(qtbot: QtBot, tmp_path: Path) -> None:
    panel = a_panel(qtbot, shoe_session(tmp_path))
    panel.show_overlap(0.5, float("nan"))
    words = [label.text() for label in panel.findChildren(QLabel)]
    assert ".500" in words
    assert "nan px" not in words
