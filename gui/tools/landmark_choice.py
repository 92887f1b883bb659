"""Which landmark is at hand, the one the next click is for, and which keypoint the keys mean. No Qt here."""

from __future__ import annotations

from core.document.signal import Signal
from core.labels.click_pose import keypoint_of
from core.labels.instance import Instance, Keypoint


class LandmarkChoice:
    """`changed` carries the landmark's name; None while the chosen sneaker's model has no landmarks.

    touched: the keypoint the hand has just placed or moved; it stays the one that keys mean until a landmark is chosen.
    """

    def __init__(self) -> None:
        self.changed: Signal[str | None] = Signal()
        self.name: str | None = None
        self.touched: str | None = None

    def choose(self, name: str | None, *, touched: str | None = None) -> None:
        """Take another landmark to hand."""
        if (name, touched) != (self.name, self.touched):
            self.name, self.touched = name, touched
            self.changed.emit(name)

    def keypoint(self, instance: Instance) -> Keypoint | None:
        """The keypoint that keys mean: of the landmark at hand, else the one just touched."""
        return keypoint_of(instance, self.name) or keypoint_of(instance, self.touched)
