"""One recent project as a card: a photo of it, its name and folder, how far it is, and a way out of the list."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from gui import icons, theme
from gui.panels.recent_glances import Look
from gui.preferences import RecentProject
from gui.widgets.pieces import icon_button

HEIGHT_PX = 68
_PICTURE = QSize(72, 54)
_EDGE = 7


class RecentCard(QAbstractButton):
    """`clicked` opens it; `forget` takes it out of the list."""

    def __init__(self, project: RecentProject) -> None:
        super().__init__()
        name = project.path.stem
        self._project = project
        self._look = Look()
        self.setObjectName(f"recent_{name}")
        self.setText(f"{name}, {project.folder}")
        self.setAccessibleName(self.text())
        self.setToolTip(project.reason or str(project.path))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if not project.reason:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.forget = icon_button(f"forget_{name}", "cancel", f"Take {name} out of this list; the file stays")
        self.forget.setParent(self)

    @property
    def is_there(self) -> bool:
        """Whether it can be opened."""
        return not self._project.reason

    @property
    def words(self) -> str:
        """The last line: how far it is and when it was worked on, or why it cannot be opened."""
        if not self.is_there:
            return "not there: moved, renamed, or its drive is away"
        return "  ·  ".join(part for part in (self._look.words, self._look.when) if part)

    def show_look(self, look: Look) -> None:
        """What was found out meanwhile."""
        self._look = look
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self.forget.sizeHint()
        self.forget.setGeometry(self.width() - size.width() - 6, (self.height() - size.height()) // 2, *size.toTuple())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        lit = self.is_there and (self.underMouse() or self.isDown())
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "line"), 1))
        painter.setBrush(theme.color("hover" if lit else "panel"))
        painter.drawRoundedRect(place, 6, 6)
        self._paint_picture(painter, QRect(_EDGE, _EDGE, _PICTURE.width(), _PICTURE.height()))
        left = _EDGE + _PICTURE.width() + 12
        room = self.forget.x() - 8 - left
        lines = (
            (self._project.path.stem, theme.font(bold=True), "text" if self.is_there else "dim"),
            (self._project.folder, theme.font(theme.SMALL), "dim"),
            (self.words, theme.font(theme.SMALL), "dim" if self.is_there else "warning"),
        )
        top = _EDGE
        for text, font, role in lines:
            metrics = QFontMetrics(font)
            mode = Qt.TextElideMode.ElideMiddle if text == self._project.folder else Qt.TextElideMode.ElideRight
            painter.setFont(font)
            painter.setPen(theme.color(role))
            painter.drawText(
                QRect(left, top, room, 18), Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(text, mode, room)
            )
            top += 18

    def _paint_picture(self, painter: QPainter, place: QRect) -> None:
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(place), 4, 4)
        painter.save()
        painter.setClipPath(frame)
        painter.fillRect(place, theme.color("surround"))
        image = self._look.picture
        if image is not None and not image.isNull():
            size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(place.center())
            painter.setOpacity(1.0 if self.is_there else 0.4)
            painter.drawImage(target, image)
        else:
            middle = QRect(0, 0, 24, 24)
            middle.moveCenter(place.center())
            icons.icon("photo", "disabled").paint(painter, middle)
        painter.restore()
