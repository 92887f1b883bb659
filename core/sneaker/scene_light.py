"""The light of the sample scenes: windows, softboxes, an evening's lamp, the sun, and the rooms and skies around."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.render.traced_scene import Lamp, Lighting

Array = NDArray[np.float64]

_SKY_ROWS, _SKY_COLUMNS = 24, 48
_NO_SUN = np.zeros(3)
_UP = np.array([0.0, 0.0, 1.0])


def window_light(azimuth_deg: float, *, warm: float = 0.0) -> Lighting:
    """A window of two by two panes some two metres away, in a room with bright walls; azimuth from +x over +y."""
    towards = _direction(azimuth_deg, 30.0)
    middle = 2300.0 * towards
    across = np.cross(_UP, towards)
    across /= np.linalg.norm(across)
    colour = np.array([21.0 + 3 * warm, 21.0, 21.5 - 5 * warm])
    lamps = []
    for right in (-1, 1):
        for high in (-1, 1):
            lamps.append(_lamp(middle + 330.0 * right * across + 430.0 * high * _UP, across * 290.0, 380.0, colour))
    sky = _room(np.array([0.62, 0.60, 0.57]), towards=towards, brighter=1.1)
    return Lighting(tuple(lamps), sky, _UP, _NO_SUN, 0.0)


def studio_light(azimuth_deg: float) -> Lighting:
    """A large softbox over one shoulder, a weaker one opposite, and white walls."""
    key, fill = _direction(azimuth_deg, 48.0), _direction(azimuth_deg + 150.0, 35.0)
    lamps = (
        _facing(1500.0 * key, 480.0, 480.0, np.array([17.0, 17.0, 16.6])),
        _facing(1900.0 * fill, 380.0, 620.0, np.array([4.2, 4.3, 4.6])),
    )
    sky = _room(np.array([0.55, 0.55, 0.56]), towards=_UP, brighter=0.5)
    return Lighting(lamps, sky, _UP, _NO_SUN, 0.0)


def ceiling_light(azimuth_deg: float) -> Lighting:
    """Two lamps in the ceiling and a window far off."""
    across = _direction(azimuth_deg, 0.0)
    lamps = [_facing(_UP * 2300.0 + at * across, 300.0, 300.0, np.array([19.0, 17.2, 14.4])) for at in (-900.0, 1100.0)]
    sky = _room(np.array([0.50, 0.46, 0.41]), towards=_direction(azimuth_deg + 60.0, 15.0), brighter=1.6)
    return Lighting(tuple(lamps), sky, _UP, _NO_SUN, 0.0)


def evening_light(azimuth_deg: float) -> Lighting:
    """A small warm lamp on a table, and little else."""
    lamp = _facing(1150.0 * _direction(azimuth_deg, 38.0), 85.0, 85.0, np.array([150.0, 104.0, 58.0]))
    sky = _room(np.array([0.105, 0.085, 0.070]), towards=_direction(azimuth_deg + 180.0, 10.0), brighter=0.3)
    return Lighting((lamp,), sky, _UP, _NO_SUN, 0.0)


def sun_light(azimuth_deg: float, *, height_deg: float) -> Lighting:
    """A clear day: a sun as wide as ours, and a blue sky that is brighter around it."""
    towards = _direction(azimuth_deg, height_deg)
    down = _directions()
    high = np.clip(down[..., 2], 0, 1)[..., None]
    sky = np.array([0.95, 1.02, 1.10]) * (1 - high) + np.array([0.34, 0.55, 0.98]) * high
    sky = sky + 1.3 * np.array([1.0, 0.95, 0.85]) * np.exp((down @ towards - 1) / 0.06)[..., None]
    below = np.array([0.30, 0.29, 0.27])
    sky = np.where(down[..., 2:] > 0, sky, below)
    return Lighting((), sky, towards, np.array([11.0, 10.2, 8.9]), 0.0055)


def overcast_light(azimuth_deg: float) -> Lighting:
    """A grey day under an open door: a bright half of the sky, the house behind (CIE overcast: 1 to 3 upwards)."""
    towards = _direction(azimuth_deg, 35.0)
    down = _directions()
    high = np.clip(down[..., 2], 0, 1)
    open_sky = 1.0 / (1.0 + np.exp(-(down @ towards - 0.15) / 0.12))
    level = (1 + 2 * high) / 3 * (0.22 + 1.9 * open_sky)
    sky = level[..., None] * np.array([0.96, 1.0, 1.07])
    return Lighting((), np.where(down[..., 2:] > 0, sky, 0.16), _UP, _NO_SUN, 0.0)


def _direction(azimuth_deg: float, height_deg: float) -> Array:
    a, h = np.radians(azimuth_deg), np.radians(height_deg)
    return np.array([np.cos(a) * np.cos(h), np.sin(a) * np.cos(h), np.sin(h)])


def _directions() -> Array:
    """(H, W, 3) the directions of a sky's cells."""
    polar = (np.arange(_SKY_ROWS) + 0.5) / _SKY_ROWS * np.pi
    turn = (np.arange(_SKY_COLUMNS) + 0.5) / _SKY_COLUMNS * 2 * np.pi
    flat = np.sin(polar)[:, None]
    upward = np.broadcast_to(np.cos(polar)[:, None], (_SKY_ROWS, _SKY_COLUMNS))
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), upward], axis=-1)


def _room(wall: Array, *, towards: Array, brighter: float) -> Array:
    """Walls, a lighter ceiling and a dark floor, all brighter on the side of the light."""
    down = _directions()
    high = np.clip((down[..., 2:] + 0.25) / 0.5, 0, 1)
    side = np.clip(0.5 + 0.5 * (down @ towards), 0, 1)[..., None] ** 2
    level = wall * (0.45 + 0.75 * high) * (0.55 + brighter * side)
    corner = 1 - 0.25 * np.abs(np.sin(2 * np.arctan2(down[..., 1:2], down[..., :1]))) * (np.abs(down[..., 2:]) < 0.6)
    return np.asarray(level * corner)


def _facing(middle: Array, half_across: float, half_up: float, radiance: ArrayLike) -> Lamp:
    """A rectangle that looks at the origin."""
    towards = middle / np.linalg.norm(middle)
    side = np.cross(_UP, towards) if abs(towards[2]) < 0.98 else np.array([1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    up = np.cross(towards, side)
    return Lamp(middle, -half_across * side, half_up * up, np.asarray(radiance, dtype=np.float64))


def _lamp(middle: Array, across: Array, half_up: float, radiance: Array) -> Lamp:
    """An upright rectangle that looks along up x across."""
    return Lamp(middle, -across, half_up * _UP, radiance)
