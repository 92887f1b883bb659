"""BOP datasets on the disk: where scenes, models and pictures lie, and what their files say, checked key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.json_file import FormatError, read_json_object
from core.formats.report import ReportLine, refused
from core.geometry.pose import Pose

Array = NDArray[np.float64]
Json = dict[str, Any]

CAMERAS, POSES, OWN_SCENE, OWN_TABLE = (
    "scene_camera.json",
    "scene_gt.json",
    "outsole_scene.json",
    "outsole_objects.json",
)
_MODELS = ("models", "models_cad", "models_reconst", "models_fine", "models_eval")
_PICTURES = ("rgb", "gray")
_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
_MASKS = ("mask_visib", "mask")
_NOT_A_ROTATION = 1e-3  # files round their numbers; what is farther from a rotation is none


@dataclass(frozen=True, slots=True)
class BopFolder:
    """A BOP dataset, a set of it or a single scene. models: obj_id to mesh file; objects: our own table, if there."""

    root: Path
    scenes: tuple[Path, ...]
    models: Mapping[int, Path] = field(default_factory=lambda: MappingProxyType({}))
    objects: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))

    def shown(self, file: Path) -> str:
        """A file's place for a report, with forward slashes."""
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.name


@dataclass(frozen=True, slots=True)
class BopPose:
    """One entry of scene_gt.json: camera_from_model in mm. key: where it stands. number: its gt_id, masks' second."""

    key: str
    number: int
    obj_id: int
    camera_from_model: Pose


@dataclass(frozen=True, slots=True)
class BopImage:
    """One image of a scene. matrix: (3, 3) K with pixel centres at integers, as the file has it."""

    number: int
    file: Path
    matrix: Array
    poses: tuple[BopPose, ...]
    own: Json


def is_bop(path: Path) -> bool:
    """Whether a folder holds BOP scenes."""
    return path.is_dir() and bool(_scenes(path))


def find_bop(path: Path) -> BopFolder:
    """The scenes of a dataset, of a set of it, or the one scene at `path`; raises FormatError when there is none."""
    scenes = _scenes(path) if path.is_dir() else ()
    if not scenes:
        raise FormatError(f"{path} holds no BOP scene: no folder in it has a {POSES} or {CAMERAS}.")
    above = [path, *path.absolute().parents][:3]
    table = next((folder / OWN_TABLE for folder in above if (folder / OWN_TABLE).is_file()), None)
    objects = _objects(table) if table is not None else {}
    return BopFolder(path, scenes, MappingProxyType(_models(above)), MappingProxyType(objects))


def used_objects(bop: BopFolder) -> tuple[int, ...]:
    """The obj_ids that the scenes name, in order; files that cannot be read are passed over here."""
    found: set[int] = set()
    for scene in bop.scenes:
        try:
            content = read_json_object(scene / POSES)
        except FormatError:
            continue  # it is refused by name when the scene is read
        entries = (entry for member in content.values() if isinstance(member, list) for entry in member)
        numbers = (entry.get("obj_id") for entry in entries if isinstance(entry, dict))
        found.update(number for number in numbers if isinstance(number, int))
    return tuple(sorted(found))


def read_scene(bop: BopFolder, scene: Path, *, lines: list[ReportLine]) -> Iterator[BopImage]:
    """The images of a scene in order; what cannot be taken is appended to `lines`, with file and key."""
    try:
        cameras, poses = read_json_object(scene / CAMERAS), read_json_object(scene / POSES)
    except FormatError as error:
        lines.append(refused(bop.shown(scene), "", reason=f"{error} Nothing of this scene was taken."))
        return
    own = _own_images(bop, scene, lines=lines)
    reader = _SceneReader(bop, scene, lines)
    for key in sorted(cameras.keys() | poses.keys(), key=_order):
        if not key.isdecimal():
            lines.append(refused(bop.shown(scene / POSES), key, reason="an image's key is its number, such as 12"))
            continue
        image = reader.image(key, cameras.get(key), poses.get(key, []), own=own.get(key))
        if image is not None:
            yield image


def mask_file(image: BopImage, pose: BopPose) -> Path | None:
    """The mask of an entry: of its visible part where that is there, else of the whole; None without either."""
    scene, name = image.file.parent.parent, f"{image.number:06d}_{pose.number:06d}.png"
    return next((file for folder in _MASKS if (file := scene / folder / name).is_file()), None)


def masks_expected(image: BopImage) -> bool:
    """Whether the scene has masks at all, so that a missing one is worth a line."""
    return any((image.file.parent.parent / folder).is_dir() for folder in _MASKS)


