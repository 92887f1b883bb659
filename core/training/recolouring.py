"""Other colours for a cut-out sneaker, so that the few shoes there are do not teach that sneakers are black or red."""

from __future__ import annotations

import cv2
import numpy as np

from core.training.layers import SEEN, Layer
from core.training.textures import Floats, Random, blob, colour, filled, smooth_noise

_SOLES = ((0.95, 0.95, 0.93), (0.9, 0.86, 0.76), (0.1, 0.1, 0.11), (0.66, 0.48, 0.3), (0.6, 0.6, 0.62))


def recoloured(random: Random, layer: Layer) -> Layer:
    """The layer in other colours, or in its own; the same random state gives both shoes of a pair the same paint."""
    pixels, kind = layer.pixels, random.uniform()
    if kind < 0.22:
        pass
    elif kind < 0.42:
        pixels = _hue_shifted(pixels, random.uniform(20, 340))
    elif kind < 0.85:
        pixels = _mapped(random, pixels, layer.alpha)
    else:
        pixels = pixels * (1 - 0.5 * random.uniform(0, 1, 3).astype(np.float32))
    if random.uniform() < 0.22:
        pixels = _printed(random, pixels)
    if random.uniform() < 0.6:
        gamma, gain = np.exp(random.normal(0, 0.3)), np.exp(random.normal(0, 0.12))
        pixels = np.clip(pixels, 0, 1) ** np.float32(gamma) * np.float32(gain)
    return Layer(np.clip(pixels, 0.01, 0.94).astype(np.float32), layer.alpha, layer.corner_px)


def _hue_shifted(pixels: Floats, degrees: float) -> Floats:
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + degrees) % 360
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), dtype=np.float32)


def _mapped(random: Random, pixels: Floats, alpha: Floats) -> Floats:
    """Lightness mapped to a palette of two to four colours: parts of one tone get one colour, shading stays."""
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    seen = light[alpha >= SEEN][::7]
    if seen.size < 20:
        return pixels
    low, high = np.percentile(seen, (3, 97))
    light = np.clip((light - low) / max(float(high - low), 0.08), 0, 1)
    count = int(random.integers(2, 5))
    palette = [colour(random, saturation=(0, 1), value=(0.08, 1)) for _ in range(count)]
    if random.uniform() < 0.6:
        palette[-1 if random.uniform() < 0.8 else 0] = np.array(_SOLES[int(random.integers(len(_SOLES)))], np.float32)
    if random.uniform() < 0.5:
        palette.sort(key=lambda one: float(one.sum()))
    stops = np.sort(np.r_[0, random.uniform(0.15, 0.85, count - 2), 1])
    steps = np.linspace(0, 1, 256)
    table = np.stack([np.interp(steps, stops, [one[channel] for one in palette]) for channel in range(3)], axis=1)
    painted = table.astype(np.float32)[(light * 255).astype(np.uint8)]
    detail = light - cv2.GaussianBlur(light, (0, 0), max(1.5, 0.03 * max(light.shape)))
    painted = painted * (1 + random.uniform(0.2, 0.9) * detail[..., None])
    share = random.uniform(0.55, 1)
    return np.asarray(pixels * (1 - share) + painted * share, dtype=np.float32)


def _printed(random: Random, pixels: Floats) -> Floats:
    """With a stripe, a patch or a knit over it."""
    height, width = pixels.shape[:2]
    size = (width, height)
    kind = random.uniform()
    if kind < 0.35:
        angle, pitch = random.uniform(0, np.pi), random.uniform(0.05, 0.25) * max(size)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / pitch)
        cover = np.clip((wave - random.uniform(-0.2, 0.8)) * 3, 0, 1)
    elif kind < 0.7:
        points = blob(random) * random.uniform(0.1, 0.35) * max(size) + random.uniform(0.2, 0.8, 2) * size
        cover = filled(size, points)
    else:
        cover = np.clip(smooth_noise(random, size, random.uniform(2, 8)) * 0.8 + 0.3, 0, 1)
    ink = colour(random) * (0.4 + 0.9 * cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None])
    return np.asarray(pixels + (ink - pixels) * (random.uniform(0.4, 1) * cover)[..., None], dtype=np.float32)
