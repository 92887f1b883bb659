"""Makes the sample photos and their truth: `python -m core.sneaker.sample_scenes [--threads N] [NAME ...]`.

The photos in resources/sample are path-traced from the house's own sneaker with known poses. The truth is kept apart in
resources/sample_truth; it is read only to tell how far off a pose is.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.labels.instance import ShoeSize, Side
from core.labels.shoe_model import ShoeModel
from core.render.contours import region_from_mask
from core.render.denoise import denoised
from core.render.path_tracer import Lens, seen_solids, traced
from core.render.raster import mesh_mask
from core.render.traced_scene import Arrays, Material, Solid, arrays_of
from core.sneaker.atlas import LABEL
from core.sneaker.floors import ground_of
from core.sneaker.paint import sneaker_texture
from core.sneaker.sample_truth import TRUTH_FOLDER
from core.sneaker.scene_camera import developed, write_photo
from core.sneaker.scene_list import SCENES, Scene, Standing
from core.sneaker.scene_things import dressed_leg
from core.sneaker.shape import HIGH_TOP, LOW_TOP
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_high_top, shipped_sneaker
from core.sneaker.sneaker import MODEL_ID

Array = NDArray[np.float64]
Shipped = tuple[ShoeModel, Mesh]


RAYS = 12
_TEXTURE_PX = 3072
_SHOE = Material(0.52, 0.04, relief_mm=0.22, weave_mm=0.9)


def build_samples(
    photos: Path,
    truths: Path,
    *,
    scenes: Sequence[Scene] = SCENES,
    rays: int = RAYS,
    scale: float = 1.0,
    threads: int = 1,
) -> None:
    """Write every scene's JPEG and its truth. scale: below 1 for a quick look, whose truth is not written."""
    photos.mkdir(parents=True, exist_ok=True)
    truths.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        began = time.monotonic()
        shipped = shipped_model(scene)
        picture = rendered(scene, shipped, rays=rays, scale=scale, threads=threads)
        path = photos / scene.file
        write_photo(picture, path, scene.shot)
        if scale == 1.0:
            told = truth(scene, shipped) | {"sha256": sha256(path.read_bytes()).hexdigest()}
            text = json.dumps(told, indent=1)
            (truths / scene.file).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        print(f"{path}: {path.stat().st_size / 1024:.0f} KiB, {time.monotonic() - began:.0f} s", flush=True)


def shipped_model(scene: Scene) -> Shipped:
    """The model whose shoes a scene shows, and its mesh."""
    return shipped_sneaker() if scene.model_id == MODEL_ID else shipped_high_top()


def world_from_shoe(standing: Standing, model: ShoeModel, *, mesh: Mesh) -> Pose:
    """Where a standing shoe is: turned as it is told, its lowest point on the floor."""
    sized = model.sized_mesh(mesh, size=_size(standing, model), side=standing.side)
    about = [[np.radians(standing.rolled_deg), 0, 0], [0, np.radians(standing.pitched_deg), 0]]
    about.append([0, 0, np.radians(standing.turned_deg)])
    pose = Pose.identity()
    for rotation in about:
        pose = Pose(quaternion_from_rotation_vector(rotation), np.zeros(3)) @ pose
    lowest = float(pose.apply(sized.vertices_mm)[:, 2].min())
    return pose.with_translation(np.array([*standing.at_mm, -lowest]))


def truth(scene: Scene, shipped: Shipped) -> dict[str, Any]:
    """The photo's camera and, as JSON values, each shoe's camera_from_shoe, side and size, and who hides what.

    outline_px: what is seen of a shoe or another thing; silhouette_px: all of a shoe inside the photo. Both are parts,
    each an outer ring and its holes, each x, y, x, y, …
    """
    model, mesh = shipped
    camera, view = scene.camera, scene.camera_from_world
    solids = solids_of(scene, shipped)
    seen = seen_solids(arrays_of(solids, ground_of(scene.floor, (0.0, 0.0), side=4), scene.light), camera, view)
    shoes = []
    for number, standing in enumerate(scene.shoes):
        pose = view @ world_from_shoe(standing, model, mesh=mesh)
        shoes.append(
            {
                "model": model.id,
                "side": standing.side.value,
                "length_mm": _size(standing, model).length_mm,
                "width_ratio": 1.0,
                "height_ratio": 1.0,
                "rotation_wxyz": [float(value) for value in pose.rotation_wxyz],
                "translation_mm": [float(value) for value in pose.translation_mm],
                "outline_px": _rings(seen == number),
                "silhouette_px": _rings(mesh_mask(solids[number].mesh, view, camera)),
            }
        )
    names = ("fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px")
    others = {"outline_px": _rings(seen >= len(shoes))} if scene.hiding else {}
    hiding = [{"category": scene.hiding, **others}] if scene.hiding else []
    numbers = {name: getattr(camera, name) for name in names}
    return {"photo": scene.file, "camera": numbers, "shoes": shoes, "hiding": hiding}


