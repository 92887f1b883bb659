"""What a hand that sees the true edge would do next: the fewest corners to draw, the vertex to move, the wrong piece.

No Qt here. Distances within are between points a px apart, quick enough to try every vertex; whether an outline is
good is measured by `outlining_truth`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.geometry.outline_fitting import simplified_outline
from core.geometry.region import Region, Ring
from gui.bench.outlining_truth import Goal, error_px

Array = NDArray[np.float64]
Point = tuple[float, float]

_SPACING_PX = 1.0
_TRIED = 8  # the worst vertices and edges are looked at
_PLACES = np.linspace(-1.0, 1.0, 9)  # along the true edge, as a share of the way to a vertex's neighbours
_COARSEST_PX, _FINEST_PX, _FINER = 16.0, 0.3, 0.85


@dataclass(frozen=True, slots=True)
class Change:
    """One gesture on a vertex or an edge: where it grabs and lets go, px, and the error it would leave.

    kind: "move", "insert" (before vertex `index`) or "delete".
    """

    kind: str
    part: int
    ring: int
    index: int
    grab_px: Point
    to_px: Point
    error_px: float

    def applied(self, region: Region) -> Region:
        """The region after the gesture."""
        ring = region.parts[self.part].rings[self.ring]
        if self.kind == "move":
            ring = ring.with_vertex(self.index, self.to_px)
        elif self.kind == "insert":
            ring = ring.with_inserted(self.index, self.to_px)
        else:
            ring = ring.without_vertex(self.index)
        return region.with_ring(self.part, self.ring, ring=ring)


@dataclass(frozen=True, slots=True)
class WrongPiece:
    """The piece that an outline lacks or has too much: its middle and how wide it is there, px; the outline without."""

    middle_px: Point
    belongs: bool
    radius_px: float
    mended: Region


class TrueEdge:
    """A true outline as points and lines, for quick looks at how far others are from it."""

    def __init__(self, truth: Region) -> None:
        self.truth = truth
        self.loops = tuple(_along(ring.points_px) for ring in truth.rings)
        self.points = np.concatenate(self.loops)
        rings = [ring.points_px for ring in truth.rings]
        self._starts = np.concatenate(rings)
        self._ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])

    def distances(self, points: Array) -> Array:
        """(N,) px from points to the nearest line of the true outline."""
        return _distances(points, self._starts, self._ends).min(axis=1)

    def beside(self, at_px: Array, reach_px: float) -> Array:
        """(M, 2) places along the true outline about the one nearest to a point, up to so far along it."""
        nearest = [np.hypot(*(loop - at_px).T) for loop in self.loops]
        loop = self.loops[int(np.argmin([distances.min() for distances in nearest]))]
        middle = int(np.argmin(np.hypot(*(loop - at_px).T)))
        steps = np.unique(np.round(_PLACES * reach_px / _SPACING_PX).astype(int))
        return np.asarray(loop[(middle + steps) % len(loop)])


class VertexWork:
    """A region against a true outline: which single change of a vertex helps most. hold_px: how near to a vertex a
    press already means the vertex."""

    def __init__(self, region: Region, edge: TrueEdge, *, hold_px: float) -> None:
        self._edge = edge
        self._hold_px = hold_px
        rings = [(p, r, ring.points_px) for p, part in enumerate(region.parts) for r, ring in enumerate(part.rings)]
        self._names = [(p, r, index) for p, r, points in rings for index in range(len(points))]
        self._sizes = [len(points) for _, _, points in rings]
        self._starts = np.concatenate([points for _, _, points in rings])
        self._ends = np.concatenate([np.roll(points, -1, axis=0) for _, _, points in rings])
        there = [self._there(start, end) for start, end in zip(self._starts, self._ends, strict=True)]
        self._sums, self._counts = np.array(there).T
        self._back = _distances(edge.points, self._starts, self._ends)

    @property
    def error_px(self) -> float:
        """Mean two-way distance now."""
        back = self._back.min(axis=1)
        return float((self._sums.sum() + back.sum()) / (self._counts.sum() + len(back)))

    def best(self) -> Change | None:
        """The change that leaves the least error; None when every one would make it worse."""
        owner = self._back.argmin(axis=1)
        back = self._back[np.arange(len(owner)), owner]
        of_edge = self._sums + np.bincount(owner, weights=back, minlength=len(self._sums))
        before = np.array([self._previous(edge) for edge in range(len(of_edge))])
        of_vertex = of_edge + of_edge[before]
        changes: list[Change] = []
        for vertex in np.argsort(-of_vertex)[:_TRIED]:
            changes += self._moves(int(vertex))
        for edge in np.argsort(-of_edge)[:_TRIED]:
            changes += self._insertions(int(edge), owner=owner, back=back)
        best = min(changes, key=lambda change: change.error_px, default=None)
        return best if best is not None and best.error_px < self.error_px else None

    def cheapest_loss(self) -> Change | None:
        """The vertex whose loss costs least; None for rings that can lose none."""
        losses = [self._loss(vertex) for vertex in range(len(self._names)) if self._size(vertex) > 3]
        return min(losses, key=lambda change: change.error_px, default=None)

    # ---- what can be done

    def _moves(self, vertex: int) -> list[Change]:
        at, previous, following = self._starts[vertex], self._previous(vertex), self._following(vertex)
        reach = 0.5 * max(np.hypot(*(self._starts[previous] - at)), np.hypot(*(self._starts[following] - at)))
        changes = []
        rest = self._without(previous, vertex)
        for place in self._edge.beside(at, min(float(reach), 40.0)):
            lines = [(self._starts[previous], place), (place, self._starts[following])]
            changes.append(self._change("move", vertex, at, to=place, error=self._error(rest, lines)))
        return [*changes, self._loss(vertex)] if self._size(vertex) > 3 else changes

    def _loss(self, vertex: int) -> Change:
        previous, following = self._previous(vertex), self._following(vertex)
        lines = [(self._starts[previous], self._starts[following])]
        at = self._starts[vertex]
        return self._change("delete", vertex, at, to=at, error=self._error(self._without(previous, vertex), lines))

    def _insertions(self, edge: int, *, owner: NDArray[np.intp], back: Array) -> list[Change]:
        start, end = self._starts[edge], self._ends[edge]
        length = float(np.hypot(*(end - start)))
        margin = self._hold_px / max(length, 1e-9)
        mine = np.flatnonzero(owner == edge)
        if margin >= 0.5:
            return []
        places = self._edge.beside((start + end) / 2, min(length / 3, 40.0))
        if len(mine):
            places = np.vstack([places, self._edge.points[mine[np.argmax(back[mine])]][None]])
        rest = self._without(edge)
        changes = []
        for place in places:
            share = float(np.dot(place - start, end - start)) / length**2
            grab = start + np.clip(share, margin, 1 - margin) * (end - start)
            lines = [(start, place), (place, end)]
            changes.append(self._change("insert", edge, grab, to=place, error=self._error(rest, lines)))
        return changes

    def _change(self, kind: str, vertex: int, grab: Array, *, to: Array, error: float) -> Change:
        part, ring, index = self._names[vertex]
        if kind == "insert":
            index += 1
        return Change(kind, part, ring, index, (float(grab[0]), float(grab[1])), (float(to[0]), float(to[1])), error)

    # ---- how good it would be

    def _without(self, *edges: int) -> tuple[float, int, Array]:
        kept = np.ones(len(self._sums), dtype=bool)
        kept[list(edges)] = False
        return float(self._sums[kept].sum()), int(self._counts[kept].sum()), self._back[:, kept].min(axis=1)

    def _error(self, rest: tuple[float, int, Array], lines: list[tuple[Array, Array]]) -> float:
        total, count, back = rest
        starts, ends = np.array([line[0] for line in lines]), np.array([line[1] for line in lines])
        nearest = np.minimum(back, _distances(self._edge.points, starts, ends).min(axis=1))
        for start, end in lines:
            there, samples = self._there(start, end)
            total, count = total + there, count + samples
        return float((total + nearest.sum()) / (count + len(nearest)))

    def _there(self, start: Array, end: Array) -> tuple[float, int]:
        count = max(1, int(np.ceil(np.hypot(*(end - start)) / _SPACING_PX)))
        points = start + (np.arange(count) / count)[:, None] * (end - start)
        return float(self._edge.distances(points).sum()), count

    def _size(self, vertex: int) -> int:
        return self._sizes[self._ring_of(vertex)]

    def _ring_of(self, vertex: int) -> int:
        return int(np.searchsorted(np.cumsum(self._sizes), vertex, side="right"))

    def _previous(self, vertex: int) -> int:
        return vertex - 1 if self._names[vertex][2] else vertex + self._size(vertex) - 1

    def _following(self, vertex: int) -> int:
        size = self._size(vertex)
        return vertex + 1 if self._names[vertex][2] < size - 1 else vertex - size + 1


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How near to a vertex a press means it, and how far a hand lands from where it aims, px of the photo."""

    hold_px: float
    noise_px: float


