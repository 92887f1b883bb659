"""Makes the sample photos and their truth: `python -m core.sneaker.sample_scenes`.

The photos in resources/sample are rendered from the house's own sneaker with known poses. The truth is kept apart in
resources/sample_truth; the program never reads it, only its checks do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.labels.instance import ShoeSize, Side
from core.labels.photo import camera_from_focal_35mm
from core.labels.shoe_model import ShoeModel
from core.sneaker.floors import concrete, planks
from core.sneaker.form import SneakerShape
from core.sneaker.light import Lamp, lit, look_at, srgb_from_linear, visible_surface, window_and_room
from core.sneaker.paint import EMBER, NAVY, Colourway, sneaker_texture
from core.sneaker.shipped import RESOURCES, SAMPLE_FOLDER, shipped_sneaker

Array = NDArray[np.float64]

TRUTH_FOLDER = RESOURCES / "sample_truth"
WIDTH_PX, HEIGHT_PX = 1600, 1200
JPEG_QUALITY = 92
_FINER = 2
_TEXTURE_PX = 3072


@dataclass(frozen=True, slots=True)
class Standing:
    """A shoe on the floor: which foot, how long, where its middle is (x, y mm), and which way its toe points."""

    side: Side
    length_mm: float
    at_mm: tuple[float, float]
    turned_deg: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One photo to make. eye_mm, target_mm: in the world, z up, the floor at 0. window: direction of the light."""

    file: str
    shoes: tuple[Standing, ...]
    colourway: Colourway
    floor: Callable[[Array, Array, Array], Array]
    eye_mm: tuple[float, float, float]
    target_mm: tuple[float, float, float]
    focal_35mm: int
    window: tuple[float, float, float]
    exposure: float
    floor_sheen: float
    seed: int

    @property
    def camera(self) -> Camera:
        """The camera as the photo's EXIF will tell it."""
        return camera_from_focal_35mm(self.focal_35mm, WIDTH_PX, height_px=HEIGHT_PX)

    @property
    def camera_from_world(self) -> Pose:
        """Where the camera is."""
        return look_at(np.array(self.eye_mm), np.array(self.target_mm))


SCENES = (
    Scene(
        "sneaker_on_wood.jpg",
        (Standing(Side.RIGHT, 290.0, (0.0, 0.0), -38.0),),
        NAVY,
        planks,
        (45.0, -470.0, 315.0),
        (8.0, 8.0, 40.0),
        35,
        (-0.80, 0.10, 0.62),
        0.98,
        0.05,
        1,
    ),
    Scene(
        "pair_on_concrete.jpg",
        (Standing(Side.RIGHT, 277.0, (-72.0, 30.0), -103.0), Standing(Side.LEFT, 277.0, (78.0, -18.0), -82.0)),
        EMBER,
        concrete,
        (-110.0, -500.0, 400.0),
        (2.0, -12.0, 30.0),
        32,
        (0.85, 0.25, 0.60),
        1.30,
        0.02,
        2,
    ),
)


def build_samples(photos: Path, truths: Path) -> None:
    """Write every scene's JPEG and its truth."""
    model, mesh = shipped_sneaker()
    photos.mkdir(parents=True, exist_ok=True)
    truths.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        picture = rendered(scene, model, mesh=mesh)
        write_photo(picture, photos / scene.file, focal_35mm=scene.focal_35mm)
        text = json.dumps(truth(scene, model, mesh=mesh), indent=1)
        (truths / scene.file).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def world_from_shoe(standing: Standing, model: ShoeModel, *, mesh: Mesh) -> Pose:
    """Where a standing shoe is: its sole on the floor, turned about the vertical."""
    sized = model.sized_mesh(mesh, size=ShoeSize(standing.length_mm), side=standing.side)
    turn = quaternion_from_rotation_vector([0.0, 0.0, np.radians(standing.turned_deg)])
    return Pose(turn, np.array([*standing.at_mm, -sized.bounds_mm[0][2]]))


def truth(scene: Scene, model: ShoeModel, *, mesh: Mesh) -> dict[str, Any]:
    """The photo's camera and each shoe's camera_from_shoe, side and size, as JSON values."""
    camera = scene.camera
    shoes = []
    for standing in scene.shoes:
        pose = scene.camera_from_world @ world_from_shoe(standing, model, mesh=mesh)
        shoes.append(
            {
                "model": model.id,
                "side": standing.side.value,
                "length_mm": standing.length_mm,
                "width_ratio": 1.0,
                "height_ratio": 1.0,
                "rotation_wxyz": [float(value) for value in pose.rotation_wxyz],
                "translation_mm": [float(value) for value in pose.translation_mm],
            }
        )
    names = ("fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px")
    return {"photo": scene.file, "camera": {name: getattr(camera, name) for name in names}, "shoes": shoes}


def rendered(scene: Scene, model: ShoeModel, *, mesh: Mesh) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: the scene lit by a window and a room, at twice the size and brought down."""
    camera = scene.camera.resized(WIDTH_PX * _FINER, HEIGHT_PX * _FINER)
    painted = replace(mesh, texture=sneaker_texture(SneakerShape(), scene.colourway, side_px=_TEXTURE_PX))
    shoes = [_in_world(standing, model, mesh=painted) for standing in scene.shoes]
    blocker = _together(shoes)
    lamps = window_and_room(np.array(scene.window), wide_deg=13.0, seed=scene.seed)
    light = _floor_picture(scene, camera, lamps=lamps, blocker=blocker)
    surface = visible_surface(shoes, scene.camera_from_world, camera)
    fallen, glanced = lit(
        surface.points, surface.normals, lamps=lamps, blocker=blocker, eye=np.array(scene.eye_mm), sheen=0.10
    )
    bounced = _bounce(scene, surface.points, normals=surface.normals)
    light[surface.index] = surface.colour * (fallen + bounced) + glanced
    picture = light.reshape(HEIGHT_PX, _FINER, WIDTH_PX, _FINER, 3).mean(axis=(1, 3))
    return _developed(picture, scene)


def write_photo(picture: NDArray[np.uint8], path: Path, *, focal_35mm: int) -> None:
    """Write a JPEG that says how long its lens was, and that it was rendered."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E] = "Rendered sample scene"
    exif[0x0131] = "Outsole"
    exif.get_ifd(0x8769)[0xA405] = focal_35mm
    Image.fromarray(picture).save(path, quality=JPEG_QUALITY, subsampling=0, optimize=True, exif=exif)


