"""The project a bench works on: one large photo, one fine shoe model, and a sneaker that is outlined and posed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.document.document import Document
from core.document.edit import Edit
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region, region_from_shapely
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side, new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel

PHOTO_SIZE = (4000, 3000)
SHARE_OF_HEIGHT = 0.45  # of the photo, which the shoe's length takes up
_LENGTH_MM = 290.0
_SIDE_VIEW = Pose.exp([1.9, 0.0, 0.0, 0.0, 0.0, 0.0])
_OFF_OUTLINE = Pose.exp([0.12, 0.1, 0.08, 0.0, 0.0, 0.0])  # so that the shoe does not lie on its outline


def make_project(folder: Path, mesh: Mesh, *, photo_file: Path | None = None, labelled: bool = True) -> Path:
    """Write a project for a bench into a folder and answer its file.

    photo_file: otherwise a synthetic one is made. labelled: with the sneaker; otherwise photo and model alone.
    """
    # These load SQLAlchemy, Pillow and shapely, which a window has after its first paint alone.
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    file = folder / ("photo.jpg" if photo_file is None else photo_file.name)
    if photo_file is None:
        _paint_photo(file)
    else:
        shutil.copyfile(photo_file, file)
    path = folder / "bench.outsole"
    store = create_project(path)
    try:
        extent = tuple(float(side) for side in mesh.extent_mm)
        model = ShoeModel(new_id(), "bench shoe", store.add_mesh(mesh), extent, mesh.diameter_mm())  # type: ignore[arg-type]
        photo = photo_from_file(file, project_folder=folder, position=0)
        if labelled:
            photo = photo.with_instance(_sneaker(photo, mesh, model=model))
        Document(store).commit(Edit("Bench", ((None, model), (None, photo))))
    finally:
        store.close()
    return path


def blob(triangles: int) -> Mesh:
    """A closed, bumpy, shoe-sized shape of about that many triangles."""
    rings = max(4, round(np.sqrt(triangles / 4)))
    turn, fall = np.meshgrid(np.arange(2 * rings) * np.pi / rings, (np.arange(rings) + 0.5) * np.pi / rings)
    bumps = 1 + 0.04 * np.sin(9 * turn) * np.sin(7 * fall)
    axes = np.array([_LENGTH_MM / 2, 52.0, 60.0])
    unit = np.stack([np.sin(fall) * np.cos(turn), np.sin(fall) * np.sin(turn), np.cos(fall)], axis=-1)
    wall = (unit * bumps[..., None] * axes).reshape(-1, 3)
    poles = np.array([[0.0, 0.0, axes[2]], [0.0, 0.0, -axes[2]]])
    row, column = np.meshgrid(np.arange(rings - 1) * 2 * rings, np.arange(2 * rings), indexing="ij")
    here, right = (row + column).ravel(), (row + (column + 1) % (2 * rings)).ravel()
    below, below_right = here + 2 * rings, right + 2 * rings
    edge = np.arange(2 * rings)
    following = (edge + 1) % (2 * rings)
    last = (rings - 1) * 2 * rings
    top = np.stack([np.full_like(edge, len(wall)), edge, following], axis=1)
    bottom = np.stack([np.full_like(edge, len(wall) + 1), last + following, last + edge], axis=1)
    sides = [np.stack([here, below, right], axis=1), np.stack([right, below, below_right], axis=1)]
    return Mesh(np.concatenate([wall, poles]), np.concatenate([*sides, top, bottom]).astype(np.int32)).centred()


def _sneaker(photo: Photo, mesh: Mesh, *, model: ShoeModel) -> Instance:
    height = photo.size_px[1]
    depth = photo.camera.fx_px * model.length_mm / (SHARE_OF_HEIGHT * height)
    pose = Pose.exp([0.0, 0.0, 0.0, 0.0, 0.0, depth]) @ _SIDE_VIEW
    outline = _outline(mesh, pose, camera=photo.camera)
    estimate = PoseEstimate(pose @ _OFF_OUTLINE, camera_source=photo.camera.source)
    sneaker = Instance(new_id(), "sneaker", Side.RIGHT, outline, model_id=model.id, size=ShoeSize(model.length_mm))
    return replace(sneaker, pose_estimate=estimate)


def _outline(mesh: Mesh, pose: Pose, *, camera: Camera) -> Region:
    """The hull of what the camera sees."""
    from shapely.geometry import MultiPoint  # as above

    hull = region_from_shapely(MultiPoint(camera.project(pose.apply(mesh.vertices_mm))).convex_hull)
    return hull.simplified(1.0)


def _paint_photo(file: Path) -> None:
    """A photo that is neither flat nor noise: soft colours with some grain."""
    from PIL import Image  # as above

    rng = np.random.default_rng(0)
    soft: NDArray[np.uint8] = rng.integers(40, 215, (15, 20, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(soft).resize(PHOTO_SIZE, Image.Resampling.BICUBIC)).astype(np.int16)
    pixels = pixels + rng.integers(-8, 9, pixels.shape[:2], dtype=np.int16)[..., None]
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, quality=90)
