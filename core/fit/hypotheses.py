"""Poses a silhouette suggests at first sight: every view at every angle in the picture compared at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.contour import PixelGrid
from core.fit.polar import (
    ANGLES,
    RINGS,
    angle_basis,
    correlated,
    mean_direction,
    polar_occupancy,
    ring_weights,
    spectra_of,
    turn_between,
)
from core.fit.viewpoints import Viewpoints

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_PEAKS_A_VIEW = 3
_FEW = 6


@dataclass(frozen=True, slots=True)
class Upright:
    """What is known of how a photo was taken. lowest_deg, highest_deg: elevation of the camera above the sole's plane;

    roll_deg: the most the picture's up may lean from the shoe's up.
    """

    lowest_deg: float = -15.0
    highest_deg: float = 87.0
    roll_deg: float = 45.0

    def limits(self, slack_deg: float) -> Array:
        """(3,) sines of the lowest and highest elevation and cosine of the roll, widened by a slack."""
        low, high = max(self.lowest_deg - slack_deg, -90.0), min(self.highest_deg + slack_deg, 90.0)
        roll = np.cos(np.radians(min(self.roll_deg + slack_deg, 180.0)))
        return np.array([np.sin(np.radians(low)), np.sin(np.radians(high)), roll])


ANYHOW = np.array([-2.0, 2.0, -2.0])


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A silhouette as the viewpoints are compared with it. turn (3, 3): its frame to the camera's; solid_angle sr;

    spectra (RINGS, FREQUENCIES) of its occupancy and of what is known; mass: its weighted occupancy; leniency: what a
    part of the shoe that the silhouette lacks counts, 1 or less.
    """

    turn: Array
    solid_angle: float
    occupancy: NDArray[np.complex64]
    known: NDArray[np.complex64] | None
    mass: float
    leniency: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """The pixels of a region for queries; mirrored: to be compared with the other foot's shoe."""

    grid: tuple[NDArray[np.bool_], NDArray[np.bool_], Array, Array]
    solid_angle: float
    ray: Array
    mirrored: bool

    @staticmethod
    def of(pixels: PixelGrid, lens: Array, *, mirrored: bool) -> Silhouette:
        """The silhouette of the valid pixels of a region seen by a pinhole (fx, fy, cx, cy)."""
        corner = np.array(pixels.corner, dtype=np.float64)
        reduced = np.concatenate([lens[:2] * pixels.density, lens[2:] * pixels.density - corner])
        frame = pixels.frame - np.concatenate([corner, corner])
        solid_angle, ray = mean_direction(pixels.inside, pixels.valid, reduced)
        return Silhouette((pixels.inside, pixels.valid, reduced, frame), solid_angle, ray, mirrored)

    def query(self, shift: tuple[float, float] = (0.0, 0.0), *, area: float = 1.0, leniency: float = 1.0) -> Query:
        """The query about its mean direction; shift: in units of the square root of its area; area: a factor of it."""
        turn = turn_between(np.array([0.0, 0.0, 1.0]), self.ray)
        if shift != (0.0, 0.0):
            x, y = np.sqrt(self.solid_angle) * np.array(shift)
            away = np.array([x, y, 1.0]) / np.sqrt(x * x + y * y + 1.0)
            turn = turn @ turn_between(np.array([0.0, 0.0, 1.0]), away)
        turn = np.ascontiguousarray(turn)
        occupancy, known = np.zeros((2, RINGS, ANGLES), dtype=np.float32)
        polar_occupancy(self.grid, turn, np.sqrt(self.solid_angle * area), occupancy, known)
        if self.mirrored:
            at = (ANGLES // 2 - np.arange(ANGLES)) % ANGLES
            occupancy, known = occupancy[:, at], known[:, at]
        hidden = bool((known < 1.0 - 1e-4).any())
        mass = float((occupancy * ring_weights()[:, None]).sum())
        return Query(
            turn,
            self.solid_angle * area,
            spectra_of(occupancy),
            spectra_of(known) if hidden else None,
            mass,
            leniency,
        )

    def partial_queries(self, leniency: float) -> list[Query]:
        """Queries for a shoe of which the silhouette may be a part: larger, and larger about other centres."""
        queries = [self.query(area=area, leniency=leniency) for area in (1.0, 1.15, 1.3)]
        for distance, area in ((0.1, 1.15), (0.2, 1.3)):
            for angle in np.arange(8) * (np.pi / 4):
                shift = (float(distance * np.cos(angle)), float(distance * np.sin(angle)))
                queries.append(self.query(shift, area=area, leniency=leniency))
        return queries


@dataclass(frozen=True, slots=True, eq=False)
class Suggestions:
    """N poses to start from, the likeliest first: rotations (N, 3, 3), translations (N, 3) mm, scores (N,)."""

    rotations: Array
    translations: Array
    scores: Array

    def likeliest(self, gap: float) -> Suggestions:
        """Those whose score is at most `gap` below the best one, and the first few."""
        count = max(int((self.scores >= self.scores[:1].max(initial=0.0) - gap).sum()), _FEW)
        return Suggestions(self.rotations[:count], self.translations[:count], self.scores[:count])


def suggestions(
    views: Viewpoints,
    queries: Sequence[Query],
    *,
    mirrored: bool,
    limits: Array,
    count: int,
    apart_deg: float,
) -> Suggestions:
    """At most `count` poses, each more than `apart_deg` from the others, within the limits of `Upright.limits`."""
    found = []
    for query in queries:
        entries = _nearest_layers(views.solid_angle, len(views.toward), query.solid_angle)
        overlaps = _overlaps(views, entries, query)
        scores, which, angles = _peaks(overlaps)
        found.append((scores, *_posed(views, entries[which], angles, query.turn, query.solid_angle, mirrored)))
    scores, rotations, translations = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-scores, kind="stable")
    kept = _distinct(rotations, translations, order, limits, count, np.cos(np.radians(apart_deg)))
    return Suggestions(rotations[kept], translations[kept], scores[kept].astype(np.float64))