@dataclass(frozen=True)
class Drawing:
    """Corners to click, ring by ring, with the hand's noise in them."""

    region: Region

    @cached_property
    def gestures(self) -> int:
        """Clicks and closings, and a key that takes another tool for every ring but the first."""
        return sum(len(ring) + 2 for ring in self.region.rings) - 1


def fewest_corners(truth: Region, goal: Goal, *, noise_px: float, seed: int) -> Drawing | None:
    """The drawing with the fewest corners whose noisy clicks still reach the goal; None when none does."""
    rng = np.random.default_rng(seed)
    best: Region | None = None
    tolerance = _COARSEST_PX
    while tolerance > _FINEST_PX:
        for simple in (truth.simplified(tolerance), simplified_outline(truth, tolerance)):
            drawn = _noisy(simple, noise_px, rng=rng)
            fewer = best is None or _corners(drawn) < _corners(best)
            if not drawn.is_empty and fewer and goal.reached(drawn, truth):
                best = drawn
        if best is not None and tolerance < 1.0:
            break
        tolerance *= _FINER
    return None if best is None else Drawing(_thinned(best, truth, goal=goal))


def drags_needed(region: Region, edge: TrueEdge, *, goal: Goal, hand: Steadiness, most: int) -> int:
    """How many changes of vertices, each the best at its time, would reach the goal; `most` when more would."""
    rng = np.random.default_rng(0)
    for count in range(most):
        if goal.reached(region, edge.truth):
            return count
        change = VertexWork(region, edge, hold_px=hand.hold_px).best()
        if change is None:
            return most
        dx, dy = rng.normal(0.0, hand.noise_px, 2)
        region = replace(change, to_px=(change.to_px[0] + dx, change.to_px[1] + dy)).applied(region)
    return most


