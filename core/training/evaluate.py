"""Runs a segmenter over labelled photos and measures what it finds, by subset, with the worst photos first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath, PureWindowsPath
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.labels.instance import Side
from core.metrics.mask_ap import AveragePrecision, RatedPhoto, mask_average_precision
from core.metrics.mask_scores import (
    FoundMask,
    PhotoScores,
    SubsetScores,
    TrueMask,
    photo_scores,
    scores_to_json,
    summed_up,
)
from core.render.region_raster import region_mask
from core.storage.image_file import PhotoError, read_pixels
from core.training.coco_folder import LabelledImage, Runs, TrainingDataError, mask_of_runs, runs_of_mask

Progress = Callable[[float, str], None]


class FoundSneaker(Protocol):
    """What a segmenter says of one sneaker."""

    @property
    def region(self) -> Region:
        """Its outline, in corner-origin px of the photo."""
        ...

    @property
    def score(self) -> float:
        """How sure it is one, 0..1."""
        ...

    @property
    def side(self) -> Side:
        """The foot it is for."""
        ...


class SneakerFinder(Protocol):
    """Whatever can be measured."""

    def segment(self, pixels_rgb: NDArray[np.uint8], *, longest_px: int, refine: bool) -> Sequence[FoundSneaker]:
        """The sneakers of an (H, W, 3) uint8 RGB photo, seen at most `longest_px` large, with a second look or not."""
        ...


@dataclass(frozen=True, slots=True)
class MeasuredPhoto:
    """One photo, what was found in it, and how well: runs of each prediction, regions, scores."""

    image: LabelledImage
    regions: tuple[Region, ...]
    founds: tuple[tuple[Runs, float], ...]
    scores: PhotoScores

    @property
    def goodness(self) -> float:
        """0..1: mean IoU of the labelled sneakers, a false positive counting as one of IoU 0; 1 where all is empty."""
        ious = [*self.scores.ious, *[0.0] * self.scores.false_positives]
        return float(np.mean(ious)) if ious else 1.0


@dataclass(frozen=True, slots=True)
class Subset:
    """The figures of some photos."""

    scores: SubsetScores
    precision: AveragePrecision


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of all photos and of those of each prefix, and the photos themselves in the given order."""

    whole: Subset
    by_prefix: Mapping[str, Subset]
    photos: tuple[MeasuredPhoto, ...]

    def worst(self, count: int) -> tuple[MeasuredPhoto, ...]:
        """The photos that went worst, the worst first."""
        return tuple(sorted(self.photos, key=lambda photo: photo.goodness)[:count])


def evaluate(
    finders: Sequence[SneakerFinder],
    images: Sequence[LabelledImage],
    *,
    longest_px: int = 512,
    refine: bool = True,
    progress: Progress | None = None,
) -> Evaluation:
    """Find the sneakers of every photo and measure them; each finder works on a thread of its own.

    Raises TrainingDataError when a photo cannot be read or there is none, and what a finder raises.
    """
    if not images:
        raise TrainingDataError("There is no photo to evaluate on; check the COCO file and what --only leaves of it.")
    idle: SimpleQueue[SneakerFinder] = SimpleQueue()
    for finder in finders:
        idle.put(finder)
    done = 0
    counting = threading.Lock()

    def measured(image: LabelledImage) -> MeasuredPhoto:
        nonlocal done
        finder = idle.get()
        try:
            photo = measured_photo(finder, image, longest_px=longest_px, refine=refine)
        finally:
            idle.put(finder)
        with counting:
            done += 1
            if progress is not None:
                progress(done / len(images), image.name)
        return photo

    with ThreadPoolExecutor(len(finders)) as pool:
        waiting = [pool.submit(measured, image) for image in images]
        try:
            photos = tuple(one.result() for one in waiting)
        finally:
            for one in waiting:
                one.cancel()
    prefixes = sorted({prefix_of(photo.image.name) for photo in photos})
    by_prefix = {
        prefix: _subset([photo for photo in photos if prefix_of(photo.image.name) == prefix]) for prefix in prefixes
    }
    return Evaluation(_subset(photos), by_prefix, photos)


def measured_photo(
    finder: SneakerFinder, image: LabelledImage, *, longest_px: int = 512, refine: bool = True
) -> MeasuredPhoto:
    """Segment one photo and measure what was found. Raises TrainingDataError when it cannot be read."""
    try:
        pixels = read_pixels(image.file)
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error
    found = finder.segment(pixels, longest_px=longest_px, refine=refine)
    width, height = image.size_px
    masks = [
        FoundMask(region_mask(one.region, width, height), one.region, score=float(one.score), side=one.side)
        for one in found
    ]
    truths = [TrueMask(sneaker.mask(), sneaker.side) for sneaker in image.sneakers]
    ignored = np.logical_or.reduce([mask_of_runs(runs) for runs in image.ignored]) if image.ignored else None
    return MeasuredPhoto(
        image,
        tuple(one.region for one in found),
        tuple((runs_of_mask(one.mask), one.score) for one in masks),
        photo_scores(truths, masks, ignored=ignored),
    )


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """The figures of all photos, and under "by_prefix" the same of each prefix."""
    whole = _subset_to_json(evaluation.whole)
    return whole | {"by_prefix": {prefix: _subset_to_json(one) for prefix, one in evaluation.by_prefix.items()}}


def prefix_of(name: str) -> str:
    """What a photo's base name begins with, up to the first underscore (its suffix left out): "street", "rm"."""
    return PurePosixPath(PureWindowsPath(name).as_posix()).stem.partition("_")[0]


def chosen(images: Sequence[LabelledImage], pattern: str) -> tuple[LabelledImage, ...]:
    """The images whose file_name, or base name, matches a glob; raises TrainingDataError when none does."""
    kept = tuple(
        image for image in images if fnmatch(image.name, pattern) or fnmatch(PureWindowsPath(image.name).name, pattern)
    )
    if not kept:
        example = f" such as {images[0].name}" if images else ""
        raise TrainingDataError(f"No photo{example} matches {pattern!r}; --only takes a glob such as 'street_*'.")
    return kept


def _subset(photos: Sequence[MeasuredPhoto]) -> Subset:
    rated = [
        RatedPhoto(
            photo.image.size_px,
            tuple(sneaker.runs for sneaker in photo.image.sneakers),
            photo.image.ignored,
            photo.founds,
        )
        for photo in photos
    ]
    return Subset(summed_up([photo.scores for photo in photos]), mask_average_precision(rated))


def _subset_to_json(subset: Subset) -> dict[str, Any]:
    return scores_to_json(subset.scores) | {"ap": subset.precision.ap, "ap50": subset.precision.ap50}
