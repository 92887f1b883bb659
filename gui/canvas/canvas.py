"""One zoomable view of a photo: its regions, what is being drawn, and the rendered shoes, in one coordinate system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent

from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.canvas.contour_layer import ContourLayer
from gui.canvas.cursors import cursor_of
from gui.canvas.hand import Hand
from gui.canvas.live_layer import Live, LiveLayer
from gui.canvas.offer_hand import OfferHand
from gui.canvas.panning import Panning
from gui.canvas.photo_picture import PhotoLoader, PhotoPicture
from gui.canvas.photo_view import PhotoView
from gui.canvas.shoe_drawing import ViewWindow
from gui.canvas.shoe_layer import ShoeLayer
from gui.canvas.static_layer import Backdrop, StaticLayer
from gui.proposals import Proposals
from gui.session import Session
from gui.tools.drag import Hover, Phase, Pointer, Tool

_ZOOM_STEP = 1.2


class Canvas(PhotoView):
    """Shows what the session shows and gives the pointer to the hand. Signals carry nothing that is kept here."""

    pointer_moved = Signal(object)
    picture_ready = Signal(str)
    menu_wanted = Signal(object)

    def __init__(self, session: Session, proposals: Proposals, *, tools: Mapping[str, Tool]) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAccessibleName("Photo canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self.hand = Hand(session, tools, offers=OfferHand(session, proposals))
        self.loader = PhotoLoader(self)
        self.shoes, self.contour = ShoeLayer(), ContourLayer()
        self.photo_file: Callable[[Photo], Path] = lambda photo: Path(photo.file)
        self._session = session
        self._proposals = proposals
        self._static, self._live = StaticLayer(), LiveLayer()
        self._picture: PhotoPicture | None = None
        self._panning = Panning(self)
        self._surround = "#17181a"
        self._connect()

    # ---- what is shown

    def view_window(self) -> ViewWindow | None:
        """What is seen of the photo, for whoever renders into it."""
        if self._session.photo is None or not self.isVisible():
            return None
        rect = self.seen_px
        scale = self.scale_px * self.devicePixelRatioF()
        return ViewWindow(rect.left(), rect.top(), rect.right(), rect.bottom(), scale)

    @property
    def picture(self) -> PhotoPicture | None:
        """The pixels of the open photo, once they have come."""
        return self._picture

    def set_surround(self, color: str) -> None:
        """The colour round the photo."""
        self._surround = color
        self.refresh()

    def refresh(self) -> None:
        """Show what the session shows now: only what is another object is painted again."""
        shown, session = self._session.shown, self._session
        committed = session.photo
        offers = tuple(p for p in self._proposals.shown if p.has_outline)
        seen = frozenset(() if session.view.compares else session.selection) - session.view.hidden_ids
        chosen = tuple(i for i in (shown.instances if shown else ()) if i.id in seen)
        known = committed.instances if committed else ()
        drawn = _unlike(shown, known, skip=frozenset(session.selection))
        live_ids = frozenset(session.selection) | {i.id for i in drawn}
        look = {"live_ids": live_ids, "project": session.project, "view": session.view, "surround": self._surround}
        self._static.show_backdrop(Backdrop.of(committed, picture=self._picture, **look))
        handles = session.tool in ("select", "hole", "part")
        marks = (self._proposals.chosen_id, self.contour.instance_id)
        self._live.show_live(Live(chosen, drawn, offers, self.hand.handle, session.project, handles, *marks))

    def _open(self, photo_id: str | None) -> None:
        photo = self._session.photo
        self._picture = self.loader.request(self.photo_file(photo)) if photo is not None else None
        self.refresh()
        self.fit(photo.size_px if photo else None)
        self.hand.hover_again()
        if photo is not None and self._picture is not None:
            self.picture_ready.emit(photo.id)

    def _on_picture(self, picture: PhotoPicture) -> None:
        photo = self._session.photo
        if photo is not None and picture.file == str(self.photo_file(photo)):
            self._picture = picture
            self.refresh()
            if picture.size_px != photo.size_px:
                found, known = ("{} × {}".format(*size) for size in (picture.size_px, photo.size_px))
                why = f"{photo.file} is {found} px now and was {known} when it was added"
                self._session.notice(f"{why}: its labels may not fit it. Put the first file back.", "danger")
            self.picture_ready.emit(photo.id)

    # ---- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left draws, middle and space pan, right asks what can be done."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        dragging = self._session.drag is not None and bool(event.buttons() & Qt.MouseButton.LeftButton)
        if dragging and event.button() != Qt.MouseButton.LeftButton:
            pass  # one thing at a time: a menu or a pan would swallow the release
        elif self._panning.press(event):
            pass
        elif event.button() == Qt.MouseButton.LeftButton:
            self.hand.point(self._pointer(event, Phase.PRESS))
        elif event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.globalPosition().toPoint())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or tell the hand."""
        if self._panning.move(event):
            return
        pointer = self._pointer(event, Phase.MOVE)
        self.hand.point(pointer)
        self.pointer_moved.emit(pointer.at_px)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a pan or of a drag."""
        if self._panning.release(event):
            self._show_cursor(self.hand.hover)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.hand.point(self._pointer(event, Phase.RELEASE))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Closes a ring."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.hand.point(self._pointer(event, Phase.DOUBLE))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; Ctrl pushes the shoe, with Shift also the lens; two fingers on a touchpad pan."""
        if not event.pixelDelta().isNull() and event.source() != Qt.MouseEventSource.MouseEventNotSynthesized:
            self.pan(QPointF(event.pixelDelta()))
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._session.tool == "align":
            with_lens = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.hand.dollied if with_lens else self.hand.pushed)(event.angleDelta().y() / 120.0)
        else:
            self.zoom(_ZOOM_STEP ** (event.angleDelta().y() / 120.0), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """A pinch zooms; leaving ends the hover."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1.0 + event.value(), event.position())
                return True
        elif event.type() == QEvent.Type.Leave:
            self.hand.leave()
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space turns the hand into one that pans; every other key is an action's."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._panning.space = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._panning.space = False
            self._show_cursor(self.hand.hover)
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is held any more that this widget knows of."""
        self._panning.forget()
        super().focusOutEvent(event)

    # ---- inside

    def _connect(self) -> None:
        for layer in (self._static, self.shoes, self.contour, self._live):
            self.add_layer(layer)
        self.viewport().setMouseTracking(True)
        signals = self._session.signals
        signals.photo_changed.connect(self._open)
        signals.document_changed.connect(lambda _: self.loader.forget())
        for signal in (signals.shown_changed, signals.selection_changed, signals.view_changed, self._proposals.changed):
            signal.connect(lambda _: self.refresh())
        self._proposals.changed.connect(lambda _: self.hand.hover_again())
        self.hand.hovered.connect(self._on_hover)
        self.loader.loaded.connect(self._on_picture)
        self.loader.failed.connect(lambda _, sentence: self._session.notice(sentence, "danger"))

    def _on_hover(self, hover: Hover) -> None:
        self._show_cursor(hover)
        self.refresh()

    def _show_cursor(self, hover: Hover) -> None:
        self.viewport().setCursor(cursor_of(hover.cursor))

    def _pointer(self, event: QMouseEvent, phase: Phase) -> Pointer:
        at, held = self.photo_point(event.position()), event.modifiers()
        modifier = Qt.KeyboardModifier
        return Pointer(
            (at.x(), at.y()),
            phase,
            left=bool(event.buttons() & Qt.MouseButton.LeftButton) or event.button() == Qt.MouseButton.LeftButton,
            shift=bool(held & modifier.ShiftModifier),
            ctrl=bool(held & modifier.ControlModifier),
            alt=bool(held & modifier.AltModifier),
            px_per_screen_px=1.0 / self.scale_px,
        )


def _unlike(shown: Photo | None, known: tuple[Instance, ...], *, skip: frozenset[str]) -> tuple[Instance, ...]:
    """Instances of the preview that are not the committed ones."""
    if shown is None or shown.instances is known:
        return ()
    if len(shown.instances) >= len(known):  # a preview changes or appends: a walk side by side is enough
        changed = [new for new, old in zip(shown.instances, known, strict=False) if new is not old]
        changed += shown.instances[len(known) :]
    else:
        committed = set(map(id, known))
        changed = [instance for instance in shown.instances if id(instance) not in committed]
    return tuple(instance for instance in changed if instance.id not in skip)
