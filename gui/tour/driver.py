"""A hand of its own thread: it finds widgets by name, sends mouse and key events to windows, and waits for conditions."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow, QMenu, QWidget

T = TypeVar("T")

PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.01
_ANSWER_S = 60.0
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
# The Python name of a window or child dies with that of its parent, which Qt does not keep: the newest are kept here.
_kept: deque[QObject] = deque(maxlen=256)


class TourError(Exception):
    """A step could not be done; the sentence says which widget or condition it waited for."""


class Driver:
    """Used from its own thread, as a hand is: the window may be in a dialog's loop or busy, the hand goes on.

    Everything runs on the window's thread, in the order it was asked for. Positions are px of the named widget.
    """

    def __init__(self) -> None:
        self._relay = _Relay()
        self._trouble: list[Exception] = []

    # ---- looking

    def read(self, look: Callable[[], T]) -> T:
        """What `look` answers on the window's thread; its exception is raised here."""
        answer: list[T] = []
        trouble, self._trouble = self._trouble, []
        done = threading.Event()

        def run() -> None:
            try:
                answer.append(look())
            except Exception as error:  # whatever it is, it belongs to the thread that asked
                trouble.append(error)
            finally:
                done.set()

        self._relay.asked.emit(run)
        if not done.wait(_ANSWER_S):
            raise TourError(f"The window did not answer for {_ANSWER_S:.0f} s.")
        if trouble:
            raise trouble[0]
        return answer[0]

    def wait(self, what: str, until: Callable[[], object], *, seconds: float = PATIENCE_S) -> None:
        """Wait until a condition holds; `what` completes "waited … s for"."""
        pause = threading.Event()
        deadline = time.monotonic() + seconds
        while not self.read(until):
            if time.monotonic() > deadline:
                raise TourError(f"Waited {seconds:.0f} s for {what}.")
            pause.wait(_LOOK_AGAIN_S)

    def wait_for(self, name: str, *, enabled: bool = True, seconds: float = PATIENCE_S) -> None:
        """Wait until a widget of that name is seen (and can be used)."""
        words = f"“{name}” to be there" + (" and enabled" if enabled else "")
        self.wait(words, lambda: (w := seen(name)) is not None and (w.isEnabled() or not enabled), seconds=seconds)

    def wait_gone(self, name: str, *, seconds: float = PATIENCE_S) -> None:
        """Wait until no widget of that name is seen."""
        self.wait(f"“{name}” to be gone", lambda: seen(name) is None, seconds=seconds)

    # ---- the mouse

    def click(
        self, name: str, *, at: QPoint | None = None, held: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        """Click a widget, in its middle unless told where."""
        self.wait_for(name)
        self.move(name, at)
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseClick(window, button, held, place))

    def tick(self, name: str) -> None:
        """Click the box of a check box: its words may be narrower than the room it has."""
        self.wait_for(name)
        height = self.read(lambda: widget.height() if (widget := seen(name)) else 0)
        self.click(name, at=QPoint(8, height // 2))

    def double_click(self, name: str, *, at: QPoint | None = None) -> None:
        """Double-click a widget."""
        self.wait_for(name)
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self._send(lambda: QTest.mouseDClick(window, LEFT, NONE, place))

    def move(self, name: str, at: QPoint | None = None) -> None:
        """Bring the pointer over a place."""
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseMove(window, place))

    def press(self, name: str, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        """Put the left button down."""
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseMove(window, place))
        self._send(lambda: QTest.mousePress(window, LEFT, held, place))

    def release(self, name: str, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        """Let the left button go."""
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseRelease(window, LEFT, held, place))

    def drag(
        self,
        name: str,
        path: Sequence[QPoint],
        *,
        held: Qt.KeyboardModifier = NONE,
        midway: Callable[[], None] | None = None,
    ) -> None:
        """Press at the first place, move through the others, let go at the last; `midway` before letting go."""
        modifier = _KEY_OF.get(held)
        if modifier is not None:
            self._key(lambda window: QTest.keyPress(window, modifier, held))
        self.press(name, path[0], held)
        for place in path[1:]:
            self._drag_on(name, place, held)
        if midway is not None:
            midway()
        self.release(name, path[-1], held)
        if modifier is not None:
            self._key(lambda window: QTest.keyRelease(window, modifier, NONE))

    def wheel(self, name: str, at: QPoint, steps: int, *, held: Qt.KeyboardModifier = NONE) -> None:
        """Turn the wheel by clicks, away from the hand when above 0."""
        window, place = self.read(lambda: _aimed(name, at))
        for _ in range(abs(steps)):
            turn = QPoint(0, 120 if steps > 0 else -120)
            self._send(lambda: QTest.wheelEvent(window, QPointF(place), turn, QPoint(), held))

    def choose(self, menu: str, action_id: str) -> None:
        """Click a menu of the window open, and a command in it. menu: its title without &."""
        self.open_menu(menu)
        self.click_in_menu(action_id)

    def open_menu(self, menu: str) -> None:
        """Click a menu of the window open."""

        def aim() -> tuple[QWindow, QPoint]:
            bar = _main_window().menuBar()
            action = next(a for a in bar.actions() if a.text().replace("&", "") == menu)
            return _handle(bar), bar.mapTo(bar.window(), bar.actionGeometry(action).center())

        window, place = self.read(aim)
        self._send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self.wait(f"the menu {menu} to open", lambda: _open_menu() is not None)

    def click_in_menu(self, action_id: str) -> None:
        """Click a command of the menu that is open."""

        def aim() -> tuple[QWindow, QPoint]:
            menu = _open_menu()
            if menu is None:
                raise TourError("No menu is open.")
            action = next((a for a in menu.actions() if a.objectName() == action_id), None)
            if action is None or not action.isEnabled():
                raise TourError(f"“{action_id}” is not in the menu, or cannot be used: {_why(action)}")
            return _handle(menu), menu.actionGeometry(action).center()

        window, place = self.read(aim)
        self._send(lambda: QTest.mouseMove(window, place))
        self._send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self.wait("the menu to close", lambda: _open_menu() is None or QApplication.activeModalWidget() is not None)

    def pick(self, name: str, text: str) -> None:
        """Open a combo box with the mouse and click the entry of that text."""
        self.click(name)

        def aim() -> tuple[QWindow, QPoint]:
            box = seen(name)
            assert isinstance(box, QComboBox)
            view = box.view()
            row = box.findText(text)
            return _handle(view), view.viewport().mapTo(
                view.window(), view.visualRect(view.model().index(row, 0)).center()
            )

        self.wait(f"the entries of “{name}”", lambda: (w := QApplication.activePopupWidget()) and w.isVisible())
        window, place = self.read(aim)
        self._send(lambda: QTest.mouseMove(window, place))
        self._send(lambda: QTest.mouseClick(window, LEFT, NONE, place))

    # ---- keys

    def key(self, keys: str, *, times: int = 1) -> None:
        """Press keys as menus name them, "Ctrl+Shift+Z", in whatever window has the focus."""
        combination = QKeySequence(keys)[0]
        key, held = combination.key(), combination.keyboardModifiers()
        for _ in range(times):
            self._key(lambda window: QTest.keyClick(window, key, held))

    def hold_key(self, key: Qt.Key) -> None:
        """Put a key down."""
        self._key(lambda window: QTest.keyPress(window, key))

    def let_key_go(self, key: Qt.Key) -> None:
        """Let a key go."""
        self._key(lambda window: QTest.keyRelease(window, key))

    def type_text(self, text: str) -> None:
        """Type letters where the cursor is."""
        self.wait("a window to have the focus", _has_focus)
        for letter in text:
            self._send(lambda letter=letter: _type(letter))

    # ---- inside

    def _drag_on(self, name: str, at: QPoint, held: Qt.KeyboardModifier) -> None:
        window, place = self.read(lambda: _aimed(name, at))
        self._send(lambda: QTest.mouseMove(window, place))

    def _key(self, send: Callable[[QWindow], object]) -> None:
        self.wait("a window to have the focus", _has_focus)
        window = self.read(_key_window)
        self._send(lambda: send(window))

    def _send(self, send: Callable[[], object]) -> None:
        def run() -> None:
            try:
                send()
            except (RuntimeError, TourError) as error:
                self._trouble.append(error)

        # Its end is not waited for: a press may open a dialog whose loop ends only when the dialog does.
        self._relay.asked.emit(run)
        self.read(lambda: None)


class _Relay(QObject):
    """Lives on the window's thread; what is asked of it is done there, in order."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._do, Qt.ConnectionType.QueuedConnection)

    def _do(self, act: Callable[[], Any]) -> None:
        act()


def seen(name: str) -> QWidget | None:
    """The visible widget of that name, of the newest window that has one."""
    popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
    tops = [w for w in (popup, modal, *reversed(QApplication.topLevelWidgets())) if w is not None and w.isVisible()]
    _kept.extend(tops)
    for top in tops:
        if top.objectName() == name:
            return top
        for child in top.findChildren(QWidget, name):
            if child.isVisible():
                return child
    return None


def shown_windows() -> list[QWidget]:
    """The windows that are seen, the main one first, then dialogs, then what popped up last."""
    tops = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    return sorted(tops, key=lambda w: (not isinstance(w, QMainWindow), isinstance(w, QMenu), _depth(w)))


def _depth(widget: QWidget) -> int:
    parent = widget.parentWidget()
    return 0 if parent is None else 1 + _depth(parent.window())


def _aimed(name: str, at: QPoint | None) -> tuple[QWindow, QPoint]:
    widget = seen(name)
    if widget is None:
        raise TourError(f"“{name}” is not seen.")
    top = widget.window()
    place = widget.mapTo(top, at if at is not None else widget.rect().center())
    hit = top.childAt(place) or top
    if hit is not widget and not widget.isAncestorOf(hit):
        raise TourError(f"At {place.x()}, {place.y()} of its window “{name}” is covered by “{hit.objectName()}”.")
    return _handle(widget), place


def _handle(widget: QWidget) -> QWindow:
    top = widget.window()
    handle = top.windowHandle()
    if handle is None:
        raise TourError(f"The window of “{widget.objectName()}” is not shown.")
    _kept.extend((top, handle))
    return handle


def _main_window() -> QMainWindow:
    window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow) and w.isVisible()), None)
    if window is None:
        raise TourError("There is no main window.")
    return window


def _key_window() -> QWindow:
    return _handle(_open_menu() or QApplication.activeModalWidget() or QApplication.activeWindow() or _main_window())


def _has_focus() -> bool:
    """As a window manager does, which the tour may be without: the window behind a closed dialog gets the focus."""
    if QApplication.activeWindow() is not None:
        return True
    (QApplication.activeModalWidget() or _main_window()).activateWindow()
    return False


def _open_menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) and popup.isVisible() else None


def _why(action: QAction | None) -> str:
    return "there is no such command" if action is None else action.toolTip()


def _type(letter: str) -> None:
    if letter.isascii():
        QTest.keyClick(_key_window(), ord(letter))
        return
    # Test events know ASCII alone.
    focus = QApplication.focusWidget()
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.postEvent(focus, QKeyEvent(kind, 0, NONE, letter))


_KEY_OF = {
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}
