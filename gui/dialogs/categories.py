"""The project's categories: their names, colours, roles and order; every change is an edit of its own."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.document.edit import Edit
from core.labels.instance import new_id
from core.labels.project import Category, Role
from gui.session import Session
from gui.widgets.following import follow_edits, later, soon
from gui.widgets.pieces import button, icon_button, label, row
from gui.widgets.sheet import Sheet

_ROLES = (
    (Role.SHOE, "Shoe: has a side and a pose"),
    (Role.OCCLUDER, "Occluder: stands in front of shoes"),
    (Role.IGNORE, "Ignore: pixels to leave out"),
)
OKABE_ITO = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999")
_ABOUT = "The keys 1 to 9 give the selected instance one of these, in this order."


class CategoriesDialog(Sheet):
    """Works on the open project directly; what is done here is undone like anything else."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("categoriesDialog", "Categories", parent, about=_ABOUT)
        self._session = session
        self._names = QListWidget()
        self._names.setObjectName("categoryNames")
        self._names.setAccessibleName("Categories")
        self._names.setProperty("role", "boxed")
        self._names.currentRowChanged.connect(lambda _: self._show_current())
        self._form = _CategoryForm()
        self._form.name.editingFinished.connect(self._on_name)
        self._form.role.activated.connect(
            lambda at: self._change("Category role", role=Role(self._form.role.itemData(at)))
        )
        self._form.color.clicked.connect(lambda: self._on_color())
        left = QVBoxLayout()
        left.addWidget(self._names, 1)
        self._up = icon_button("categoryUp", "up", "Move up", act=lambda: self._move(-1))
        self._down = icon_button("categoryDown", "down", "Move down", act=lambda: self._move(1))
        add = button("categoryAdd", "Add", icon_name="add", act=self._add)
        self._remove = icon_button("categoryRemove", "trash", "Remove", act=self._on_remove)
        left.addLayout(row(add, 1, self._up, self._down, self._remove))
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addLayout(left, 1)
        both.addWidget(self._form, 1)
        self.add(both, 1)
        self._said = label("", "warning", wraps=True)
        self.add(self._said)
        self.end_with("Close", cancel="")
        self.resize(600, 380)
        self._later = later(self, self._fill)
        follow_edits(self, session, opened=lambda: soon(self._later), edited=lambda _: soon(self._later))
        self._fill()

    @property
    def _categories(self) -> tuple[Category, ...]:
        return tuple(self._session.project.categories.values())

    @property
    def _current(self) -> Category | None:
        at = self._names.currentRow()
        return self._categories[at] if 0 <= at < len(self._categories) else None

    def _fill(self) -> None:
        at = max(self._names.currentRow(), 0)
        self._names.blockSignals(True)
        self._names.clear()
        for number, category in enumerate(self._categories, 1):
            key = f"{number}   " if number <= 9 else "     "
            self._names.addItem(QListWidgetItem(_swatch(category.color), f"{key}{category.name}"))
        self._names.setCurrentRow(min(at, self._names.count() - 1))
        self._names.blockSignals(False)
        self._show_current()

    def _show_current(self) -> None:
        category, at = self._current, self._names.currentRow()
        self._form.show_category(category)
        self._up.setEnabled(at > 0)
        self._down.setEnabled(0 <= at < self._names.count() - 1)
        self._remove.setEnabled(category is not None and self._names.count() > 1)

    def _change(self, label_text: str, **values: object) -> None:
        category = self._current
        if category is not None:
            after = replace(category, **values)  # type: ignore[arg-type]
            if after != category:
                self._session.commit(Edit.of(label_text, category, after))

    def _on_name(self) -> None:
        name = self._form.name.text().strip()
        category = self._current
        if category is None or name == category.name:
            return
        other = self._session.project.category_named(name)
        if not name or other is not None:
            self._said.setText(f"There is a category “{name}” already." if other else "A category needs a name.")
            self._form.show_category(category)
            return
        self._said.setText("")
        self._change("Rename category", name=name)

    def _on_color(self) -> None:
        category = self._current
        if category is None:
            return
        dialog = QColorDialog(QColor(category.color), self)
        for at, color in enumerate(OKABE_ITO):
            QColorDialog.setCustomColor(at, QColor(color))
        dialog.colorSelected.connect(lambda color: self._change("Category colour", color=color.name()))
        dialog.open()

    def _add(self) -> None:
        used = {category.color for category in self._categories}
        color = next((c for c in OKABE_ITO if c not in used), OKABE_ITO[-1])
        number = len(self._categories) + 1
        while self._session.project.category_named(f"category {number}"):
            number += 1
        position = max((c.position for c in self._categories), default=-1) + 1
        fresh = Category(new_id(), f"category {number}", color, Role.OCCLUDER, position)
        if self._session.commit(Edit.of("Add category", None, fresh)):
            self._fill()
            self._names.setCurrentRow(self._names.count() - 1)
            self._form.name.setFocus()
            self._form.name.selectAll()

    def _move(self, step: int) -> None:
        at, order = self._names.currentRow(), list(self._categories)
        if not 0 <= at + step < len(order):
            return
        order.insert(at + step, order.pop(at))
        changes = tuple((c, replace(c, position=place)) for place, c in enumerate(order) if c.position != place)
        if self._session.commit(Edit("Order categories", changes)):
            self._fill()
            self._names.setCurrentRow(at + step)

    def _on_remove(self) -> None:
        category, document = self._current, self._session.document
        if category is None or document is None:
            return
        entries = [entry for entry in document.project.entries.values() if entry.instance_count]
        for entry in entries:
            if any(instance.category == category.id for instance in document.photo(entry.id).instances):
                sentence = f"“{category.name}” stays: {entry.file} uses it. Give those instances another one first."
                self._said.setText(sentence)
                return
        self._said.setText("")
        self._session.commit(Edit.of("Remove category", category, None))


class _CategoryForm(QWidget):
    """One category."""

    def __init__(self) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.name.setObjectName("categoryName")
        self.name.setAccessibleName("Name")
        self.color = QToolButton()
        self.color.setObjectName("categoryColor")
        self.color.setAccessibleName("Colour")
        self.color.setToolTip("Choose a colour…")
        self.color.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.color.setIconSize(QSize(20, 20))
        self.role = QComboBox()
        self.role.setObjectName("categoryRole")
        self.role.setAccessibleName("Role")
        for role, text in _ROLES:
            self.role.addItem(text, role)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for text, piece in (("Name", self.name), ("Role", self.role), ("Colour", self.color)):
            layout.addWidget(label(text, "small"))
            layout.addWidget(piece)
            layout.addSpacing(8)
        layout.addStretch(1)

    def show_category(self, category: Category | None) -> None:
        """Show one, or none."""
        self.setEnabled(category is not None)
        self.name.setText(category.name if category else "")
        if category is not None:
            self.role.setCurrentIndex(self.role.findData(category.role))
            self.color.setIcon(_swatch(category.color))
            self.color.setText(category.color)


def _swatch(color: str) -> QIcon:
    picture = QPixmap(16, 16)
    picture.fill(QColor(color))
    return QIcon(picture)
