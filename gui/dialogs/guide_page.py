"""The labelling guide: its sections in a list, its text beside it, its drawings in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSize, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPainter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from core.resources import RESOURCES
from gui import theme

FOLDER = RESOURCES / "guide"
FILE = FOLDER / "labelling.md"
# The drawings' own colours, on white paper, and the theme's that take their place.
_INKS = {"#fbfcfd": "field", "#22262c": "text", "#69717d": "dim", "#c9ced6": "line", "#1a5fbe": "accent",
         "#17693a": "success", "#ae1f2b": "danger"}  # fmt: skip
_SIDE_PX = 188
_ROW_PX = 28
_LINE_PCT = 128.0


class GuidePage(QWidget):
    """`show_section` scrolls to a heading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("guidePage")
        self._text = _GuideText()
        self._sections = QListWidget()
        self._sections.setObjectName("guideSections")
        self._sections.setAccessibleName("Sections of the guide")
        self._sections.setFixedWidth(_SIDE_PX)
        self._sections.currentTextChanged.connect(self._text.scroll_to)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._sections)
        layout.addWidget(self._text, 1)
        theme.on_change().changed.connect(self._fill)
        self._fill()

    def show_section(self, title: str) -> None:
        """Go to a heading; the guide's beginning when it has none of that name."""
        titles = self._text.titles
        self._sections.setCurrentRow(titles.index(title) if title in titles else 0)
        self._text.scroll_to(title)
        self._sections.setFocus()

    def _fill(self) -> None:
        self._text.fill()
        at = self._sections.currentRow()
        self._sections.blockSignals(True)
        self._sections.clear()
        for title in self._text.titles:
            item = QListWidgetItem(title, self._sections)
            item.setSizeHint(QSize(0, _ROW_PX))
        self._sections.setCurrentRow(max(at, 0))
        self._sections.blockSignals(False)


class _GuideText(QTextBrowser):
    """The Markdown, set with room to read."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guideText")
        self.setAccessibleName("Labelling guide")
        self.setOpenExternalLinks(True)
        self.document().setDocumentMargin(16)

    @property
    def titles(self) -> list[str]:
        """The headings of the second level."""
        return [block.text() for block in self._blocks() if block.blockFormat().headingLevel() == 2]

    def fill(self) -> None:
        """Read the guide and set it in the theme's colours."""
        place = self.verticalScrollBar().value()
        self.document().clear()
        self.document().setDefaultFont(theme.font())
        self.setMarkdown(FILE.read_text(encoding="utf-8"))
        for block in self._blocks():
            _set(block)
        self.verticalScrollBar().setValue(place)

    def scroll_to(self, title: str) -> None:
        """Bring a heading to the top."""
        found = next((b for b in self._blocks() if b.blockFormat().headingLevel() == 2 and b.text() == title), None)
        if found is None:
            self.verticalScrollBar().setValue(0)
            return
        top = self.document().documentLayout().blockBoundingRect(found).top()
        self.verticalScrollBar().setValue(0 if title == self.titles[0] else round(top) - 12)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """The drawings, painted for this screen."""
        file = FOLDER / Path(QUrl(name).path()).name
        if kind == QTextDocument.ResourceType.ImageResource.value and file.suffix == ".svg":
            return drawing(file, theme.colors().name, ratio=self.devicePixelRatioF())
        return super().loadResource(kind, name)

    def _blocks(self) -> list[QTextBlock]:
        block, found = self.document().begin(), []
        while block.isValid():
            found.append(block)
            block = block.next()
        return found


@lru_cache(maxsize=64)
def drawing(file: Path, theme_name: str, *, ratio: float) -> QImage:
    """One of the guide's drawings in a theme's colours, sharp on a screen of `ratio` device pixels a pixel."""
    colors = theme.LIGHT if theme_name == "light" else theme.DARK
    text = file.read_text(encoding="utf-8")
    for ink, role in _INKS.items():
        text = text.replace(ink, str(getattr(colors, role)))
    renderer = QSvgRenderer(QByteArray(text.encode()))
    size: QSize = renderer.defaultSize()
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def _set(block: QTextBlock) -> None:
    """Room round headings, paragraphs and drawings; headings in the program's sizes."""
    level = block.blockFormat().headingLevel()
    cursor = QTextCursor(block)
    form = QTextBlockFormat()
    form.setTopMargin({1: 0.0, 2: 22.0}.get(level, 0.0))
    form.setBottomMargin(6.0 if level else 3.0 if block.textList() else 8.0)
    if not level and "\ufffc" not in block.text():  # a drawing's line is as high as the drawing
        form.setLineHeight(_LINE_PCT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.mergeBlockFormat(form)
    if level:
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        letters = QTextCharFormat()
        letters.setFont(theme.font(1.5 if level == 1 else theme.TITLE))
        letters.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(letters)
