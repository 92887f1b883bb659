"""What lies before sneakers and beside them: boxes, papers, bars, bottles and shapes cut from other pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.training.backdrops import FROM_ABOVE, painted_by
from core.training.layers import Layer
from core.training.textures import Floats, Random, blob, cloud_noise, colour, filled


def thing(random: Random, *, long_px: float, centre_px: NDArray[np.floating], patch: Floats | None) -> Layer:
    """Some object that is no sneaker, its longer side about `long_px`. patch: a piece of a picture to cut it from."""
    side = max(6, int(long_px))
    kind = random.uniform()
    if kind < 0.22:
        pixels, alpha = _box(random, side)
    elif kind < 0.36:
        pixels, alpha = _paper(random, side)
    elif kind < 0.5:
        pixels, alpha = _round(random, side)
    elif kind < 0.62:
        pixels, alpha = _bar(random, side)
    else:
        pixels, alpha = _shape(random, side, patch)
    corner = np.round(centre_px - np.array(alpha.shape[::-1]) / 2).astype(int)
    return Layer(np.clip(pixels, 0, 1).astype(np.float32), alpha, (int(corner[0]), int(corner[1])))


def _box(random: Random, side: int) -> tuple[Floats, Floats]:
    """A carton seen from a corner: a lid and two sides of different lightness, perhaps with a label."""
    size = (side, side)
    angle = random.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lid = (
        np.array([[-1, -0.6], [1, -0.6], [1, 0.6], [-1, 0.6]]) * random.uniform(0.55, 1, (1, 2)) @ turn.T * side * 0.36
    )
    rise = random.normal(0, 0.12, 2) * side
    top, foot = lid + side / 2 + rise / 2, lid + side / 2 - rise / 2
    ink = colour(random, saturation=(0, 0.85), value=(0.15, 1))
    if random.uniform() < 0.3:
        ink = np.array([0.72, 0.55, 0.37], dtype=np.float32) * random.uniform(0.6, 1.2)
    pixels = np.zeros((side, side, 3), dtype=np.float32)
    alpha = np.zeros((side, side), dtype=np.float32)
    faces = [np.array([foot[i], foot[(i + 1) % 4], top[(i + 1) % 4], top[i]]) for i in range(4)]
    for points, tone in [*((face, random.uniform(0.45, 0.85)) for face in faces), (top, 1.0)]:
        face = filled(size, points)
        pixels += (ink * tone - pixels) * face[..., None]
        alpha = np.maximum(alpha, face)
    for _ in range(int(random.integers(0, 4))):
        label = filled(size, (lid * random.uniform(0.1, 0.6) + random.normal(0, 0.1, 2) * side) + side / 2 + rise / 2)
        pixels += (colour(random) - pixels) * (label * filled(size, top))[..., None]
    return pixels * (1 + 0.08 * cloud_noise(random, size, side / 3))[..., None], alpha


def _paper(random: Random, side: int) -> tuple[Floats, Floats]:
    """A sheet, a card or a magazine with lines of print."""
    height = max(4, int(side * random.uniform(0.5, 0.8)))
    sheet = np.ones((height, side, 3), dtype=np.float32) * colour(random, saturation=(0, 0.3), value=(0.75, 1))
    for _ in range(int(random.integers(0, 3))):
        x, y = random.uniform(0, 0.8) * side, random.uniform(0, 0.8) * height
        end = (int(x + random.uniform(0.1, 0.5) * side), int(y + random.uniform(0.1, 0.5) * height))
        cv2.rectangle(sheet, (int(x), int(y)), end, tuple(float(one) for one in colour(random)), -1)
    ink = tuple(float(one) for one in colour(random, saturation=(0, 0.5), value=(0, 0.5)))
    pitch = max(3, int(height * random.uniform(0.05, 0.12)))
    for row in range(pitch * 2, height - pitch, pitch):
        stop = int(side * random.uniform(0.4, 0.92))
        cv2.line(sheet, (int(0.08 * side), row), (stop, row), ink, max(1, pitch // 5), cv2.LINE_AA)
    return _tilted(random, sheet)


def _round(random: Random, side: int) -> tuple[Floats, Floats]:
    """A ball, a cup from above, a bottle: shaded as something round."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    slim = random.uniform(0.3, 1.0)
    radius = np.hypot(x, y / slim) if random.uniform() < 0.6 else np.maximum(np.abs(x) ** 1.5, np.abs(y / slim))
    alpha = np.clip((0.96 - radius) * side * 0.25 * slim + 0.5, 0, 1)
    to_light = random.normal(0, 0.4, 2)
    shade = 1.05 - random.uniform(0.3, 0.8) * np.hypot(x - to_light[0], (y / slim - to_light[1])) ** 2 * 0.6
    pixels = colour(random, saturation=(0, 0.9), value=(0.1, 1)) * np.clip(shade, 0.15, 1.3)[..., None]
    if random.uniform() < 0.5:
        ring = np.abs(radius - random.uniform(0.2, 0.8)) < random.uniform(0.03, 0.2)
        pixels = np.where(ring[..., None], colour(random) * np.clip(shade, 0.15, 1.2)[..., None], pixels)
    pixels += random.uniform(0, 0.9) * np.exp(-((x - to_light[0]) ** 2 + (y / slim - to_light[1]) ** 2) * 30)[..., None]
    return _tilted(random, np.asarray(pixels, dtype=np.float32), np.asarray(alpha, dtype=np.float32))


def _bar(random: Random, side: int) -> tuple[Floats, Floats]:
    """A pole, a pipe or a cable, shaded across."""
    thick = max(3, int(side * random.uniform(0.02, 0.14)))
    across = np.linspace(-1, 1, thick, dtype=np.float32)
    shade = 1 - random.uniform(0.2, 0.7) * (across - random.uniform(-0.5, 0.5)) ** 2
    pixels = colour(random, saturation=(0, 0.8), value=(0.05, 1)) * shade[:, None, None] * np.ones((1, side, 1))
    return _tilted(random, np.asarray(pixels, dtype=np.float32))


def _shape(random: Random, side: int, patch: Floats | None) -> tuple[Floats, Floats]:
    """A smooth shape filled with a piece of a picture or a painted texture, rounded by its shading or flat."""
    size = (side, side)
    pixels = (
        cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
        if patch is not None
        else painted_by(random, FROM_ABOVE, size)
    )
    alpha = filled(
        size,
        blob(random, corners=int(random.integers(4, 14)), wobble=random.uniform(0.1, 0.7)) * side * 0.48 + side / 2,
    )
    if random.uniform() < 0.6:
        depth = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
        pixels = pixels * (0.45 + 0.6 * np.sqrt(np.clip(depth / (0.2 * side), 0, 1)))[..., None]
    return np.asarray(pixels, dtype=np.float32), alpha


def _tilted(random: Random, pixels: Floats, alpha: Floats | None = None) -> tuple[Floats, Floats]:
    """A picture turned by any angle and seen a little from the side, with its alpha."""
    height, width = pixels.shape[:2]
    cover = np.ones((height, width), dtype=np.float32) if alpha is None else alpha
    span = int(np.hypot(width, height)) + 4
    angle = random.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    target = corners * random.uniform(0.85, 1, (4, 1)) @ turn.T + span / 2
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    warped = cv2.warpPerspective(pixels, matrix, (span, span), borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.warpPerspective(cover, matrix, (span, span))
    return np.asarray(warped, dtype=np.float32), np.asarray(seen, dtype=np.float32)
