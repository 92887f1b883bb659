"""The border to Unity: seven numbers of its camera there, our pose and camera here, both ways.

Unity is left-handed, x right, y up, z forward; the camera stands at T in units and is turned by R degrees about z, then
x, then y (Unity's manual, Transform.eulerAngles): R_u = Ry·Rx·Rz. The field of view is the vertical one. With
C = diag(1, -1, 1), M the reflection of our shoe axes to Unity's and u the unit in mm:
R = C·R_uᵀ·M and t = -C·R_uᵀ·T·u, and back R_u = (C·R·Mᵀ)ᵀ and T = -R_u·C·t/u.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose

Array = NDArray[np.float64]

NUMBER_NAMES = ("Tx", "Ty", "Tz", "Rx", "Ry", "Rz", "fieldOfView")
AXES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
FARTHEST_UNITS = 1e6

_DOWN = np.diag([1.0, -1.0, 1.0])  # Unity's camera has y up, ours down
_LEVEL_LEAST = 1e-13  # cosine of Rx below which the direction that gives Ry is rounding alone
_TOLERANCE_PX = 0.01
_EXAMPLE = "such as 0 2.05 -2.28 22.957 0 0 60"
_FULL_NAMES = {name.lower(): name for name in NUMBER_NAMES} | {
    "fov": NUMBER_NAMES[-1],
    "field of view": NUMBER_NAMES[-1],
}
_NAMED = re.compile(
    r"\b(t[xyz]|r[xyz]|fov|field ?of ?view)\b\s*[:=]?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)", re.IGNORECASE
)
_LABELS = re.compile(
    r"[()\[\]|°]|(?<![\w.])[tr](?=[\s(\[:=])|\b(?:t[xyz]|r[xyz]|position|rotation|fov|field ?of ?view)\b\s*[:=]?|[:=]",
    re.IGNORECASE,
)


class UnityError(ValueError):
    """Numbers that are no Unity camera, or a camera Unity has none for; the text is a sentence for the annotator."""


@dataclass(frozen=True, slots=True)
class UnityView:
    """Unity's camera in the shoe's world: position in units, Euler angles and vertical field of view in degrees.

    The origin is the shoe's: the centre of its box. Raises UnityError for what no camera can have.
    """

    tx: float
    ty: float
    tz: float
    rx_deg: float
    ry_deg: float
    rz_deg: float
    fov_deg: float

    def __post_init__(self) -> None:
        for name, number in zip(NUMBER_NAMES, astuple(self), strict=True):
            if not np.isfinite(number):
                raise UnityError(f"{name} is {number}; Unity's seven numbers must be finite.")
        if max(abs(self.tx), abs(self.ty), abs(self.tz)) > FARTHEST_UNITS:
            raise UnityError(f"Tx, Ty and Tz may be up to {FARTHEST_UNITS:,.0f} units away, no farther.")
        if not 0.0 < self.fov_deg < 180.0:
            raise UnityError(f"A fieldOfView lies between 0 and 180 degrees, and this is {self.fov_deg:g}.")

    @staticmethod
    def from_numbers(numbers: Iterable[Any]) -> UnityView:
        """The view of seven numbers, or texts of numbers, in the order Tx Ty Tz Rx Ry Rz fov; raises UnityError."""
        given = tuple(numbers)
        if len(given) != len(NUMBER_NAMES):
            raise UnityError(f"Unity's camera has seven numbers, Tx Ty Tz Rx Ry Rz fov, not {len(given)}; {_EXAMPLE}.")
        return UnityView(*(_number(name, value) for name, value in zip(NUMBER_NAMES, given, strict=True)))

    @staticmethod
    def from_text(text: str) -> UnityView:
        """The view of "Tx Ty Tz Rx Ry Rz fov", apart by spaces, commas or semicolons; raises UnityError."""
        return UnityView.from_numbers(text.replace(",", " ").replace(";", " ").split())

    @property
    def text(self) -> str:
        """The seven numbers as `from_text` reads them, to ten digits."""
        return " ".join(f"{number:.10g}" for number in astuple(self))

    @property
    def position(self) -> Array:
        """(3,) Tx, Ty, Tz in units."""
        return np.array([self.tx, self.ty, self.tz])

    @property
    def rotation(self) -> Array:
        """(3, 3) R_u = Ry·Rx·Rz, from the camera's axes to Unity's world."""
        cx, cy, cz = np.cos(np.radians([self.rx_deg, self.ry_deg, self.rz_deg]))
        sx, sy, sz = np.sin(np.radians([self.rx_deg, self.ry_deg, self.rz_deg]))
        about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
        about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
        about_z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
        return np.asarray(about_y @ about_x @ about_z)


@dataclass(frozen=True, slots=True)
class UnityScene:
    """How the shoe stands in Unity's world: where its toe and its top point, and how long a unit is in mm.

    Unity takes a unit for a metre; a generator that shows a shoe large has it some three units long, so 100 mm here.
    """

    toe: str = "+Z"
    up: str = "+Y"
    unit_mm: float = 100.0

    def __post_init__(self) -> None:
        if self.toe not in AXES or self.up not in AXES or self.toe[1] == self.up[1]:
            raise UnityError(
                f"'{self.toe}' and '{self.up}' cannot be toe and up in Unity: each is one of {', '.join(AXES)}, "
                "on two different axes."
            )
        if not (np.isfinite(self.unit_mm) and 1e-3 <= self.unit_mm <= 1e6):
            raise UnityError(f"A unit of Unity's is between 0.001 and 1,000,000 mm long, not {self.unit_mm:g}.")

    @staticmethod
    def imported(toe: str, up: str, *, unit_mm: float = 100.0) -> UnityScene:
        """The scene of a mesh file in which toe and up point so: Unity reverses X when it imports an OBJ."""
        return UnityScene(_reversed_x(toe), _reversed_x(up), unit_mm)

    @property
    def unity_from_shoe(self) -> Array:
        """(3, 3) reflection M of the shoe's axes (toe, wearer's left, up) to Unity's, without the unit."""
        toe, up = _axis(self.toe), _axis(self.up)
        return np.stack([toe, -np.cross(up, toe), up], axis=1)  # the left is on the other hand than in our frame


