"""A scene and pointers for tests of the tools, which know no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.document.edit import Edit
from core.geometry.region import Region
from core.labels.instance import BY_HAND, Instance, Provenance
from core.labels.photo import Photo, guessed_camera
from gui.tools.drag import Drag, Event, Phase, Pointer

SQUARE = ((10.0, 10.0), (60.0, 10.0), (60.0, 50.0), (10.0, 50.0))
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlainScene:
    """What a tool may know, as plain values."""

    selected_id: str | None = None
    hidden_ids: frozenset[str] = frozenset()
    category_id: str = "sneaker"
    category_name: str = "sneaker"
    author: Provenance = BY_HAND

    def length_mm(self, instance: Instance) -> float:
        """Length of the instance's shoe."""
        return 290.0


def photo_with(*instances: Instance) -> Photo:
    """A photo with some instances."""
    return Photo("photo", "photo.jpg", (640, 480), guessed_camera(640, 480), instances=instances)


def outlined(name: str, points: Iterable[Point] = SQUARE) -> Instance:
    """An instance with an outline."""
    return Instance(name, "sneaker", region=Region.from_points(list(points)))


def press(at: Point, **held: object) -> Pointer:
    """The button goes down."""
    return Pointer(at, Phase.PRESS, **held)  # type: ignore[arg-type]


def move(at: Point, **held: object) -> Pointer:
    """The pointer moves with the button down."""
    return Pointer(at, Phase.MOVE, **held)  # type: ignore[arg-type]


def release(at: Point, **held: object) -> Pointer:
    """The button is let go."""
    return Pointer(at, Phase.RELEASE, **held)  # type: ignore[arg-type]


def play(drag: Drag | None, events: Iterable[Event]) -> tuple[list[Photo], Edit | None, bool]:
    """The previews of a stream, what it ended in, and whether it ended at all."""
    assert drag is not None
    previews = [next(drag)]
    for event in events:
        try:
            previews.append(drag.send(event))
        except StopIteration as end:
            return previews, end.value, True
    return previews, None, False
