"""Calibration files of cameras: OpenCV's YAML, XML and JSON, ROS' camera_info, plain JSON, and COLMAP's cameras.txt.

OpenCV, ROS and plain JSON put a pixel's centre at integers, so their cx and cy are ours - 0.5; COLMAP counts from the
corner of the picture, as this program does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.formats.json_file import FormatError, read_json_object
from core.geometry.camera import OPENCV_HALF_PIXEL, Camera, CameraSource
from core.geometry.camera_numbers import DISTORTION_NAMES, same_shape, turned

PATTERNS = "*.yml *.yaml *.xml *.json *.txt"
MATRIX_KEYS = ("camera_matrix", "K", "Camera_Matrix", "cameraMatrix", "intrinsic_matrix", "cam_K", "mtx")
DISTORTION_KEYS = (
    "distortion_coefficients",
    "dist",
    "Distortion_Coefficients",
    "distCoeffs",
    "dist_coeffs",
    "distortion",
    "D",
)
SIZE_KEYS = ("image_size", "imageSize", "img_size", "size")
WIDTH_KEYS, HEIGHT_KEYS = ("image_width", "imageWidth", "width"), ("image_height", "imageHeight", "height")
_PLAIN_KEYS = ("fx", "fy", "cx", "cy")
_ABSENT = object()
_SKEW_TOLERANCE = 1e-3
_MIDDLE = 0.25  # a principal point without a picture size must lie so far from every edge of the photo, in its sides
# COLMAP's camera models: where in PARAMS[] are fx, fy, cx, cy, k1, k2, p1, p2 (-1: none).
_COLMAP = {
    "SIMPLE_PINHOLE": (0, 0, 1, 2, -1, -1, -1, -1),
    "PINHOLE": (0, 1, 2, 3, -1, -1, -1, -1),
    "SIMPLE_RADIAL": (0, 0, 1, 2, 3, -1, -1, -1),
    "RADIAL": (0, 0, 1, 2, 3, 4, -1, -1),
    "OPENCV": (0, 1, 2, 3, 4, 5, 6, 7),
}
_COLMAP_COUNTS = {"SIMPLE_PINHOLE": 3, "PINHOLE": 4, "SIMPLE_RADIAL": 4, "RADIAL": 5, "OPENCV": 8}


@dataclass(frozen=True, slots=True)
class CalibratedCamera:
    """One camera of a file. numbers: fx, fy, cx, cy in px, corner origin; distortion: k1, k2, p1, p2, k3.

    size_px: (width, height) of the pictures it was calibrated with, None when the file does not say.
    """

    numbers: tuple[float, float, float, float]
    distortion: tuple[float, ...]
    size_px: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration file says: one camera, or, of COLMAP, several."""

    file: str
    cameras: tuple[CalibratedCamera, ...]

    def camera_for(self, size_px: tuple[int, int], *, orientation: int = 1) -> Camera:
        """The camera of a photo of that oriented size; scaled when only the scale differs.

        orientation: the photo's in EXIF; a calibration of the upright sensor is turned with a photo that is turned by
        90°. Raises FormatError with a sentence when no camera of the file is of such a picture.
        """
        for candidate in self.cameras:
            if (found := self._fitting(candidate, size_px, orientation)) is not None:
                return found
        width, height = size_px
        sizes = sorted({camera.size_px for camera in self.cameras if camera.size_px is not None})
        known = ", ".join(f"{w} × {h}" for w, h in sizes)
        if not known:
            _, _, cx, cy = self.cameras[0].numbers
            raise FormatError(
                f"{self.file} does not say how large its pictures were, and its principal point {cx:.0f}, {cy:.0f} is "
                f"not near the middle of a photo of {width} × {height} px. Add image_width and image_height to it."
            )
        raise FormatError(
            f"{self.file} is a calibration for pictures of {known} px, and this photo is {width} × {height} px: "
            "another shape: cropped, turned, or of another camera. Calibrate with pictures like this one."
        )

    def _fitting(self, camera: CalibratedCamera, size_px: tuple[int, int], orientation: int) -> Camera | None:
        width, height = size_px
        size = camera.size_px
        if size is None:
            _, _, cx, cy = camera.numbers
            inside = _MIDDLE * width < cx < (1 - _MIDDLE) * width and _MIDDLE * height < cy < (1 - _MIDDLE) * height
            return self._camera(camera, size_px) if inside else None
        if same_shape(size, size_px):
            return self._camera(camera, size).resized(width, height)
        if orientation in (6, 8) and same_shape(size, (height, width)):
            return turned(self._camera(camera, size), orientation).resized(width, height)
        return None

    def _camera(self, camera: CalibratedCamera, size_px: tuple[int, int]) -> Camera:
        source = {"source": CameraSource.CALIBRATION, "source_name": Path(self.file).name}
        return Camera(*camera.numbers, *size_px, distortion=np.array(camera.distortion), **source)  # type: ignore[arg-type]


