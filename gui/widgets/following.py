"""How a widget listens to a session and its document: until it dies, and not more often than it can paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.document.edit import Edit
from core.document.signal import Signal
from gui.session import Session

T = TypeVar("T")


def follow(widget: QWidget, signal: Signal[T], listener: Callable[[T], None]) -> None:
    """Call `listener` with every value for as long as the widget lives."""
    forget = signal.connect(listener)
    widget.destroyed.connect(lambda: forget())


def follow_edits(
    widget: QWidget, session: Session, *, opened: Callable[[], object], edited: Callable[[Edit], None]
) -> None:
    """Call `opened` now and whenever another document is open, and `edited` with every edit of the open one."""
    forget: list[Callable[[], None]] = []

    def leave() -> None:
        while forget:
            forget.pop()()

    def enter(_: None = None) -> None:
        leave()
        if session.document is not None:
            forget.append(session.document.changed.connect(edited))
        opened()

    follow(widget, session.signals.document_changed, enter)
    widget.destroyed.connect(lambda: leave())
    enter()


def later(widget: QWidget, act: Callable[[], object], *, milliseconds: int = 0) -> QTimer:
    """A timer whose `start` asks for `act`; asked again before it is done, `act` happens once all the same."""
    timer = QTimer(widget)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(lambda: act())
    return timer


def soon(timer: QTimer) -> None:
    """Start a `later` timer that may be running: a running one is left to end, so that it does end."""
    if not timer.isActive():
        timer.start()
