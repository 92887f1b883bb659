"""The bundled scenes have exact poses: rough starts must find back to them, from a perfect and from a drawn outline."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.fit.problem import fit_problem
from core.fit.refine import refine_pose
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import ShoeSize, Side
from core.metrics.pose_error import add_mm
from core.render.raster import mesh_mask
from core.sneaker.shipped import RESOURCES, shipped_sneaker

STARTS = 20
TILT_DEG, SHIFT_SHARE = 15.0, 0.08
SHOES = [
    (file, index)
    for file in sorted((RESOURCES / "sample_truth").glob("*.json"))
    for index in range(len(json.loads(file.read_text())["shoes"]))
]


@pytest.mark.parametrize(("file", "index"), SHOES, ids=[f"{file.stem}-{index}" for file, index in SHOES])
@pytest.mark.parametrize(("corners", "within", "share"), [(None, 0.05, 0.95), (40, 0.1, 0.9)], ids=["perfect", "drawn"])
def test_rough_starts_find_the_true_pose(
    file: Path, index: int, corners: int | None, within: float, share: float
) -> None:
    truth = json.loads(file.read_text())
    camera = Camera(**truth["camera"], distortion=np.zeros(5))
    shoe = truth["shoes"][index]
    pose = Pose(np.array(shoe["rotation_wxyz"]), np.array(shoe["translation_mm"]))
    side, size = Side(shoe["side"]), ShoeSize(shoe["length_mm"], shoe["width_ratio"], shoe["height_ratio"])
    model, mesh = shipped_sneaker()
    sized = model.sized_mesh(mesh, size=size, side=side)
    outline = _largest_part(region_from_mask(mesh_mask(sized, pose, camera), tolerance_px=0.0))
    region = outline if corners is None else _with_corners(outline, corners)
    problem = fit_problem(mesh, model_length_mm=model.length_mm, side=side, size=size, camera=camera, region=region)
    points = sized.surface_points(500)
    rng = np.random.default_rng(index)
    found = [refine_pose(problem, _rough(pose, rng)).pose for _ in range(STARTS)]
    errors = [add_mm(pose, estimated, points_mm=points) for estimated in found]
    assert np.mean(np.array(errors) < within * sized.diameter_mm()) >= share


def _rough(pose: Pose, rng: np.random.Generator) -> Pose:
    axis, direction = rng.normal(size=3), rng.normal(size=3)
    turn = axis / np.linalg.norm(axis) * np.radians(TILT_DEG)
    shift = direction / np.linalg.norm(direction) * SHIFT_SHARE * np.linalg.norm(pose.translation_mm)
    return pose.moved(np.concatenate([turn, shift]))


def _largest_part(region: Region) -> Region:
    return Region((max(region.parts, key=lambda part: part.area_px2),))


def _with_corners(region: Region, most: int) -> Region:
    tolerance = 0.1
    while sum(len(ring) for ring in region.simplified(tolerance).rings) > most:
        tolerance *= 1.05
    return region.simplified(tolerance)
