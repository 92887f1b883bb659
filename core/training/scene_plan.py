"""What stands where in a rendered scene: shoes, feet, camera and light, drawn at random as photos have them.

World: z up, the floor at z = 0, mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera, CameraSource
from core.geometry.looking import look_at
from core.geometry.pose import Pose
from core.labels.instance import Side
from core.training.legs import Ankle
from core.training.random_shoes import ShoeForm, ShoeLibrary
from core.training.render_stage import Lamp

Array = NDArray[np.float64]
Rng = np.random.Generator

SUN_LAMPS, SKY_LAMPS = 1, 2  # each costs another picture of all meshes
_FLOOR_SUN_LAMPS, _FLOOR_SKY_LAMPS = 4, 6


@dataclass(frozen=True, slots=True, eq=False)
class PlacedShoe:
    """A shoe in the world. scale: its size over the form's own; texture_seed: shared by a pair; person: whose foot
    it is on, or -1."""

    form: ShoeForm
    side: Side
    scale: float
    world_from_shoe: Pose
    texture_seed: int
    person: int = -1

    @property
    def length_mm(self) -> float:
        """Its length."""
        return float(self.form.mesh.extent_mm[0]) * self.scale

    def ankle(self) -> Ankle:
        """Where a leg would enter it."""
        mirror = np.array([1.0, -1.0 if self.side is Side.LEFT else 1.0, 1.0]) * self.scale
        collar = self.form.collar
        low = collar.at_mm * [1, 1, 0] + [0, 0, 0.45 * self.form.mesh.bounds_mm[0][2]]
        return Ankle(
            self.world_from_shoe.apply(low * mirror),
            self.world_from_shoe.apply(collar.at_mm * mirror),
            self.world_from_shoe.rotation[:, 0],
            collar.half_length_mm * self.scale,
            collar.half_width_mm * self.scale,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LightPlan:
    """lamps: for the shoes; floor_lamps: finer ones for the floor, of the same total; ambient: (3,)."""

    lamps: tuple[Lamp, ...]
    floor_lamps: tuple[Lamp, ...]
    ambient: Array


@dataclass(frozen=True, slots=True, eq=False)
class ScenePlan:
    """Everything but the colours. target_mm: (3,) what the camera looks at; has_floor: False for a shoe in the air."""

    shoes: tuple[PlacedShoe, ...]
    people: int
    camera: Camera
    camera_from_world: Pose
    target_mm: Array
    light: LightPlan
    has_floor: bool = True


def plan_scene(library: ShoeLibrary, rng: Rng, *, size_px: int) -> ScenePlan:
    """A random scene: people in the street, shoes on a floor or a table, or a shoe held in the air."""
    kind = str(rng.choice(("street", "floor", "table", "air"), p=(0.46, 0.22, 0.27, 0.05)))
    light = random_light(rng)
    if kind == "street":
        people = 2 if rng.random() < 0.15 else 1
        shoes: list[PlacedShoe] = []
        at = np.zeros(2)
        for person in range(people):
            shoes += _standing_person(library, rng, at, person=person)
            way = rng.uniform(0, 2 * np.pi)
            at = at + rng.uniform(450, 900) * np.array([np.cos(way), np.sin(way)])
        low, high, wide = (600.0, 1600.0), (1600.0, 4200.0), (350.0, 1800.0)
    else:
        shoes = _lying(library, rng, kind=kind)
        people = 0
        low, high = ((250.0, 1500.0), (600.0, 2000.0)) if kind == "floor" else ((450.0, 1300.0), (30.0, 900.0))
        wide = (380.0, 1500.0) if kind == "floor" else (340.0, 1600.0)
    camera, pose, target = _camera(shoes, rng, size_px=size_px, height=low, away=high, width=wide)
    return ScenePlan(tuple(shoes), people, camera, pose, target, light, kind != "air")


def plan_single(library: ShoeLibrary, rng: Rng, *, size_px: int) -> ScenePlan:
    """One shoe that fills the picture, from any direction above the floor, now and then its sole."""
    shoe = _placed(library.draw(rng), rng, side=_any_side(rng), at=np.zeros(2), yaw=rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.22:
        shoe = _tipped(shoe, rng)
    width = shoe.length_mm * rng.uniform(1.12, 1.35)
    elevation = np.radians(rng.uniform(8, 88))
    distance = rng.uniform(700, 2800)
    height, away = (float(distance * f) for f in (np.sin(elevation), np.cos(elevation)))
    camera, pose, target = _camera(
        [shoe], rng, size_px=size_px, height=(height, height), away=(away, away), width=(width, width), spread=0.02
    )
    return ScenePlan((shoe,), 0, camera, pose, target, random_light(rng), False)


def random_light(rng: Rng) -> LightPlan:
    """A sun or window of some width, a sky or room, and light from everywhere; about 1 on the floor in all."""
    elevation, azimuth = np.radians(rng.uniform(18, 80)), rng.uniform(0, 2 * np.pi)
    towards = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    strengths = (rng.uniform(0.0, 0.15), rng.uniform(0.2, 0.5), rng.uniform(0.5, 0.68))
    sunny = float(rng.choice(strengths, p=(0.3, 0.4, 0.3)))
    ambient = float(rng.uniform(0.18, 0.38))
    sky = max(1.0 - sunny - ambient, 0.1)
    warm = np.array([1.0, 1 - 0.5 * (w := rng.uniform(0, 0.16)), 1 - w])
    cool = np.array([1 - (c := rng.uniform(-0.02, 0.10)), 1 - 0.4 * c, 1.0])
    softness = float(np.exp(rng.uniform(np.log(0.006), np.log(0.22))))

    def sun(count: int) -> list[Lamp]:
        lamps = []
        for _ in range(count):
            way = towards + softness * rng.normal(size=3)
            way[2] = max(way[2], 0.15)
            way /= np.linalg.norm(way)
            # Brightness on what faces the sun; the floor gets its share by the sun's height.
            lamps.append(Lamp(way, warm * sunny / count / max(towards[2], 0.45)))
        return lamps

    def dome(count: int) -> list[Lamp]:
        start = rng.uniform(0, 2 * np.pi)
        lamps = []
        for i in range(count):
            z = 0.25 + 0.75 * (i + 0.5) / count
            angle = start + i * np.pi * (3 - np.sqrt(5))
            flat = np.sqrt(1 - z * z)
            lamps.append(Lamp(np.array([flat * np.cos(angle), flat * np.sin(angle), z]), cool * sky / count / 0.62))
        return lamps

    tint = (0.5 * warm + 0.5 * cool) * ambient
    return LightPlan(
        tuple(sun(SUN_LAMPS) + dome(SKY_LAMPS)), tuple(sun(_FLOOR_SUN_LAMPS) + dome(_FLOOR_SKY_LAMPS)), tint
    )


def _any_side(rng: Rng) -> Side:
    return Side.LEFT if rng.random() < 0.5 else Side.RIGHT


def _turn(axis: ArrayLike, angle: float) -> Pose:
    return Pose.exp(np.concatenate([np.asarray(axis, float) * angle, np.zeros(3)]))


def _resting(form: ShoeForm, side: Side, scale: float, turn: Pose, at: Array, lift: float = 0.0) -> Pose:
    """The turned shoe put down so that its lowest point is at `lift`, its middle over `at` (2,)."""
    points = turn.apply(form.sided(form.mesh, side).vertices_mm * scale)
    return turn.with_translation([at[0], at[1], lift - float(points[:, 2].min())])


def _placed(form: ShoeForm, rng: Rng, *, side: Side, at: Array, yaw: float) -> PlacedShoe:
    scale = float(rng.uniform(225, 315)) / float(form.mesh.extent_mm[0])
    pose = _resting(form, side, scale, _turn([0, 0, 1], yaw), at)
    return PlacedShoe(form, side, scale, pose, int(rng.integers(1 << 31)))


def _tipped(shoe: PlacedShoe, rng: Rng) -> PlacedShoe:
    """On its side, upside down, or leaning."""
    roll = float(rng.choice((np.pi / 2, -np.pi / 2, np.pi), p=(0.36, 0.36, 0.28))) + rng.normal(0, 0.12)
    yaw = _turn([0, 0, 1], rng.uniform(0, 2 * np.pi))
    turn = yaw @ _turn([1, 0, 0], roll) @ _turn([0, 1, 0], rng.normal(0, 0.1))
    at = shoe.world_from_shoe.translation_mm[:2]
    pose = _resting(shoe.form, shoe.side, shoe.scale, Pose(turn.rotation_wxyz, np.zeros(3)), at)
    return PlacedShoe(shoe.form, shoe.side, shoe.scale, pose, shoe.texture_seed)


def _standing_person(library: ShoeLibrary, rng: Rng, at: Array, *, person: int) -> list[PlacedShoe]:
    """Two feet side by side or in a stride, toes a little outwards; sometimes a heel is lifted, or feet cross."""
    form = library.draw(rng)
    scale = float(rng.uniform(230, 310)) / float(form.mesh.extent_mm[0])
    width = float(form.mesh.extent_mm[1]) * scale
    heading = rng.uniform(0, 2 * np.pi)
    ahead, left = np.array([np.cos(heading), np.sin(heading)]), np.array([-np.sin(heading), np.cos(heading)])
    gap = float(rng.choice((rng.uniform(0, 25), rng.uniform(20, 120), rng.uniform(100, 300)), p=(0.3, 0.45, 0.25)))
    stride = float(rng.choice((rng.normal(0, 25), rng.uniform(-350, 350)), p=(0.6, 0.4)))
    splay = rng.normal(9, 9, 2) if gap > 15 else rng.normal(3, 3, 2)
    seed = int(rng.integers(1 << 31))
    lifted = int(rng.integers(2)) if rng.random() < 0.18 else -1
    shoes = []
    for index, side in enumerate((Side.RIGHT, Side.LEFT)):
        sign = 1.0 if side is Side.LEFT else -1.0
        place = at + left * sign * (width + gap) / 2 + ahead * sign * stride / 2
        turn = _turn([0, 0, 1], heading + np.radians(sign * splay[index]))
        lift = 0.0
        if index == lifted:
            turn = turn @ _turn([0, 1, 0], np.radians(rng.uniform(8, 40)))
            lift = float(rng.choice((0.0, rng.uniform(0, 60))))
        elif rng.random() < 0.15:
            turn = turn @ _turn([1, 0, 0], np.radians(rng.normal(0, 5)))
        pose = _resting(form, side, scale, Pose(turn.rotation_wxyz, np.zeros(3)), place, lift)
        shoes.append(PlacedShoe(form, side, scale, pose, seed, person))
    return shoes


def _lying(library: ShoeLibrary, rng: Rng, *, kind: str) -> list[PlacedShoe]:
    """Shoes without people: one, a pair neatly or carelessly, or several."""
    if kind == "air":
        shoe = _placed(library.draw(rng), rng, side=_any_side(rng), at=np.zeros(2), yaw=0.0)
        turn = Pose(rng.normal(size=4), np.array([0.0, 0.0, rng.uniform(150, 500)]))
        return [PlacedShoe(shoe.form, shoe.side, shoe.scale, turn, shoe.texture_seed)]
    layout = str(rng.choice(("single", "pair", "careless", "several"), p=(0.42, 0.32, 0.16, 0.10)))
    if layout == "single":
        shoe = _placed(library.draw(rng), rng, side=_any_side(rng), at=np.zeros(2), yaw=rng.uniform(0, 2 * np.pi))
        return [_tipped(shoe, rng) if rng.random() < 0.28 else shoe]
    if layout == "pair":
        return _standing_person(library, rng, np.zeros(2), person=-1)
    shoes: list[PlacedShoe] = []
    form = library.draw(rng)
    for number in range(2 if layout == "careless" else int(rng.integers(3, 6))):
        form = form if layout == "careless" else library.draw(rng)
        side = (Side.LEFT, Side.RIGHT)[number % 2] if layout == "careless" else _any_side(rng)
        shoe = _placed(form, rng, side=side, at=np.zeros(2), yaw=rng.uniform(0, 2 * np.pi))
        if number and layout == "careless":
            shoe = PlacedShoe(form, side, shoes[0].scale, shoe.world_from_shoe, shoes[0].texture_seed)
        if rng.random() < 0.25:
            shoe = _tipped(shoe, rng)
        shoes.append(_beside(shoe, shoes, rng))
    return shoes


def _beside(shoe: PlacedShoe, others: list[PlacedShoe], rng: Rng) -> PlacedShoe:
    """The shoe moved away along a random direction until it touches none of the others any more."""
    way = rng.uniform(0, 2 * np.pi)
    step = np.array([np.cos(way), np.sin(way), 0.0]) * 12.0
    pose = shoe.world_from_shoe
    while any(_overlaps(_footprint(shoe, pose), _footprint(other, other.world_from_shoe)) for other in others):
        pose = pose.with_translation(pose.translation_mm + step)
    gap = float(rng.choice((0.0, rng.uniform(0, 160)))) / 12.0
    pose = pose.with_translation(pose.translation_mm + gap * step) if others else pose
    return PlacedShoe(shoe.form, shoe.side, shoe.scale, pose, shoe.texture_seed)


def _footprint(shoe: PlacedShoe, pose: Pose) -> NDArray[np.float32]:
    """(N, 2) convex outline of the shoe seen from above, mm."""
    import cv2

    points = pose.apply(shoe.form.sided(shoe.form.shade, shoe.side).vertices_mm * shoe.scale)
    return np.asarray(cv2.convexHull(points[:, :2].astype(np.float32))[:, 0])


def _overlaps(first: NDArray[np.float32], second: NDArray[np.float32]) -> bool:
    import cv2

    return bool(cv2.intersectConvexConvex(first, second)[0] > 1.0)


def _camera(
    shoes: list[PlacedShoe],
    rng: Rng,
    *,
    size_px: int,
    height: tuple[float, float],
    away: tuple[float, float],
    width: tuple[float, float],
    spread: float = 0.12,
) -> tuple[Camera, Pose, Array]:
    """A camera at a random height and distance whose picture is some `width` mm wide at the shoes."""
    middles = np.stack([shoe.world_from_shoe.translation_mm for shoe in shoes])
    aim = middles[0] if rng.random() < 0.25 else middles.mean(axis=0)
    wide = float(np.exp(rng.uniform(*np.log(width)))) + (0.6 * float(np.ptp(middles[:, :2], axis=0).max()))
    azimuth = rng.uniform(0, 2 * np.pi)
    distance = rng.uniform(*away)
    eye = aim * [1, 1, 0] + [distance * np.cos(azimuth), distance * np.sin(azimuth), rng.uniform(*height)]
    across = np.clip(rng.normal(0, spread, 2), -0.42, 0.42) * wide
    range_mm = float(np.linalg.norm(eye - aim))
    focal = size_px * range_mm / wide
    pose = look_at(eye, aim)
    roll = rng.normal(0, 0.05) if height[0] > 500 and away[0] > 500 else rng.normal(0, 0.35)
    pose = _turn([0, 0, 1], roll) @ pose
    # The shoes are put off the middle by turning the camera, as a photographer does.
    pose = _turn([0, 1, 0], float(np.arctan2(across[0], range_mm))) @ pose
    pose = _turn([1, 0, 0], float(np.arctan2(across[1], range_mm))) @ pose
    camera = Camera(focal, focal, size_px / 2, size_px / 2, size_px, size_px, np.zeros(5), CameraSource.CALIBRATION)
    return camera, pose, aim
