"""Clicking the landmarks of a shoe in the photo: place, drag, take away; slowly with Shift. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np

from core.document.edit import Edit
from core.labels.click_pose import clickable_names, keypoint_of, next_landmark, with_keypoint, without_keypoint
from core.labels.instance import Instance, Keypoint, Visibility
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.tools.drag import Drag, Event, Handle, Hover, Pointer, Scene, let_go
from gui.tools.landmark_choice import LandmarkChoice

KEYPOINTS = "keypoints"
REACH = 9.0  # screen px round a keypoint
SLOWLY = 0.125  # photo px a pointer's px with Shift
NO_LANDMARKS = "“{}” has no landmarks yet: Models > Place landmarks puts the eight names on it, once for all photos"
_FAR_OUT = 0.5  # a landmark may lie that share of the photo outside it, where the photo cuts the shoe off

Point = tuple[float, float]


class ClicksTool:
    """A click places the landmark at hand; one on a keypoint takes it up; the next landmark then comes to hand.

    model_of says which ShoeModel an instance is, or would be; seen_as gives it with the pose that is shown, also one
    that is only offered. take_up is told of an instance that a press chooses.
    """

    name = KEYPOINTS
    while_busy = "Let go to keep it · Shift moves it slowly · Esc puts it back"

    def __init__(
        self,
        choice: LandmarkChoice,
        *,
        model_of: Callable[[Instance], ShoeModel | None],
        seen_as: Callable[[Instance], Instance] = lambda instance: instance,
        take_up: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._choice = choice
        self._model_of = model_of
        self._seen_as = seen_as
        self._take_up = take_up

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for what a press would do, or what is missing."""
        instance = photo.find(scene.selected_id)
        if instance is None:
            under = _under(photo, pointer, scene)
            if under is None:
                return Hover("Choose a sneaker first: click it", "arrow")
            return Hover("Click to choose this sneaker", "hand", Handle(under.id, "body", at_px=pointer.at_px))
        model = self._model_of(instance)
        reason = why_not_clickable(instance, model)
        if reason is not None:
            return Hover(reason, "forbidden")
        assert model is not None
        grabbed = keypoint_under(instance, pointer)
        if grabbed is not None:
            handle = _handle(instance, model, name=grabbed.name, at_px=grabbed.at_px)
            if pointer.alt:
                return Hover(f"Alt+click takes “{grabbed.name}” away", "cross", handle)
            return Hover(f"Drag “{grabbed.name}” · Alt+click takes it away · arrows nudge it ¼ px", "cross", handle)
        if self._choice.name is None:
            return Hover("Choose a landmark: 1–8, N, or click it on the model", "arrow")
        verb = "moves" if keypoint_of(instance, self._choice.name) else "places"
        words = f"Click {verb} “{self._choice.name}” · 1–8, N choose another · hold Shift to go slowly"
        seen = landmark_under(self._seen_as(instance), photo, model, pointer=pointer)
        if seen is not None:
            handle = _handle(instance, model, name=seen[0], at_px=seen[1])
            return Hover(f"The pose has “{seen[0]}” here (Ctrl+click takes it to hand) · {words}", "cross", handle)
        return Hover(words, "cross")

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream that ends in a keypoint placed, moved or taken away; None where a press means nothing."""
        instance = photo.find(scene.selected_id)
        if instance is None:
            under = _under(photo, pointer, scene)
            if under is not None:
                self._take_up(under.id)
            return None
        model = self._model_of(instance)
        if why_not_clickable(instance, model) is not None or not _is_near(photo, pointer):
            return None
        assert model is not None
        if pointer.ctrl:
            seen = landmark_under(self._seen_as(instance), photo, model, pointer=pointer)
            if seen is not None:
                self._choice.choose(seen[0])
            return None
        grabbed = keypoint_under(instance, pointer)
        if grabbed is not None:
            self._choice.choose(grabbed.name, touched=grabbed.name)
            if pointer.alt:
                return _take_away(photo, instance, grabbed.name)
            return _move(photo, pointer, instance=instance, keypoint=grabbed)
        if self._choice.name is None or pointer.alt:
            return None
        return self._place(photo, pointer, instance=instance, model=model)

    def _place(self, photo: Photo, pointer: Pointer, *, instance: Instance, model: ShoeModel) -> Drag:
        name = self._choice.name
        assert name is not None
        old = keypoint_of(instance, name)
        keypoint = replace(old, at_px=pointer.at_px) if old else Keypoint(name, pointer.at_px)
        if keypoint.visibility is Visibility.ABSENT:
            keypoint = replace(keypoint, visibility=Visibility.VISIBLE)
        preview = yield from _carried(photo, pointer, instance=instance, keypoint=keypoint)
        if old is None:
            clicked = [known.name for known in instance.keypoints] + [name]
            following = next_landmark(clickable_names(model), clicked, after=name)
            self._choice.choose(following, touched=name)
        return Edit.of(f"Click {name}" if old is None else f"Move {name}", photo, preview)


def why_not_clickable(instance: Instance, model: ShoeModel | None) -> str | None:
    """Why no landmark of an instance can be clicked, or None."""
    if "locked" in instance.flags:
        return "It is locked; K unlocks it"
    if model is None:
        return "Import a shoe model first (Ctrl+M): its landmarks are what is clicked"
    return None if model.landmarks else NO_LANDMARKS.format(model.name)


def keypoint_under(instance: Instance, pointer: Pointer) -> Keypoint | None:
    """The nearest keypoint within reach of the pointer."""
    near = [(_distance(k.at_px, pointer.at_px), k) for k in instance.keypoints if k.visibility is not Visibility.ABSENT]
    distance, keypoint = min(near, key=lambda one: one[0], default=(np.inf, None))
    return keypoint if distance <= REACH * pointer.px_per_screen_px else None


def landmark_under(instance: Instance, photo: Photo, model: ShoeModel, *, pointer: Pointer) -> tuple[str, Point] | None:
    """The landmark not clicked yet that the pose projects nearest to the pointer, within reach, and where."""
    near = [(_distance(at, pointer.at_px), name, at) for name, at in projected_landmarks(instance, photo, model)]
    distance, name, at = min(near, default=(np.inf, "", (0.0, 0.0)))
    return (name, at) if distance <= REACH * pointer.px_per_screen_px else None


def projected_landmarks(instance: Instance, photo: Photo, model: ShoeModel) -> Iterator[tuple[str, Point]]:
    """Where the pose, when there is one, projects the landmarks that nobody has clicked; px."""
    if instance.pose is None:
        return
    clicked = {keypoint.name for keypoint in instance.keypoints}
    for name, at_mm in model.sized_landmarks(instance.size, instance.side).items():
        x, y = photo.camera.project(instance.pose.apply(at_mm))
        if name not in clicked and np.isfinite([x, y]).all():
            yield name, (float(x), float(y))


def _move(photo: Photo, pointer: Pointer, *, instance: Instance, keypoint: Keypoint) -> Drag:
    preview = yield from _carried(photo, pointer, instance=instance, keypoint=keypoint, begun=False)
    return Edit.of(f"Move {keypoint.name}", photo, preview)


def _take_away(photo: Photo, instance: Instance, name: str) -> Drag:
    after = photo.with_instance(without_keypoint(instance, name))
    event = yield after
    while not let_go(event):
        event = yield after
    return Edit.of(f"Take {name} away", photo, after)


def _carried(
    photo: Photo, pointer: Pointer, *, instance: Instance, keypoint: Keypoint, begun: bool = True
) -> Generator[Photo, Event, Photo]:
    """Carry a keypoint with the hand until it lets go; answers the last preview. begun: whether it is there already."""
    from_px, anchor, slowly = keypoint.at_px, pointer.at_px, pointer.shift
    preview = photo.with_instance(with_keypoint(instance, keypoint)) if begun else photo
    at = from_px
    event = yield preview
    while not let_go(event):
        if isinstance(event, Pointer):
            if event.shift != slowly:  # the pace changes from here on, and the point stays
                from_px, anchor, slowly = at, event.at_px, event.shift
            pace = SLOWLY if slowly else 1.0
            at = (
                from_px[0] + pace * (event.at_px[0] - anchor[0]),
                from_px[1] + pace * (event.at_px[1] - anchor[1]),
            )
            if at != keypoint.at_px or preview is not photo:
                preview = photo.with_instance(with_keypoint(instance, replace(keypoint, at_px=at)))
        event = yield preview
    return preview


def _under(photo: Photo, pointer: Pointer, scene: Scene) -> Instance | None:
    """The smallest instance under the pointer."""
    shown = (i for i in photo.instances if i.id not in scene.hidden_ids and not i.region.is_empty)
    inside = [instance for instance in shown if instance.region.contains(pointer.at_px)]
    return min(inside, key=lambda instance: instance.region.area_px2, default=None)


def _is_near(photo: Photo, pointer: Pointer) -> bool:
    (width, height), (x, y) = photo.size_px, pointer.at_px
    return -_FAR_OUT * width <= x <= (1 + _FAR_OUT) * width and -_FAR_OUT * height <= y <= (1 + _FAR_OUT) * height


def _handle(instance: Instance, model: ShoeModel, *, name: str, at_px: Point) -> Handle:
    index = model.landmark_names.index(name) if name in model.landmark_names else -1
    return Handle(instance.id, "keypoint", index=index, at_px=at_px)


def _distance(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))
