"""Light on a finished scene and the camera that takes it: sun patches, falling light, colour cast, blur, noise.

Pictures are (H, W, 3) float32 RGB of 0..1, display values.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.training.textures import Floats, Random, filled, smooth_noise, speckle

_SHOULDER = 0.75
_BRIGHTEST, _STEPS = 3.0, 6000


def lit(random: Random, picture: Floats) -> Floats:
    """The scene under uneven light: a slope of brightness, a vignette, and now and then sun patches or deep shade."""
    height, width = picture.shape[:2]
    size = (width, height)
    gain = np.ones((height, width), dtype=np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    if random.uniform() < 0.7:
        angle, slope = random.uniform(0, 2 * np.pi), random.uniform(0, 0.6)
        gain += slope * ((x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle))
    if random.uniform() < 0.3:
        gain *= 1 - random.uniform(0, 0.6) * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)
    if random.uniform() < 0.3:
        gain *= 1 + random.uniform(0.05, 0.3) * smooth_noise(random, size, random.uniform(0.3, 1) * width)
    if random.uniform() < 0.25:
        inside = _patches(random, size)
        bright, dim = random.uniform(1.2, 2.0), random.uniform(0.45, 1.0)
        gain *= dim + (bright - dim) * inside
    return np.asarray(picture * gain[..., None])


def exposed(random: Random, picture: Floats) -> Floats:
    """Exposure, gamma, contrast, saturation and colour temperature of some camera."""
    warmth = random.normal(0, 0.07)
    gains = np.array([1 + warmth, 1 + random.normal(0, 0.02), 1 - warmth], dtype=np.float32)
    picture = picture * gains * np.float32(np.exp(random.normal(0, 0.18)))
    if random.uniform() < 0.5:
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * np.float32(random.uniform(0.5, 1.3))
    curve = np.linspace(0, _BRIGHTEST, _STEPS, dtype=np.float32)
    # A camera bends highlights over; cutting them off would leave white shoes on white ground without any edge.
    above = np.maximum(curve - _SHOULDER, 0)
    curve = np.minimum(curve, _SHOULDER) + (1 - _SHOULDER) * (1 - np.exp(-above / (1 - _SHOULDER)))
    if random.uniform() < 0.6:
        curve = curve ** np.exp(random.normal(0, 0.22))
    curve = (curve - 0.5) * np.exp(random.normal(0, 0.12)) + 0.5 + random.normal(0, 0.03)
    # By a table, for powers of every pixel take longer than all the rest here.
    index = np.clip(picture * np.float32((_STEPS - 1) / _BRIGHTEST), 0, _STEPS - 1).astype(np.uint16)
    return curve.astype(np.float32)[index]


def taken(random: Random, picture: Floats) -> Floats:
    """As a sensor and its software give it: out of focus, shaken, scaled, sharpened or noisy, each at times."""
    height, width = picture.shape[:2]
    kind = random.uniform()
    if kind < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.6))
    elif kind < 0.4:
        picture = cv2.filter2D(picture, -1, _shake(random))
    elif kind < 0.55:
        share = random.uniform(0.4, 0.9)
        small = cv2.resize(picture, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    elif kind < 0.7:
        soft = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.8, 2))
        picture = picture + np.float32(random.uniform(0.3, 1)) * (picture - soft)
    if random.uniform() < 0.6:
        strength = np.float32(random.uniform(0.002, 0.045) * random.uniform(0.3, 1))
        grain = speckle(random, (width, height))
        # The same grain moved elsewhere is as good as another, and drawing it is what costs.
        moved = [np.roll(grain, tuple(random.integers(9, 60, 2)), axis=(0, 1)) for _ in range(2)]
        noise = cv2.merge([grain, *moved])
        if random.uniform() < 0.4:  # what a telephone's software leaves of it
            noise = cv2.GaussianBlur(noise, (0, 0), random.uniform(0.5, 1.0)) * 1.5
        picture = picture + strength * noise
    return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)


def _patches(random: Random, size_px: tuple[int, int]) -> Floats:
    """(H, W) of 0..1: where the sun comes in through panes, or past something with a straight or a ragged edge."""
    width, height = size_px
    longest = max(size_px)
    angle, middle = random.uniform(0, np.pi), random.uniform(0.1, 0.9, 2) * size_px
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.array([[1, random.normal(0, 0.3)], [0, 1]])
    inside = np.zeros((height, width), dtype=np.float32)
    if random.uniform() < 0.5:
        pane = random.uniform(0.06, 0.25, 2) * longest
        for row in range(int(random.integers(1, 4))):
            for column in range(int(random.integers(1, 5))):
                corner = np.array([column * pane[0] * 1.12, row * pane[1] * 1.12])
                box = corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * pane
                inside = np.maximum(inside, filled(size_px, box @ turn.T + middle - pane))
    else:
        reach = 3 * longest
        edge = np.linspace(-reach, reach, 60)
        ragged = random.normal(0, random.choice([0.0, 0.02]), 60).cumsum() * longest
        points = np.concatenate([np.stack([edge, ragged], axis=1), [[reach, reach], [-reach, reach]]])
        inside = filled(size_px, points @ turn.T + middle)
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), random.uniform(0.6, 6)), dtype=np.float32)


def _shake(random: Random) -> Floats:
    length = int(random.integers(3, 10))
    kernel = np.zeros((length, length), dtype=np.float32)
    angle = random.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * (length - 1) / 2
    middle = np.array([length - 1, length - 1]) / 2
    ends = [(round(float(x)), round(float(y))) for x, y in (middle - reach, middle + reach)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return kernel / kernel.sum()