def read_calibration(file: Path | str) -> Calibration:
    """The cameras of a calibration file; raises FormatError with a sentence that names the file and the key."""
    path = Path(file)
    if path.suffix.lower() == ".txt":
        return Calibration(str(path), _colmap_cameras(path))
    if path.suffix.lower() == ".json":
        return Calibration(str(path), (_camera_in(read_json_object(path), path),))
    return Calibration(str(path), (_camera_in(_opencv_content(path), path),))


# ---- keys and values


def _camera_in(content: Mapping[str, Any], path: Path) -> CalibratedCamera:
    matrix_key, matrix = _first(content, MATRIX_KEYS)
    if matrix is _ABSENT and all(key in content for key in _PLAIN_KEYS):
        fx, fy, cx, cy = (_numbers(content[key], path, key)[0] for key in _PLAIN_KEYS)
        matrix_key, matrix = "fx, fy, cx, cy", [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]
    if matrix is _ABSENT:
        known = ", ".join(sorted(map(str, content))[:6]) or "nothing"
        raise FormatError(
            f"{path} holds no camera: none of its keys is {', '.join(MATRIX_KEYS[:3])} (it has {known}). Choose the "
            "file that OpenCV's calibration wrote."
        )
    numbers = _numbers_of_matrix(_numbers(matrix, path, matrix_key), path, matrix_key)
    distortion_key, values = _first(content, DISTORTION_KEYS)
    distortion = () if values is _ABSENT else _numbers(values, path, distortion_key)
    fisheye = str(content.get("distortion_model", content.get("model", ""))).lower()
    if fisheye in ("equidistant", "fisheye", "kannala_brandt"):
        raise FormatError(
            f"{path}: “distortion_model” is {fisheye}; only OpenCV's k1 k2 p1 p2 k3 (plumb_bob) is known."
        )
    return CalibratedCamera(numbers, _five(distortion, path, distortion_key), _size_in(content, path))


def _first(content: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, Any]:
    for key in keys:
        if key in content:
            return key, content[key]
    return keys[0], _ABSENT


def _numbers(value: Any, path: Path, key: str) -> tuple[float, ...]:
    """Every number of a list, a list of lists, or a table with the list as its `data`."""
    if isinstance(value, Mapping):
        value = value.get("data")
    try:
        flat = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise FormatError(f"{path}: “{key}” is no list of numbers ({error}).") from error
    if not len(flat) or not np.isfinite(flat).all():
        raise FormatError(f"{path}: “{key}” must hold finite numbers, and does not.")
    return tuple(flat.tolist())


def _numbers_of_matrix(values: tuple[float, ...], path: Path, key: str) -> tuple[float, float, float, float]:
    if len(values) != 9:
        raise FormatError(f"{path}: “{key}” must be a 3 × 3 matrix, and has {len(values)} numbers.")
    fx, skew, cx, _, fy, cy, *last = values
    if fx <= 0 or fy <= 0:
        raise FormatError(f"{path}: “{key}” has the focal lengths {fx:g} and {fy:g} px; both must be above 0.")
    if not np.allclose(last, [0.0, 0.0, 1.0]) or abs(values[3]) > _SKEW_TOLERANCE * fx:
        raise FormatError(f"{path}: “{key}” is no camera matrix; it should read fx 0 cx, 0 fy cy, 0 0 1.")
    if abs(skew) > _SKEW_TOLERANCE * fx:
        raise FormatError(f"{path}: “{key}” has a skew of {skew:g} px, which no camera of this program has.")
    return fx, fy, cx + OPENCV_HALF_PIXEL, cy + OPENCV_HALF_PIXEL


