"""The hand's source of edits: what a pointer and a key say, and the stream of previews they drive. No Qt here."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from core.document.edit import Edit
from core.labels.instance import Instance, Provenance
from core.labels.photo import Photo


class Phase(Enum):
    """What the pointer just did."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is, in photo px, and what is held with it. px_per_screen_px turns tolerances into photo px."""

    at_px: tuple[float, float]
    phase: Phase = Phase.MOVE
    left: bool = True
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    px_per_screen_px: float = 1.0

    @property
    def pressed(self) -> bool:
        """Whether the left button is down."""
        return self.left and self.phase is not Phase.RELEASE


class Key(Enum):
    """Keys that mean something within a stream. AGAIN: what it depends on has changed, the hand has not."""

    FINISH = "finish"
    BACK = "back"
    AGAIN = "again"


SKETCH_ID = "sketch"  # the id of what is drawn and will be no instance of its own: a box, a hole, a further part

Event: TypeAlias = Pointer | Key
Drag: TypeAlias = Generator[Photo, Event, Edit | None]


def let_go(event: Event) -> bool:
    """Whether the button is up: released, or lost to a menu or another window while it was down."""
    return isinstance(event, Pointer) and (event.phase is Phase.RELEASE or not event.left)


@dataclass(frozen=True, slots=True)
class Handle:
    """A vertex or edge under the pointer, to be shown: ring `ring` of part `part`, vertex `index`.

    kind: "vertex", "edge" (a vertex would be inserted before `index`) or "body".
    """

    instance_id: str
    kind: str
    part: int = 0
    ring: int = 0
    index: int = 0
    at_px: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Hover:
    """What a click would do now: words for the status line, the cursor's name, and what to highlight."""

    hint: str
    cursor: str = "arrow"
    handle: Handle | None = None


class Scene(Protocol):
    """What a tool may know beyond the photo: what is chosen and hidden, and what new instances are to be."""

    @property
    def selected_id(self) -> str | None: ...

    @property
    def hidden_ids(self) -> frozenset[str]: ...

    @property
    def category_id(self) -> str: ...

    @property
    def category_name(self) -> str: ...

    @property
    def author(self) -> Provenance: ...

    def length_mm(self, instance: Instance) -> float: ...


class Tool(Protocol):
    """One way of using the pointer. `press` answers a stream, or None when the press means nothing here.

    while_busy: words for what the hand can do while its stream lives.
    """

    name: str

    @property
    def while_busy(self) -> str: ...

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover: ...

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None: ...
