"""A pose from clicked landmarks: SQPnP for a start, Levenberg-Marquardt to finish, residuals to judge it by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg

Array = NDArray[np.float64]
LEAST_CLICKS = 4
_LINE, _PLANE = 0.03, 0.03  # of the points' extent: what is thinner is a line, or a plane
_ROUNDS = 40
_SAME_DEG = 5.0
_BEHIND = "the clicked landmarks put the shoe behind the camera; check which landmark is where"


@dataclass(frozen=True, slots=True, eq=False)
class PnpSolution:
    """A pose with (N, 2) vectors in px from each click to where its landmark projects, in the photo as it is.

    covariance: (6, 6) in (omega rad, v mm), camera axes, widened where the clicks disagree by more than their sigmas.
    """

    pose: Pose
    misses_px: Array
    covariance: Array

    @property
    def residuals_px(self) -> Array:
        """(N,) lengths of the vectors."""
        return np.linalg.norm(self.misses_px, axis=1)

    @property
    def rms_px(self) -> float:
        """Root of the mean squared residual, px."""
        return float(np.sqrt(np.mean(self.residuals_px**2)))


def solve_pnp(
    points_mm: ArrayLike,
    points_px: ArrayLike,
    camera: Camera,
    *,
    sigmas_px: ArrayLike = 1.0,
    start: Pose | None = None,
) -> PnpSolution:
    """The pose that projects (N, 3) shoe-frame points onto (N, 2) px, N >= 4; sigmas_px (N,) say how exact each is.

    SQPnP (Terzakis & Lourakis, ECCV 2020) gives the start where none is given; the lens is undone first.
    Raises ValueError with a sentence when there are too few points or they fix no pose in front of the camera.
    """
    object_points, image_points, sigmas = _checked(points_mm, points_px, sigmas_px)
    ideal = camera.undistorted_pixels(image_points)
    start = start or _sqpnp(object_points, ideal, camera)
    return _solution(start, object_points, image_points, camera=camera, ideal_px=ideal, sigmas_px=sigmas)


def reversed_solution(
    solution: PnpSolution, points_mm: ArrayLike, points_px: ArrayLike, *, camera: Camera, sigmas_px: ArrayLike = 1.0
) -> PnpSolution | None:
    """The pose that the same clicks allow when near and far are exchanged, None when there is no other one.

    Points in a plane seen with little perspective have two such poses (Oberkampf et al., CVIU 1996): the plane tilted
    the other way. The second is found from the first, mirrored in depth and in the points' own plane.
    """
    object_points, image_points, sigmas = _checked(points_mm, points_px, sigmas_px)
    normal = _axes(object_points)[1][2]
    away = solution.pose.translation_mm / np.linalg.norm(solution.pose.translation_mm)
    in_depth, in_plane = np.eye(3) - 2 * np.outer(away, away), np.eye(3) - 2 * np.outer(normal, normal)
    middle = object_points.mean(axis=0)
    rotation = in_depth @ solution.pose.rotation @ in_plane
    start = Pose.from_matrix(rotation, solution.pose.apply(middle) - rotation @ middle)
    ideal = camera.undistorted_pixels(image_points)
    try:
        other = _solution(start, object_points, image_points, camera=camera, ideal_px=ideal, sigmas_px=sigmas)
    except ValueError:
        return None
    return other if rotation_angle_deg(other.pose, solution.pose) > _SAME_DEG else None


def lie_in_a_plane(points_mm: ArrayLike) -> bool:
    """Whether (N, 3) points are all but flat."""
    sizes = _axes(np.asarray(points_mm, dtype=np.float64))[0]
    return bool(sizes[2] < _PLANE * sizes[0])


def _checked(points_mm: ArrayLike, points_px: ArrayLike, sigmas_px: ArrayLike) -> tuple[Array, Array, Array]:
    object_points = np.ascontiguousarray(points_mm, dtype=np.float64).reshape(-1, 3)
    image_points = np.ascontiguousarray(points_px, dtype=np.float64).reshape(-1, 2)
    if len(object_points) != len(image_points) or len(object_points) < LEAST_CLICKS:
        raise ValueError(f"a pose from clicks needs at least four landmarks, not {len(object_points)}")
    if not np.isfinite(image_points).all():
        raise ValueError("a clicked landmark has no place in the photo; take it away and click it again")
    sizes = _axes(object_points)[0]
    if sizes[1] < _LINE * max(sizes[0], 1e-9):
        raise ValueError("the clicked landmarks lie in a line on the shoe and fix no pose; click one beside that line")
    if np.linalg.norm(np.ptp(image_points, axis=0)) < 1.0:
        raise ValueError("the clicks lie on one spot of the photo; move each to its own landmark")
    return object_points, image_points, np.broadcast_to(np.asarray(sigmas_px, dtype=np.float64), len(object_points))


def _sqpnp(points_mm: Array, ideal_px: Array, camera: Camera) -> Pose:
    # cv2 is loaded with the first solve, not with the window.
    import cv2

    centred, intrinsics = np.ascontiguousarray(ideal_px - 0.5), camera.opencv_matrix
    found, omega, translation = cv2.solvePnP(points_mm, centred, intrinsics, None, flags=cv2.SOLVEPNP_SQPNP)
    if not found or not np.isfinite([omega, translation]).all():
        raise ValueError("the clicked landmarks fix no pose; are they in a line, or on the wrong side of the shoe?")
    return Pose.exp(np.concatenate([omega.ravel(), translation.ravel()]))


def _solution(
    start: Pose, points_mm: Array, points_px: Array, *, camera: Camera, ideal_px: Array, sigmas_px: Array
) -> PnpSolution:
    if start.apply(points_mm)[:, 2].min() <= 0:
        raise ValueError(_BEHIND)
    pose, normal_matrix, cost = _descended(start, points_mm, ideal_px, camera=camera, sigmas_px=sigmas_px)
    seen = pose.apply(points_mm)
    if pose.translation_mm[2] <= 0:
        raise ValueError(_BEHIND)
    freedom = 2 * len(points_mm) - 6
    covariance = np.asarray(np.linalg.pinv(normal_matrix) * max(1.0, cost / freedom), dtype=np.float64)
    return PnpSolution(pose, camera.project(seen) - points_px, covariance)


def _descended(
    pose: Pose, points_mm: Array, ideal_px: Array, *, camera: Camera, sigmas_px: Array
) -> tuple[Pose, Array, float]:
    """The pose of least weighted squares near `pose`, its (6, 6) normal matrix and the sum of squares, in sigmas."""
    misses, slopes = _linearised(pose, points_mm, ideal_px, camera=camera, sigmas_px=sigmas_px)
    damping = 1e-4
    for _ in range(_ROUNDS):
        normal, cost = slopes.T @ slopes, float(misses @ misses)
        step = -np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-12), slopes.T @ misses)
        moved = pose.moved(step)
        there = _linearised(moved, points_mm, ideal_px, camera=camera, sigmas_px=sigmas_px)
        gain = cost - float(there[0] @ there[0])
        if gain > 0:  # false for nan too: a point behind the camera
            pose, (misses, slopes), damping = moved, there, damping * 0.1
            if gain < 1e-9 * cost + 1e-18:
                break
        elif damping > 1e8:
            break
        else:
            damping *= 10
    return pose, slopes.T @ slopes, float(misses @ misses)


def _linearised(
    pose: Pose, points_mm: Array, ideal_px: Array, *, camera: Camera, sigmas_px: Array
) -> tuple[Array, Array]:
    """(2N,) misses in sigmas and their (2N, 6) slopes by (omega, v), through the pinhole."""
    turned = points_mm @ pose.rotation.T
    x, y, z = (turned + pose.translation_mm).T
    focal = np.array([camera.fx_px, camera.fy_px])
    with np.errstate(divide="ignore", invalid="ignore"):
        rays = np.where(z > 0, np.stack([x, y]) / z, np.nan).T
    misses = (rays * focal + [camera.cx_px, camera.cy_px] - ideal_px) / sigmas_px[:, None]
    by_place = np.zeros((len(points_mm), 2, 3))
    by_place[:, 0, 0] = by_place[:, 1, 1] = 1.0
    by_place[:, :, 2] = -rays
    by_place *= (focal[None, :] / (z * sigmas_px)[:, None])[:, :, None]
    # d(omega x p)/d omega as rows: (a . (omega x p)) = omega . (p x a)
    by_turn = np.cross(turned[:, None, :], by_place)
    return misses.ravel(), np.concatenate([by_turn, by_place], axis=2).reshape(-1, 6)


def _axes(points_mm: Array) -> tuple[Array, Array]:
    """(3,) extents of (N, 3) points along their own axes, the longest first, and these (3, 3) axes as rows."""
    sizes, axes = np.linalg.svd(points_mm - points_mm.mean(axis=0), full_matrices=True)[1:]
    return np.concatenate([sizes, np.zeros(3)])[:3], axes
