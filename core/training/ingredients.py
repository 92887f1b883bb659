"""What composites are made from: cut-outs, photos as backgrounds, and labelled photos whose own sneakers stay labelled.

They are read once and kept in one file of plain bytes, which every worker maps instead of holding a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side
from core.storage.image_file import read_pixels
from core.training.coco_folder import LabelledImage
from core.training.cutout import Cutout

Pixels = NDArray[np.uint8]

BACKGROUND_PX = 1400


@dataclass(frozen=True, slots=True)
class Scene:
    """A photo with its sneakers. pixels: (H, W, 3) uint8 RGB; labels: (H, W) uint8, 0 background, 1..n, 255 ignored.

    sides: of the sneakers 1..n, in order.
    """

    pixels: Pixels
    labels: Pixels
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Ingredients:
    """All that composites of one set are made from; photos: (H, W, 3) uint8 RGB. Each may be empty."""

    cutouts: tuple[Cutout, ...] = ()
    photos: tuple[Pixels, ...] = ()
    scenes: tuple[Scene, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """Ingredients in a file: the same values, with places (offset, shape) instead of arrays; small enough to send."""

    file: Path
    cutouts: tuple[tuple[_Place, _Place, Side, str, bool], ...]
    photos: tuple[_Place, ...]
    scenes: tuple[tuple[_Place, _Place, tuple[Side, ...]], ...]

    def opened(self) -> Ingredients:
        """The ingredients, mapped from the file, read-only; raises OSError when it is gone."""
        flat = np.memmap(self.file, dtype=np.uint8, mode="r")

        def at(place: _Place) -> Pixels:
            offset, shape = place
            return np.asarray(flat[offset : offset + int(np.prod(shape))].reshape(shape))

        return Ingredients(
            tuple(Cutout(at(pixels), at(alpha), side, name, up) for pixels, alpha, side, name, up in self.cutouts),
            tuple(at(place) for place in self.photos),
            tuple(Scene(at(pixels), at(labels), sides) for pixels, labels, sides in self.scenes),
        )


_Place = tuple[int, tuple[int, ...]]


def store(
    file: Path, *, cutouts: Iterable[Cutout] = (), photos: Iterable[Pixels] = (), scenes: Iterable[Scene] = ()
) -> Stored:
    """Write ingredients into a file, one after the other, so that no more than one is in memory; raises OSError."""
    offset = 0
    with file.open("wb") as out:

        def put(array: Pixels) -> _Place:
            nonlocal offset
            place = (offset, array.shape)
            offset += out.write(np.ascontiguousarray(array).tobytes())
            return place

        return Stored(
            file,
            tuple((put(one.pixels), put(one.alpha), one.side, one.source, one.upright) for one in cutouts),
            tuple(put(pixels) for pixels in photos),
            tuple((put(one.pixels), put(one.labels), one.sides) for one in scenes),
        )


def photos_from(files: Sequence[Path]) -> Iterator[Pixels]:
    """Photos as (H, W, 3) uint8 RGB, scaled down to at most 1400 px; raises PhotoError at one that cannot be read."""
    for file in files:
        yield read_pixels(file, max_side_px=BACKGROUND_PX)


def scenes_from(images: Iterable[LabelledImage]) -> Iterator[Scene]:
    """Labelled photos with their masks, at their own size; raises PhotoError at one that cannot be read."""
    for image in images:
        yield Scene(read_pixels(image.file), image.instance_mask(), tuple(one.side for one in image.sneakers))