def _in_world(standing: Standing, model: ShoeModel, *, mesh: Mesh) -> Mesh:
    sized = model.sized_mesh(mesh, size=ShoeSize(standing.length_mm), side=standing.side)
    return sized.with_vertices(world_from_shoe(standing, model, mesh=mesh).apply(sized.vertices_mm))


def _together(meshes: list[Mesh]) -> Mesh:
    offsets = np.cumsum([0, *(len(mesh.vertices_mm) for mesh in meshes)])
    faces = [mesh.faces + offset for mesh, offset in zip(meshes, offsets[:-1], strict=True)]
    return Mesh(np.concatenate([mesh.vertices_mm for mesh in meshes]), np.concatenate(faces))


def _floor_places(camera: Camera, scene: Scene) -> Array:
    """(H·W, 3) where each pixel's ray meets the floor, in the world."""
    pose = scene.camera_from_world.inverse()
    rows, columns = np.mgrid[: camera.height_px, : camera.width_px] + 0.5
    rays = camera.unproject(np.stack([columns, rows], axis=-1).reshape(-1, 2)) @ pose.rotation.T
    return np.asarray(pose.translation_mm - rays * (pose.translation_mm[2] / rays[:, 2:]))


def _floor_picture(scene: Scene, camera: Camera, *, lamps: list[Lamp], blocker: Mesh) -> Array:
    """(H·W, 3) the floor under its light; the light is worked out at the photo's size, the pattern at the finer one."""
    coarse = _floor_places(scene.camera, scene)
    upward = np.broadcast_to([0.0, 0.0, 1.0], coarse.shape)
    fallen, glanced = lit(
        coarse, upward, lamps=lamps, blocker=blocker, eye=np.array(scene.eye_mm), sheen=scene.floor_sheen
    )
    fine = _floor_places(camera, scene)
    rows = fine.reshape(camera.height_px, camera.width_px, 3)
    grain = np.linalg.norm(np.gradient(rows, axis=0), axis=2).ravel()
    pattern = scene.floor(fine[:, 0], fine[:, 1], grain)
    finer = [
        np.repeat(np.repeat(values.reshape(HEIGHT_PX, WIDTH_PX, 3), _FINER, axis=0), _FINER, axis=1).reshape(-1, 3)
        for values in (fallen, glanced)
    ]
    return np.asarray(pattern * finer[0] + finer[1])


def _bounce(scene: Scene, points: Array, *, normals: Array) -> Array:
    """(N, 3) light that the floor throws back: more on what faces down, less in the shade close to the ground."""
    tint = scene.floor(points[:, 0], points[:, 1], np.ones(len(points))).mean(axis=0)
    downward = 0.5 - 0.5 * normals[:, 2]
    free = 0.35 + 0.65 * np.clip(points[:, 2] / 60.0, 0, 1)
    return np.asarray((0.05 + 1.1 * downward * free)[:, None] * tint)


def _developed(light: Array, scene: Scene) -> NDArray[np.uint8]:
    """Linear light as a camera delivers it: lens, vignette, noise, and a film-like curve."""
    from scipy.ndimage import gaussian_filter  # heavy, and only who makes the samples needs it

    rng = np.random.default_rng(scene.seed)
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX] + 0.5
    from_middle = np.hypot(columns - WIDTH_PX / 2, rows - HEIGHT_PX / 2) / np.hypot(WIDTH_PX / 2, HEIGHT_PX / 2)
    sharp = gaussian_filter(light, (0.55, 0.55, 0))
    far = smooth_ramp(rows / HEIGHT_PX)
    picture = sharp * (1 - far) + gaussian_filter(light, (2.2, 2.2, 0)) * far
    picture = picture * scene.exposure * (1 - 0.30 * from_middle**2.4)[..., None]
    grain = rng.normal(size=picture.shape) + 0.6 * rng.normal(size=(*picture.shape[:2], 1))
    picture = picture + gaussian_filter(grain, (0.5, 0.5, 0)) * (0.0012 + 0.008 * np.sqrt(np.maximum(picture, 0)))
    picture = np.maximum(picture, 0)
    curved = picture * (1 + picture / 4.0) / (1 + picture * 0.85)  # a soft shoulder
    return np.clip(np.round(srgb_from_linear(np.clip(curved, 0, 1)) * 255), 0, 255).astype(np.uint8)


def smooth_ramp(down: Array) -> Array:
    """(..., 1) how much the far floor at the picture's top is out of focus: 1 at the top, 0 from a third down."""
    t = np.clip(1 - down / 0.33, 0, 1)
    return np.asarray((t * t)[..., None])


def main(arguments: list[str]) -> None:
    """Write photos and truth, into two folders if they are named."""
    photos, truths = (Path(arguments[0]), Path(arguments[1])) if len(arguments) == 2 else (SAMPLE_FOLDER, TRUTH_FOLDER)
    build_samples(photos, truths)
    for path in sorted(photos.glob("*.jpg")):
        print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
