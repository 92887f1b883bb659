"""Rigid transforms between frames, as unit quaternions and millimetres, with their exponential and logarithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A rigid transform x' = R·x + t; for a sneaker `camera_from_shoe`.

    rotation_wxyz: (4,) float64 unit quaternion, stored with w >= 0.
    translation_mm: (3,) float64.
    Tangent vectors are (omega rad, v mm), in the axes of the target frame (camera) about the source frame's
    origin (shoe): R' = exp(omega)·R, t' = t + v.
    """

    rotation_wxyz: Array
    translation_mm: Array

    def __post_init__(self) -> None:
        quaternion = np.asarray(self.rotation_wxyz, dtype=np.float64).reshape(4)
        norm = float(np.linalg.norm(quaternion))
        if not np.isfinite(norm) or norm < 1e-12:
            raise ValueError("a rotation needs a quaternion of four finite numbers that are not all zero")
        translation = np.asarray(self.translation_mm, dtype=np.float64).reshape(3)
        if not np.isfinite(translation).all():
            raise ValueError("a translation needs three finite numbers in millimetres")
        if abs(norm - 1.0) > 4e-16:
            quaternion = quaternion / norm
        object.__setattr__(self, "rotation_wxyz", frozen_array(_canonical(quaternion)))
        object.__setattr__(self, "translation_mm", frozen_array(translation))

    @staticmethod
    def identity() -> Pose:
        """The transform that changes nothing."""
        return Pose(np.array([1.0, 0.0, 0.0, 0.0]), np.zeros(3))

    @staticmethod
    def from_matrix(rotation: ArrayLike, translation_mm: ArrayLike) -> Pose:
        """A pose from a (3, 3) rotation matrix and (3,) mm; raises ValueError when the matrix is no rotation."""
        matrix = np.asarray(rotation, dtype=np.float64).reshape(3, 3)
        if not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-4) or np.linalg.det(matrix) < 0:
            raise ValueError("the matrix is not a rotation: its rows are not orthonormal, or it mirrors")
        return Pose(quaternion_from_matrix(matrix), np.asarray(translation_mm, dtype=np.float64))

    @staticmethod
    def exp(tangent: ArrayLike) -> Pose:
        """The pose reached from the identity along (6,) (omega rad, v mm); v is the translation itself."""
        tangent = np.asarray(tangent, dtype=np.float64).reshape(6)
        return Pose(quaternion_from_rotation_vector(tangent[:3]), tangent[3:])

    def log(self) -> Array:
        """(6,) tangent (omega rad with |omega| <= pi, v mm) such that `Pose.exp(p.log())` is p."""
        return np.concatenate([rotation_vector_from_quaternion(self.rotation_wxyz), self.translation_mm])

    def moved(self, tangent: ArrayLike) -> Pose:
        """This pose stepped by (6,) (omega rad, v mm): R' = exp(omega)·R, t' = t + v."""
        tangent = np.asarray(tangent, dtype=np.float64).reshape(6)
        turned = quaternion_product(quaternion_from_rotation_vector(tangent[:3]), self.rotation_wxyz)
        return Pose(turned, self.translation_mm + tangent[3:])

    @property
    def rotation(self) -> Array:
        """(3, 3) rotation matrix."""
        w, x, y, z = self.rotation_wxyz
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )

    @property
    def matrix(self) -> Array:
        """(4, 4) homogeneous matrix, translation in mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.translation_mm
        return matrix

    def apply(self, points_mm: ArrayLike) -> Array:
        """(..., 3) points of the source frame in the target frame, mm."""
        return np.asarray(points_mm, dtype=np.float64) @ self.rotation.T + self.translation_mm

    def inverse(self) -> Pose:
        """The transform back: `p.inverse() @ p` is the identity."""
        w, x, y, z = self.rotation_wxyz
        back = np.array([w, -x, -y, -z])
        return Pose(back, -(self.rotation.T @ self.translation_mm))

    def __matmul__(self, other: Pose) -> Pose:
        """`a_from_b @ b_from_c` is `a_from_c`."""
        turned = quaternion_product(self.rotation_wxyz, other.rotation_wxyz)
        return Pose(turned, self.apply(other.translation_mm))

    def with_translation(self, translation_mm: ArrayLike) -> Pose:
        """The same rotation at (3,) mm."""
        return Pose(self.rotation_wxyz, np.asarray(translation_mm, dtype=np.float64))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pose):
            return NotImplemented
        return np.array_equal(self.rotation_wxyz, other.rotation_wxyz) and np.array_equal(
            self.translation_mm, other.translation_mm
        )

    def __hash__(self) -> int:
        return hash((self.rotation_wxyz.tobytes(), self.translation_mm.tobytes()))


def quaternion_product(a: Array, b: Array) -> Array:
    """Hamilton product of two (4,) wxyz quaternions: the rotation b, then a."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return np.array(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ]
    )


def quaternion_from_rotation_vector(omega: ArrayLike) -> Array:
    """(4,) wxyz of the rotation by |omega| rad about omega; the series is used near zero."""
    omega = np.asarray(omega, dtype=np.float64)
    angle = float(np.linalg.norm(omega))
    half_sinc = 0.5 - angle * angle / 48.0 if angle < 1e-4 else np.sin(angle / 2) / angle
    return np.concatenate([[np.cos(angle / 2)], half_sinc * omega])


def rotation_vector_from_quaternion(quaternion: Array) -> Array:
    """(3,) rotation vector in rad, at most pi long, of a (4,) wxyz unit quaternion."""
    quaternion = _canonical(quaternion)
    vector = quaternion[1:]
    sine = float(np.linalg.norm(vector))
    # Near the identity atan2(s, w)/s tends to 1/w: dividing by a tiny sine would lose the direction's digits.
    scale = 2.0 / quaternion[0] if sine < 1e-9 else 2.0 * np.arctan2(sine, quaternion[0]) / sine
    return np.asarray(scale * vector)


def quaternion_from_matrix(matrix: Array) -> Array:
    """(4,) wxyz of a (3, 3) rotation matrix, from the largest of the four components (Shepperd 1978)."""
    m = matrix
    trace = m[0, 0] + m[1, 1] + m[2, 2]
    squares = np.array([trace, m[0, 0], m[1, 1], m[2, 2]])
    largest = int(np.argmax(squares))
    if largest == 0:
        quaternion = [1 + trace, m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]]
    else:
        i = largest - 1
        j, k = (i + 1) % 3, (i + 2) % 3
        vector = np.zeros(3)
        vector[i] = 1 + m[i, i] - m[j, j] - m[k, k]
        vector[j] = m[j, i] + m[i, j]
        vector[k] = m[k, i] + m[i, k]
        quaternion = [m[k, j] - m[j, k], *vector]
    unit = np.asarray(quaternion, dtype=np.float64)
    return unit / np.linalg.norm(unit)


def rotation_angle_deg(a: Pose, b: Pose) -> float:
    """Angle between the rotations of two poses, in degrees, 0 to 180."""
    between = quaternion_product(a.inverse().rotation_wxyz, b.rotation_wxyz)
    return float(np.degrees(np.linalg.norm(rotation_vector_from_quaternion(between))))


def _canonical(quaternion: Array) -> Array:
    return -quaternion if quaternion[0] < 0 else quaternion
