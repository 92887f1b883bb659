"""The conventions of the house: pixels, the pinhole camera and its lens, and the borders to OpenCV and VTK.

Pixels have a corner origin: the photo spans [0, W] x [0, H] and the centre of the top-left pixel is (0.5, 0.5).
The camera frame has OpenCV's axes (x right, y down, z forward), in millimetres:
u = fx·x/z + cx, v = fy·y/z + cy. OpenCV puts pixel centres at integers, so its principal point is ours - 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array

Array = NDArray[np.float64]

DEFAULT_FOV_DEG = 60.0
OPENCV_HALF_PIXEL = 0.5
_UNDISTORT_ROUNDS = 20


class CameraSource(StrEnum):
    """Where a photo's camera came from; shown beside every pose, since a wrong focal length moves t_z with it."""

    HAND = "hand"
    CALIBRATION = "calibration"
    EXIF = "exif"
    FIT = "fit"
    GUESS = "guess"


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A pinhole camera with OpenCV's lens distortion (k1, k2, p1, p2, k3); lengths in px, corner origin.

    source_name: what the source is called, such as the name of the calibration file; "" where there is nothing to say.
    """

    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    width_px: int
    height_px: int
    distortion: Array
    source: CameraSource = CameraSource.GUESS
    source_name: str = ""

    def __post_init__(self) -> None:
        numbers = [self.fx_px, self.fy_px, self.cx_px, self.cy_px]
        if not np.isfinite(numbers).all():
            raise ValueError("a camera needs finite focal lengths and a finite principal point")
        if self.fx_px <= 0 or self.fy_px <= 0:
            raise ValueError(f"a focal length must be above 0 px, not {min(self.fx_px, self.fy_px):g}")
        if self.width_px < 1 or self.height_px < 1:
            raise ValueError(f"a camera's picture must be at least 1 x 1 px, not {self.width_px} x {self.height_px}")
        object.__setattr__(self, "distortion", frozen_array(np.asarray(self.distortion, dtype=np.float64).reshape(5)))

    @staticmethod
    def from_vertical_fov(
        fov_deg: float, width_px: int, *, height_px: int, source: CameraSource = CameraSource.GUESS
    ) -> Camera:
        """A centred camera with square pixels whose height spans `fov_deg` degrees (0 to 180, both excluded)."""
        if not 0.0 < fov_deg < 180.0:
            raise ValueError(f"a field of view lies between 0 and 180 degrees, not {fov_deg:g}")
        focal = (height_px / 2) / np.tan(np.radians(fov_deg) / 2)
        return Camera(focal, focal, width_px / 2, height_px / 2, width_px, height_px, np.zeros(5), source)

    @property
    def matrix(self) -> Array:
        """(3, 3) K in corner-origin pixels."""
        return np.array([[self.fx_px, 0.0, self.cx_px], [0.0, self.fy_px, self.cy_px], [0.0, 0.0, 1.0]])

    @property
    def opencv_matrix(self) -> Array:
        """(3, 3) K as OpenCV and BOP want it: pixel centres at integers."""
        matrix = self.matrix
        matrix[:2, 2] -= OPENCV_HALF_PIXEL
        return matrix

    @property
    def vertical_fov_deg(self) -> float:
        """Angle that the picture's height would span with a centred principal point, in degrees."""
        return float(np.degrees(2 * np.arctan(self.height_px / 2 / self.fy_px)))

    @property
    def is_distorted(self) -> bool:
        """Whether the lens bends straight lines."""
        return bool(np.any(self.distortion))

    def project(self, points_mm: ArrayLike) -> Array:
        """(..., 3) camera-frame points in mm to (..., 2) px; a point at or behind the camera (z <= 0) gives nan."""
        points = np.asarray(points_mm, dtype=np.float64)
        depth = points[..., 2:3]
        with np.errstate(divide="ignore", invalid="ignore"):
            rays = np.where(depth > 0, points[..., :2] / depth, np.nan)
        return self._pixels_from_rays(_distorted(rays, self.distortion) if self.is_distorted else rays)

    def unproject(self, points_px: ArrayLike, depth_mm: ArrayLike = 1.0) -> Array:
        """(..., 2) px at depth z = depth_mm (...) to (..., 3) camera-frame mm; the lens is undone."""
        rays = self.rays(points_px)
        depth = np.asarray(depth_mm, dtype=np.float64)[..., None]
        return np.concatenate([rays * depth, np.broadcast_to(depth, (*rays.shape[:-1], 1))], axis=-1)

    def rays(self, points_px: ArrayLike) -> Array:
        """(..., 2) px to (..., 2) undistorted (x/z, y/z)."""
        points = np.asarray(points_px, dtype=np.float64)
        rays = (points - [self.cx_px, self.cy_px]) / [self.fx_px, self.fy_px]
        return _undistorted(rays, self.distortion) if self.is_distorted else rays

    def undistorted_pixels(self, points_px: ArrayLike) -> Array:
        """(..., 2) px where `without_distortion()` would see the same rays; outlines go through this before a fit."""
        points = np.asarray(points_px, dtype=np.float64)
        return self._pixels_from_rays(self.rays(points)) if self.is_distorted else points

    def without_distortion(self) -> Camera:
        """The same pinhole behind a perfect lens."""
        return replace(self, distortion=np.zeros(5)) if self.is_distorted else self

    def cropped(self, x_px: float, y_px: float, *, width_px: int, height_px: int) -> Camera:
        """The camera of the crop whose top-left corner is at (x, y) px; it may reach outside the photo."""
        return replace(self, cx_px=self.cx_px - x_px, cy_px=self.cy_px - y_px, width_px=width_px, height_px=height_px)

    def resized(self, width_px: int, height_px: int) -> Camera:
        """The camera of the photo scaled to width x height px."""
        sx, sy = width_px / self.width_px, height_px / self.height_px
        return replace(
            self,
            fx_px=self.fx_px * sx,
            fy_px=self.fy_px * sy,
            cx_px=self.cx_px * sx,
            cy_px=self.cy_px * sy,
            width_px=width_px,
            height_px=height_px,
        )

    def with_vertical_fov(self, fov_deg: float, *, source: CameraSource = CameraSource.HAND) -> Camera:
        """The same picture seen with another vertical field of view; fx/fy is kept."""
        if not 0.0 < fov_deg < 180.0:
            raise ValueError(f"a field of view lies between 0 and 180 degrees, not {fov_deg:g}")
        focal = (self.height_px / 2) / np.tan(np.radians(fov_deg) / 2)
        return replace(self, fx_px=focal * self.fx_px / self.fy_px, fy_px=focal, source=source, source_name="")

    def vtk_view(self) -> VtkView:
        """The settings of a vtkCamera (at 0, looking along +z, up -y) that draw what this pinhole sees."""
        width, height = self.width_px, self.height_px
        centre = (-2 * (self.cx_px - width / 2) / width, 2 * (self.cy_px - height / 2) / height)
        return VtkView(self.vertical_fov_deg, centre, (width / height) * (self.fy_px / self.fx_px))

    def _pixels_from_rays(self, rays: Array) -> Array:
        return rays * [self.fx_px, self.fy_px] + [self.cx_px, self.cy_px]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Camera) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        sizes = (self.fx_px, self.fy_px, self.cx_px, self.cy_px, self.width_px, self.height_px)
        return (*sizes, self.distortion.tobytes(), self.source, self.source_name)


@dataclass(frozen=True, slots=True)
class VtkView:
    """vtkCamera.ViewAngle (degrees), WindowCenter (x, y) and ExplicitAspectRatio."""

    view_angle_deg: float
    window_center: tuple[float, float]
    explicit_aspect: float


def _distorted(rays: Array, coefficients: Array) -> Array:
    """OpenCV's Brown-Conrady model (documentation of calib3d): (..., 2) ideal rays to rays behind the lens."""
    k1, k2, p1, p2, k3 = coefficients
    x, y = rays[..., 0], rays[..., 1]
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    bent_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    bent_y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    return np.stack([bent_x, bent_y], axis=-1)


def _undistorted(rays: Array, coefficients: Array) -> Array:
    """The inverse of `_distorted`, by fixed-point rounds: exact to 1e-10 for lenses whose map is monotone."""
    ideal = rays
    for _ in range(_UNDISTORT_ROUNDS):
        ideal = ideal + (rays - _distorted(ideal, coefficients))
    return ideal
