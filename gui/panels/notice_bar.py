"""The bar under the canvas that says what happened, why, and what to do; what is only worth knowing hides by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from gui import theme
from gui.session import Notice, Session
from gui.widgets.following import follow, later
from gui.widgets.pieces import IconLabel, button, icon_button, label

_ICONS = {"info": "info", "success": "check", "warning": "warning", "danger": "reject"}
_ROLES = {"info": "accent", "success": "success", "warning": "warning", "danger": "danger"}
PASSING = ("info", "success")


class NoticeBar(QFrame):
    """Shows the newest sentence of the session; warnings and dangers stay until they are closed or replaced.

    `log_wanted` when the annotator asks what was logged about it.
    """

    log_wanted = Signal()

    def __init__(self, session: Session, *, seconds: float = 6.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self.setProperty("role", "notice-info")
        self._about = ""
        self._stays = False
        self._icon = IconLabel("info", "accent")
        self._text = label("", wraps=True)
        self._text.setObjectName("noticeText")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._log = button("noticeLog", "Show log", role="flat", act=self.log_wanted.emit)
        self._close = icon_button("noticeClose", "cancel", "Close this message", act=self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 4, 4, 4)
        line.setSpacing(8)
        line.addWidget(self._icon)
        line.addWidget(self._text, 1)
        line.addWidget(self._log)
        line.addWidget(self._close)
        self._hiding = later(self, self.hide, milliseconds=round(seconds * 1000))
        self.hide()
        follow(self, session.signals.noticed, self.say)
        follow(self, session.signals.photo_changed, lambda _: self._leave_photo())
        follow(self, session.signals.document_changed, lambda _: self._leave_project(session))

    def say(self, notice: Notice) -> None:
        """Show a sentence; a passing one replaces a danger that nobody has closed only when both are about the same."""
        level = notice.level if notice.level in _ICONS else "info"
        is_stale = bool(notice.about) and notice.about == self._about
        if level in PASSING and self.isVisible() and self._stays and not is_stale:
            return
        self._stays = level == "danger" or notice.log
        self._log.setVisible(self._stays)
        self._about = notice.about
        theme.set_role(self, f"notice-{level}")
        self._icon.show_icon(_ICONS[level], _ROLES[level])
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self.show()
        if level in PASSING:
            self._hiding.start()
        else:
            self._hiding.stop()

    def _leave_photo(self) -> None:
        """What is offered on one photo is not to be answered on the next."""
        if self._about:
            self._about = ""
            self.hide()

    def _leave_project(self, session: Session) -> None:
        """What was done in a project that is closed needs no telling any more."""
        if session.document is None and not self._stays:
            self._about = ""
            self.hide()

    def hide_after(self, seconds: float) -> None:
        """How long a passing sentence stays."""
        self._hiding.setInterval(round(seconds * 1000))