class _SceneReader:
    """Checks the entries of one scene."""

    def __init__(self, bop: BopFolder, scene: Path, lines: list[ReportLine]) -> None:
        self._scene = scene
        self._cameras = bop.shown(scene / CAMERAS)
        self._poses = bop.shown(scene / POSES)
        self._lines = lines

    def image(self, key: str, camera: Any, entries: Any, *, own: Any) -> BopImage | None:
        """One image; None, with a line, without a camera."""
        matrix = self._matrix(key, camera)
        if matrix is None:
            return None
        if not isinstance(entries, list):
            self._lines.append(refused(self._poses, key, reason="it should be a list of poses; none was taken"))
            entries = []
        found = (self._pose(f"{key}[{number}]", number, entry=entry) for number, entry in enumerate(entries))
        poses = tuple(pose for pose in found if pose is not None)
        return BopImage(int(key), _picture(self._scene, int(key)), matrix, poses, own if isinstance(own, dict) else {})

    def _matrix(self, key: str, camera: Any) -> Array | None:
        if not isinstance(camera, dict):
            reason = f"the image has no camera in {CAMERAS}; nothing of it was taken"
            self._lines.append(refused(self._cameras, key, reason=reason))
            return None
        numbers = _numbers(camera.get("cam_K"), 9)
        if numbers is None:
            reason = f"it should be nine finite numbers, row by row, not {_told(camera.get('cam_K'))}"
            self._lines.append(refused(self._cameras, f"{key}.cam_K", reason=f"{reason}; nothing of it was taken"))
            return None
        matrix = numbers.reshape(3, 3)
        if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or not np.allclose(matrix[2], [0, 0, 1]):
            reason = f"{numbers.tolist()} is no camera matrix: fx and fy are above 0, and the last row is 0, 0, 1"
            self._lines.append(refused(self._cameras, f"{key}.cam_K", reason=f"{reason}; nothing of it was taken"))
            return None
        return matrix

    def _pose(self, key: str, number: int, *, entry: Any) -> BopPose | None:
        """One entry of an image; None, with a line, when something in it is wrong."""
        found = self._checked(key, number, entry=entry)
        if isinstance(found, BopPose):
            return found
        place, reason = found
        self._lines.append(refused(self._poses, place, reason=f"{reason}; this shoe was left out"))
        return None

    @staticmethod
    def _checked(key: str, number: int, *, entry: Any) -> BopPose | tuple[str, str]:
        if not isinstance(entry, dict) or not isinstance(entry.get("obj_id"), int):
            return (key, "it should be an object with an obj_id, cam_R_m2c and cam_t_m2c")
        turn, shift = _numbers(entry.get("cam_R_m2c"), 9), _numbers(entry.get("cam_t_m2c"), 3)
        if turn is None:
            told = _told(entry.get("cam_R_m2c"))
            return (f"{key}.cam_R_m2c", f"it should be nine finite numbers, row by row, not {told}")
        if shift is None:
            told = _told(entry.get("cam_t_m2c"))
            return (f"{key}.cam_t_m2c", f"it should be three finite numbers in mm, not {told}")
        rotation = _nearest_rotation(turn.reshape(3, 3))
        if rotation is None:
            return (f"{key}.cam_R_m2c", "it is no rotation: its rows are not orthonormal, or it mirrors")
        return BopPose(key, number, entry["obj_id"], Pose.from_matrix(rotation, shift))


def _scenes(path: Path) -> tuple[Path, ...]:
    files = (file for name in (POSES, CAMERAS) for depth in ("", "*/", "*/*/") for file in path.glob(depth + name))
    return tuple(sorted({file.parent for file in files}))


def _models(above: list[Path]) -> dict[int, Path]:
    """obj_id to file, from the first folder of models that has any."""
    for folder in above:
        others = sorted(place.name for place in folder.glob("models*") if place.is_dir() and place.name not in _MODELS)
        for name in (*_MODELS, *others):
            files = sorted((folder / name).glob("obj_*.ply"))
            found = {int(file.stem[4:]): file for file in files if file.stem[4:].isdecimal()}
            if found:
                return found
    return {}


def _objects(table: Path) -> dict[str, Json]:
    objects = read_json_object(table).get("objects")
    if not isinstance(objects, dict) or not all(isinstance(entry, dict) for entry in objects.values()):
        raise FormatError(f"{table} has no table under 'objects'; export the set again, or remove this file.")
    return objects


def _own_images(bop: BopFolder, scene: Path, *, lines: list[ReportLine]) -> Json:
    if not (scene / OWN_SCENE).is_file():
        return {}
    try:
        images = read_json_object(scene / OWN_SCENE).get("images")
    except FormatError as error:
        reason = f"{error} Poses and masks were taken without what it kept."
        lines.append(refused(bop.shown(scene / OWN_SCENE), "", reason=reason))
        return {}
    return images if isinstance(images, dict) else {}


def _picture(scene: Path, number: int) -> Path:
    names = [f"{number:06d}{suffix}" for suffix in _SUFFIXES]
    files = (scene / folder / name for folder in _PICTURES for name in names)
    return next((file for file in files if file.is_file()), scene / _PICTURES[0] / names[0])


def _order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (-1, key)


def _numbers(value: Any, count: int) -> Array | None:
    if not isinstance(value, list) or len(value) != count:
        return None
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in value):
        return None
    numbers = np.array(value, dtype=np.float64)
    return numbers if np.isfinite(numbers).all() else None


def _told(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, list) and all(isinstance(number, int | float) for number in value):
        return f"{len(value)} numbers"
    return f"{str(value)[:40]!r}"


def _nearest_rotation(matrix: Array) -> Array | None:
    """The rotation that a rounded matrix stands for (its polar factor), or None."""
    if not np.abs(matrix @ matrix.T - np.eye(3)).max() < _NOT_A_ROTATION or np.linalg.det(matrix) < 0:
        return None
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)
