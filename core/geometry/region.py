"""What an instance covers in a photo: rings with holes in several parts, their measures and boolean operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array

if TYPE_CHECKING:
    from shapely import MultiPolygon

Array = NDArray[np.float64]

# Booleans meet on this grid: without one the overlay can lose a whole piece that lies along a hairline of another.
GRID_PX = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """A closed polygon without its closing point: points_px (N, 2) float64, N >= 3, corner-origin px."""

    points_px: Array

    def __post_init__(self) -> None:
        points = np.asarray(self.points_px, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
            raise ValueError(f"a ring needs at least three points of two coordinates, not an array of {points.shape}")
        if not np.isfinite(points).all():
            raise ValueError("a ring's coordinates must be finite numbers")
        object.__setattr__(self, "points_px", frozen_array(points))

    def __len__(self) -> int:
        return len(self.points_px)

    @property
    def signed_area_px2(self) -> float:
        """Shoelace area in px²; positive when the ring turns clockwise on the screen (y down)."""
        x, y = self.points_px[:, 0], self.points_px[:, 1]
        return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))

    @property
    def bounds_px(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1)."""
        low, high = self.points_px.min(axis=0), self.points_px.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def contains(self, point_px: ArrayLike) -> bool:
        """Whether the point lies inside, by the even-odd rule."""
        x, y = np.asarray(point_px, dtype=np.float64)
        a, b = self.points_px, np.roll(self.points_px, -1, axis=0)
        spans = (a[:, 1] > y) != (b[:, 1] > y)
        a, b = a[spans], b[spans]
        crossings = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
        return bool(np.count_nonzero(crossings > x) % 2)

    def with_vertex(self, index: int, point_px: ArrayLike) -> Ring:
        """The ring with vertex `index` at `point_px`."""
        points = self.points_px.copy()
        points[index] = point_px
        return Ring(points)

    def with_inserted(self, index: int, point_px: ArrayLike) -> Ring:
        """The ring with a new vertex before vertex `index` (index N appends)."""
        return Ring(np.insert(self.points_px, index, np.asarray(point_px, dtype=np.float64), axis=0))

    def without_vertex(self, index: int) -> Ring:
        """The ring without vertex `index`; raises ValueError when fewer than three would be left."""
        return Ring(np.delete(self.points_px, index, axis=0))

    def moved(self, by_px: ArrayLike) -> Ring:
        """The ring shifted by (2,) px."""
        return Ring(self.points_px + np.asarray(by_px, dtype=np.float64))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ring) and np.array_equal(self.points_px, other.points_px)

    def __hash__(self) -> int:
        return hash(self.points_px.tobytes())


