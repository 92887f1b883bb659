"""A planned scene made into a picture with its truth: what is seen of each shoe, its pose and its keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.outsole_key import KEY, pose_to_json
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.labels.instance import Side, Visibility
from core.labels.shoe_model import LANDMARK_NAMES
from core.render.raster import landmark_visibility, mesh_depth
from core.training.camera_look import developed
from core.training.coco_writer import WrittenInstance
from core.training.ground import floor_light, painted_backdrop, seen_on_floor, visible_patch
from core.training.legs import Outfit, person_legs
from core.training.random_shoes import ShoeLibrary
from core.training.render_stage import Body, RenderStage
from core.training.scene_plan import PlacedShoe, ScenePlan, plan_scene, plan_single
from core.training.shoe_paint import painted

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_HIDDEN_BEHIND_MM = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class RenderedShoe:
    """A shoe of a picture. mesh: of its size and side, shoe frame; visible: (H, W) the pixels whose centre shows it."""

    placed: PlacedShoe
    mesh: Mesh
    camera_from_shoe: Pose
    visible: Mask
    covered_px: int

    @property
    def side(self) -> Side:
        """Left or right."""
        return self.placed.side


@dataclass(frozen=True, slots=True, eq=False)
class RenderedPicture:
    """pixels: (H, W, 3) uint8. occluders: legs and garments, in the world.

    depth_mm: (H, W) of the nearest of everything, inf where there is only background.
    """

    pixels: NDArray[np.uint8]
    shoes: tuple[RenderedShoe, ...]
    occluders: tuple[Mesh, ...]
    plan: ScenePlan
    depth_mm: NDArray[np.float32]

    @property
    def camera(self) -> Camera:
        """The picture's camera."""
        return self.plan.camera


def rendered_picture(
    library: ShoeLibrary, stage: RenderStage, rng: np.random.Generator, *, size_px: int, backgrounds: Sequence[Path]
) -> RenderedPicture:
    """One random picture of size_px x size_px; all it shows comes from the generator and the library."""
    plan = plan_scene(library, rng, size_px=size_px)
    garments = _garments(plan, rng)
    drawn = _drawn(plan, garments, stage, rng)
    behind = _backdrop(plan, garments, backgrounds, rng)
    picture = drawn[..., :3] + (1 - drawn[..., 3:]) * behind
    pixels = developed(np.asarray(picture, np.float32), rng)
    shoes, depth = _truths(plan, garments)
    return RenderedPicture(pixels, shoes, tuple(garments), plan, depth)


def rendered_cutout(
    library: ShoeLibrary, stage: RenderStage, rng: np.random.Generator, *, size_px: int
) -> tuple[NDArray[np.uint8], PlacedShoe]:
    """(H, W, 4) uint8 straight RGBA of one shoe alone, and the shoe."""
    plan = plan_single(library, rng, size_px=size_px)
    drawn = _drawn(plan, [], stage, rng)
    alpha = np.maximum(drawn[..., 3:], 1e-4)
    shown = np.clip(drawn[..., :3] / alpha, 0, 1) * (drawn[..., 3:] > 0)
    rgba = np.concatenate([shown, drawn[..., 3:]], axis=2)
    return np.clip(np.round(rgba * 255), 0, 255).astype(np.uint8), plan.shoes[0]


def written_instances(picture: RenderedPicture) -> list[WrittenInstance]:
    """What the training set says of each shoe that is seen."""
    return [
        WrittenInstance(shoe.visible, shoe.side, _more(shoe, picture)) for shoe in picture.shoes if shoe.visible.any()
    ]


def _garments(plan: ScenePlan, rng: np.random.Generator) -> list[Mesh]:
    garments: list[Mesh] = []
    for person in range(plan.people):
        ankles = [shoe.ankle() for shoe in plan.shoes if shoe.person == person]
        garments += [garment.mesh for garment in person_legs(ankles, Outfit.drawn(rng), rng)]
    return garments


def _drawn(plan: ScenePlan, garments: Sequence[Mesh], stage: RenderStage, rng: np.random.Generator) -> Floats:
    """(H, W, 4) premultiplied, antialiased."""
    bodies = []
    textures: dict[int, Any] = {}
    for shoe in plan.shoes:
        own = np.random.default_rng(shoe.texture_seed)
        if shoe.texture_seed not in textures:
            textures[shoe.texture_seed] = (painted(shoe.form.coats, own), float(own.uniform(0, 1) ** 2 * 0.6))
        texture, gloss = textures[shoe.texture_seed]
        mesh = shoe.form.sided(shoe.form.mesh, shoe.side)
        key = f"{shoe.form.key}-{shoe.side.value}"
        bodies.append(Body(key, mesh, texture, shoe.world_from_shoe, shoe.scale, gloss))
    for garment in garments:
        assert garment.texture is not None
        bodies.append(Body("", garment, np.asarray(garment.texture), Pose.identity(), 1.0, 0.03))
    light, pose = plan.light, plan.camera_from_world
    return stage.draw(bodies, light.lamps, ambient=light.ambient, camera_from_world=pose, camera=plan.camera)


