"""The icons: stroke drawings on a 24-unit grid, painted in the colours of the theme in use, at any size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.resources import RESOURCES
from gui import theme

SIZE_PX = 16
ICON_FOLDER = RESOURCES / "icons"


def program_icon() -> QIcon:
    """The program's own icon, in the colours it always has."""
    made = QIcon()
    for file in sorted(ICON_FOLDER.glob("outsole-*.png")):
        made.addFile(str(file))
    return made


def icon(name: str, role: str = "text") -> QIcon:
    """The icon of that name; it follows the theme by itself. role: a colour of ThemeColors, e.g. "danger".

    Raises KeyError when there is no such drawing.
    """
    return _icon(name, role)


def pixmap(name: str, color: str, *, size_px: int = SIZE_PX, ratio: float = 1.0) -> QPixmap:
    """The drawing in one colour, `size_px` wide on a screen of `ratio` device pixels a pixel. Do not change it."""
    return _pixmap(name, color, size_px, ratio)


def names() -> tuple[str, ...]:
    """The names of all drawings."""
    return tuple(sorted(file.stem for file in ICON_FOLDER.glob("*.svg")))


class _TintedDrawing(QIconEngine):
    """Paints one drawing in the colour its role has in the theme that is in use at that moment."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
        side = min(rect.width(), rect.height())
        picture = pixmap(self._name, self._color(mode), size_px=side, ratio=ratio)
        painter.drawPixmap(rect.center() - QPoint((side - 1) // 2, (side - 1) // 2), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, self._color(mode), size_px=min(size.width(), size.height()))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = min(size.width(), size.height())
        return pixmap(self._name, self._color(mode), size_px=round(side / scale), ratio=scale)

    def clone(self) -> QIconEngine:
        return _TintedDrawing(self._name, self._role)

    def _color(self, mode: QIcon.Mode) -> str:
        colors = theme.colors()
        return colors.disabled if mode == QIcon.Mode.Disabled else str(getattr(colors, self._role))


@lru_cache(maxsize=256)
def _icon(name: str, role: str) -> QIcon:
    _drawing(name)
    return QIcon(_TintedDrawing(name, role))


@lru_cache(maxsize=128)
def _drawing(name: str) -> QByteArray:
    file = ICON_FOLDER / f"{name}.svg"
    if not file.is_file():
        raise KeyError(f"there is no icon {name!r} in {ICON_FOLDER}")
    return QByteArray(file.read_bytes())


@lru_cache(maxsize=2048)
def _pixmap(name: str, color: str, size_px: int, ratio: float) -> QPixmap:
    side = max(1, round(size_px * ratio))
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(_drawing(name)).render(painter, QRectF(0, 0, side, side))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor(color))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
