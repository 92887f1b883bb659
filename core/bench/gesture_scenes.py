"""Photos of a shoe on a floor whose pose is known, in a project that an annotator can open, and their truth beside it.

Run as a program of its own, `python -m core.bench.gesture_scenes FOLDER`: it renders, and what a window's process must
not load is loaded here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.bench.fit_noise import hand_drawn, pixel_outline
from core.bench.fit_views import Range, Subject, View, draw_view
from core.document.document import Document
from core.document.edit import Change, Edit
from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, Side, Visibility, new_id
from core.labels.photo import Photo
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel
from core.render.raster import landmark_visibility
from core.render.vtk_scene import ShoeScene, ShoeStyle, Shot
from core.sneaker.shipped import shipped_sneaker

PROJECT_FILE, TRUTH_FILE = "bench.outsole", "truth.json"
SIZE_PX = (1280, 960)
_JPEG_QUALITY = 88
_FINER = 2
_SIDE, _LOOK = 11, 12  # streams of random numbers of a scene, beside its view's
_LEAST_HEIGHT_MM = 60.0  # of a camera that sees the floor from above
_MEASURED_POINTS = 500
# Where the landmarks of a right shoe are looked for that has none: directions in halves of its box.
_PLACES = {
    "heel bottom": (-1.0, 0.0, -0.5),
    "toe tip": (1.0, 0.0, -0.3),
    "heel top": (-0.8, 0.0, 1.0),
    "forefoot lateral": (0.5, -1.0, -0.5),
    "forefoot medial": (0.5, 1.0, -0.5),
    "rearfoot lateral": (-0.6, -1.0, -0.5),
    "rearfoot medial": (-0.6, 1.0, -0.5),
    "instep": (0.1, 0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make. copies: how often each photo is in the project, once for each way through it.

    says_side: whether the instances say which foot they are; nearest, farthest: of the camera, in shoe lengths.
    """

    scenes: int
    seed: int
    copies: int = 1
    says_side: bool = True
    nearest: float = 2.0
    farthest: float = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A view of one foot's shoe, and what an annotator drew round it."""

    side: Side
    subject: Subject
    view: View
    outline: Region