def _overlaps(views: Viewpoints, entries: Ints, query: Query) -> Floats:
    """(V, ANGLES) IoU of the entries with the query at every angle."""
    parts = np.ascontiguousarray(query.occupancy.real), np.ascontiguousarray(query.occupancy.imag)
    both = correlated(views.real, views.imaginary, entries, *parts, angle_basis())
    if query.known is None:
        model = views.mass[entries][:, None]
    else:
        parts = np.ascontiguousarray(query.known.real), np.ascontiguousarray(query.known.imag)
        model = correlated(views.real, views.imaginary, entries, *parts, angle_basis())
    return _unions(both, model, np.float32(query.mass), np.float32(query.leniency))


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _unions(both: Floats, model: Floats, mass: float, leniency: float) -> Floats:
    """(V, ANGLES) shared part over the query and what it lacks of the model; model (V, ANGLES), or (V, 1) for all."""
    found = np.empty_like(both)
    alike = model.shape[1] == 1
    for view in range(both.shape[0]):
        whole = model[view, 0]
        for at in range(ANGLES):
            missing = (whole if alike else model[view, at]) - both[view, at]
            found[view, at] = both[view, at] / (mass + leniency * max(missing, np.float32(0.0)))
    return found


@njit(cache=True, nogil=True)
def _nearest_layers(solid_angle: Array, views: int, wanted: float) -> Ints:
    """(views,) entry of each view whose layer is nearest to the distance that the solid angle asks for."""
    entries = np.empty(views, dtype=np.int64)
    for view in range(views):
        best = np.inf
        for entry in range(view, solid_angle.shape[0], views):
            off = abs(np.log(solid_angle[entry] / wanted))
            if off < best:
                best, entries[view] = off, entry
    return entries


