"""The annotator's eye: where the shoes of the sample photos lie, and which drag would bring the drawn shoe nearer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera, CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.geometry.steering import turned
from core.labels.instance import ShoeSize, Side
from core.labels.shoe_model import ShoeModel
from core.sneaker.shipped import MODELS_FOLDER, SAMPLE_FOLDER, shipped_sneaker

Array = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
Place: TypeAlias = Point | Array  # (2,) px of a photo

TRUTH_FOLDER = SAMPLE_FOLDER.with_name("sample_truth")
MODEL_FILE = MODELS_FOLDER / "outsole_sneaker.glb"
_GRID = 13
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class TrueShoe:
    """Where a shoe of a sample photo really stands, and the region it covers there."""

    side: Side
    size: ShoeSize
    pose: Pose
    camera: Camera
    region: Region
    points_mm: Array
    diameter_mm: float


def true_shoes(photo: str) -> tuple[TrueShoe, ...]:
    """The shoes of a sample photo by the file kept apart from it; must run on a thread that may own a VTK window."""
    content = json.loads((TRUTH_FOLDER / photo).with_suffix(".json").read_text(encoding="utf-8"))
    camera = Camera(**content["camera"], distortion=np.zeros(5), source=CameraSource.EXIF)
    model, mesh = shipped_sneaker()
    regions = _regions(content["shoes"], camera, model, mesh)
    return tuple(
        _shoe(shoe, camera, model=model, mesh=mesh, region=region)
        for shoe, region in zip(content["shoes"], regions, strict=True)
    )


def corners_of(region: Region, most: int) -> tuple[Point, ...]:
    """Where a patient annotator clicks: the outer ring of the largest part with at most so many corners."""
    from core.geometry.tracing import region_from_mask
    from core.render.region_raster import region_mask

    _, _, right, bottom = region.bounds_px
    mask = region_mask(region, int(right) + 2, int(bottom) + 2)
    tolerance = 1.0
    while True:
        part = max(region_from_mask(mask, tolerance_px=tolerance).parts, key=lambda part: part.area_px2)
        if len(part.outer) <= most:
            corners = part.outer.points_px
            # A click beside the first corner closes the outline: begin where no other comes near.
            apart = np.linalg.norm(corners[:, None] - corners[None], axis=-1) + 1e9 * np.eye(len(corners))
            first = int(np.argmax(apart.min(axis=1)))
            return tuple((float(x), float(y)) for x, y in np.roll(corners, -first, axis=0))
        tolerance *= 1.2


def seen_about(true: Pose, *, off_by: tuple[float, ...]) -> Pose:
    """Where a human takes the shoe to be: off by a tangent (rad, share of the distance)."""
    omega, shift = np.array(off_by[:3]), np.array(off_by[3:]) * true.translation_mm[2]
    return true.moved(np.concatenate([omega, shift]))


def turning_drag(pose: Pose, goal: Pose, camera: Camera, *, radius_px: float) -> tuple[Point, Point]:
    """From where to where the hand drags over the shoe so that it comes nearest to the goal's rotation."""
    centre = camera.project(pose.translation_mm)

    def ends(half: Array) -> tuple[Point, Point]:
        start, end = centre - half * radius_px, centre + half * radius_px
        return (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))

    def error(half: Array) -> float:
        start, end = ends(half)
        return rotation_angle_deg(turned(pose, camera, from_px=start, to_px=end, radius_px=radius_px), goal)

    return ends(_least(error, 0.75))


def rolls(pose: Pose, goal: Pose, *, step_deg: float) -> int:
    """How many steps of rolling about the line of sight bring the shoe nearest to the goal; clockwise above 0."""

    def error(count: int) -> float:
        return rotation_angle_deg(pose.moved([0.0, 0.0, np.radians(step_deg) * count, 0.0, 0.0, 0.0]), goal)

    most = round(180.0 / step_deg)
    return min(range(-most, most + 1), key=error)


def _least(error: Callable[[Array], float], reach: float) -> Array:
    """The (2,) point within `reach` of 0 with the least error, by grids that shrink."""
    best = np.zeros(2)
    width = reach
    for _ in range(_ROUNDS):
        steps = np.linspace(-width, width, _GRID)
        grid = [best + np.array([x, y]) for x in steps for y in steps]
        best = min((p for p in grid if np.hypot(*p) <= reach), key=error)
        width *= 2.5 / (_GRID - 1)
    return best


def _shoe(content: dict[str, Any], camera: Camera, *, model: ShoeModel, mesh: Mesh, region: Region) -> TrueShoe:
    side, size, pose = Side(content["side"]), _size(content), _pose(content)
    points = model.sized_mesh(mesh, size=size, side=side).vertices_mm
    diameter = model.diameter_mm * size.length_mm / model.length_mm
    return TrueShoe(side, size, pose, camera, region, points, diameter)


def _regions(shoes: list[dict[str, Any]], camera: Camera, model: ShoeModel, mesh: Mesh) -> list[Region]:
    """What each shoe covers in the photo; a nearer one hides what is behind it."""
    from core.geometry.tracing import region_from_mask
    from core.render.vtk_scene import ShoeScene, Shot

    scene = ShoeScene()
    scene.set_mesh(mesh, "true")
    covered = np.zeros((camera.height_px, camera.width_px), dtype=bool)
    regions: dict[int, Region] = {}
    for at in sorted(range(len(shoes)), key=lambda at: float(shoes[at]["translation_mm"][2])):
        factors = model.factors(_size(shoes[at]), Side(shoes[at]["side"]))
        mask = scene.render_mask(Shot("true", factors, _pose(shoes[at]), replace(camera)))
        regions[at] = region_from_mask(mask & ~covered)
        covered |= mask
    scene.close()
    return [regions[at] for at in range(len(shoes))]


def _pose(content: dict[str, Any]) -> Pose:
    return Pose(np.array(content["rotation_wxyz"]), np.array(content["translation_mm"]))


def _size(content: dict[str, Any]) -> ShoeSize:
    return ShoeSize(content["length_mm"], content["width_ratio"], content["height_ratio"])
