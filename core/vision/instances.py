"""Which pixels belong to which shoe: the maps of a net taken apart into instances."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Array = NDArray[np.float64]

INSIDE = 0.5
SMALLEST_PX = 24  # an instance of fewer pixels of the map is noise

_LEAST_HEAT = 0.08
_SURE_HEAT = 0.35
_PEAK_APART_PX = 9
# Two centres nearer than this share of the root of their pixels are one shoe's; two shoes side by side lie at 0.43.
_ONE_SHOE = 0.18
# A centre that fewer of a component's pixels point to than this is nobody's.
_LEAST_SHARE = 0.06


class Means(StrEnum):
    """How touching shoes are told apart: by their centres, by watershed of the distance to the edge, or not at all."""

    CENTRES = "centres"
    WATERSHED = "watershed"
    COMPONENTS = "components"


@dataclass(frozen=True, slots=True)
class NetMaps:
    """A net's answer at its input's size (H, W): probabilities 0..1, and the offset to the instance's centre in px."""

    sneaker: Floats
    centre: Floats
    offset_px: Floats  # (2, H, W): x, y
    left: Floats


@dataclass(frozen=True, slots=True)
class MapInstance:
    """One shoe in the maps: its pixels (H, W) bool, how sure it is one (0..1), how sure it is a left one (0..1)."""

    mask: NDArray[np.bool_]
    score: float
    left: float


def instances_of(maps: NetMaps, *, means: Means = Means.CENTRES) -> tuple[MapInstance, ...]:
    """The shoes in the maps, largest first.

    With Means.CENTRES (after Cheng et al., "Panoptic-DeepLab", 2020) every pixel goes to the centre that its offset
    points nearest to; a shoe cut in two by a leg stays one.
    """
    inside = maps.sneaker >= INSIDE
    if int(inside.sum()) < SMALLEST_PX:
        return ()
    if means is Means.COMPONENTS:
        labels = _components(inside)
    elif means is Means.WATERSHED:
        labels = _watershed(maps.sneaker, inside)
    else:
        labels = _by_centres(maps, inside)
    found = [_instance(maps, labels == label) for label in range(1, int(labels.max()) + 1)]
    kept = [one for one in found if int(one.mask.sum()) >= SMALLEST_PX]
    return tuple(sorted(kept, key=lambda one: -int(one.mask.sum())))


def _instance(maps: NetMaps, mask: NDArray[np.bool_]) -> MapInstance:
    if not mask.any():
        return MapInstance(mask, 0.0, 0.5)
    sure = float(maps.sneaker[mask].mean())
    # Noise has no centre: its strongest heat tells a shoe from a shadow better than its mean probability does.
    heat = float(maps.centre[mask].max())
    return MapInstance(mask, sure * float(np.sqrt(min(1.0, heat / _SURE_HEAT))), float(maps.left[mask].mean()))


def _components(inside: NDArray[np.bool_]) -> Labels:
    return np.asarray(cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)[1], dtype=np.int32)


