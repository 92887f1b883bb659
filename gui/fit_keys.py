"""What the figures of a posed shoe depend on: whether those that were measured still hold."""

from __future__ import annotations

from core.labels.instance import Instance
from core.labels.photo import Photo

LATE_MS = 250  # from then on figures are marked as those of an older pose; sooner it would only flicker

Key = tuple[object, ...]


class FitKeys:
    """Tells whether a posed instance is still what it was measured as."""

    def __init__(self) -> None:
        self._around: tuple[Photo | None, Key] = (None, ())

    def key(self, photo: Photo, instance: Instance) -> Key:
        """Everything its figures depend on; equal keys have equal figures."""
        if self._around[0] is not photo:
            # What may hide the shoe counts too; compared by identity where nothing changed.
            self._around = photo, tuple(part for other in photo.instances for part in _place_of(other))
        shape = (instance.model_id, instance.size, instance.side, photo.camera)
        return (photo.id, instance.id, instance.pose, instance.region, self._around[1], *shape)


def _place_of(other: Instance) -> Key:
    """Where another thing hides: its outline, or the pose of a shoe without one."""
    if other.region.is_empty and other.pose is not None:
        return other.category, other.pose, other.model_id, other.size, other.side
    return other.category, other.region
