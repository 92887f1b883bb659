"""What lies under the pointer: vertices, edges and bodies of instances, found without looking at every polygon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Ring
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.tools.drag import Handle

VERTEX_TOLERANCE = 8.0
EDGE_TOLERANCE = 5.0

Array = NDArray[np.float64]


class HitIndex:
    """Bounding boxes of a photo's regions, kept for the photo last asked about and patched where it changed."""

    def __init__(self) -> None:
        self._instances: tuple[Instance, ...] = ()
        self._boxes: Array = np.empty((0, 4))

    def near(self, photo: Photo, at_px: tuple[float, float], *, margin_px: float) -> list[Instance]:
        """The instances whose box, grown by the margin, holds the point; the topmost first."""
        self._update(photo.instances)
        x, y = at_px
        b = self._boxes
        inside = (b[:, 0] - margin_px <= x) & (x <= b[:, 2] + margin_px)
        inside &= (b[:, 1] - margin_px <= y) & (y <= b[:, 3] + margin_px)
        return [photo.instances[index] for index in np.flatnonzero(inside)[::-1]]

    def _update(self, instances: tuple[Instance, ...]) -> None:
        if instances is self._instances:
            return
        if len(instances) == len(self._instances):
            changed = [i for i, (new, old) in enumerate(zip(instances, self._instances, strict=True)) if new is not old]
            for index in changed:
                self._boxes[index] = _box(instances[index])
        else:
            self._boxes = np.array([_box(instance) for instance in instances]).reshape(-1, 4)
        self._instances = instances


def vertex_under(instance: Instance, at_px: tuple[float, float], *, tolerance_px: float) -> Handle | None:
    """The nearest vertex of the instance within the tolerance."""
    best: Handle | None = None
    nearest = tolerance_px
    for part, ring_index, ring in rings_of(instance):
        distances = np.hypot(*(ring.points_px - at_px).T)
        index = int(np.argmin(distances))
        if distances[index] <= nearest:
            nearest = float(distances[index])
            x, y = ring.points_px[index]
            best = Handle(instance.id, "vertex", part, ring_index, index, (float(x), float(y)))
    return best


def edge_under(instance: Instance, at_px: tuple[float, float], *, tolerance_px: float) -> Handle | None:
    """The nearest edge within the tolerance; `index` is where a vertex would be inserted, `at_px` lies on the edge."""
    best: Handle | None = None
    nearest = tolerance_px
    point = np.asarray(at_px)
    for part, ring_index, ring in rings_of(instance):
        start = ring.points_px
        along = np.roll(start, -1, axis=0) - start
        squares = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
        share = np.clip(np.einsum("ij,ij->i", point - start, along) / squares, 0.0, 1.0)
        feet = start + share[:, None] * along
        distances = np.hypot(*(feet - point).T)
        index = int(np.argmin(distances))
        if distances[index] <= nearest:
            nearest = float(distances[index])
            foot = (float(feet[index, 0]), float(feet[index, 1]))
            best = Handle(instance.id, "edge", part, ring_index, index + 1, foot)
    return best


def rings_of(instance: Instance) -> list[tuple[int, int, Ring]]:
    """(part, ring, Ring) of every ring; ring 0 of a part is its outer one."""
    return [
        (part_index, ring_index, ring)
        for part_index, part in enumerate(instance.region.parts)
        for ring_index, ring in enumerate(part.rings)
    ]


def _box(instance: Instance) -> tuple[float, float, float, float]:
    return (np.inf, np.inf, -np.inf, -np.inf) if instance.region.is_empty else instance.region.bounds_px
