"""Small ingredients for composites: a drawn shoe as a cut-out, as an alpha picture, and in a labelled photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.labels.instance import Side
from core.training.coco_writer import CocoFolderWriter, WrittenInstance
from core.training.cutout import Cutout

Pixels = NDArray[np.uint8]


def shoe_alpha(width: int = 90, height: int = 40) -> Pixels:
    """(height, width) uint8: a side view, toe to the right."""
    alpha = np.zeros((height, width), dtype=np.uint8)
    points = np.array([[0.02, 0.05], [0.35, 0.05], [0.6, 0.5], [0.97, 0.65], [0.98, 0.98], [0.02, 0.98]])
    cv2.fillPoly(alpha, [np.round(points * (width - 1, height - 1)).astype(np.int32)], 255)
    return alpha


def shoe_cutout(side: Side = Side.LEFT, *, upright: bool = False) -> Cutout:
    """A red shoe with a white sole."""
    alpha = shoe_alpha()
    pixels = np.full((*alpha.shape, 3), (180, 20, 30), dtype=np.uint8)
    pixels[-10:] = 240
    return Cutout(pixels, alpha, side, "drawn", upright)


def write_labelled(folder: Path, *, count: int = 2, side: Side = Side.LEFT) -> Path:
    """A COCO folder of green photos 240 x 160 px, each with one shoe at (80, 60); returns its file."""
    with CocoFolderWriter(folder, recipe={}) as writer:
        for index in range(count):
            pixels = np.full((160, 240, 3), (40, 160, 90), dtype=np.uint8)
            mask = np.zeros((160, 240), dtype=bool)
            shoe = shoe_cutout()
            inside = shoe.alpha > 0
            mask[60:100, 80:170] = inside
            pixels[60:100, 80:170][inside] = shoe.pixels[inside]
            writer.add(pixels, [WrittenInstance(mask, side)], name=f"photo_{index}", quality=98)
    return folder / "annotations.coco.json"


def write_alpha(file: Path) -> Path:
    """A PNG of the shoe, with a margin."""
    shoe = shoe_cutout()
    picture = np.zeros((60, 120, 4), dtype=np.uint8)
    picture[10:50, 10:100, :3], picture[10:50, 10:100, 3] = shoe.pixels, shoe.alpha
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(file)
    return file


def write_background(file: Path, value: int = 128) -> Path:
    """A grey JPEG of 320 x 200 px with some grain."""
    grain = np.random.default_rng(value).integers(0, 20, (200, 320, 3), dtype=np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((value - 10 + grain).astype(np.uint8)).save(file)
    return file
