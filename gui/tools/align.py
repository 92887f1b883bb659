"""Steering the rendered shoe by hand: drag turns, Shift slides, Ctrl pushes; computed from where the drag began."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from core.document.edit import Edit
from core.geometry.pose import Pose
from core.geometry.steering import pushed, slid, turned
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.tools.drag import Drag, Hover, Pointer, Scene, let_go

PUSH_PER_SCREEN_PX = 0.003


class Magnet(Protocol):
    """May draw a shoe that the hand drags elsewhere than where the hand holds it."""

    @property
    def is_snapped(self) -> bool: ...

    def pulled(self, photo: Photo, dragged: Instance) -> Instance: ...

    def let_go(self, photo: Photo, dragged: Instance) -> None: ...

    def released(self) -> None: ...


class NoMagnet:
    """The shoe is where the hand holds it."""

    is_snapped = False

    def pulled(self, photo: Photo, dragged: Instance) -> Instance:
        """As it is."""
        return dragged

    def let_go(self, photo: Photo, dragged: Instance) -> None:
        """Nothing follows."""

    def released(self) -> None:
        """Nothing was held."""


class AlignTool:
    """The hand on the shoe of the selected instance."""

    name = "align"

    def __init__(self, magnet: Magnet | None = None) -> None:
        self._magnet = magnet or NoMagnet()

    @property
    def while_busy(self) -> str:
        """Words for what the hand can do while it drags."""
        if self._magnet.is_snapped:
            return "Snapped to the outline: let go to keep it so, or let go of E to drag on · Esc puts it back"
        return "Let go to keep the pose · hold E to see it snapped · Esc puts it back"

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for what a drag would do with the keys that are held."""
        instance = photo.find(scene.selected_id)
        if instance is not None and "locked" in instance.flags:
            return Hover("It is locked; K unlocks it", "forbidden")
        if instance is None:
            return Hover("Choose an outlined sneaker first, then place a shoe on it", "forbidden")
        if instance.pose is None:
            return Hover("Double-click, or press Place shoe, to lay the model over the outline", "hand")
        if pointer.shift:
            return Hover("Drag slides the shoe in the picture", "move")
        if pointer.ctrl:
            return Hover("Drag up pushes the shoe away, down pulls it nearer", "updown")
        return Hover("Drag turns the shoe · Shift+drag slides · Ctrl+drag or Ctrl+wheel pushes · arrows nudge", "turn")

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream of poses from the one the shoe has now; None when there is none."""
        instance = photo.find(scene.selected_id)
        if instance is None or instance.pose_estimate is None or "locked" in instance.flags:
            return None
        return _steer(photo, pointer, scene, magnet=self._magnet)


def _steer(photo: Photo, pointer: Pointer, scene: Scene, *, magnet: Magnet) -> Drag:
    instance = photo.instance(scene.selected_id or "")
    estimate = instance.pose_estimate
    assert estimate is not None
    label = "Slide shoe" if pointer.shift else "Push shoe" if pointer.ctrl else "Turn shoe"
    radius = ball_radius_px(photo, estimate.pose, scene.length_mm(instance))
    preview, dragged, drawn = photo, instance, instance
    try:
        event = yield preview
        while not let_go(event):
            if isinstance(event, Pointer) and event.at_px != pointer.at_px:
                if pointer.shift:
                    pose = slid(estimate.pose, photo.camera, from_px=pointer.at_px, to_px=event.at_px)
                elif pointer.ctrl:
                    up = (pointer.at_px[1] - event.at_px[1]) / pointer.px_per_screen_px
                    pose = pushed(estimate.pose, float(np.exp(PUSH_PER_SCREEN_PX * up)))
                else:
                    ends = {"from_px": pointer.at_px, "to_px": event.at_px}
                    pose = turned(estimate.pose, photo.camera, **ends, radius_px=radius)
                dragged = instance.with_pose_estimate(estimate.with_pose(pose))
            pulled = magnet.pulled(photo, dragged) if dragged is not instance else dragged
            if pulled is not drawn:
                drawn = pulled
                preview = photo.with_instance(drawn)
            event = yield preview
        if dragged is not instance:
            magnet.let_go(photo, dragged)
        return Edit.of(label if drawn is dragged else "Snap shoe", photo, preview)
    finally:
        magnet.released()


def ball_radius_px(photo: Photo, pose: Pose, length_mm: float) -> float:
    """Radius of the ball the hand rolls: half the shoe's length as it appears."""
    return max(photo.camera.fx_px * length_mm / 2 / float(pose.translation_mm[2]), 20.0)
