"""How Outsole looks: two palettes, three text sizes, and the style sheet that carries them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget
from shiboken6 import isValid

from core.resources import RESOURCES
from gui.style_sheet import style_sheet

SMALL, NORMAL, TITLE = 0.9, 1.0, 1.12
THEMES = ("dark", "light")
TEXT_SIZES = {"small": 0.9, "normal": 1.0, "large": 1.15, "larger": 1.3}


@dataclass(frozen=True, slots=True)
class ThemeColors:
    """The colours of one theme as "#rrggbb". Text colours keep 4.5:1 on window, panel, field and surround.

    selection: behind a chosen row; hover: behind what the pointer is on; accent_text: on an accent surface.
    """

    name: str
    window: str
    panel: str
    surround: str
    field: str
    hover: str
    selection: str
    line: str
    text: str
    dim: str
    disabled: str
    accent: str
    accent_hover: str
    accent_text: str
    success: str
    warning: str
    danger: str


DARK = ThemeColors(
    name="dark",
    window="#1f2023",
    panel="#27282c",
    surround="#17181a",
    field="#1b1c1f",
    hover="#34363b",
    selection="#263c55",
    line="#3d3f46",
    text="#e6e7ea",
    dim="#a9adb6",
    disabled="#6f737c",
    accent="#68abf5",
    accent_hover="#86bdf8",
    accent_text="#0c1a2b",
    success="#63c384",
    warning="#e8b653",
    danger="#f58a8a",
)
LIGHT = ThemeColors(
    name="light",
    window="#e9ebee",
    panel="#f6f7f9",
    surround="#dadde2",
    field="#ffffff",
    hover="#dfe3e9",
    selection="#cfe2fb",
    line="#c3c8d0",
    text="#1c1f24",
    dim="#4f5661",
    disabled="#9298a2",
    accent="#1a5fbe",
    accent_hover="#134e9f",
    accent_text="#ffffff",
    success="#17693a",
    warning="#7d4f00",
    danger="#ae1f2b",
)


class _Theme(QObject):
    """The theme in use."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.colors = DARK
        self.base_font: QFont | None = None
        self.text_size = "normal"
        self.dressed: WeakKeyDictionary[QWidget, Callable[[], QFont]] = WeakKeyDictionary()


_theme = _Theme()


def colors() -> ThemeColors:
    """The colours in use; the dark ones until `apply` is called."""
    return _theme.colors


def color(role: str) -> QColor:
    """One of the colours in use, for a painter: "line", "accent" …"""
    return QColor(str(getattr(_theme.colors, role)))


def on_change() -> _Theme:
    """The object whose `changed(ThemeColors)` tells that another theme is in use."""
    return _theme


def apply(app: QApplication, name: str, *, text_size: str = "") -> ThemeColors:
    """Dress the application in the theme of that name ("dark" or "light").

    text_size: a key of TEXT_SIZES; "" for the one in use.
    """
    chosen = LIGHT if name == "light" else DARK
    if _theme.base_font is None:
        _theme.base_font = app.font()
        app.setStyle(QStyleFactory.create("Fusion"))
    if text_size and text_size != _theme.text_size:
        _theme.text_size = text_size
        app.setFont(font())
    _theme.colors = chosen
    app.setPalette(_palette(chosen))
    values = {f.name: getattr(chosen, f.name) for f in fields(chosen)}
    values |= {"small_pt": f"{_points(SMALL):.2f}pt", "title_pt": f"{_points(TITLE):.2f}pt"}
    values["tab_pad"] = "4px" if TEXT_SIZES[_theme.text_size] > 1.0 else "7px"
    app.setStyleSheet(style_sheet(values, pictures=RESOURCES / "style"))
    for widget, made in list(_theme.dressed.items()):
        if isValid(widget):  # after the sheet: that brings fonts of before back
            widget.setFont(made())
    _theme.changed.emit(chosen)
    return chosen


def font(scale: float = NORMAL, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The system's font in one of the three sizes (SMALL, NORMAL, TITLE); tabular digits do not jump."""
    chosen = QFont(_theme.base_font) if _theme.base_font else QApplication.font()
    chosen.setPointSizeF(_points(scale))
    if bold:
        chosen.setWeight(QFont.Weight.DemiBold)
    if tabular:
        chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def scaled(px: float) -> int:
    """A width that words must fit into, for the text size in use."""
    return round(px * TEXT_SIZES[_theme.text_size])


def set_font(widget: QWidget, scale: float = NORMAL, *, bold: bool = False, tabular: bool = False) -> None:
    """Give a widget such a font, for good: it follows when another text size is chosen."""
    _theme.dressed[widget] = partial(font, scale, bold=bold, tabular=tabular)
    widget.setFont(_theme.dressed[widget]())


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the style sheet's roles: title, dim, small, primary, flat, danger, warning, success."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    bright, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mixed(a: str, b: str, share: float) -> str:
    """The colour between a (share 0) and b (share 1)."""
    first, second = QColor(a), QColor(b)
    pairs = ((first.red(), second.red()), (first.green(), second.green()), (first.blue(), second.blue()))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pairs)


def _luminance(color: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _points(scale: float) -> float:
    base = _theme.base_font.pointSizeF() if _theme.base_font else QApplication.font().pointSizeF()
    return max(base, 7.0) * scale * TEXT_SIZES[_theme.text_size]


def _palette(c: ThemeColors) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    everywhere = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.field,
        role.AlternateBase: c.panel,
        role.Text: c.text,
        role.Button: c.panel,
        role.ButtonText: c.text,
        role.BrightText: c.danger,
        role.ToolTipBase: c.hover,
        role.ToolTipText: c.text,
        role.PlaceholderText: c.dim,
        role.Highlight: c.selection,
        role.HighlightedText: c.text,
        role.Accent: c.accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Light: c.hover,
        role.Midlight: c.hover,
        role.Mid: c.line,
        role.Dark: c.line,
        role.Shadow: c.surround,
    }
    for which, color in everywhere.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, which, QColor(c.disabled))
    return palette