def _five(values: tuple[float, ...], path: Path, key: str) -> tuple[float, ...]:
    if any(values[5:]):
        names = ", ".join(DISTORTION_NAMES)
        raise FormatError(
            f"{path}: “{key}” has {len(values)} coefficients; only {names} are known here. Calibrate without the "
            "rational, thin-prism and tilted models."
        )
    return (*values[:5], *(0.0,) * (5 - len(values[:5])))


def _size_in(content: Mapping[str, Any], path: Path) -> tuple[int, int] | None:
    width_key, width = _first(content, WIDTH_KEYS)
    height_key, height = _first(content, HEIGHT_KEYS)
    if width is _ABSENT or height is _ABSENT:
        width_key, both = _first(content, SIZE_KEYS)
        if both is _ABSENT:
            return None
        sides = _numbers(both, path, width_key)
        if len(sides) != 2:
            raise FormatError(f"{path}: “{width_key}” must be width and height, and has {len(sides)} numbers.")
        width, height, height_key = *sides, width_key
    return _side(width, path, width_key), _side(height, path, height_key)


def _side(value: Any, path: Path, key: str) -> int:
    try:
        side = float(value)
    except (TypeError, ValueError):
        side = 0.0
    if not (np.isfinite(side) and side >= 1 and side == int(side)):
        raise FormatError(f"{path}: “{key}” is {value!s:.40}, and must be a whole number of px above 0.")
    return int(side)


# ---- OpenCV's own files


def _opencv_content(path: Path) -> dict[str, Any]:
    """The matrices, lists, numbers and texts at the top of a FileStorage; YAML of other writers, too."""
    import cv2  # lazily: the window's process imports this module

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check that it is there and readable.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is no text file, so it is no calibration (YAML, XML or JSON).") from error
    flags = cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        storage = cv2.FileStorage(text, flags)
        root = storage.root()
        content = {key: _opencv_value(storage.getNode(key)) for key in root.keys()}  # noqa: SIM118 - no dict
        storage.release()
    except (cv2.error, SystemError, ValueError) as error:
        kind = "XML" if path.suffix.lower() == ".xml" else "YAML"
        raise FormatError(f"{path} is no {kind} that OpenCV can read; write it again with cv2.FileStorage.") from error
    finally:
        cv2.utils.logging.setLogLevel(level)
    return content


def _opencv_value(node: Any) -> Any:
    if node.isInt() or node.isReal():
        return node.real()
    if node.isString():
        return node.string()
    if node.isSeq():
        return [_opencv_value(node.at(index)) for index in range(node.size())]
    if node.isMap():
        names = node.keys()
        return _opencv_value(node.getNode("data")) if "data" in names else {}
    return None


# ---- COLMAP


def _colmap_cameras(path: Path) -> tuple[CalibratedCamera, ...]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check that it is there and readable.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is no text file, so it is no cameras.txt of COLMAP.") from error
    cameras = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            cameras.append(_colmap_camera(words, f"{path}, line {number}", path))
    if not cameras:
        raise FormatError(f"{path} holds no camera; a cameras.txt of COLMAP has one a line.")
    return tuple(dict.fromkeys(cameras))


def _colmap_camera(words: list[str], where: str, path: Path) -> CalibratedCamera:
    model = words[1] if len(words) > 1 else ""
    if model not in _COLMAP:
        known = ", ".join(_COLMAP)
        raise FormatError(f"{where}: the camera model “{model}” is not one of {known}; this program has no other lens.")
    try:
        width, height, *params = (float(word) for word in words[2:])
    except ValueError as error:
        raise FormatError(f"{where}: WIDTH, HEIGHT and PARAMS[] must be numbers ({error}).") from error
    if len(params) != _COLMAP_COUNTS[model] or not np.isfinite(params).all():
        wanted = _COLMAP_COUNTS[model]
        raise FormatError(f"{where}: PARAMS[] of {model} are {wanted} finite numbers, and here are {len(params)}.")
    fx, fy, cx, cy, *bent = (params[at] if at >= 0 else 0.0 for at in _COLMAP[model])
    if fx <= 0 or fy <= 0:
        raise FormatError(f"{where}: the focal length must be above 0 px.")
    size = _side(width, path, "WIDTH"), _side(height, path, "HEIGHT")
    return CalibratedCamera((fx, fy, cx, cy), (*bent, 0.0), size)
