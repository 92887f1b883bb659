"""What a camera and its software do to a rendered picture: exposure, colour, blur, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def developed(picture: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 from float32 RGB of about 0..1: a random exposure, tint, contrast, blur and noise."""
    import cv2

    # Metered half-way, as cameras do it: dark scenes stay darker than light ones.
    metered = np.clip((0.42 / max(float(picture.mean()), 0.02)) ** 0.5, 0.6, 2.2)
    exposure = np.float32(metered * np.exp(rng.normal(0.02, 0.22)))
    tint = np.exp(rng.normal(0, 0.035, 3)).astype(np.float32)
    gamma = np.float32(np.exp(rng.normal(0, 0.12)))
    shown = np.maximum(picture * exposure * tint, 0)
    shown = shown * (1 + shown / 6) / (1 + shown / 3)  # a soft shoulder instead of burnt whites
    shown = np.minimum(shown * np.float32(1.1), 1) ** gamma
    blur = float(rng.choice((0.0, rng.uniform(0.3, 0.8), rng.uniform(0.8, 1.8)), p=(0.4, 0.45, 0.15)))
    if blur > 0:
        shown = cv2.GaussianBlur(shown, (0, 0), blur)
    if rng.random() < 0.05:
        shown = cv2.filter2D(shown, -1, _streak(rng))
    shown = shown * _vignette(shown.shape[:2], float(rng.uniform(0, 0.3)))
    noises = (rng.uniform(0, 0.006), rng.uniform(0.004, 0.02), rng.uniform(0.02, 0.05))
    noise = float(rng.choice(noises, p=(0.5, 0.38, 0.12)))
    grain = rng.standard_normal(shown.shape, dtype=np.float32)
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * np.float32(1.6)
    shown = shown + grain * np.float32(noise)
    if rng.random() < 0.05:
        shown = np.repeat(shown.mean(axis=2, keepdims=True), 3, axis=2)
    return np.clip(np.round(shown * 255), 0, 255).astype(np.uint8)


def _streak(rng: np.random.Generator) -> Floats:
    """The kernel of a hand that shook."""
    import cv2

    side = int(rng.integers(2, 4)) * 2 + 1
    kernel = np.zeros((side, side), np.float32)
    angle = rng.uniform(0, np.pi)
    half = np.array([np.cos(angle), np.sin(angle)]) * (side // 2)
    middle = np.full(2, side // 2)
    ends = [tuple(int(v) for v in np.round(middle + sign * half)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return kernel / max(float(kernel.sum()), 1e-6)


def _vignette(shape: tuple[int, int], strength: float) -> Floats:
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = columns / shape[1] * 2 - 1, rows / shape[0] * 2 - 1
    return (1 - strength * ((x * x + y * y) / 2) ** 1.2)[..., None].astype(np.float32)