def largest_wrong_piece(region: Region, truth: Region) -> WrongPiece | None:
    """Where a click says most; None where the two differ by hair lines alone."""
    import shapely  # with the first outline

    pieces = [(part, True) for part in truth.difference(region).parts]
    pieces += [(part, False) for part in region.difference(truth).parts]
    found: list[tuple[float, WrongPiece]] = []
    for part, belongs in sorted(pieces, key=lambda piece: -piece[0].area_px2)[:3]:
        alone = Region((part,))
        inner = shapely.maximum_inscribed_circle(alone.to_shapely(), tolerance=0.2)
        (x, y), *_ = inner.coords
        better = region.union(alone) if belongs else region.difference(alone)
        piece = WrongPiece((float(x), float(y)), belongs, float(inner.length), better)
        found.append((error_px(better, truth), piece))
    return min(found, key=lambda one: one[0])[1] if found else None


def _thinned(region: Region, truth: Region, *, goal: Goal) -> Region:
    """The region without the corners it does not need."""
    edge = TrueEdge(truth)
    while (loss := VertexWork(region, edge, hold_px=0.0).cheapest_loss()) is not None:
        thinner = loss.applied(region)
        if not goal.reached(thinner, truth):
            return region
        region = thinner
    return region


def _corners(region: Region) -> int:
    return sum(len(ring) for ring in region.rings)


def _noisy(region: Region, noise_px: float, *, rng: np.random.Generator) -> Region:
    for p, part in enumerate(region.parts):
        for r, ring in enumerate(part.rings):
            moved = ring.points_px + rng.normal(0.0, noise_px, ring.points_px.shape)
            region = region.with_ring(p, r, ring=Ring(moved))
    return region


def _along(ring: Array) -> Array:
    """(N, 2) points a px apart along a closed ring."""
    corners = [*ring, ring[0]]
    pieces = []
    for start, end in pairwise(corners):
        count = max(1, round(float(np.hypot(*(end - start))) / _SPACING_PX))
        pieces.append(start + (np.arange(count) / count)[:, None] * (end - start))
    return np.concatenate(pieces)


def _distances(points: Array, starts: Array, ends: Array) -> Array:
    """(N, E) px from points to lines."""
    along = ends - starts
    squares = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
    relative = points[:, None] - starts[None]
    share = np.clip(np.einsum("nej,ej->ne", relative, along) / squares, 0.0, 1.0)
    away = relative - share[..., None] * along[None]
    return np.asarray(np.sqrt(np.einsum("nej,nej->ne", away, away)))
