"""The hand on the canvas: which tool gets a pointer, what is chosen by a press, and what the status line says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.document.signal import Signal
from core.labels.instance import BY_HAND, Instance, Provenance
from core.labels.photo import Photo
from gui.canvas.offer_hand import OfferHand
from gui.session import Session
from gui.tools.drag import Handle, Hover, Key, Phase, Pointer, Tool
from gui.tools.select import SelectTool

NOTHING_OPEN = Hover("Add photos with Ctrl+I, or drop them here")


@dataclass(frozen=True, slots=True)
class WindowScene:
    """What tools may know of the session."""

    session: Session

    @property
    def selected_id(self) -> str | None:
        """The one chosen instance."""
        return self.session.selected_id

    @property
    def hidden_ids(self) -> frozenset[str]:
        """Instances that are not shown."""
        view, photo = self.session.view, self.session.photo
        if not view.solo or photo is None:
            return view.hidden_ids
        return view.hidden_ids | {i.id for i in photo.instances if i.id not in self.session.selection}

    @property
    def category_id(self) -> str:
        """What a new instance will be."""
        return self.session.category_id

    @property
    def category_name(self) -> str:
        """Its name."""
        return self.session.project.category(self.session.category_id).name

    @property
    def author(self) -> Provenance:
        """Who draws."""
        return BY_HAND

    def length_mm(self, instance: Instance) -> float:
        """Length of the instance's shoe."""
        model = self.session.project.models.get(instance.model_id or "")
        size = instance.size or (model.size if model else None)
        return size.length_mm if size else 290.0


class Hand:
    """Gives pointers to the tool in the hand. `hovered` carries what a press would do now."""

    def __init__(self, session: Session, tools: Mapping[str, Tool], *, offers: OfferHand) -> None:
        self.offers = offers
        self.hovered: Signal[Hover] = Signal()
        self.double_clicked: Signal[None] = Signal()
        self.pushed: Callable[[float], None] = lambda steps: None
        self.dollied: Callable[[float], None] = lambda steps: None
        self._session = session
        self._tools = dict(tools)
        self._scene = WindowScene(session)
        self._pointer: Pointer | None = None
        self._hover = NOTHING_OPEN
        session.signals.tool_changed.connect(lambda _: self.hover_again())

    @property
    def hover(self) -> Hover:
        """What a press would do now."""
        return self._hover

    @property
    def handle(self) -> Handle | None:
        """The vertex or edge under the pointer, when no drag lives."""
        return None if self._session.drag is not None else self._hover.handle

    @property
    def tool(self) -> Tool:
        """The tool in the hand."""
        return self._tools[self._session.tool]

    def point(self, pointer: Pointer) -> None:
        """The pointer did something over the photo."""
        session = self._session
        self._pointer = pointer
        if session.drag is not None:
            session.send(pointer)
            if session.drag is None:
                self.hover_again()
            else:
                self._show(replace(self._hover, hint=self.tool.while_busy))
            return
        if session.photo is None:
            return
        if pointer.phase is Phase.PRESS:
            if not self.offers.press(pointer):
                self._press(pointer)
        elif pointer.phase is Phase.DOUBLE:
            self.double_clicked.emit(None)
        else:
            self._show(self._hover_of(session.photo, pointer))

    def key(self, key: Key) -> bool:
        """A key for the living stream; answers whether there was one."""
        if self._session.drag is None:
            return False
        self._session.send(key)
        return True

    def hover_again(self) -> None:
        """Say anew what a press would do: the tool, the selection or the photo is another."""
        photo = self._session.photo
        if photo is None or self._pointer is None:
            self._show(NOTHING_OPEN if photo is None else Hover(""))
        elif self._session.drag is None:
            # What was held at the last move may have been let go since.
            self._show(self._hover_of(photo, replace(self._pointer, shift=False, ctrl=False, alt=False)))

    @property
    def at_px(self) -> tuple[float, float] | None:
        """Where the pointer is, in px of the photo; None when it is not over the canvas."""
        return self._pointer.at_px if self._pointer is not None else None

    def leave(self) -> None:
        """The pointer left the canvas."""
        self._pointer = None
        self._show(Hover(""))

    def _hover_of(self, photo: Photo, pointer: Pointer) -> Hover:
        return self.offers.hover(pointer) or self.tool.hover(photo, pointer, self._scene)

    def _press(self, pointer: Pointer) -> None:
        session, tool = self._session, self.tool
        photo = session.photo
        assert photo is not None
        if isinstance(tool, SelectTool):
            handle = tool.find(photo, pointer, self._scene)
            if handle is None:
                if not pointer.shift:
                    session.select()
                return
            if handle.instance_id != session.selected_id:
                others = session.selection if pointer.shift else ()
                session.select(*(i for i in others if i != handle.instance_id), handle.instance_id)
        session.begin(tool.press(photo, pointer, self._scene))
        hover = tool.hover(photo, pointer, self._scene)
        self._show(hover if session.drag is None else replace(hover, hint=tool.while_busy))

    def _show(self, hover: Hover) -> None:
        if hover != self._hover:
            self._hover = hover
            self.hovered.emit(hover)
