from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, lofted_shoe, problem, rendered, view

from core.bench.fit_noise import hand_drawn
from core.fit.doubt import DOUBTFUL, NO_MISFIT, doubt_of, misfit
from core.fit.search import search_pose
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region

VIEWS = [view(30, 25), view(110, 40, at=(120, 40)), view(250, 15), view(300, 60, at=(-150, -60))]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def another_shoe() -> Mesh:
    """Lower at the heel, its toe sprung, narrower."""
    mesh = lofted_shoe()
    x, y, z = mesh.vertices_mm.T
    half = float(x.max())
    low = float(z.min())
    lower = low + (z - low) * np.where(x < 0, 0.7, 1.0)
    sprung = lower + 0.12 * half * np.maximum(x / half, 0.0) ** 2
    return Mesh(np.stack([x, 0.85 * y, sprung], axis=1), mesh.faces).centred()


@pytest.mark.parametrize("true", VIEWS)
def test_own_outline_leaves_no_doubt(true: Pose) -> None:
    asked = problem(rendered(true))
    assert misfit(asked, true).score < 0.4 * DOUBTFUL
    assert doubt_of(asked, true) == ""


@pytest.mark.parametrize("seed", range(6))
def test_an_unsteady_hand_is_no_other_shoe(seed: int) -> None:
    true = VIEWS[seed % len(VIEWS)]
    asked = problem(hand_drawn(rendered(true), np.random.default_rng(seed)))
    assert search_pose(asked).hypotheses[0].doubt == ""


@pytest.mark.parametrize("true", VIEWS[:3])
def test_another_shoe_is_doubted_in_a_sentence(true: Pose) -> None:
    found = search_pose(problem(rendered(true, mesh=another_shoe()))).hypotheses[0]
    assert "another model" in found.doubt and " % of its length" in found.doubt


def test_a_wrong_pose_is_doubted() -> None:
    true = VIEWS[0]
    found = misfit(problem(rendered(true)), true.moved([0.0, 0.5, 0.0, 0.0, 0.0, 0.0]))
    assert found.is_doubtful and found.share > 0.03


def test_what_is_marked_as_hiding_the_shoe_is_no_misfit() -> None:
    true = VIEWS[0]
    region = rendered(true)
    x0, y0, x1, y1 = region.bounds_px
    middle = x0 + 0.35 * (x1 - x0)
    leg = Region.from_points([(x0 - 5, y0 - 5), (middle, y0 - 5), (middle, y1 + 5), (x0 - 5, y1 + 5)])
    seen = region.difference(leg)
    assert misfit(problem(seen), true).is_doubtful
    assert misfit(problem(seen, ignored=(leg,)), true).score < 0.5 * DOUBTFUL


def test_a_pose_behind_the_camera_tells_nothing() -> None:
    true = VIEWS[0]
    asked = problem(rendered(true))
    behind = Pose(true.rotation_wxyz, np.array([0.0, 0.0, -500.0]))
    assert misfit(asked, behind) == NO_MISFIT


def test_doubt_does_not_depend_on_the_resolution() -> None:
    """The same shoe on twice the pixels: what differs are shares of its length."""
    camera = CAMERA.resized(2 * CAMERA.width_px, 2 * CAMERA.height_px)
    true, mesh = VIEWS[0], another_shoe()
    small = misfit(problem(rendered(true, mesh=mesh)), true)
    large = misfit(problem(rendered(true, camera, mesh), camera), true)
    assert large.share == pytest.approx(small.share, rel=0.15)
    assert large.score >= 0.9 * small.score
