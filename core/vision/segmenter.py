"""Finds the sneakers in a photo: one look at the whole of it, a second look at each shoe, outlines out of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry.outline_fitting import default_tolerance_px, simplified_outline
from core.geometry.region import Region
from core.labels.instance import Side
from core.vision.instances import INSIDE, MapInstance, NetMaps, instances_of
from core.vision.mobilenet import imagenet_normalised
from core.vision.probability_contour import region_from_probability
from core.vision.unet import CENTRE, LEFT, OFFSET_UNIT_PX, OFFSET_X, OFFSET_Y, SNEAKER, STRIDE, SneakerNet, folded
from core.vision.weights import Weights, read_weights, weights_file

Bytes = NDArray[np.uint8]
Box = tuple[float, float, float, float]

# Told the fraction done; answers whether to go on.
Report = Callable[[float], bool]

LONGEST_PX = 512
SMALLEST_BOX_PX = 6.0
LEAST_SCORE = 0.5

_LEAST_HALVED_PX = 320
_SECOND_LOOK_PX = 256
_SECOND_LOOK_MARGIN = 0.25
_LARGEST_ENLARGEMENT = 3.0
_BOX_MARGIN = 0.25
_SIDE_KNOWN = 0.7
# What the second look's score counts, and what is left of a score when the second look does not see that shoe.
_SECOND_SHARE, _NOT_SEEN_AGAIN = 0.3, 0.7
_SMALLEST_AREA_PX2 = 36.0


class SegmenterError(ValueError):
    """The photo cannot be segmented; the text is a sentence for the annotator."""


class SegmenterCancelled(Exception):
    """The report asked to stop."""


@dataclass(frozen=True, slots=True)
class SegmentedSneaker:
    """A sneaker found. region: in corner-origin px of the photo; score, side_score: 0..1; outline: region, dense."""

    region: Region
    score: float
    side: Side
    side_score: float
    box_px: Box
    outline: Region

    def with_tolerance(self, tolerance_px: float) -> SegmentedSneaker:
        """The same shoe, its outline simplified anew."""
        return replace(self, region=simplified_outline(self.outline, tolerance_px))


@dataclass(frozen=True, slots=True)
class _View:
    """A rectangle of the photo as the net sees it: its corner in photo px, and photo px a net px in x and y."""

    pixels: Bytes  # (h, w, 3), not yet padded to the net's stride
    corner_px: tuple[int, int]
    scale: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One shoe alone in a view: its probability (h, w) there, how sure it is a left one, how sure it is one at all."""

    view: _View
    probability: NDArray[np.float32]
    left: float
    score: float


