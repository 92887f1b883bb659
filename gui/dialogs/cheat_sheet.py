"""Every key on one sheet, in two columns by group; what is typed narrows it down."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from gui import icons, theme
from gui.widgets.key_cap import native
from gui.widgets.pieces import clear, column, scrolling

Row = tuple[str, str, str]
COLUMNS = 2
_HEADING_LINES = 2.2


class CheatSheet(QWidget):
    """rows: (group, what it does, key)."""

    def __init__(self, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cheatSheet")
        self._rows = tuple(rows)
        self._search = QLineEdit()
        self._search.setObjectName("keySearch")
        self._search.setAccessibleName("Search keys")
        self._search.setPlaceholderText("Search: what it does, or a key")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icons.icon("search", "dim"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.textChanged.connect(lambda _: self._fill())
        inside = QWidget()
        self._columns = QHBoxLayout(inside)
        self._columns.setContentsMargins(0, 0, 8, 0)
        self._columns.setSpacing(32)
        whole = column(self, margin=0, spacing=12)
        whole.addWidget(self._search)
        whole.addWidget(scrolling("keyScroll", inside), 1)
        self.setFocusProxy(self._search)
        theme.on_change().changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        clear(self._columns)
        groups = self._found()
        for some in _in_columns(groups):
            text = QLabel(_as_table(some))
            text.setTextFormat(Qt.TextFormat.RichText)
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
            text.setWordWrap(True)
            self._columns.addWidget(text, 1)
        if not groups:
            nothing = QLabel("No key does that.")
            theme.set_role(nothing, "dim")
            nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._columns.addWidget(nothing)

    def _found(self) -> dict[str, list[Row]]:
        words = self._search.text().casefold().split()
        groups: dict[str, list[Row]] = {}
        for group, text, key in self._rows:
            searched = f"{group} {text} {key} {native(key)}".casefold()
            if all(word in searched for word in words):
                groups.setdefault(group, []).append((group, text, key))
        return groups


def _in_columns(groups: dict[str, list[Row]]) -> list[dict[str, list[Row]]]:
    """The groups in their order, parted where the columns come out about as long."""
    lengths = {group: len(rows) + _HEADING_LINES for group, rows in groups.items()}
    half = sum(lengths.values()) / COLUMNS
    columns: list[dict[str, list[Row]]] = [{}]
    filled = 0.0
    for group, rows in groups.items():
        if len(columns) < COLUMNS and filled + lengths[group] / 2 > half and columns[-1]:
            columns.append({})
            filled = 0.0
        columns[-1][group] = rows
        filled += lengths[group]
    return columns


def _as_table(groups: dict[str, list[Row]]) -> str:
    # A table a row: in a common one, the row with the longest keys would make every other row's words narrow.
    colors = theme.colors()
    parts = []
    for group, rows in groups.items():
        parts.append(_table(f"<td style='color:{colors.dim}; padding:10px 0 4px 0'><b>{_text(group)}</b></td>"))
        for _, what, key in rows:
            keys = " ".join(
                f"<span style='background:{colors.line}; color:{colors.text}'>&nbsp;{_unbroken(one)}&nbsp;</span>"
                for one in _each(key)
            )
            parts.append(
                _table(
                    f"<td style='padding:2px 8px 2px 0; color:{colors.text}'>{_text(what)}</td>"
                    f"<td width='1' align='right' style='padding:2px 0; white-space:nowrap'>{keys}</td>"
                )
            )
    return "".join(parts)


def _table(cells: str) -> str:
    return f"<table width='100%' cellspacing='0' cellpadding='0'><tr>{cells}</tr></table>"


def _each(key: str) -> list[str]:
    """The keys of a row; Return and the Enter of the number block are one to whoever presses them."""
    return list(dict.fromkeys(one.replace("Return", "Enter") for one in native(key).split(" · ")))


def _text(words: str) -> str:
    return html.escape(words)


def _unbroken(key: str) -> str:
    return _text(key).replace(" ", "&nbsp;")
