"""Pictures and their targets as torch takes them: several weighted data sets as one, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from core.storage.image_file import PhotoError, read_pixels
from core.training.augment import (
    PADDING_RGB,
    Light,
    View,
    mirrored_side,
    random_padding,
    random_view,
    seen,
    seen_labels,
    whole_view,
)
from core.training.coco_folder import LabelledImage, TrainingDataError
from core.training.targets import targets_of

Pixels = NDArray[np.uint8]
Sample = dict[str, Tensor]

_CV_READS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


@dataclass(frozen=True, slots=True)
class WeightedImages:
    """The pictures of one data set, and how often they are drawn in relation to those of the others."""

    images: tuple[LabelledImage, ...]
    weight: float = 1.0


class TrainingSamples(Dataset[Sample]):
    """Random views of random pictures: sample n of seed s is always the same, whoever loads it, in whatever order."""

    def __init__(
        self,
        sets: Sequence[WeightedImages],
        *,
        view_px: int,
        count: int,
        seed: int = 0,
        augmented: bool = True,
        cache_mb: int = 0,
    ) -> None:
        filled = [one for one in sets if one.images and one.weight > 0]
        if not filled:
            raise TrainingDataError("There is no picture to learn from; name data sets that hold some.")
        weights = np.array([one.weight for one in filled], dtype=np.float64)
        self._sets = tuple(one.images for one in filled)
        self._bounds = np.cumsum(weights / weights.sum())
        self._view_px = view_px
        self._count = count
        self._seed = seed
        self._augmented = augmented
        self._pictures = _Pictures(cache_mb)
        self._light: Light | None = None

    def __len__(self) -> int:
        """Samples of one epoch."""
        return self._count

    def __getitem__(self, number: int) -> Sample:
        """Sample `number`, counted through all epochs; see `sample_of` for what it holds."""
        generator = np.random.default_rng((self._seed, number))
        chosen = min(int(np.searchsorted(self._bounds, generator.random(), side="right")), len(self._sets) - 1)
        image = self._sets[chosen][int(generator.integers(len(self._sets[chosen])))]
        picture, labels = self._pictures.of(image)
        if not self._augmented:
            view = whole_view(image.size_px, view_px=self._view_px)
            return sample_of(image, picture, labels=labels, view=view, view_px=self._view_px)
        boxes = [sneaker.box_px for sneaker in image.sneakers]
        view = random_view(generator, image.size_px, view_px=self._view_px, boxes=boxes)
        padding = random_padding(generator)
        seed = int(generator.integers(2**31))
        if self._light is None:  # made where it is used: it need not travel to another process
            self._light = Light()
        return sample_of(
            image, picture, labels=labels, view=view, view_px=self._view_px, padding=padding, light=(self._light, seed)
        )

    def __getstate__(self) -> dict[str, Any]:
        """Without what was read: another process reads for itself."""
        return {**self.__dict__, "_light": None, "_pictures": _Pictures(self._pictures.limit_mb)}


class ValidationSamples(Dataset[Sample]):
    """Each picture once, whole."""

    def __init__(self, images: Sequence[LabelledImage], *, view_px: int, cache_mb: int = 0) -> None:
        self._images = tuple(images)
        self._view_px = view_px
        self._pictures = _Pictures(cache_mb)

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, number: int) -> Sample:
        image = self._images[number]
        picture, labels = self._pictures.of(image)
        view = whole_view(image.size_px, view_px=self._view_px)
        return sample_of(image, picture, labels=labels, view=view, view_px=self._view_px)


class NumbersOfEpoch(Sampler[int]):
    """Numbers of the samples of one epoch, those of one process of several; numbers never repeat between epochs."""

    def __init__(self, count: int, *, rank: int = 0, world: int = 1) -> None:
        self._count = count // world
        self._rank = rank
        self._world = world
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer before each epoch, counted from 0."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        first = self._epoch * self._count * self._world + self._rank
        return iter(range(first, first + self._count * self._world, self._world))

    def __len__(self) -> int:
        return self._count


def sample_of(
    image: LabelledImage,
    picture: Pixels,
    *,
    labels: Pixels,
    view: View,
    view_px: int,
    padding: Sequence[int] = PADDING_RGB,
    light: tuple[Light, int] | None = None,
) -> Sample:
    """What a net is shown and is to say: pixels (3, H, W) uint8 RGB, maps (MAPS, H, W) float32, valid, side_known."""
    pixels = seen(picture, view, view_px=view_px, padding=padding)
    if light is not None:
        pixels = light[0].changed(pixels, seed=light[1])
    sides = [mirrored_side(one.side) if view.mirrored else one.side for one in image.sneakers]
    targets = targets_of(seen_labels(labels, view, view_px=view_px), sides)
    return {
        "pixels": torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))),
        "maps": torch.from_numpy(targets.maps),
        "valid": torch.from_numpy(targets.valid),
        "side_known": torch.from_numpy(targets.side_known),
    }


def read_picture(image: LabelledImage) -> Pixels:
    """(H, W, 3) uint8 RGB of a labelled picture, upright; raises TrainingDataError naming the file."""
    if image.file.suffix.lower() in _CV_READS:
        try:
            read = cv2.imdecode(np.fromfile(image.file, dtype=np.uint8), cv2.IMREAD_COLOR_RGB)
        except (OSError, cv2.error) as error:
            raise TrainingDataError(f"{image.file} cannot be read ({error}); put the photo back.") from error
        if read is not None and (read.shape[1], read.shape[0]) == image.size_px:
            return np.asarray(read, dtype=np.uint8)
    try:
        return read_pixels(image.file)
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error


class _Pictures:
    """Decoded pictures and masks, as many as may be kept."""

    def __init__(self, limit_mb: int) -> None:
        self.limit_mb = limit_mb
        self._left = limit_mb * 2**20
        self._kept: dict[int, tuple[Pixels, Pixels]] = {}

    def of(self, image: LabelledImage) -> tuple[Pixels, Pixels]:
        """(H, W, 3) RGB and the (H, W) instance mask."""
        key = id(image)  # the data set holds the image, so no other takes its id
        kept = self._kept.get(key)
        if kept is None:
            kept = read_picture(image), image.instance_mask()
            size = kept[0].nbytes + kept[1].nbytes
            if size <= self._left:
                self._left -= size
                self._kept[key] = kept
        return kept
