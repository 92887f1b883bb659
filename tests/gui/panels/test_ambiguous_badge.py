"""A pose whose outline allows another one says so at the foot of its panel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panel_book import shoe_session
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.labels.instance import PoseEstimate
from gui.panels.pose_panel import PosePanel
from gui.proposals import PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session


def commit(session: Session, estimate: PoseEstimate) -> None:
    photo = session.photo
    session.commit(Edit.of("Pose", photo, photo.with_instance(session.selected.with_pose_estimate(estimate))))


def test_the_badge_comes_and_goes_with_the_other_poses(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    proposals = Proposals(session)
    panel = PosePanel(session, proposals)
    qtbot.addWidget(panel)
    panel.show()
    badge = panel.findChild(QLabel, "poseAmbiguous")
    assert badge is not None and not badge.isVisible() and "T" in badge.text()
    estimate = session.selected.pose_estimate
    commit(session, replace(estimate, alternatives=(estimate.pose.moved([0, 0, 0.5, 0, 0, 0]),)))
    qtbot.waitUntil(badge.isVisible)
    commit(session, replace(estimate, alternatives=()))
    qtbot.waitUntil(lambda: not badge.isVisible())


def test_what_is_offered_is_ambiguous_as_well(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    proposals = Proposals(session)
    panel = PosePanel(session, proposals)
    qtbot.addWidget(panel)
    panel.show()
    badge = panel.findChild(QLabel, "poseAmbiguous")
    assert badge is not None
    basis, photo = session.selected, session.photo
    options = (PoseOption(basis, rivals=(1,)), PoseOption(basis, rivals=(0,)))
    offer = Proposal(3, photo.id, "Find pose", basis, basis, "", finished=True, poses=PoseOffer(options))
    proposals.put(offer)
    qtbot.waitUntil(badge.isVisible)
    proposals.refuse()
    qtbot.waitUntil(lambda: not badge.isVisible())
