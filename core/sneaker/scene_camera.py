"""What a small camera makes of light: exposure, a film-like curve, sharpening, vignette, grain, and its JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MAKE, MODEL = "Outsole", "Sample camera"
_CROP = 5.6  # full frame over this sensor: its own focal lengths are so much shorter
_EXIF_IFD = 0x8769


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo was taken. focal_35mm: whole mm, as EXIF holds it. stops: brighter than the meter says.

    iso drives the grain. balance: (red, blue) against green. opening_mm: the lens' radius.
    """

    focal_35mm: int
    stops: float = 0.0
    iso: int = 100
    balance: tuple[float, float] = (1.0, 1.0)
    opening_mm: float = 0.55
    quality: int = 88


def developed(light: Array, shot: Shot, *, seed: int) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB of (H, W, 3) linear light; its edges stay where they are, for every filter is symmetric."""
    from scipy.ndimage import gaussian_filter  # heavy, and only who makes the samples needs it

    rng = np.random.default_rng(seed)
    height, width = light.shape[:2]
    rows, columns = np.mgrid[:height, :width] + 0.5
    out = np.hypot(columns - width / 2, rows - height / 2) / np.hypot(width / 2, height / 2)
    level = np.exp(np.log(np.maximum(light.mean(axis=2), 1e-5)).mean())  # the meter's: geometric, as eyes judge
    picture = light * (0.19 / level * 2.0**shot.stops) * (1 - 0.26 * out**2.2)[..., None]
    picture = picture * [shot.balance[0], 1.0, shot.balance[1]]
    strength = np.sqrt(shot.iso / 100)
    grain = rng.normal(size=picture.shape) + 0.8 * rng.normal(size=(height, width, 1))
    grain = gaussian_filter(grain, (0.6, 0.6, 0)) + 0.35 * gaussian_filter(grain, (1.6, 1.6, 0))
    picture = np.maximum(picture + strength * grain * (0.0016 + 0.0075 * np.sqrt(np.maximum(picture, 0))), 0)
    tones = _srgb_from_linear(_filmic(picture))
    grey = tones @ np.array([0.25, 0.6, 0.15])
    sharper = 0.35 * (grey - gaussian_filter(grey, 1.1))
    return np.clip(np.round((tones + sharper[..., None]) * 255), 0, 255).astype(np.uint8)


def write_photo(picture: NDArray[np.uint8], path: Path, shot: Shot) -> None:
    """Write a JPEG that says what camera, focal length and film speed it was taken with, and that it was rendered."""
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational

    exif = Image.Exif()
    exif[0x010E], exif[0x010F], exif[0x0110] = "Rendered sample scene", MAKE, MODEL
    exif[0x0131] = "Outsole"
    more = exif.get_ifd(_EXIF_IFD)
    focal_mm = shot.focal_35mm / _CROP
    more[0x920A] = IFDRational(round(focal_mm * 100), 100)
    more[0xA405] = shot.focal_35mm
    more[0x8827] = shot.iso
    more[0x829D] = IFDRational(round(focal_mm / (2 * shot.opening_mm) * 10), 10)
    Image.fromarray(picture).save(path, quality=shot.quality, subsampling=2, optimize=True, exif=exif)


def _filmic(light: Array) -> Array:
    """A toe and a soft shoulder (Narkowicz 2015, after ACES), scaled so that middle grey keeps its place."""
    x = light * 0.72
    return np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)


def _srgb_from_linear(value: Array) -> Array:
    """Linear light 0..1 to sRGB (IEC 61966-2-1)."""
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055)