def _watershed(sneaker: Floats, inside: NDArray[np.bool_]) -> Labels:
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    smooth = cv2.GaussianBlur(distance, (0, 0), 2.0)
    sure = smooth > 0.55 * cv2.dilate(smooth, np.ones((41, 41), np.uint8))
    markers = _components(sure & inside)
    markers[~inside] = markers.max() + 1
    unknown = inside & (markers == 0)
    markers[unknown] = 0
    depth = 255 - np.clip(distance / max(float(distance.max()), 1e-6) * 255, 0, 255).astype(np.uint8)
    flooded = cv2.watershed(cv2.cvtColor(depth, cv2.COLOR_GRAY2BGR), markers.copy())
    flooded[(flooded == markers.max()) | (flooded < 0)] = 0
    # Watershed leaves the lines between basins out; they go to the basin beside them.
    grown = cv2.dilate(flooded.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    return np.where(inside & (flooded == 0), grown, np.where(inside, flooded, 0))


def _by_centres(maps: NetMaps, inside: NDArray[np.bool_]) -> Labels:
    """Each pixel of a component to a centre its offset points to; components without a centre stay whole."""
    parts = _components(inside)
    rows, columns = np.nonzero(inside)
    votes = np.stack([columns, rows], axis=1).astype(np.float64)
    votes += maps.offset_px[:, rows, columns].T
    centres = _peaks(maps)
    if not len(centres):
        return parts
    chosen = _assigned(votes, centres)
    chosen, centres = _without_strays(chosen, votes, centres=centres)
    labels = np.zeros(inside.shape, np.int32)
    labels[rows, columns] = chosen + 1
    # A component none of whose votes come near the centre they were given to is a shoe whose centre was missed.
    distance = np.hypot(*(votes - centres[chosen]).T)
    following = int(labels.max())
    for part in range(1, int(parts.max()) + 1):
        of_part = parts[rows, columns] == part
        count = int(of_part.sum())
        if count >= SMALLEST_PX and float(np.median(distance[of_part])) > _far(count):
            following += 1
            labels[parts == part] = following
    return _whole_pieces(labels)


def _peaks(maps: NetMaps) -> Array:
    """(N, 2) places (x, y) where the heat has a summit above the threshold, strongest first."""
    heat = cv2.GaussianBlur(maps.centre, (0, 0), 1.5)
    summit = (heat >= cv2.dilate(heat, np.ones((_PEAK_APART_PX, _PEAK_APART_PX), np.uint8))) & (heat >= _LEAST_HEAT)
    rows, columns = np.nonzero(summit)
    order = np.argsort(-heat[rows, columns], kind="stable")[:64]
    return np.stack([columns[order], rows[order]], axis=1).astype(np.float64)


def _assigned(votes: Array, centres: Array) -> NDArray[np.int64]:
    distances = np.hypot(votes[:, None, 0] - centres[None, :, 0], votes[:, None, 1] - centres[None, :, 1])
    return np.asarray(distances.argmin(axis=1))


def _without_strays(chosen: NDArray[np.int64], votes: Array, *, centres: Array) -> tuple[NDArray[np.int64], Array]:
    """Drop centres few votes reach and join centres of one shoe, weakest first, until all that are left stand."""
    while len(centres) > 1:
        counts = np.bincount(chosen, minlength=len(centres))
        stray = _stray(counts, centres)
        if stray is None:
            break
        centres = np.delete(centres, stray, axis=0)
        chosen = _assigned(votes, centres)
    return chosen, centres


def _stray(counts: NDArray[np.int64], centres: Array) -> int | None:
    for weak in range(len(centres) - 1, -1, -1):
        if counts[weak] < SMALLEST_PX:
            return weak
        others = [index for index in range(len(centres)) if index != weak]
        distances = np.hypot(*(centres[others] - centres[weak]).T)
        nearest = others[int(distances.argmin())]
        both = float(counts[weak] + counts[nearest])
        too_near = float(distances.min()) < _ONE_SHOE * np.sqrt(both)
        too_few = counts[weak] < _LEAST_SHARE * both and float(distances.min()) < np.sqrt(both)
        if too_near or too_few:
            return weak if counts[weak] <= counts[nearest] else nearest
    return None


def _far(pixels: int) -> float:
    return 3.0 + 1.2 * float(np.sqrt(pixels))


def _whole_pieces(labels: Labels) -> Labels:
    """Crumbs of one shoe inside another go to the one around them."""
    cleaned = labels.copy()
    for label in range(1, int(labels.max()) + 1):
        count, pieces, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8), connectivity=8)
        if count <= 2:
            continue
        largest = int(stats[1:, cv2.CC_STAT_AREA].max())
        for piece in range(1, count):
            if stats[piece, cv2.CC_STAT_AREA] >= 0.12 * largest:
                continue
            crumb = pieces == piece
            rim = cv2.dilate(crumb.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~crumb
            around = cleaned[rim]
            around = around[(around > 0) & (around != label)]
            cleaned[crumb] = int(np.bincount(around).argmax()) if len(around) else 0
    return cleaned
