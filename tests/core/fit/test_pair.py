"""Two shoes of one floor fitted together: better than alone, and harmless where they do not share a floor."""

from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, view

from core.fit.errors import FitCancelled
from core.fit.from_starts import search_from
from core.fit.pair import SharedFloor, coupled, refine_pair
from core.fit.problem import FitProblem, fit_problem
from core.fit.refine import refine_pose, stand_of
from core.geometry.camera import Camera
from core.geometry.on_floor import apart_on_the_floor, starts_on_the_floor
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side
from core.render.contours import region_from_mask
from core.render.raster import mesh_mask

FAR = Camera.from_vertical_fov(40.0, 800, height_px=600)
SOLE_MM = -0.5 * float(lofted_shoe().extent_mm[2])


def pair_of_poses(azimuth_deg: float, elevation_deg: float) -> tuple[Pose, Pose]:
    """A right shoe, and a left one to the wearer's left on the same floor."""
    right = view(azimuth_deg, elevation_deg, distance_mm=1150.0)
    return right, right @ Pose.exp([0.0, 0.0, 0.15, 25.0, 150.0, 0.0])


def outline(pose: Pose, side: Side, *, seed: int | None = None, noise_px: float = 1.5) -> Region:
    mesh = lofted_shoe() if side is Side.RIGHT else lofted_shoe().mirrored()
    region = region_from_mask(mesh_mask(mesh, pose, FAR), tolerance_px=0.0).simplified(1.5)
    if seed is None:
        return region
    ring = region.parts[0].outer.points_px
    return Region.from_points(ring + np.random.default_rng(seed).normal(0, noise_px, ring.shape))


def asked(region: Region, side: Side) -> FitProblem:
    size = ShoeSize(LENGTH_MM)
    return fit_problem(lofted_shoe(), model_length_mm=LENGTH_MM, side=side, size=size, camera=FAR, region=region)


def test_the_coupling_is_the_gradient_and_curvature_of_its_cost() -> None:
    first, second = (stand_of(p.moved([0.02, -0.01, 0.03, 2, 1, 3])) for p in pair_of_poses(40, 30))
    second = stand_of(pair_of_poses(40, 30)[1].moved([-0.01, 0.02, 0.0, 0, -2, 1]))
    floor, soles = SharedFloor(), (SOLE_MM, SOLE_MM - 4.0)
    from core.fit.pair import _moved

    def cost(step: np.ndarray) -> float:
        return coupled(_moved(first, step[:6]), _moved(second, step[6:]), soles=soles, floor=floor).cost

    here = coupled(first, second, soles=soles, floor=floor)
    for k in range(12):
        step = np.zeros(12)
        step[k] = 1e-6 if k % 6 < 3 else 1e-4
        slope = (cost(step) - cost(-step)) / (2 * step[k])
        assert slope == pytest.approx(here.gradient[k], rel=1e-3, abs=1e-4)
    assert np.allclose(here.hessian, here.hessian.T) and np.linalg.eigvalsh(here.hessian).min() > -1e-6


def test_a_pair_is_found_better_together_than_alone() -> None:
    together, alone, tilts = [], [], []
    for seed, (azimuth, elevation) in enumerate(((20, 25), (75, 35), (140, 20), (250, 40), (320, 30), (110, 50))):
        poses = pair_of_poses(azimuth, elevation)
        sides = (Side.RIGHT, Side.LEFT)
        problems = [asked(outline(poses[i], sides[i], seed=10 * seed + i), sides[i]) for i in range(2)]
        starts = tuple(pose.moved([0.05, -0.06, 0.05, 10, -8, 30]) for pose in poses)
        found = refine_pair(*problems, starts=(starts[0], starts[1]))
        single = [refine_pose(problem, start).pose for problem, start in zip(problems, starts, strict=True)]
        together += [
            rotation_angle_deg(a, b) for a, b in zip((found.first.pose, found.second.pose), poses, strict=True)
        ]
        alone += [rotation_angle_deg(a, b) for a, b in zip(single, poses, strict=True)]
        tilts.append((found.tilt_deg, apart_on_the_floor(single[0], single[1], sole_mm=SOLE_MM)[0]))
        for one in (found.first, found.second):
            assert one.covariance is not None and np.linalg.eigvalsh(one.covariance).min() > 0
    assert np.mean(together) < 0.9 * np.mean(alone)
    assert all(after <= before + 0.05 for after, before in tilts)


def test_exact_outlines_stay_where_they_are() -> None:
    poses = pair_of_poses(60, 30)
    problems = asked(outline(poses[0], Side.RIGHT), Side.RIGHT), asked(outline(poses[1], Side.LEFT), Side.LEFT)
    found = refine_pair(*problems, starts=poses)
    assert rotation_angle_deg(found.first.pose, poses[0]) < 1.0 and found.first.iou > 0.98
    assert found.tilt_deg < 1.0 and found.height_mm < 3.0


def test_a_shoe_held_in_the_hand_is_let_go() -> None:
    right, left = pair_of_poses(60, 30)
    held = left.moved([0.6, 0.2, 0.0, 0.0, -120.0, -50.0])
    problems = asked(outline(right, Side.RIGHT), Side.RIGHT), asked(outline(held, Side.LEFT), Side.LEFT)
    found = refine_pair(*problems, starts=(right, held))
    assert rotation_angle_deg(found.first.pose, right) < 1.5 and rotation_angle_deg(found.second.pose, held) < 1.5
    assert found.tilt_deg > 20.0 and found.height_mm > 20.0


def test_a_watcher_ends_it() -> None:
    poses = pair_of_poses(60, 30)
    problems = asked(outline(poses[0], Side.RIGHT), Side.RIGHT), asked(outline(poses[1], Side.LEFT), Side.LEFT)
    with pytest.raises(FitCancelled):
        refine_pair(*problems, starts=poses, on_step=lambda which, pose, fraction: False)


@pytest.mark.parametrize("yaw_deg", [0.0, 100.0, 180.0])
def test_the_other_shoe_is_found_from_the_floor_of_the_first(yaw_deg: float) -> None:
    right, left = pair_of_poses(60, 30)
    left = left @ Pose.exp([0.0, 0.0, np.radians(yaw_deg), 0.0, 0.0, 0.0])
    region = outline(left, Side.LEFT)
    x0, y0, x1, y1 = region.bounds_px
    starts = starts_on_the_floor(right, ((x0 + x1) / 2, (y0 + y1) / 2), camera=FAR)
    found = search_from(asked(region, Side.LEFT), starts)
    assert rotation_angle_deg(found.hypotheses[0].pose, left) < 1.5
    assert found.hypotheses[0].side is Side.LEFT
    pairs = [(i, j) for i, one in enumerate(found.hypotheses) for j in one.ambiguous_with]
    assert all(0 <= j < len(found.hypotheses) and i != j for i, j in pairs)


def test_starts_behind_the_camera_do_no_harm() -> None:
    true = view(60, 30)
    region = region_from_mask(mesh_mask(lofted_shoe(), true, CAMERA), tolerance_px=0.0)
    size = ShoeSize(LENGTH_MM)
    problem = fit_problem(
        lofted_shoe(), model_length_mm=LENGTH_MM, side=Side.RIGHT, size=size, camera=CAMERA, region=region
    )
    found = search_from(problem, [true.with_translation([0.0, 0.0, -500.0])])
    assert rotation_angle_deg(found.hypotheses[0].pose, true) < 1.0
