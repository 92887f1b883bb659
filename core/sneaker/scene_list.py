"""The eight sample scenes: which shoes stand where, on what floor, in what light, and who looks from where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.geometry.camera import Camera
from core.geometry.looking import look_at
from core.geometry.pose import Pose
from core.labels.instance import Side
from core.labels.photo import camera_from_focal_35mm
from core.render.traced_scene import Lighting, Solid
from core.sneaker.floors import ASPHALT, CARPET, CONCRETE, PAPER, WOOD, Floor
from core.sneaker.paint import COAL, EMBER, FLARE, NAVY, Colourway
from core.sneaker.scene_camera import Shot
from core.sneaker.scene_light import (
    ceiling_light,
    evening_light,
    overcast_light,
    studio_light,
    sun_light,
    window_light,
)
from core.sneaker.scene_things import paper_sweep, shoe_box
from core.sneaker.sneaker import HIGH_MODEL_ID, MODEL_ID

WIDTH_PX, HEIGHT_PX = 1600, 1200


@dataclass(frozen=True, slots=True)
class Standing:
    """A shoe on the floor: which foot, how long, where its middle is (x, y mm), and which way its toe points.

    length_mm: None for the model's own.
    rolled_deg, pitched_deg: about its long and its cross axis before it is set down; 90 lies on its side.
    worn: a leg stands in it, its knee ahead and to the left by so much (mm).
    """

    side: Side
    length_mm: float | None
    at_mm: tuple[float, float]
    turned_deg: float
    rolled_deg: float = 0.0
    pitched_deg: float = 0.0
    worn: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One photo to make. eye_mm, target_mm: in the world, z up, the floor at 0. hiding: the category of what

    stands before a shoe; things: what else there is, what hides first.
    """

    file: str
    shoes: tuple[Standing, ...]
    colourway: Colourway
    floor: Floor
    light: Lighting
    eye_mm: tuple[float, float, float]
    target_mm: tuple[float, float, float]
    shot: Shot
    seed: int
    model_id: str = MODEL_ID
    rolled_deg: float = 0.0
    hiding: str = ""
    things: Callable[[], Sequence[Solid]] = tuple

    @property
    def camera(self) -> Camera:
        """The camera as the photo's EXIF will tell it."""
        return camera_from_focal_35mm(self.shot.focal_35mm, WIDTH_PX, height_px=HEIGHT_PX)

    @property
    def camera_from_world(self) -> Pose:
        """Where the camera is."""
        return look_at(np.array(self.eye_mm), np.array(self.target_mm), roll_deg=self.rolled_deg)


def _backdrop() -> list[Solid]:
    return [paper_sweep(np.array([0.0, 1.0]), starts_mm=260.0, colour=(0.47, 0.56, 0.60))]


SCENES = (
    Scene(
        file="sneaker_on_wood.jpg",
        shoes=(Standing(Side.RIGHT, None, (0.0, 0.0), -38.0),),
        colourway=NAVY,
        floor=WOOD,
        light=window_light(168.0, warm=0.6),
        eye_mm=(42.0, -415.0, 280.0),
        target_mm=(2.0, 12.0, 40.0),
        shot=Shot(35, 0.25, 64),
        seed=1,
        rolled_deg=-0.8,
    ),
    Scene(
        file="pair_on_concrete.jpg",
        shoes=(Standing(Side.RIGHT, 277.0, (-72.0, 30.0), -103.0), Standing(Side.LEFT, 277.0, (78.0, -18.0), -82.0)),
        colourway=EMBER,
        floor=CONCRETE,
        light=overcast_light(25.0),
        eye_mm=(-95.0, -430.0, 345.0),
        target_mm=(2.0, -12.0, 30.0),
        shot=Shot(32, 0.25, 80, quality=85),
        seed=2,
        rolled_deg=1.2,
    ),
    Scene(
        file="left_on_paper.jpg",
        shoes=(Standing(Side.LEFT, None, (0.0, 0.0), -146.0),),
        colourway=NAVY,
        floor=PAPER,
        light=studio_light(-150.0),
        eye_mm=(-95.0, -600.0, 290.0),
        target_mm=(0.0, 0.0, 42.0),
        shot=Shot(52, 0.9, 50, opening_mm=0.4, quality=90),
        seed=3,
        things=_backdrop,
    ),
    Scene(
        file="pair_touching_on_carpet.jpg",
        shoes=(Standing(Side.RIGHT, None, (44.0, -6.0), 63.0), Standing(Side.LEFT, None, (-64.3, 26.2), 57.0)),
        colourway=COAL,
        floor=CARPET,
        light=ceiling_light(20.0),
        eye_mm=(185.0, -375.0, 415.0),
        target_mm=(0.0, 12.0, 30.0),
        shot=Shot(33, 0.1, 160, quality=80),
        seed=4,
        rolled_deg=2.0,
    ),
    Scene(
        file="worn_on_asphalt.jpg",
        shoes=(Standing(Side.RIGHT, None, (0.0, 0.0), -24.0, worn=(48.0, 22.0)),),
        colourway=NAVY,
        floor=ASPHALT,
        light=sun_light(-128.0, height_deg=47.0),
        eye_mm=(180.0, -560.0, 360.0),
        target_mm=(6.0, 8.0, 78.0),
        shot=Shot(40, 0.2, 50, quality=82),
        seed=5,
        rolled_deg=-1.0,
        hiding="leg",
    ),
    Scene(
        file="high_top_on_concrete.jpg",
        shoes=(Standing(Side.LEFT, None, (0.0, 0.0), -152.0),),
        colourway=FLARE,
        floor=CONCRETE,
        light=window_light(-30.0),
        eye_mm=(-140.0, -540.0, 330.0),
        target_mm=(0.0, 0.0, 62.0),
        shot=Shot(43, 0.2, 80),
        seed=6,
        model_id=HIGH_MODEL_ID,
    ),
    Scene(
        file="lying_on_asphalt.jpg",
        shoes=(Standing(Side.RIGHT, None, (0.0, 0.0), 196.0, rolled_deg=97.0),),
        colourway=NAVY,
        floor=ASPHALT,
        light=overcast_light(-60.0),
        eye_mm=(35.0, -440.0, 330.0),
        target_mm=(0.0, 0.0, 45.0),
        shot=Shot(38, 0.3, 80, quality=80),
        seed=7,
        rolled_deg=-2.5,
    ),
    Scene(
        file="box_in_the_evening.jpg",
        shoes=(Standing(Side.LEFT, None, (0.0, 0.0), -115.0),),
        colourway=EMBER,
        floor=WOOD,
        light=evening_light(205.0),
        eye_mm=(105.0, -300.0, 250.0),
        target_mm=(28.0, 12.0, 42.0),
        shot=Shot(26, -0.1, 1250, balance=(0.84, 1.3), opening_mm=0.9, quality=80),
        seed=8,
        rolled_deg=5.0,
        hiding="box",
        things=partial(shoe_box, (205.0, 24.0), turned_deg=60.0, sides_mm=(325.0, 200.0, 118.0)),
    ),
)