class Segmenter:
    """A trained net, ready to look at photos. Give one to one thread only."""

    def __init__(self, weights: Weights, *, device: str = "auto") -> None:
        self.name = weights.name
        self.card: Mapping[str, Any] = weights.card
        self.device = _device(device)
        self._net: SneakerNet = folded(weights.net()).to(self.device).to(memory_format=torch.channels_last)

    @staticmethod
    def load(name_or_file: str = "", *, device: str = "auto") -> Segmenter:
        """A shipped net by name ("" is the default) or a safetensors file; raises WeightsError with a sentence.

        device: "cpu", "cuda" or "auto" (cuda when there).
        """
        return Segmenter(read_weights(weights_file(name_or_file)), device=device)

    def segment(
        self,
        pixels_rgb: Bytes,
        *,
        box_px: Box | None = None,
        longest_px: int = LONGEST_PX,
        refine: bool = True,
        tolerance_px: float | None = None,
        on_step: Report | None = None,
    ) -> tuple[SegmentedSneaker, ...]:
        """The sneakers in a (H, W, 3) uint8 RGB photo, or in a box (x0, y0, x1, y1) of it, largest first.

        longest_px: the longer side the net sees of the whole. refine: look at each shoe again, closer. tolerance_px:
        how far an outline may be simplified, in px of the photo; None chooses by the shoe's size. Shoes that score
        below LEAST_SCORE are left out. Raises SegmenterError and SegmenterCancelled.
        """
        height, width = pixels_rgb.shape[:2]
        view = _view(pixels_rgb, _frame(box_px, width, height_px=height), longest_px=longest_px)
        maps = self._look_twice(view)
        _go_on(on_step, 0.4)
        found = [one for one in instances_of(maps) if box_px is None or _mostly_in(one.mask, view, box_px=box_px)]
        seen = [
            _Seen(view, np.where(_alone(one, found), maps.sneaker, 0.0).astype(np.float32), one.left, one.score)
            for one in found
        ]
        if refine and found:
            seen = self._closer(pixels_rgb, found, seen, on_step=on_step)
        shoes = []
        for one in seen:
            shoe = _shoe(one, tolerance_px=tolerance_px, photo_px=(width, height))
            if shoe is not None and shoe.score >= LEAST_SCORE:
                shoes.append(shoe)
        _go_on(on_step, 1.0)
        return tuple(sorted(shoes, key=lambda shoe: -shoe.region.area_px2))

    def maps(self, pixels_rgb: Bytes, *, longest_px: int = LONGEST_PX) -> tuple[NetMaps, tuple[float, float]]:
        """What the net says of a whole photo, at the size it sees it, and the photo px of one of its px in x and y."""
        height, width = pixels_rgb.shape[:2]
        view = _view(pixels_rgb, (0, 0, width, height), longest_px=longest_px)
        return self._look_twice(view), view.scale

    def _closer(
        self, pixels_rgb: Bytes, found: Sequence[MapInstance], at_first: Sequence[_Seen], *, on_step: Report | None
    ) -> list[_Seen]:
        """Each shoe as a second look sees it; as at first where that was as close, or the second look sees another."""
        closer: list[_Seen] = []
        for number, (one, before) in enumerate(zip(found, at_first, strict=True), 1):
            view = before.view
            frame = _around(one.mask, view, size_px=(pixels_rgb.shape[1], pixels_rgb.shape[0]))
            near = _view(pixels_rgb, frame, longest_px=_SECOND_LOOK_PX)
            if near.scale[0] > 0.9 * view.scale[0]:
                closer.append(before)
            else:
                maps = self._look(near.pixels)
                again = _matched(one, instances_of(maps), maps, near=near, view=view)
                closer.append(again or replace(before, score=_NOT_SEEN_AGAIN * one.score))
            _go_on(on_step, 0.4 + 0.5 * number / len(found))
        return closer

    def _look_twice(self, view: _View) -> NetMaps:
        """The mean of a look at the view and, where that is large, of one at half its size.

        A shoe that fills the view is larger than what the net has learnt from, and its half is not; what is taken for
        a shoe at one size only counts half.
        """
        fine = self._look(view.pixels)
        height, width = view.pixels.shape[:2]
        if max(height, width) < _LEAST_HALVED_PX:
            return fine
        size = max(1, round(width / 2)), max(1, round(height / 2))
        half = self._look(np.asarray(cv2.resize(view.pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return _mean(fine, half)

    def _look(self, pixels: Bytes) -> NetMaps:
        height, width = pixels.shape[:2]
        border = cv2.BORDER_REFLECT_101 if min(height, width) > STRIDE else cv2.BORDER_REPLICATE
        padded = cv2.copyMakeBorder(pixels, 0, -height % STRIDE, 0, -width % STRIDE, border)
        batch = torch.from_numpy(padded).permute(2, 0, 1)[None].to(self.device)
        batch = imagenet_normalised(batch).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            answer = self._net(batch)[0, :, :height, :width].float().cpu()
        return _net_maps(answer)


def _mean(fine: NetMaps, coarse: NetMaps) -> NetMaps:
    """The mean of two answers, of their logits, at the size of the finer one."""
    height, width = fine.sneaker.shape
    sx, sy = width / coarse.sneaker.shape[1], height / coarse.sneaker.shape[0]

    def enlarged(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    def together(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
        logit = (_logit(one) + _logit(enlarged(other))) / 2
        return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float32)

    offset = np.stack([enlarged(coarse.offset_px[0]) * sx, enlarged(coarse.offset_px[1]) * sy])
    return NetMaps(
        together(fine.sneaker, coarse.sneaker),
        together(fine.centre, coarse.centre),
        np.asarray((fine.offset_px + offset) / 2, dtype=np.float32),
        together(fine.left, coarse.left),
    )


def _logit(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(probability, 1e-5, 1 - 1e-5)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)


def _net_maps(answer: Tensor) -> NetMaps:
    sure = torch.sigmoid(answer)
    offset = answer[OFFSET_X : OFFSET_Y + 1] * OFFSET_UNIT_PX
    return NetMaps(sure[SNEAKER].numpy(), sure[CENTRE].numpy(), offset.numpy(), sure[LEFT].numpy())


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise SegmenterError("There is no CUDA device here that torch can use; choose the CPU.")
    return torch.device(name)


def _frame(box_px: Box | None, width_px: int, *, height_px: int) -> tuple[int, int, int, int]:
    if box_px is None:
        return 0, 0, width_px, height_px
    x0, y0, x1, y1 = max(box_px[0], 0.0), max(box_px[1], 0.0), min(box_px[2], width_px), min(box_px[3], height_px)
    if x1 - x0 < SMALLEST_BOX_PX or y1 - y0 < SMALLEST_BOX_PX:
        raise SegmenterError("The box is too small, or lies outside the photo; draw it around the sneaker.")
    return _widened((x0, y0, x1, y1), _BOX_MARGIN, size_px=(width_px, height_px))


def _widened(box: Box, margin: float, *, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
    room = margin * max(box[2] - box[0], box[3] - box[1])
    return (
        max(0, math.floor(box[0] - room)),
        max(0, math.floor(box[1] - room)),
        min(size_px[0], math.ceil(box[2] + room)),
        min(size_px[1], math.ceil(box[3] + room)),
    )


def _view(pixels: Bytes, frame: tuple[int, int, int, int], *, longest_px: int) -> _View:
    x0, y0, x1, y1 = frame
    scale = max(max(x1 - x0, y1 - y0) / longest_px, 1 / _LARGEST_ENLARGEMENT)
    size = max(1, round((x1 - x0) / scale)), max(1, round((y1 - y0) / scale))
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    part = np.ascontiguousarray(pixels[y0:y1, x0:x1])
    resized = np.asarray(cv2.resize(part, size, interpolation=method), dtype=np.uint8)
    return _View(resized, (x0, y0), ((x1 - x0) / size[0], (y1 - y0) / size[1]))


def _around(mask: NDArray[np.bool_], view: _View, *, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = view.corner_px
    box = (
        x + columns[0] * view.scale[0],
        y + rows[0] * view.scale[1],
        x + (columns[-1] + 1) * view.scale[0],
        y + (rows[-1] + 1) * view.scale[1],
    )
    return _widened(box, _SECOND_LOOK_MARGIN, size_px=size_px)


def _mostly_in(mask: NDArray[np.bool_], view: _View, *, box_px: Box) -> bool:
    rows, columns = np.nonzero(mask)
    x = view.corner_px[0] + (columns + 0.5) * view.scale[0]
    y = view.corner_px[1] + (rows + 0.5) * view.scale[1]
    inside = (x >= box_px[0]) & (x <= box_px[2]) & (y >= box_px[1]) & (y <= box_px[3])
    return bool(inside.mean() >= 0.5)


def _alone(one: MapInstance, found: Sequence[MapInstance]) -> NDArray[np.bool_]:
    """Where the probabilities are this instance's: its pixels and those of no instance."""
    others = np.zeros_like(one.mask)
    for other in found:
        if other is not one:
            others |= other.mask
    near = cv2.dilate(one.mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return near & ~others


def _matched(one: MapInstance, seen: Sequence[MapInstance], maps: NetMaps, *, near: _View, view: _View) -> _Seen | None:
    """What the second look says of the shoe that the first look found; None when it sees another one."""
    height, width = maps.sneaker.shape
    # Net px of the second look, by their centres, as net px of the first.
    factor = [near.scale[axis] / view.scale[axis] for axis in (0, 1)]
    shift = [(near.corner_px[axis] - view.corner_px[axis]) / view.scale[axis] for axis in (0, 1)]
    columns = (np.arange(width, dtype=np.float32) + 0.5) * factor[0] + shift[0] - 0.5
    rows = (np.arange(height, dtype=np.float32) + 0.5) * factor[1] + shift[1] - 0.5
    at_x, at_y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    first = cv2.remap(one.mask.astype(np.float32), at_x, at_y, cv2.INTER_LINEAR) >= INSIDE
    parts = [other for other in seen if (first & other.mask).sum() > 0.5 * other.mask.sum()]
    if not parts:
        return None
    mask = np.logical_or.reduce([part.mask for part in parts])
    if (first & mask).sum() < 0.6 * (first | mask).sum():
        return None
    whole = MapInstance(mask, one.score, one.left)
    others = [other for other in seen if not any(other is part for part in parts)]
    alone = np.where(_alone(whole, [whole, *others]), maps.sneaker, 0.0).astype(np.float32)
    # From closer a shoe's foot is seen better, and in its surroundings, too: both looks count.
    left = (one.left + float(maps.left[mask].mean())) / 2
    score = float(np.average([part.score for part in parts], weights=[part.mask.sum() for part in parts]))
    return _Seen(near, alone, left, (1 - _SECOND_SHARE) * one.score + _SECOND_SHARE * score)


def _shoe(seen: _Seen, *, tolerance_px: float | None, photo_px: tuple[int, int]) -> SegmentedSneaker | None:
    dense = region_from_probability(seen.probability, scale=seen.view.scale, corner_px=seen.view.corner_px)
    if dense.area_px2 < _SMALLEST_AREA_PX2:
        return None
    tolerance = default_tolerance_px(dense.bounds_px) if tolerance_px is None else tolerance_px
    region = simplified_outline(dense, tolerance).clipped(*photo_px)
    left = seen.left
    side = Side.LEFT if left >= _SIDE_KNOWN else Side.RIGHT if left <= 1 - _SIDE_KNOWN else Side.UNKNOWN
    return SegmentedSneaker(region, seen.score, side, max(left, 1 - left), region.bounds_px, dense)


def _go_on(on_step: Report | None, fraction: float) -> None:
    if on_step is not None and not on_step(fraction):
        raise SegmenterCancelled
