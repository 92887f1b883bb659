from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fit_builders import problem, rendered, rough, view

from core.fit.ambiguity import PLAUSIBLE_NATS, disagreement_px2, rivalry, widened
from core.fit.candidates import Candidate
from core.fit.problem import FitProblem
from core.fit.refine import refine_pose, stand_of
from core.fit.search import search_pose
from core.geometry.pose import Pose
from core.geometry.region import Region

TRUE = view(40, 30)


def shaken(pose: Pose, seed: int, *, sigma_px: float = 1.0) -> FitProblem:
    ring = rendered(pose).simplified(0.8).parts[0].outer.points_px
    return problem(Region.from_points(ring + sigma_px * np.random.default_rng(seed).normal(size=ring.shape)))


def candidate(asked: FitProblem, pose: Pose, *, loss: float) -> Candidate:
    return Candidate(asked, stand_of(pose), loss, polished=True)


def test_the_true_pose_disagrees_least() -> None:
    clean = problem(rendered(TRUE))
    at_truth = disagreement_px2(clean, stand_of(TRUE), 6.0)
    turned = disagreement_px2(clean, stand_of(rough(TRUE, 3)), 6.0)
    assert at_truth < 0.2 and turned > 10 * at_truth and turned <= 36.0
    behind = TRUE.with_translation([0.0, 0.0, -900.0])
    assert disagreement_px2(clean, stand_of(behind), 6.0) == pytest.approx(36.0)


def test_a_pose_within_the_noise_is_a_rival_and_one_beyond_is_not() -> None:
    asked = shaken(TRUE, 1)
    found = refine_pose(asked, TRUE).pose
    lifted = found.moved([0.0, 0.0, 0.0, *(0.03 * found.translation_mm)])
    away = found.moved([0.0, 0.5, 0.0, 0.0, 0.0, 0.0])
    same = found.moved([1e-4, 0.0, 0.0, 0.0, 0.0, 0.0])
    poses = [(found, 0.03), (lifted, 0.05), (away, 0.1), (same, 0.03)]
    compared = rivalry([candidate(asked, pose, loss=loss) for pose, loss in poses])
    assert compared.nats[0] == 0.0
    assert compared.nats[2] > PLAUSIBLE_NATS > abs(compared.nats[3])
    assert 2 not in compared.rivals[0]
    assert 3 not in compared.rivals[0]  # no other answer
    assert compared.rivals[2][:1] == (0,)  # far less likely: the best is named


def test_what_is_far_worse_is_not_even_measured() -> None:
    asked = problem(rendered(TRUE))
    compared = rivalry([candidate(asked, TRUE, loss=0.001), candidate(asked, rough(TRUE, 1), loss=0.3)])
    assert compared.nats == (0.0, np.inf)
    assert compared.rivals == ((), (0,))


def test_rivals_in_the_same_valley_widen_the_doubt() -> None:
    asked = problem(rendered(TRUE))
    small = np.diag([1e-4] * 3 + [0.1] * 3)
    near = TRUE.moved([0.0, 0.2, 0.0, 0.0, 0.0, 12.0])
    far = TRUE.moved([0.0, 2.0, 0.0, 0.0, 0.0, 0.0])
    poses = [candidate(asked, pose, loss=0.01) for pose in (TRUE, near, far)]
    alone, second, unknown = widened([small, small, None], poses, [0.0, np.inf, 0.0])
    assert alone == pytest.approx(small) and second == pytest.approx(small) and unknown is None
    both = widened([small, small, None], poses, [0.0, 0.0, 0.0])[0]
    assert both is not None
    assert both[1, 1] == pytest.approx(1e-4 + 0.2**2 / 2) and both[5, 5] == pytest.approx(0.1 + 12.0**2 / 2)
    assert np.linalg.eigvalsh(both).min() > 0


def test_a_clear_outline_has_one_answer_and_a_poor_one_says_so() -> None:
    clear = search_pose(problem(rendered(TRUE))).hypotheses
    assert clear[0].ambiguous_with == ()
    assert all(one.ambiguous_with[:1] == (0,) for one in clear[1:])
    small = view(90, 3, distance_mm=5000.0)
    poor = search_pose(shaken(small, 4, sigma_px=2.0), upright=None).hypotheses
    assert poor[0].ambiguous_with
    assert all(index < len(poor) and index != 0 for index in poor[0].ambiguous_with)


def test_clicks_take_a_rival_out() -> None:
    from core.fit.knowledge import Click

    asked = shaken(view(90, 3, distance_mm=5000.0), 4, sigma_px=2.0)
    found = search_pose(asked, upright=None).hypotheses
    rival = found[found[0].ambiguous_with[0]]
    marks = np.array([[140.0, 0.0, -30.0], [-140.0, 0.0, 60.0], [-140.0, 0.0, -40.0]])
    pixels = asked.camera.project(found[0].pose.apply(marks))
    clicks = tuple(
        Click(tuple(map(float, mark)), tuple(map(float, pixel)), 0.5)  # type: ignore[arg-type]
        for mark, pixel in zip(marks, pixels, strict=True)
    )
    known = replace(asked, clicks=clicks)
    pair = [candidate(known, one.pose, loss=1 - one.iou) for one in (found[0], rival)]
    assert rivalry(pair).nats[1] > rivalry([replace(one, problem=asked) for one in pair]).nats[1] + PLAUSIBLE_NATS