def make_scenes(folder: Path, model: ShoeModel, mesh: Mesh, *, wanted: Wanted) -> Path:
    """Write photos, project and truth into a folder; answers the project's file.

    The truth: of each scene the ids of its copies, camera_from_shoe, the foot, and where the landmarks that are seen
    lie (px); (N, 3) points on the right shoe in mm, its diameter, and the names of its landmarks.
    """
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    right = Subject.of(mesh, model.name)
    subjects = {Side.RIGHT: right, Side.LEFT: right.mirrored()}
    drawer = ShoeScene()
    drawer.set_mesh(mesh, "shoe")
    store = create_project(folder / PROJECT_FILE)
    try:
        store.add_mesh(mesh)
        changes: list[Change] = [(None, model)]
        told = []
        for index in range(wanted.scenes):
            scene = _scene(subjects, wanted, index)
            file = folder / f"scene_{index:03}.jpg"
            _write(_picture(scene, drawer, np.random.default_rng([wanted.seed, index, _LOOK])), file)
            copies = [photo_from_file(file, project_folder=folder, position=n) for n in range(wanted.copies)]
            labelled = [_labelled(photo, scene, model, says_side=wanted.says_side) for photo in copies]
            changes += [(None, photo) for photo in labelled]
            told.append({"photos": [photo.id for photo in labelled], **_told(scene, model)})
        Document(store).commit(Edit("Bench", tuple(changes)))
    finally:
        store.close()
        drawer.close()
    shoe = {
        "name": model.name,
        "diameter_mm": model.diameter_mm,
        "points_mm": right.points_mm[:: max(len(right.points_mm) // _MEASURED_POINTS, 1)].round(3).tolist(),
        "landmarks": [name for name in model.landmark_names if name in model.landmarks],
    }
    (folder / TRUTH_FILE).write_text(json.dumps({"shoe": shoe, "scenes": told}), encoding="utf-8")
    return folder / PROJECT_FILE


def model_of(file: Path | None) -> tuple[ShoeModel, Mesh]:
    """The shipped sneaker, or the shoe of a mesh file, with landmarks where its shape stands out.

    Raises MeshFileError with a sentence.
    """
    if file is None:
        return shipped_sneaker()
    from core.meshes.shoe_import import propose_import

    shoe = propose_import(file)
    mesh = shoe.mesh
    extent = (float(mesh.extent_mm[0]), float(mesh.extent_mm[1]), float(mesh.extent_mm[2]))
    model = ShoeModel(new_id(), shoe.name, mesh.sha256, extent, mesh.diameter_mm(), str(file))
    corners = mesh.vertices_mm / (mesh.extent_mm / 2)
    for name in LANDMARK_NAMES:
        x, y, z = mesh.vertices_mm[int(np.argmax(corners @ np.array(_PLACES[name])))]
        model = model.with_landmark(name, (float(x), float(y), float(z)))
    return model, mesh


def _scene(subjects: dict[Side, Subject], wanted: Wanted, index: int) -> _Scene:
    rng = np.random.default_rng([wanted.seed, index])
    is_left = np.random.default_rng([wanted.seed, index, _SIDE]).random() < 0.5
    side = Side.LEFT if is_left else Side.RIGHT
    view = draw_view(rng, subjects[side], Range(*SIZE_PX, wanted.nearest, wanted.farthest))
    camera = replace(view.camera, source=CameraSource.CALIBRATION)
    outline = hand_drawn(pixel_outline(view.mask), rng)
    return _Scene(side, subjects[side], replace(view, camera=camera), outline)


def _labelled(photo: Photo, scene: _Scene, model: ShoeModel, *, says_side: bool) -> Photo:
    side = scene.side if says_side else Side.UNKNOWN
    drawn = Instance(new_id(), "sneaker", side, scene.outline, model_id=model.id, size=model.size)
    return photo.with_camera(scene.view.camera).with_instance(drawn)


def _told(scene: _Scene, model: ShoeModel) -> dict[str, Any]:
    """What an eye sees in the photo, and the truth."""
    view, landmarks = scene.view, model.sized_landmarks(model.size, scene.side)
    points = np.array(list(landmarks.values())).reshape(-1, 3)
    seen = landmark_visibility(points, scene.subject.mesh, view.pose, view.camera, model.diameter_mm)
    places = view.camera.project(view.pose.apply(points))
    return {
        "side": scene.side.value,
        "rotation_wxyz": [float(value) for value in view.pose.rotation_wxyz],
        "translation_mm": [float(value) for value in view.pose.translation_mm],
        "landmarks": {
            name: [float(x), float(y)]
            for name, (x, y), how in zip(landmarks, places, seen, strict=True)
            if how is Visibility.VISIBLE
        },
    }


def _picture(scene: _Scene, drawer: ShoeScene, rng: Generator) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: the shaded shoe on a floor with its shadow, or before a wall where no floor is seen."""
    from core.training.camera_look import developed

    view = scene.view
    width, height = SIZE_PX
    factors = np.array([1.0, -1.0 if scene.side is Side.LEFT else 1.0, 1.0])
    fine = view.camera.resized(width * _FINER, height * _FINER)
    drawn = drawer.render(Shot("shoe", factors, view.pose, fine, ShoeStyle.TEXTURE)).astype(np.float32) / 255
    shoe = drawn.reshape(height, _FINER, width, _FINER, 4).mean(axis=(1, 3))
    picture = shoe[..., :3] + (1 - shoe[..., 3:]) * _backdrop(scene, rng)
    return developed(np.asarray(picture, np.float32), rng)


def _backdrop(scene: _Scene, rng: Generator) -> NDArray[np.float32]:
    from core.training.backdrops import WALLS, painted_by
    from core.training.ground import floor_light, painted_backdrop, seen_on_floor, visible_patch
    from core.training.render_stage import Lamp

    view, low = scene.view, scene.subject.mesh.bounds_mm[0]
    world_from_shoe = Pose.identity().with_translation([0.0, 0.0, -float(low[2])])
    camera_from_world = view.pose @ world_from_shoe.inverse()
    if camera_from_world.inverse().translation_mm[2] < _LEAST_HEIGHT_MM:
        return np.asarray(np.clip(painted_by(rng, WALLS, SIZE_PX), 0, 1), np.float32)
    middle = np.zeros(3)
    patch = visible_patch(view.camera, camera_from_world, middle)
    backdrop = painted_backdrop(view.camera, camera_from_world, patch, (), rng)
    shade = scene.subject.mesh.with_vertices(world_from_shoe.apply(scene.subject.mesh.vertices_mm))
    towards = np.array([rng.normal(0, 0.4), rng.normal(0, 0.4), 1.0])
    lamp = Lamp(towards / np.linalg.norm(towards), np.full(3, 0.5))
    light = floor_light(patch, [shade], [lamp], np.full(3, 0.5))
    seen, lit = seen_on_floor(light, patch, view.camera, camera_from_world, mirrored=False), backdrop.lit[..., None]
    return np.asarray(backdrop.albedo * (seen * lit + (1 - lit)), np.float32)


def _write(picture: NDArray[np.uint8], file: Path) -> None:
    from PIL import Image

    Image.fromarray(picture).save(file, quality=_JPEG_QUALITY)


def main(arguments: Sequence[str]) -> int:
    """Make the scenes; 2 and a sentence when the model's file cannot be read."""
    from core.meshes.mesh_file import MeshFileError

    parser = argparse.ArgumentParser(prog="python -m core.bench.gesture_scenes", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--side-unknown", action="store_true")
    parser.add_argument("--lengths", type=float, nargs=2, default=(2.0, 6.0))
    options = parser.parse_args(arguments)
    wanted = Wanted(options.scenes, options.seed, options.copies, not options.side_unknown, *options.lengths)
    try:
        model, mesh = model_of(options.model)
        make_scenes(options.folder, model, mesh, wanted=wanted)
    except (MeshFileError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
