"""A hand of its own thread: it finds widgets by name and sends mouse and key events to their windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.tour.watcher import Watcher
from gui.tour.windows import TourError, aimed, handle_of, has_focus, key_window, main_window, open_menu, seen, why_not

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Driver(Watcher):
    """Mouse and keys, in the order they are asked for. Positions are px of the named widget."""

    # ---- the mouse

    def click(
        self, name: str, *, at: QPoint | None = None, held: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        """Click a widget, in its middle unless told where."""
        self.wait_for(name)
        self.move(name, at)
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseClick(window, button, held, place))

    def tick(self, name: str) -> None:
        """Click the box of a check box: its words may be narrower than the room it has."""
        self.wait_for(name)
        height = self.read(lambda: widget.height() if (widget := seen(name)) else 0)
        self.click(name, at=QPoint(8, height // 2))

    def double_click(self, name: str, *, at: QPoint | None = None) -> None:
        """Double-click a widget."""
        self.wait_for(name)
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self.send(lambda: QTest.mouseDClick(window, LEFT, NONE, place))

    def move(self, name: str, at: QPoint | None = None) -> None:
        """Bring the pointer over a place."""
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseMove(window, place))

    def press(self, name: str, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        """Put the left button down."""
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseMove(window, place))
        self.send(lambda: QTest.mousePress(window, LEFT, held, place))

    def release(self, name: str, at: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
        """Let the left button go."""
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseRelease(window, LEFT, held, place))

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
        window, place = self.read(lambda: aimed(name, at))
        turn = QPoint(0, 120 if steps > 0 else -120)
        for _ in range(abs(steps)):
            self.send(lambda: QTest.wheelEvent(window, QPointF(place), turn, QPoint(), held))

    def choose(self, menu: str, action_id: str) -> None:
        """Click a menu of the window open, and a command in it. menu: its title without &."""
        self.open_menu(menu)
        self.click_in_menu(action_id)

    def open_menu(self, menu: str) -> None:
        """Click a menu of the window open."""

        def aim() -> tuple[QWindow, QPoint]:
            bar = main_window().menuBar()
            action = next(a for a in bar.actions() if a.text().replace("&", "") == menu)
            return handle_of(bar), bar.mapTo(bar.window(), bar.actionGeometry(action).center())

        window, place = self.read(aim)
        self.send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self.wait(f"the menu {menu} to open", lambda: open_menu() is not None)

    def click_in_menu(self, action_id: str) -> None:
        """Click a command of the menu that is open."""

        def aim() -> tuple[QWindow, QPoint]:
            menu = open_menu()
            if menu is None:
                raise TourError("No menu is open.")
            action = next((a for a in menu.actions() if a.objectName() == action_id), None)
            if action is None or not action.isEnabled():
                raise TourError(f"“{action_id}” is not in the menu, or cannot be used: {why_not(action)}")
            return handle_of(menu), menu.actionGeometry(action).center()

        window, place = self.read(aim)
        self.send(lambda: QTest.mouseMove(window, place))
        self.send(lambda: QTest.mouseClick(window, LEFT, NONE, place))
        self.wait("the menu to close", lambda: open_menu() is None or QApplication.activeModalWidget() is not None)

    # ---- keys

    def key(self, keys: str, *, times: int = 1) -> None:
        """Press keys as menus name them, "Ctrl+Shift+Z", in whatever window has the focus."""
        combination = QKeySequence(keys)[0]  # type: ignore[index]  # its stub lacks what it can do
        key, held = combination.key(), combination.keyboardModifiers()
        for _ in range(times):
            self._key(lambda window: QTest.keyClick(window, key, held))

    def hold_key(self, keys: str, *, down: bool) -> None:
        """Put a key down, or let it go."""
        key = QKeySequence(keys)[0].key()  # type: ignore[index]  # as above
        self._key(lambda window: (QTest.keyPress if down else QTest.keyRelease)(window, key))

    def type_text(self, text: str) -> None:
        """Type letters where the cursor is."""
        self.wait("a window to have the focus", has_focus)
        for letter in text:
            self.send(partial(_type, letter))

    # ---- inside

    def _drag_on(self, name: str, at: QPoint, held: Qt.KeyboardModifier) -> None:
        window, place = self.read(lambda: aimed(name, at))
        self.send(lambda: QTest.mouseMove(window, place))

    def _key(self, send: Callable[[QWindow], object]) -> None:
        self.wait("a window to have the focus", has_focus)
        window = self.read(key_window)
        self.send(lambda: send(window))


def _type(letter: str) -> None:
    if letter.isascii():
        QTest.keyClick(key_window(), ord(letter))
        return
    # Test events know ASCII alone.
    focus = QApplication.focusWidget()
    if focus is None:
        raise TourError(f"Nothing is there to type “{letter}” into.")
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.postEvent(focus, QKeyEvent(kind, 0, NONE, letter))


_KEY_OF = {
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}