def _backdrop(
    plan: ScenePlan, garments: Sequence[Mesh], backgrounds: Sequence[Path], rng: np.random.Generator
) -> Floats:
    """(H, W, 3) the lit background."""
    patch = visible_patch(plan.camera, plan.camera_from_world, plan.target_mm)
    backdrop = painted_backdrop(plan.camera, plan.camera_from_world, patch, backgrounds, rng)
    if not plan.has_floor:
        return backdrop.albedo
    shades = [
        shade.with_vertices(shoe.world_from_shoe.apply(shade.vertices_mm * shoe.scale))
        for shoe in plan.shoes
        for shade in (shoe.form.sided(shoe.form.shade, shoe.side),)
    ]
    light = floor_light(patch, [*shades, *garments], plan.light.floor_lamps, plan.light.ambient)
    seen = seen_on_floor(light, patch, plan.camera, plan.camera_from_world, mirrored=False)
    lit = backdrop.lit[..., None]
    return np.asarray(backdrop.albedo * (seen * lit + (1 - lit)), np.float32)


def _truths(plan: ScenePlan, garments: Sequence[Mesh]) -> tuple[tuple[RenderedShoe, ...], NDArray[np.float32]]:
    """Each shoe with the pixels where nothing is nearer than it."""
    pose = plan.camera_from_world
    meshes, depths = [], []
    for shoe in plan.shoes:
        mesh = shoe.form.sided(shoe.form.mesh.scaled([shoe.scale] * 3), shoe.side)
        meshes.append(mesh)
        depths.append(mesh_depth(mesh, pose @ shoe.world_from_shoe, plan.camera))
    nearest = np.full((plan.camera.height_px, plan.camera.width_px), np.inf, np.float32)
    for garment in garments:
        nearest = np.minimum(nearest, mesh_depth(garment, pose, plan.camera))
    for depth in depths:
        nearest = np.minimum(nearest, depth)
    shoes = []
    taken = np.zeros(nearest.shape, bool)
    for shoe, mesh, depth in zip(plan.shoes, meshes, depths, strict=True):
        visible = np.isfinite(depth) & (depth <= nearest) & ~taken
        taken |= visible
        covered = int(np.isfinite(depth).sum())
        shoes.append(RenderedShoe(shoe, mesh, pose @ shoe.world_from_shoe, visible, covered))
    return tuple(shoes), nearest


def _more(shoe: RenderedShoe, picture: RenderedPicture) -> dict[str, Any]:
    """Further keys of the annotation: pose, size, camera, how much is seen, and keypoints where the form has any."""
    camera = picture.camera
    content: dict[str, Any] = {
        "side": shoe.side.value,
        "model": {"id": shoe.placed.form.source, "shape": shoe.placed.form.key},
        "size": {"length_mm": shoe.placed.length_mm, "width_ratio": 1.0, "height_ratio": 1.0},
        "pose": pose_to_json(shoe.camera_from_shoe) | {"camera_source": camera.source.value},
        "camera": {
            name: getattr(camera, name) for name in ("fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px")
        },
        "visible_fraction": round(float(shoe.visible.sum()) / max(shoe.covered_px, 1), 4),
    }
    more: dict[str, Any] = {KEY: content}
    if shoe.placed.form.landmarks:
        flat = _keypoints(shoe, picture)
        more |= {"keypoints": flat, "num_keypoints": sum(value > 0 for value in flat[2::3])}
    return more


def _keypoints(shoe: RenderedShoe, picture: RenderedPicture) -> list[float]:
    """COCO's flat x, y, v; hidden also by what else stands before it."""
    mirror = np.array([1.0, -1.0 if shoe.side is Side.LEFT else 1.0, 1.0]) * shoe.placed.scale
    points = np.array([shoe.placed.form.landmarks[name] for name in LANDMARK_NAMES]) * mirror
    diameter = float(np.linalg.norm(shoe.mesh.extent_mm))
    seen = landmark_visibility(points, shoe.mesh, shoe.camera_from_shoe, picture.camera, diameter)
    at_mm = shoe.camera_from_shoe.apply(points)
    at_px = picture.camera.project(at_mm)
    flat: list[float] = []
    height, width = picture.depth_mm.shape
    for (x, y), depth, visibility in zip(at_px, at_mm[:, 2], seen, strict=True):
        if visibility is Visibility.ABSENT:
            flat += [0.0, 0.0, 0]
            continue
        row, column = min(int(y), height - 1), min(int(x), width - 1)
        slack = max(0.01 * diameter, _HIDDEN_BEHIND_MM)
        hidden = not shoe.visible[row, column] and picture.depth_mm[row, column] < depth - slack
        value = Visibility.HIDDEN if hidden else visibility
        flat += [round(float(x), 2), round(float(y), 2), value.coco]
    return flat