@njit(cache=True, nogil=True)
def _peaks(overlaps: Floats) -> tuple[Array, Ints, Array]:
    """Scores, views and angles (rad) of each view's highest peaks over the angle, refined by a parabola."""
    views = overlaps.shape[0]
    scores = np.empty(views * _PEAKS_A_VIEW)
    which = np.empty(views * _PEAKS_A_VIEW, dtype=np.int64)
    angles = np.empty(views * _PEAKS_A_VIEW)
    count = 0
    for view in range(views):
        first = count
        for at in range(ANGLES):
            here = overlaps[view, at]
            before, after = overlaps[view, at - 1], overlaps[view, (at + 1) % ANGLES]
            if not (here >= before and here > after):
                continue
            slot = count
            if count - first == _PEAKS_A_VIEW:
                slot = first + int(np.argmin(scores[first:count]))
                if scores[slot] >= here:
                    continue
            else:
                count += 1
            bend = before - 2.0 * here + after
            offset = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
            scores[slot] = here - 0.25 * (before - after) * offset
            which[slot] = view
            angles[slot] = 2.0 * np.pi * (at + offset) / ANGLES
    return scores[:count], which[:count], angles[:count]


@njit(cache=True, nogil=True)
def _posed(
    views: Viewpoints, entries: Ints, angles: Array, turn: Array, solid_angle: float, mirrored: bool
) -> tuple[Array, Array]:
    """camera_from_shoe (N, 3, 3) and (N, 3) of entries turned by angles in the picture of a query."""
    count = entries.shape[0]
    rotations, translations = np.empty((count, 3, 3)), np.empty((count, 3))
    side = -1.0 if mirrored else 1.0
    for i in range(count):
        entry = entries[i]
        factor = np.sqrt(views.solid_angle[entry] / solid_angle)
        c, s = np.cos(angles[i]), np.sin(angles[i])
        for column in range(4):
            if column < 3:
                x, y, z = (
                    views.rotations[entry, 0, column],
                    views.rotations[entry, 1, column],
                    views.rotations[entry, 2, column],
                )
                sign = side if column == 1 else 1.0
            else:
                x, y, z = (
                    views.translations[entry, 0],
                    views.translations[entry, 1],
                    views.translations[entry, 2] * factor,
                )
                sign = 1.0
            a, b = side * (c * x - s * y), s * x + c * y
            for row in range(3):
                value = sign * (turn[row, 0] * a + turn[row, 1] * b + turn[row, 2] * z)
                if column < 3:
                    rotations[i, row, column] = value
                else:
                    translations[i, row] = value
    return rotations, translations


@njit(cache=True, nogil=True)
def allowed(rotation: Array, translation: Array, limits: Array) -> bool:
    """Whether a pose keeps the limits of `Upright.limits`: camera's elevation, and roll about the ray to the shoe."""
    distance = max(np.sqrt(translation[0] ** 2 + translation[1] ** 2 + translation[2] ** 2), 1e-300)
    sine = 0.0
    for row in range(3):
        sine -= rotation[row, 2] * translation[row] / distance
    if sine < limits[0] or sine > limits[1]:
        return False
    if limits[2] <= -1.0:
        return True
    turn = turn_between(translation / distance, np.array([0.0, 0.0, 1.0]))
    x, y = 0.0, 0.0
    for row in range(3):
        x += turn[0, row] * rotation[row, 2]
        y += turn[1, row] * rotation[row, 2]
    return -y >= limits[2] * np.sqrt(x * x + y * y)


@njit(cache=True, nogil=True)
def _distinct(rotations: Array, translations: Array, order: Ints, limits: Array, count: int, cosine: float) -> Ints:
    """Indices of the first `count` allowed poses that are farther from each other than an angle."""
    kept = np.empty(count, dtype=np.int64)
    found = 0
    for i in order:
        if found == count:
            break
        if not allowed(rotations[i], translations[i], limits):
            continue
        near = False
        for j in kept[:found]:
            trace = 0.0
            for row in range(3):
                for column in range(3):
                    trace += rotations[i, row, column] * rotations[j, row, column]
            if 0.5 * (trace - 1.0) > cosine:
                near = True
                break
        if not near:
            kept[found] = i
            found += 1
    return kept[:found].copy()
