"""Which windows and widgets are seen now, and where in its window a widget can be hit."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget

# The Python name of a window or child dies with that of its parent, which Qt does not keep: the newest are kept here.
_kept: deque[QObject] = deque(maxlen=256)


class TourError(Exception):
    """A step could not be done; the sentence says which widget or condition it waited for."""


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


def aimed(name: str, at: QPoint | None) -> tuple[QWindow, QPoint]:
    widget = seen(name)
    if widget is None:
        raise TourError(f"“{name}” is not seen.")
    top = widget.window()
    place = widget.mapTo(top, at if at is not None else widget.rect().center())
    hit = top.childAt(place) or top
    if hit is not widget and not widget.isAncestorOf(hit):
        raise TourError(f"At {place.x()}, {place.y()} of its window “{name}” is covered by “{hit.objectName()}”.")
    return handle_of(widget), place


def handle_of(widget: QWidget) -> QWindow:
    top = widget.window()
    handle = top.windowHandle()
    if handle is None:
        raise TourError(f"The window of “{widget.objectName()}” is not shown.")
    _kept.extend((top, handle))
    return handle


def main_window() -> QMainWindow:
    window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow) and w.isVisible()), None)
    if window is None:
        raise TourError("There is no main window.")
    return window


def key_window() -> QWindow:
    """Where keys go."""
    return handle_of(open_menu() or _front())


def has_focus() -> bool:
    """As a window manager does, which the tour may be without: a dialog gets the keys, then what is behind it."""
    if open_menu() is not None or QApplication.activeWindow() is _front():
        return True
    _front().activateWindow()
    return False


def _front() -> QWidget:
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    return QApplication.activeModalWidget() or max(dialogs, key=_depth, default=main_window())


def open_menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) and popup.isVisible() else None


def why_not(action: QAction | None) -> str:
    return "there is no such command" if action is None else action.toolTip()
