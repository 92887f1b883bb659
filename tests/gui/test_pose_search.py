"""What the stages of a search for a pose say together; no core is needed for that."""

from __future__ import annotations

from core.geometry.pose import Pose
from core.jobs.messages import PoseHypothesis
from core.labels.instance import Side
from gui.actions.pose_search import Supposed, concluded, distinct
from gui.proposals import MOST_POSES


def found(
    turn: float, iou: float, *, side: Side = Side.RIGHT, doubt: str = "", rivals: tuple[int, ...] = ()
) -> PoseHypothesis:
    pose = Pose.exp([0.0, turn, 0.0, 0.0, 0.0, 500.0])
    return PoseHypothesis(pose, side, iou, 1.0, None, doubt=doubt, ambiguous_with=rivals)


UPRIGHT, OTHER, ANYHOW, HIDDEN = Supposed


def test_a_good_first_stage_is_the_answer() -> None:
    said = concluded({UPRIGHT: (found(0.0, 0.98), found(1.0, 0.9))})
    assert said.is_good and said.is_settled and not said.is_hidden and len(said.hypotheses) == 2


def test_a_shoe_squeezed_into_a_cut_outline_gives_way_to_the_one_partly_hidden() -> None:
    hidden = (found(0.0, 0.8), found(0.5, 0.91))
    said = concluded({UPRIGHT: (found(0.5, 0.91),), ANYHOW: (found(2.0, 0.94),), HIDDEN: hidden})
    assert said.is_hidden and [h.iou for h in said.hypotheses] == [0.8, 0.91]


def test_lying_anyhow_is_believed_only_where_it_explains_everything() -> None:
    upright = (found(0.5, 0.85),)
    assert concluded({UPRIGHT: upright, ANYHOW: (found(2.0, 0.99),)}).hypotheses[0].iou == 0.99
    assert concluded({UPRIGHT: upright, ANYHOW: (found(2.0, 0.95),)}).hypotheses[0].iou == 0.85
    assert concluded({UPRIGHT: upright, ANYHOW: (found(2.0, 0.99, doubt="Another shoe."),)}).hypotheses[0].iou == 0.85


def test_the_other_foot_is_offered_with_a_doubt_where_it_explains_everything() -> None:
    upright, other = (found(0.5, 0.88),), (found(0.0, 0.99, side=Side.LEFT), found(1.0, 0.9, side=Side.LEFT))
    said = concluded({UPRIGHT: upright, OTHER: other})
    assert said.is_settled and not said.is_good
    assert [one.side for one in said.hypotheses] == [Side.LEFT, Side.RIGHT, Side.LEFT]
    assert "left shoe" in said.hypotheses[0].doubt and said.hypotheses[1].doubt == ""
    assert concluded({UPRIGHT: (found(0.5, 0.95),), OTHER: other}).hypotheses[0].side is Side.LEFT
    assert concluded({UPRIGHT: (found(0.5, 0.98),), OTHER: other}).hypotheses[0].side is Side.RIGHT
    assert concluded({UPRIGHT: upright, OTHER: (found(0.0, 0.95, side=Side.LEFT),)}).hypotheses == upright


def test_a_doubtful_pose_is_not_good() -> None:
    assert not concluded({UPRIGHT: (found(0.0, 0.97, doubt="Another shoe."),)}).is_good


def test_the_same_pose_comes_once_and_the_other_foot_is_another_pose() -> None:
    one, other = found(0.0, 0.98), found(0.02, 0.97, side=Side.LEFT)
    assert distinct([(one, other), (found(0.05, 0.96), found(1.0, 0.9))]) == (one, other, found(1.0, 0.9))
    assert len(distinct([tuple(found(0.3 * k, 0.9) for k in range(10))])) == MOST_POSES


def test_rivals_are_those_that_say_so_of_each_other() -> None:
    listed = (found(0.0, 0.98, rivals=(1,)), found(1.0, 0.97, rivals=(0,)), found(2.0, 0.8, rivals=(0, 1)))
    assert [one.ambiguous_with for one in distinct([listed])] == [(1,), (0,), ()]
    again = distinct([(found(2.5, 0.7),), listed])
    assert [one.ambiguous_with for one in again] == [(), (2,), (1,), ()]
