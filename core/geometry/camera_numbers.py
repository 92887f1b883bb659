"""A camera by the numbers people know: its focal length in px and as on 35 mm film, its centre, its lens, its zoom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera, CameraSource

Array = NDArray[np.float64]

FILM_WIDTH_MM = 36.0
NARROWEST_FOV_DEG, WIDEST_FOV_DEG = 2.0, 160.0
DISTORTION_NAMES = ("k1", "k2", "p1", "p2", "k3")


def focal_35mm(camera: Camera) -> float:
    """The focal length in mm that sees as much on 36 x 24 mm film: f35 = fx / max(W, H) · 36."""
    return camera.fx_px / max(camera.width_px, camera.height_px) * FILM_WIDTH_MM


def with_focal_px(camera: Camera, focal_px: float) -> Camera:
    """The camera with fx = `focal_px`, by hand; fx/fy is kept. Raises ValueError for one of 0 or less."""
    return by_hand(camera, fx_px=focal_px, fy_px=focal_px * camera.fy_px / camera.fx_px)


def with_focal_35mm(camera: Camera, focal_mm: float) -> Camera:
    """The camera with a focal length as on 35 mm film, by hand; fx/fy is kept."""
    return with_focal_px(camera, focal_mm / FILM_WIDTH_MM * max(camera.width_px, camera.height_px))


def with_pixel_ratio(camera: Camera, ratio: float) -> Camera:
    """The camera with fy = ratio · fx, by hand."""
    return by_hand(camera, fy_px=camera.fx_px * ratio)


def with_centre(camera: Camera, axis: int, at_px: float) -> Camera:
    """The camera with cx (axis 0) or cy (1) there, in px from the photo's corner, by hand."""
    return by_hand(camera, **{("cx_px", "cy_px")[axis]: at_px})


def with_distortion(camera: Camera, index: int, value: float) -> Camera:
    """The camera with one of k1, k2, p1, p2, k3 at a value, by hand."""
    coefficients = camera.distortion.copy()
    coefficients[index] = value
    return by_hand(camera, distortion=coefficients)


def zoomed(camera: Camera, factor: float) -> Camera:
    """The camera with its focal lengths times `factor`, by hand, within what a field of view may be (2 to 160°)."""
    half = camera.height_px / 2
    shortest, longest = (half / np.tan(np.radians(fov) / 2) for fov in (WIDEST_FOV_DEG, NARROWEST_FOV_DEG))
    focal = float(np.clip(camera.fy_px * factor, min(shortest, camera.fy_px), max(longest, camera.fy_px)))
    return by_hand(camera, fx_px=focal * camera.fx_px / camera.fy_px, fy_px=focal)


def by_hand(camera: Camera, **numbers: float | ArrayLike) -> Camera:
    """The camera with other numbers (fields of Camera), set by the annotator; the very same one when nothing changes.

    Raises ValueError for numbers that no camera has.
    """
    changed = replace(camera, **numbers)  # type: ignore[arg-type]  # which numbers is the caller's affair
    same = changed == camera
    return camera if same else replace(changed, source=CameraSource.HAND, source_name="")


def same_shape(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two (width, height) differ by scale alone; the shorter side of the smaller may be rounded by a pixel."""
    small, large = sorted([a, b])
    return abs(large[1] * (small[0] / large[0]) - small[1]) <= 1.0


def for_size(camera: Camera, width_px: int, height_px: int) -> Camera | None:
    """The camera for a photo of that size: scaled when only the scale differs, None for another shape."""
    if (camera.width_px, camera.height_px) == (width_px, height_px):
        return camera
    alike = same_shape((camera.width_px, camera.height_px), (width_px, height_px))
    return camera.resized(width_px, height_px) if alike else None


def turned(camera: Camera, orientation: int) -> Camera:
    """The camera of the photo turned as EXIF orientation 6 (by 90° clockwise) or 8 (counter-clockwise) says.

    Raises ValueError for another orientation. The lens turns with it: its tangential terms change places.
    """
    if orientation not in (6, 8):
        raise ValueError(f"a camera is turned by EXIF orientation 6 or 8, not {orientation}")
    k1, k2, p1, p2, k3 = camera.distortion
    width, height, clockwise = camera.width_px, camera.height_px, orientation == 6
    return replace(
        camera,
        fx_px=camera.fy_px,
        fy_px=camera.fx_px,
        cx_px=height - camera.cy_px if clockwise else camera.cy_px,
        cy_px=camera.cx_px if clockwise else width - camera.cx_px,
        width_px=height,
        height_px=width,
        distortion=np.array([k1, k2, p2, -p1, k3] if clockwise else [k1, k2, -p2, p1, k3]),
    )