def _size(standing: Standing, model: ShoeModel) -> ShoeSize:
    return model.size if standing.length_mm is None else ShoeSize(standing.length_mm)


def _rings(mask: NDArray[np.bool_]) -> list[list[list[float]]]:
    region = region_from_mask(mask, tolerance_px=0.4, min_area_px2=12.0)
    return [[np.round(ring.points_px, 2).ravel().tolist() for ring in part.rings] for part in region.parts]


def solids_of(scene: Scene, shipped: Shipped, *, texture_px: int | None = None) -> list[Solid]:
    """Everything in a scene but its floor, the shoes first and in their order."""
    model, mesh = shipped
    shoes, legs = [], []
    for standing in scene.shoes:
        painted = mesh if texture_px is None else replace(mesh, texture=_texture(scene, standing.side, texture_px))
        sized = model.sized_mesh(painted, size=_size(standing, model), side=standing.side)
        pose = world_from_shoe(standing, model, mesh=mesh)
        shoes.append(Solid(sized.with_vertices(pose.apply(sized.vertices_mm)), _SHOE))
        if standing.worn is not None:
            marks = model.sized_landmarks(_size(standing, model), standing.side)
            heel, instep = pose.apply(marks["heel top"]), pose.apply(marks["instep"])
            ankle = 0.62 * heel + 0.38 * instep
            forward = (instep - heel) * [1.0, 1.0, 0.0]
            ankle[2] = heel[2]
            legs += dressed_leg(ankle, forward / np.linalg.norm(forward), lean=standing.worn, seed=scene.seed)
    return [*shoes, *legs, *scene.things()]


def rendered(
    scene: Scene, shipped: Shipped, *, rays: int = RAYS, scale: float = 1.0, threads: int = 1
) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: the scene as its camera takes it."""
    camera = scene.camera
    if scale != 1.0:
        camera = camera.resized(round(camera.width_px * scale), round(camera.height_px * scale))
    arrays = _arrays(scene, shipped)
    pose = scene.camera_from_world
    middle = pose.apply(np.array([*np.mean([shoe.at_mm for shoe in scene.shoes], axis=0), 45.0]))
    lens = Lens(scene.shot.opening_mm, float(middle[2]))
    picture = traced(arrays, camera, pose, lens=lens, rays=rays, seed=scene.seed, threads=threads)
    return developed(denoised(picture).astype(np.float64), scene.shot, seed=scene.seed)


def _arrays(scene: Scene, shipped: Shipped) -> Arrays:
    solids = solids_of(scene, shipped, texture_px=_TEXTURE_PX)
    return arrays_of(solids, ground_of(scene.floor, scene.target_mm[:2]), scene.light)


def _texture(scene: Scene, side: Side, side_px: int) -> NDArray[np.uint8]:
    """The colourway's texture; the letters of a left shoe are turned round, for its mesh is a mirrored right one."""
    shape = LOW_TOP if scene.model_id == MODEL_ID else HIGH_TOP
    texture = sneaker_texture(shape, scene.colourway, side_px=side_px)
    if side is Side.LEFT:
        left, right = round(LABEL.left * side_px), round(LABEL.right * side_px)
        top, bottom = round((1 - LABEL.top) * side_px), round((1 - LABEL.bottom) * side_px)
        texture[top:bottom, left:right] = texture[top:bottom, left:right][:, ::-1].copy()
    return texture


def main(arguments: list[str]) -> None:
    """Write photos and truth."""
    parser = argparse.ArgumentParser(prog="python -m core.sneaker.sample_scenes", description=main.__doc__)
    parser.add_argument("names", nargs="*", help="parts of the file names of the scenes to make; all without")
    parser.add_argument("--photos", type=Path, default=SAMPLE_FOLDER)
    parser.add_argument("--truths", type=Path, default=TRUTH_FOLDER)
    parser.add_argument("--rays", type=int, default=RAYS)
    parser.add_argument("--scale", type=float, default=1.0, help="below 1 for a quick look")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    chosen = [scene for scene in SCENES if not given.names or any(name in scene.file for name in given.names)]
    build_samples(given.photos, given.truths, scenes=chosen, rays=given.rays, scale=given.scale, threads=given.threads)


if __name__ == "__main__":
    main(sys.argv[1:])