SCENE = UnityScene()


def pose_from_unity(view: UnityView, scene: UnityScene = SCENE) -> Pose:
    """camera_from_shoe, in mm, of what Unity's camera sees."""
    camera_from_unity = _DOWN @ view.rotation.T
    at_mm = view.position * scene.unit_mm
    return Pose.from_matrix(camera_from_unity @ scene.unity_from_shoe, -camera_from_unity @ at_mm)


def camera_from_unity(view: UnityView, width_px: int, *, height_px: int) -> Camera:
    """The pinhole of a picture of that size: fx = fy = (H/2)/tan(fov/2), centred."""
    return Camera.from_vertical_fov(view.fov_deg, width_px, height_px=height_px, source=CameraSource.HAND)


def unity_view(pose: Pose, camera: Camera, *, scene: UnityScene = SCENE) -> UnityView:
    """The seven numbers of a camera_from_shoe and its camera; Rx lies in -90..90, Ry and Rz in -180..180 degrees.

    Where the camera looks straight up or down (Rx = ±90) Ry and Rz are one turn, and Rz is 0. Raises UnityError for a
    camera that Unity's cannot be: with a bent lens, a principal point off the middle, or pixels that are not square.
    """
    _check_plain(camera)
    rotation = (_DOWN @ pose.rotation @ scene.unity_from_shoe.T).T
    x, y, z = np.degrees(_euler(rotation))
    position = -rotation @ _DOWN @ pose.translation_mm / scene.unit_mm
    numbers = (*position, x, y, z, camera.vertical_fov_deg)
    return UnityView(*(float(number) + 0.0 for number in numbers))  # no -0