@dataclass(frozen=True, slots=True)
class Part:
    """One connected piece: an outer ring and the holes in it."""

    outer: Ring
    holes: tuple[Ring, ...] = ()

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The outer ring, then the holes."""
        return (self.outer, *self.holes)

    @property
    def area_px2(self) -> float:
        """Area of the outer ring less its holes, px²."""
        return abs(self.outer.signed_area_px2) - sum(abs(hole.signed_area_px2) for hole in self.holes)

    def contains(self, point_px: ArrayLike) -> bool:
        """Whether the point lies inside the outer ring and in no hole."""
        return self.outer.contains(point_px) and not any(hole.contains(point_px) for hole in self.holes)

    def with_ring(self, index: int, ring: Ring) -> Part:
        """The part with ring `index` (0 is the outer one) replaced."""
        if index == 0:
            return replace(self, outer=ring)
        return replace(self, holes=(*self.holes[: index - 1], ring, *self.holes[index:]))


@dataclass(frozen=True, slots=True)
class Region:
    """What an instance covers in the photo, in px: parts, each with holes."""

    parts: tuple[Part, ...]

    @staticmethod
    def from_points(points_px: ArrayLike) -> Region:
        """The region inside one ring of (N, 2) px."""
        return Region((Part(Ring(np.asarray(points_px, dtype=np.float64))),))

    @staticmethod
    def from_box(x0_px: float, y0_px: float, *, x1_px: float, y1_px: float) -> Region:
        """The rectangle between two corners."""
        return Region.from_points([(x0_px, y0_px), (x1_px, y0_px), (x1_px, y1_px), (x0_px, y1_px)])

    @property
    def rings(self) -> tuple[Ring, ...]:
        """Every ring: of each part the outer one, then its holes."""
        return tuple(ring for part in self.parts for ring in part.rings)

    @property
    def is_empty(self) -> bool:
        """Whether it has no part."""
        return not self.parts

    @property
    def area_px2(self) -> float:
        """Covered area in px²."""
        return sum(part.area_px2 for part in self.parts)

    @property
    def bounds_px(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1); raises ValueError for an empty region."""
        if self.is_empty:
            raise ValueError("an empty region has no bounds")
        boxes = np.array([part.outer.bounds_px for part in self.parts])
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def contains(self, point_px: ArrayLike) -> bool:
        """Whether the point is inside any part and in none of its holes."""
        return any(part.contains(point_px) for part in self.parts)

    def with_part(self, index: int, part: Part) -> Region:
        """The region with part `index` replaced."""
        return Region((*self.parts[:index], part, *self.parts[index + 1 :]))

    def with_ring(self, part_index: int, ring_index: int, *, ring: Ring) -> Region:
        """The region with one ring replaced; ring 0 of a part is its outer one."""
        return self.with_part(part_index, self.parts[part_index].with_ring(ring_index, ring))

    def without_part(self, index: int) -> Region:
        """The region without part `index`."""
        return Region((*self.parts[:index], *self.parts[index + 1 :]))

    def moved(self, by_px: ArrayLike) -> Region:
        """The region shifted by (2,) px."""
        return self._mapped(lambda points: points + np.asarray(by_px, dtype=np.float64))

    def scaled(self, sx: float, sy: float) -> Region:
        """The region with x times sx and y times sy, about the photo's corner."""
        return self._mapped(lambda points: points * [sx, sy])

    def union(self, *others: Region) -> Region:
        """What any of them covers."""
        from shapely import union_all

        return _from_shapely(union_all([region.to_shapely() for region in (self, *others)], grid_size=GRID_PX))

    def intersection(self, other: Region) -> Region:
        """What both cover."""
        return _from_shapely(self.to_shapely().intersection(other.to_shapely(), grid_size=GRID_PX))

    def difference(self, other: Region) -> Region:
        """What this covers and the other does not: the way holes are cut."""
        return _from_shapely(self.to_shapely().difference(other.to_shapely(), grid_size=GRID_PX))

    def clipped(self, width_px: float, height_px: float) -> Region:
        """What lies inside the photo."""
        return self.intersection(Region.from_box(0, 0, x1_px=width_px, y1_px=height_px))

    def simplified(self, tolerance_px: float) -> Region:
        """The region with vertices dropped that lie within `tolerance_px` of the line without them."""
        return _from_shapely(self.to_shapely().simplify(tolerance_px))

    def to_shapely(self) -> MultiPolygon:
        """A valid shapely MultiPolygon; rings that cross themselves are repaired by their even-odd inside."""
        # shapely is loaded with the first boolean, not with the window.
        from shapely import MultiPolygon, Polygon, make_valid

        polygons: list[Any] = []
        for part in self.parts:
            polygon = Polygon(part.outer.points_px, [hole.points_px for hole in part.holes])
            polygons.extend(_polygons_in(polygon if polygon.is_valid else make_valid(polygon)))
        together = MultiPolygon(polygons)
        if together.is_valid:
            return together
        from shapely import union_all

        return MultiPolygon(list(_polygons_in(union_all(polygons))))

    def _mapped(self, change: Any) -> Region:
        return Region(
            tuple(
                Part(Ring(change(part.outer.points_px)), tuple(Ring(change(hole.points_px)) for hole in part.holes))
                for part in self.parts
            )
        )


EMPTY_REGION = Region(())


def region_from_shapely(geometry: Any) -> Region:
    """The polygons of any shapely geometry; lines and points in it are dropped."""
    return _from_shapely(geometry)


def union_of(regions: Sequence[Region]) -> Region:
    """What any of the regions covers."""
    return regions[0].union(*regions[1:]) if regions else EMPTY_REGION


def _from_shapely(geometry: Any) -> Region:
    parts = []
    for polygon in _polygons_in(geometry):
        outer = _ring_from(polygon.exterior)
        if outer is not None:
            holes = (_ring_from(interior) for interior in polygon.interiors)
            parts.append(Part(outer, tuple(hole for hole in holes if hole is not None)))
    return Region(tuple(parts))


def _ring_from(line: Any) -> Ring | None:
    points = np.asarray(line.coords, dtype=np.float64)[:-1, :2]
    return Ring(points) if len(points) >= 3 else None


def _polygons_in(geometry: Any) -> Iterable[Any]:
    if geometry.geom_type == "Polygon":
        return [] if geometry.is_empty else [geometry]
    if hasattr(geometry, "geoms"):
        return [polygon for member in geometry.geoms for polygon in _polygons_in(member)]
    return []
