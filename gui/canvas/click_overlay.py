"""Keeps the keypoint markers and the loupe in step with what is clicked, shown and pointed at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QObject

from core.labels.click_pose import keypoint_of
from core.labels.instance import Instance, Visibility
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.canvas.canvas import Canvas
from gui.canvas.keypoint_layer import POSE_COLOR, KeypointLayer, Marker
from gui.canvas.loupe import Loupe, Spot
from gui.click_watch import ClickReport, ClickWatch
from gui.session import Session
from gui.tools.clicks import KEYPOINTS, projected_landmarks
from gui.widgets.following import follow, later

_SHOWN_MS = 1500  # how long the loupe stays over a keypoint that keys have moved


class ClickOverlay(QObject):
    """Puts its layer over the canvas' own and a loupe over all of them."""

    def __init__(self, session: Session, canvas: Canvas, watch: ClickWatch) -> None:
        super().__init__(canvas)
        self.layer = KeypointLayer()
        self.loupe = Loupe(canvas.viewport())
        self._session = session
        self._canvas = canvas
        self._watch = watch
        self._choice = watch.choice
        self._hiding = later(canvas, self._on_pointer, milliseconds=_SHOWN_MS)
        canvas.add_layer(self.layer)
        follow(canvas, watch.changed, lambda _: self.refresh())
        follow(canvas, watch.choice.changed, lambda _: self._on_choice())
        follow(canvas, watch.nudged, lambda _: self._show_keypoint())
        signals = session.signals
        follow(canvas, signals.shown_changed, lambda _: self.refresh())
        follow(canvas, signals.view_changed, lambda _: self.refresh())
        follow(canvas, signals.tool_changed, lambda _: self.refresh())
        follow(canvas, canvas.hand.hovered, lambda _: self.refresh())
        canvas.pointer_moved.connect(lambda _: self._on_pointer())

    def refresh(self) -> None:
        """Show what there is now."""
        photo = self._session.shown
        self.layer.show_markers(tuple(self._markers(photo)) if photo is not None else ())
        self._on_pointer()

    def _on_choice(self) -> None:
        if self._session.tool == KEYPOINTS:
            self._canvas.hand.hover_again()  # what a click would do now is said anew
        self.refresh()

    def _show_keypoint(self) -> None:
        """Hold the loupe over the keypoint at hand for a moment: keys have moved it."""
        instance = self._session.selected
        keypoint = self._choice.keypoint(instance) if instance is not None else None
        if keypoint is not None:
            self._look_at(keypoint.at_px, keypoint.name)
            self._hiding.start()

    def _on_pointer(self) -> None:
        """The loupe follows the point that is carried, else the pointer."""
        if self._hiding.isActive() and self._session.drag is None and self._session.tool == KEYPOINTS:
            return
        place = self._place()
        if place is None:
            self.loupe.hide()
        else:
            self._look_at(place)

    def _place(self) -> tuple[float, float] | None:
        instance, at_px = self._session.selected, self._canvas.hand.at_px
        if self._session.tool != KEYPOINTS or self._watch.report is None or instance is None or at_px is None:
            return None
        if "locked" in instance.flags:
            return None
        if self._session.drag is not None:
            carried = keypoint_of(instance, self._choice.name)
            return carried.at_px if carried is not None else None
        width, height = self._session.photo.size_px if self._session.photo else (0, 0)
        return at_px if 0 <= at_px[0] <= width and 0 <= at_px[1] <= height else None

    def _look_at(self, at_px: tuple[float, float], name: str | None = None) -> None:
        picture, canvas = self._canvas.picture, self._canvas
        if picture is None:
            return
        points = []
        for marker in self.layer.markers:
            if marker.miss_px is not None:
                x, y = np.add(marker.at_px, marker.miss_px)
                points.append(((float(x), float(y)), POSE_COLOR))
            elif not marker.clicked:
                points.append((marker.at_px, POSE_COLOR))
            if marker.clicked and marker.at_px != at_px:
                points.append((marker.at_px, marker.color))
        spot = Spot(at_px, name or self._choice.name or "", tuple(points))
        at, scale = canvas.screen_point(at_px), canvas.scale_px
        self.loupe.look_at(spot, picture, screen=at, scale_px=scale, view=self._session.view)

    def _markers(self, photo: Photo) -> Iterator[Marker]:
        report, hidden = self._watch.report, self._session.view.hidden_ids
        clicking = self._session.tool == KEYPOINTS
        for instance in photo.instances:
            if instance.id in hidden:
                continue
            if report is not None and instance.id == report.instance.id:
                yield from self._chosen_markers(instance, photo, report, clicking=clicking)
            elif clicking:
                yield from _calm_markers(instance, self._watch.model_for(instance))

    def _chosen_markers(
        self, instance: Instance, photo: Photo, report: ClickReport, *, clicking: bool
    ) -> Iterator[Marker]:
        names = report.model.landmark_names
        hand, pointed = self._canvas.hand.handle, ""
        if hand is not None and hand.kind == "keypoint" and 0 <= hand.index < len(names):
            pointed = names[hand.index]
        if clicking:
            for name, at_px in projected_landmarks(self._watch.seen_as(instance), photo, report.model):
                at_hand, number = name == self._choice.name, names.index(name) + 1
                yield Marker(name, number, at_px, clicked=False, at_hand=at_hand, is_named=name == pointed)
        meant = self._choice.keypoint(instance)
        for keypoint in instance.keypoints:
            if keypoint.visibility is Visibility.ABSENT:
                continue
            seen = keypoint.visibility is Visibility.VISIBLE  # the place of a hidden one was a guess
            miss = report.misses_px.get(keypoint.name) if seen else None
            at_hand = clicking and keypoint is meant
            yield Marker(
                keypoint.name,
                names.index(keypoint.name) + 1 if keypoint.name in names else 0,
                keypoint.at_px,
                visibility=keypoint.visibility,
                miss_px=miss if miss is not None and np.isfinite(miss).all() else None,
                at_hand=at_hand,
                is_suspect=keypoint.name == report.suspect,
                is_named=at_hand or keypoint.name == pointed,
            )


def _calm_markers(instance: Instance, model: ShoeModel | None) -> Iterator[Marker]:
    names = model.landmark_names if model is not None else ()
    for keypoint in instance.keypoints:
        if keypoint.visibility is not Visibility.ABSENT:
            number = names.index(keypoint.name) + 1 if keypoint.name in names else 0
            yield Marker(keypoint.name, number, keypoint.at_px, visibility=keypoint.visibility, is_calm=True)
