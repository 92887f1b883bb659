"""Offers of poses without a window: which is shown, what keys mean, and what taking one does to what has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from panel_book import posed, shoe_session

from core.document.edit import Edit
from core.geometry.region import Region
from core.jobs.messages import FitResult, Result
from core.labels.instance import Instance, Side
from core.labels.photo import Photo
from gui.actions.hypothesis_actions import HypothesisActions
from gui.panels.hypothesis_strip import card_text
from gui.proposals import MOST_CARDS, PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return shoe_session(tmp_path)


def photo_of(session: Session) -> Photo:
    assert session.photo is not None
    return session.photo


def option(instance: Instance, turn: float = 0.0, *, doubt: str = "", rivals: tuple[int, ...] = ()) -> PoseOption:
    assert instance.pose_estimate is not None
    estimate = instance.pose_estimate
    turned = replace(estimate, pose=estimate.pose.moved([0.0, turn, 0.0, 0.0, 0.0, 0.0]))
    return PoseOption(instance.with_pose_estimate(turned), doubt, rivals)


def offer_for(session: Session, instance_id: str, job_id: int = -3, **rest: object) -> Proposal:
    photo = photo_of(session)
    basis = photo.instance(instance_id)
    made = posed(basis, photo)
    poses = PoseOffer((option(made, **rest), option(made, 0.4), option(made, 0.8)))  # type: ignore[arg-type]
    shown = poses.shown.instance
    return Proposal(job_id, photo.id, "Find pose", shown, basis, finished=True, camera=photo.camera, poses=poses)


def test_showing_another_pose_changes_what_enter_takes(session: Session) -> None:
    proposals = Proposals(session)
    offer = offer_for(session, "left")
    assert offer.poses is not None
    proposals.put(offer)
    proposals.put(offer.showing(replace(offer.poses, at=2)))
    assert len(proposals.shown) == 1 and proposals.accept() == 1
    assert photo_of(session).instance("left").pose == offer.poses.options[2].instance.pose


def test_a_pose_more_is_shown_at_once(session: Session) -> None:
    offer = offer_for(session, "left")
    assert offer.poses is not None
    more = offer.poses.with_option(offer.poses.options[0])
    assert more.at == 3 and offer.showing(more).instance is offer.poses.options[0].instance
    for _ in range(MOST_CARDS - 2):
        more = more.with_option(PoseOption(offer.instance, rivals=(MOST_CARDS - 1,)))
    assert (len(more.options), more.at) == (MOST_CARDS, MOST_CARDS - 1) and more.options[4].rivals == ()


def test_the_doubt_is_of_the_pose_that_is_shown(session: Session) -> None:
    offer = offer_for(session, "left", doubt="Another shoe.")
    assert offer.doubt == "Another shoe." and offer.poses is not None
    assert offer.showing(replace(offer.poses, at=1)).doubt == ""


def test_keys_mean_the_pose_of_what_is_selected_then_the_newest(session: Session) -> None:
    proposals = Proposals(session)
    left, right = offer_for(session, "left"), offer_for(session, "right", -4)
    proposals.put(left)
    proposals.put(right)
    session.select("left")
    assert proposals.pose is left
    session.select()
    assert proposals.pose is right
    assert proposals.refuse() is right and proposals.shown == (left,)


def test_an_outline_offered_later_is_what_keys_mean(session: Session) -> None:
    proposals = Proposals(session)
    proposals.put(offer_for(session, "left"))
    fresh = Instance("new", "sneaker", region=Region.from_box(0, 0, x1_px=50, y1_px=50))
    proposals.put(Proposal(-9, "a", "Outline", fresh, None, finished=True))
    assert proposals.pose is None
    assert proposals.accept() == 1 and photo_of(session).find("new") is not None
    assert proposals.pose is not None


def test_what_a_hand_has_said_meanwhile_stays(session: Session) -> None:
    proposals = Proposals(session)
    photo = photo_of(session)
    bare = replace(photo.instance("right"), side=Side.UNKNOWN)
    session.commit(Edit.of("Forget", photo, photo.with_instance(bare)))
    offer = offer_for(session, "right")
    found = tuple(PoseOption(o.instance.with_side(Side.LEFT)) for o in offer.poses.options)  # type: ignore[union-attr]
    proposals.put(offer.showing(PoseOffer(found)))
    now = photo_of(session)
    session.commit(Edit.of("Side", now, now.with_instance(bare.with_side(Side.RIGHT))))
    assert proposals.accept() == 1
    taken = photo_of(session).instance("right")
    assert taken.side is Side.RIGHT and taken.model_id == "m" and taken.pose is not None
    assert taken.pose_estimate is not None and taken.pose_estimate.iou is None  # measured for the other foot


def test_an_outline_that_came_along_is_taken_with_the_pose(session: Session) -> None:
    proposals = Proposals(session)
    photo = photo_of(session)
    made = replace(posed(photo.instance("right"), photo), id="fresh")
    poses = PoseOffer((option(made),))
    proposals.put(Proposal(-3, photo.id, "Find pose", made, None, finished=True, camera=photo.camera, poses=poses))
    assert proposals.outlines == () and proposals.pose is not None and proposals.pose.has_outline
    assert proposals.accept() == 1
    taken = photo_of(session).instance("fresh")
    assert taken.pose is not None and not taken.region.is_empty and session.selection == ("fresh",)


def test_poses_become_those_of_an_outline_that_a_batch_puts_there(session: Session) -> None:
    proposals = Proposals(session)
    session.signals.document_changed.emit(None)
    photo = photo_of(session).with_instances(())
    session.commit(Edit.of("Empty", photo_of(session), photo))
    made = posed(Instance("mine", "sneaker", region=Region.from_box(100, 150, x1_px=400, y1_px=280)), photo)
    poses = PoseOffer((option(made), option(made, 0.4)))
    proposals.put(Proposal(-3, photo.id, "Find pose", made, None, finished=True, camera=photo.camera, poses=poses))
    put = Instance("batch", "sneaker", Side.RIGHT, Region.from_box(101, 150, x1_px=400, y1_px=281))
    session.commit(Edit.of("Segment", photo_of(session), photo_of(session).with_instance(put)))
    assert proposals.accept() == 1
    (taken,) = photo_of(session).instances
    assert taken.id == "batch" and taken.region is put.region and taken.side is Side.RIGHT and taken.pose is not None


def test_own_numbers_are_no_job_s(session: Session) -> None:
    proposals = Proposals(session)
    first = proposals.own_job_id()
    assert first < -1000
    proposals.put(replace(offer_for(session, "left"), job_id=first))
    assert proposals.own_job_id() < first


def test_a_card_says_how_good_and_how_sure(session: Session) -> None:
    offer = offer_for(session, "left", rivals=(2,))
    assert offer.poses is not None
    text = card_text(offer.poses, 0)
    assert (text.iou, text.contour, text.sigma, text.foot, text.badge) == (
        "0.970",
        "1.2 px",
        "± 0.6°",
        "L",
        "ambiguous",
    )
    doubted = card_text(PoseOffer((option(offer.instance, doubt="Another shoe."),)), 0)
    assert doubted.badge == "doubt" and "Another shoe." in doubted.tip


def test_taking_one_pose_lets_go_of_what_else_was_offered_for_that_shoe(session: Session) -> None:
    proposals = Proposals(session)
    older, newer = offer_for(session, "left"), offer_for(session, "left", -4)
    other = offer_for(session, "right", -5)
    assert newer.poses is not None
    for one in (other, older, newer.showing(replace(newer.poses, at=2))):
        proposals.put(one)
    session.select("left")
    assert proposals.accept() == 1
    taken = photo_of(session).instance("left").pose
    assert taken == newer.poses.options[2].instance.pose and proposals.shown == (other,)


def test_what_is_dropped_while_it_waits_for_the_hand_does_not_come(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposals = Proposals(session)
    offer = offer_for(session, "left")
    waiting: list[Callable[[], None]] = []
    monkeypatch.setattr(session, "when_idle", waiting.append)  # a drag lives
    proposals.put(offer)
    proposals.drop((offer,))
    for act in waiting:
        act()
    assert proposals.shown == () and proposals.of(offer.key) is None


class HeldInference:
    """Keeps what is asked for, until a test answers it."""

    def __init__(self) -> None:
        self.answers: list[Callable[[Result], None]] = []

    def submit(self, request: object, *, on_result: Callable[[Result], None], on_failed: object) -> int:
        self.answers.append(on_result)
        return len(self.answers)


def test_a_twin_s_answer_is_about_the_offer_it_was_asked_for(session: Session) -> None:
    proposals, inference = Proposals(session), HeldInference()
    asked: dict[str, Any] = {"shoe_file": lambda shoe: Path("m.npz"), "accept": lambda anyway: None}
    flipping = HypothesisActions(session, proposals, inference, **asked)  # type: ignore[arg-type]
    left, right = offer_for(session, "left"), offer_for(session, "right", -4)
    proposals.put(left)
    session.select("left")
    flipping.twin()
    proposals.put(right)
    session.select("right")
    assert proposals.pose is right and left.poses is not None
    listed = left.poses.options[1].instance.pose
    assert listed is not None
    inference.answers[0](Result(1, FitResult(listed, None, 0.98, 1.0, 0.9, 5.0)))
    assert proposals.find("right") is right
    now = proposals.find("left")
    assert now is not None and now.poses is not None and now.poses.at == 1
