"""The bundled scenes have exact poses: rough starts must find back to them, from a perfect and from a drawn outline;

and what was rendered lies where the fit takes it to lie."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.fit.problem import fit_problem
from core.fit.refine import refine_pose
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Part, Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import ShoeSize, Side
from core.metrics.pose_error import add_mm
from core.render.path_tracer import seen_solids
from core.render.raster import mesh_mask
from core.render.traced_scene import arrays_of
from core.resources import RESOURCES
from core.sneaker.floors import ground_of
from core.sneaker.sample_scenes import shipped_model, solids_of
from core.sneaker.scene_list import SCENES, Scene
from core.sneaker.shipped import shipped_high_top, shipped_sneaker

STARTS = 20
TILT_DEG, SHIFT_SHARE = 15.0, 0.08
SHOES = [
    (file, index)
    for file in sorted((RESOURCES / "sample_truth").glob("*.json"))
    for index in range(len(json.loads(file.read_text())["shoes"]))
]
SHIPPED = {"outsole-sneaker": shipped_sneaker, "outsole-high-top": shipped_high_top}


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
    model, mesh = SHIPPED[shoe["model"]]()
    sized = model.sized_mesh(mesh, size=size, side=side)
    outline = _largest_part(region_from_mask(mesh_mask(sized, pose, camera), tolerance_px=0.0))
    region = outline if corners is None else _with_corners(outline, corners)
    problem = fit_problem(mesh, model_length_mm=model.length_mm, side=side, size=size, camera=camera, region=region)
    points = sized.surface_points(500)
    rng = np.random.default_rng(index)
    found = [refine_pose(problem, _rough(pose, rng)).pose for _ in range(STARTS)]
    errors = [add_mm(pose, estimated, points_mm=points) for estimated in found]
    assert np.mean(np.array(errors) < within * sized.diameter_mm()) >= share


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)
def test_shoes_are_rendered_where_the_rasteriser_has_them_to_a_fiftieth_of_a_pixel(scene: Scene) -> None:
    """Pixels in which the two differ, over the length of the edge: how far the one lies off the other."""
    camera, view = scene.camera, scene.camera_from_world
    solids = solids_of(scene, shipped_model(scene))[: len(scene.shoes)]
    for solid in solids:
        ground = ground_of(scene.floor, (0.0, 0.0), side=4)
        rendered = seen_solids(arrays_of([solid], ground, scene.light), camera, view) == 0
        exact = mesh_mask(solid.mesh, view, camera)
        length_px = np.count_nonzero(exact[:, 1:] != exact[:, :-1]) + np.count_nonzero(exact[1:] != exact[:-1])
        assert np.count_nonzero(rendered != exact) / length_px < 0.02


def _rough(pose: Pose, rng: np.random.Generator) -> Pose:
    axis, direction = rng.normal(size=3), rng.normal(size=3)
    turn = axis / np.linalg.norm(axis) * np.radians(TILT_DEG)
    shift = direction / np.linalg.norm(direction) * SHIFT_SHARE * np.linalg.norm(pose.translation_mm)
    return pose.moved(np.concatenate([turn, shift]))


def _largest_part(region: Region) -> Region:
    return Region((max(region.parts, key=lambda part: part.area_px2),))


def _with_corners(region: Region, most: int) -> Region:
    region = Region(tuple(Part(part.outer) for part in region.parts))  # nobody draws the gaps in a bow
    tolerance = 0.1
    while sum(len(ring) for ring in region.simplified(tolerance).rings) > most:
        tolerance *= 1.05
    return region.simplified(tolerance)