def unity_view_to_json(view: UnityView) -> dict[str, float]:
    """The seven numbers by their names Tx, Ty, Tz, Rx, Ry, Rz, fieldOfView."""
    return dict(zip(NUMBER_NAMES, astuple(view), strict=True))


def unity_view_from_json(content: Mapping[str, Any]) -> UnityView:
    """The view of `unity_view_to_json`, or of texts of the same numbers; raises UnityError."""
    missing = [name for name in NUMBER_NAMES if name not in content]
    if missing:
        raise UnityError(f"Of Unity's seven numbers {', '.join(missing)} is missing.")
    return UnityView.from_numbers(content[name] for name in NUMBER_NAMES)


def view_from_pasted(text: str) -> UnityView:
    """The view of whatever text the seven numbers came in; raises UnityError.

    "0 2.05 -2.28 22.957 0 0 60" apart by spaces, commas, semicolons or lines; with their names, in any order
    ("Tx: 0, Ty = 2.05, … fov: 60"); in brackets ("T(0, 2.05, -2.28) R(22.957, 0, 0) fov 60°"); or as JSON.
    """
    if text.lstrip().startswith("{"):
        try:
            content = json.loads(text)
        except ValueError as error:
            raise UnityError(f"What was pasted begins like JSON and is none ({error}); {_EXAMPLE}.") from error
        known = {_full_name(str(name)): value for name, value in content.items()}
        return unity_view_from_json(known)
    named = {_full_name(match[1]): match[2] for match in _NAMED.finditer(text)}
    if len(named) == len(NUMBER_NAMES):
        return unity_view_from_json(named)
    return UnityView.from_text(_LABELS.sub(" ", text))


def _full_name(name: str) -> str:
    return _FULL_NAMES.get(name.lower().replace(" ", ""), name)


def _number(name: str, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise UnityError(f"{name} is '{value!s:.40}', and that is no number; {_EXAMPLE}.") from None


def _axis(name: str) -> Array:
    axis = np.zeros(3)
    axis["XYZ".index(name[1])] = 1.0 if name[0] == "+" else -1.0
    return axis


def _reversed_x(name: str) -> str:
    return {"+X": "-X", "-X": "+X"}.get(name, name)


def _euler(rotation: Array) -> tuple[float, float, float]:
    """(x, y, z) rad of R_u = Ry·Rx·Rz.

    y is taken out first and the rest read with arctan2, which is the arcsine of -R_u[1, 2] with all its digits kept
    near ±90 degrees.
    """
    if np.hypot(rotation[0, 2], rotation[2, 2]) > _LEVEL_LEAST:
        y = np.arctan2(rotation[0, 2], rotation[2, 2])
    else:
        y = np.arctan2(-rotation[2, 0], rotation[0, 0])
    cosine, sine = np.cos(y), np.sin(y)
    rest = np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]]) @ rotation
    return np.arctan2(-rest[1, 2], max(rest[2, 2], 0.0)), y, np.arctan2(-rest[0, 1], rest[0, 0])


def _check_plain(camera: Camera) -> None:
    if camera.is_distorted:
        raise UnityError("Unity's camera has a perfect lens, and this one bends lines; take its distortion out first.")
    away = max(abs(camera.cx_px - camera.width_px / 2), abs(camera.cy_px - camera.height_px / 2))
    if away > _TOLERANCE_PX:
        raise UnityError(f"Unity's camera looks through the middle of its picture; this one's is {away:g} px off it.")
    if abs(camera.fx_px / camera.fy_px - 1.0) * camera.width_px / 2 > _TOLERANCE_PX:
        raise UnityError(
            f"Unity's camera has square pixels; this one's focal lengths are {camera.fx_px:g} and {camera.fy_px:g} px."
        )
