"""The looks: every text reads on every ground, icons exist and follow the theme, and nothing is left unfilled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui import icons, theme

WANTED = """
select polygon box segment hole cut join shoe align fit play cancel undo redo photo folder import export
model landmark sun contrast zoom-fit one-to-one zoom-instance eye eye-off lock unlock trash left right
mirror copy reset check reject warning info settings search keyboard clock layers wireframe outline
texture opacity
"""


@pytest.fixture(autouse=True)
def dark_again(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "dark", text_size="normal")
    yield
    theme.apply(qapp, "dark", text_size="normal")


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT], ids=lambda c: c.name)
@pytest.mark.parametrize("text", ["text", "dim", "accent", "success", "warning", "danger"])
@pytest.mark.parametrize("ground", ["window", "panel", "surround", "field"])
def test_texts_read_on_every_ground(colors: theme.ThemeColors, text: str, ground: str) -> None:
    assert theme.contrast(getattr(colors, text), getattr(colors, ground)) >= 4.5


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT], ids=lambda c: c.name)
def test_texts_read_on_what_is_chosen_or_pressed(colors: theme.ThemeColors) -> None:
    assert theme.contrast(colors.accent_text, colors.accent) >= 4.5
    assert theme.contrast(colors.accent_text, colors.accent_hover) >= 4.5
    for ground in (colors.hover, colors.selection):
        for text in (colors.text, colors.dim, colors.accent, colors.success, colors.warning, colors.danger):
            assert theme.contrast(text, ground) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_applying_tells_and_dresses(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.on_change().changed) as told:
        theme.apply(qapp, "light")
    assert told.args == [theme.LIGHT]
    assert theme.colors() is theme.LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.LIGHT.window
    assert "$" not in qapp.styleSheet()


def test_every_icon_is_there() -> None:
    assert set(WANTED.split()) <= set(icons.names())
    for name in icons.names():
        assert not icons.icon(name).pixmap(QSize(16, 16)).isNull()


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing-like-it"):
        icons.icon("nothing-like-it")


def test_icons_follow_theme_and_state(qapp: QApplication) -> None:
    icon = icons.icon("lock")

    def ink(mode: QIcon.Mode = QIcon.Mode.Normal) -> str:
        image = icon.pixmap(QSize(24, 24), mode).toImage()
        solid = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        return max(solid, key=QColor.alpha).name()

    assert ink() == theme.DARK.text
    assert ink(QIcon.Mode.Disabled) == theme.DARK.disabled
    theme.apply(qapp, "light")
    assert ink() == theme.LIGHT.text


def test_mixed_colours() -> None:
    assert theme.mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert theme.mixed("#000000", "#ffffff", 1.0) == "#ffffff"
    assert theme.mixed("#000000", "#0000ff", 0.5) == "#000080"


@pytest.mark.parametrize(("size", "share"), theme.TEXT_SIZES.items())
def test_a_text_size_holds_for_every_letter_at_once(qapp: QApplication, qtbot: QtBot, size: str, share: float) -> None:
    before = theme.font().pointSizeF()
    plain, small, figure = QLabel("plain"), QLabel("small"), QLabel("figure")
    theme.set_role(small, "small")
    theme.set_font(figure, theme.TITLE, bold=True)
    for shown in (plain, small, figure):
        qtbot.addWidget(shown)
        shown.show()
    theme.apply(qapp, "light", text_size=size)
    assert theme.font().pointSizeF() == pytest.approx(before * share, abs=0.02)
    assert plain.font().pointSizeF() == pytest.approx(before * share, abs=0.02)
    assert small.font().pointSizeF() == pytest.approx(before * share * theme.SMALL, abs=0.02)
    assert figure.font().pointSizeF() == pytest.approx(before * share * theme.TITLE, abs=0.02)
    theme.apply(qapp, "dark")
    assert theme.font().pointSizeF() == pytest.approx(before * share, abs=0.02)  # another theme leaves it
    assert theme.scaled(100) == round(100 * share)
