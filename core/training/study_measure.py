"""The ways in which a study looks with one and the same net: one look or two, touching shoes apart by several means."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.labels.instance import Side
from core.metrics.mask_overlap import mask_iou
from core.render.region_raster import region_mask
from core.training.coco_folder import LabelledImage
from core.training.evaluate import FoundSneaker, measured_photo
from core.training.study_figures import PhotoFigures
from core.vision.instances import Means, instances_of
from core.vision.probability_contour import region_from_probability
from core.vision.segmenter import LEAST_SCORE, SegmentedSneaker, Segmenter, SegmenterError

Pixels = NDArray[np.uint8]

_SAME_SHOE_IOU = 0.5


class LookKind(StrEnum):
    """one: the photo as the net sees it once. two: the program's second look at each shoe, at 256 px. same: a second
    look that is as large as the first, at each shoe's box widened. The others: one look, shoes apart by these means.
    """

    ONE = "one"
    TWO = "two"
    SAME = "same"
    CENTRES = "centres"
    WATERSHED = "watershed"
    COMPONENTS = "components"


@dataclass(frozen=True, slots=True)
class Look:
    """How a trained net is measured. longest_px: the longer side of the photo as it sees it."""

    kind: LookKind
    longest_px: int

    @property
    def key(self) -> str:
        """Its name in a run's record."""
        return f"{self.kind.value}-{self.longest_px}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at all photos. cpu_s: processor seconds a photo, from pixels to outlines."""

    photos: dict[str, PhotoFigures]
    cpu_s: float


def looked_at(
    segmenter: Segmenter, photos: Sequence[LabelledImage], look: Look, *, done: Callable[[int], None]
) -> Looked:
    """Measure a net on labelled photos; raises TrainingDataError when one cannot be read."""
    finder = _Timed(segmenter, look)
    figures = {}
    for number, photo in enumerate(photos, 1):
        measured = measured_photo(finder, photo, longest_px=look.longest_px)
        figures[photo.name] = PhotoFigures.of(measured.scores)
        done(number)
    return Looked(figures, finder.cpu_s / len(photos))


@dataclass(frozen=True, slots=True)
class _Found:
    region: Region
    score: float
    side: Side


class _Timed:
    """Looks in one way, and counts the processor's time."""

    def __init__(self, segmenter: Segmenter, look: Look) -> None:
        self._segmenter = segmenter
        self._look = look
        self.cpu_s = 0.0

    def segment(self, pixels_rgb: Pixels, *, longest_px: int, refine: bool) -> Sequence[FoundSneaker]:
        """What is found; `refine` is the look's to say."""
        began = time.process_time()
        found: Sequence[FoundSneaker]
        kind = self._look.kind
        if kind in (LookKind.ONE, LookKind.TWO):
            found = self._segmenter.segment(pixels_rgb, longest_px=longest_px, refine=kind is LookKind.TWO)
        elif kind is LookKind.SAME:
            found = _looked_again(self._segmenter, pixels_rgb, longest_px)
        else:
            found = _apart(self._segmenter, pixels_rgb, longest_px, means=Means(kind.value))
        self.cpu_s += time.process_time() - began
        return found


def _looked_again(segmenter: Segmenter, pixels: Pixels, longest_px: int) -> list[SegmentedSneaker]:
    """Each shoe of a first look replaced by what a look at its widened box finds there, if that is the same shoe."""
    height, width = pixels.shape[:2]
    found = []
    for first in segmenter.segment(pixels, longest_px=longest_px, refine=False):
        try:
            closer = segmenter.segment(pixels, box_px=first.box_px, longest_px=longest_px, refine=False)
        except SegmenterError:  # its box is a few pixels: there is nothing to look closer at
            closer = ()
        mask = region_mask(first.region, width, height)
        rated = [(mask_iou(mask, region_mask(one.region, width, height)), one) for one in closer]
        overlap, best = max(rated, key=lambda pair: pair[0], default=(0.0, first))
        found.append(best if overlap >= _SAME_SHOE_IOU else first)
    return found


def _apart(segmenter: Segmenter, pixels: Pixels, longest_px: int, *, means: Means) -> list[_Found]:
    maps, scale = segmenter.maps(pixels, longest_px=longest_px)
    found = []
    for one in instances_of(maps, means=means):
        own = np.where(one.mask, maps.sneaker, 0.0).astype(np.float32)
        region = region_from_probability(own, scale=scale)
        if one.score >= LEAST_SCORE and not region.is_empty:
            found.append(_Found(region, one.score, Side.UNKNOWN))
    return found
