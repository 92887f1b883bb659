"""The project's shoe models: their pictures, sizes and landmarks; imported, renamed and removed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.document.edit import Edit
from core.labels.shoe_model import ShoeModel
from core.sneaker.shipped import BUILT_IN
from gui import icons, theme
from gui.session import Session
from gui.widgets.following import follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, button, column, icon_button, row
from gui.widgets.row_ground import is_chosen, is_under_pointer, paint_ground

ROW_PX = 64
MODEL = Qt.ItemDataRole.UserRole
Picture = Callable[[ShoeModel], QPixmap | None]
Index = QModelIndex | QPersistentModelIndex


class ModelLibrary(QWidget):
    """Signals: import_requested, built_in_requested("low-top" or "high-top"), landmarks_requested(model_id),
    chosen(model_id) on a double click or Enter.

    picture(model) gives a small picture or None while there is none; call `refresh` when there is. in_use(model_id)
    says in which photo a model is used, or None.
    """

    import_requested = Signal()
    built_in_requested = Signal(str)
    landmarks_requested = Signal(str)
    chosen = Signal(str)

    def __init__(
        self,
        session: Session,
        picture: Picture = lambda model: None,
        *,
        in_use: Callable[[str], str | None] | None = None,
    ) -> None:
        super().__init__()
        as_panel(self, "modelLibrary")
        self._session = session
        self._in_use = in_use or self._used_in_loaded
        self._rows = _Models()
        self._view = self._make_view(picture)
        self._rows.renamed.connect(self._on_renamed)
        self._empty = EmptyState("modelLibraryEmpty", "model")
        self._empty.act_button.clicked.connect(lambda: self.import_requested.emit())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._empty)
        self._import = button("modelImport", "Import…", icon_name="import", tip="Import a shoe from a mesh file")
        self._import.clicked.connect(lambda: self.import_requested.emit())
        self._built_in = icon_button("modelBuiltIn", "shoe", "Add a built-in shoe", act=self._offer_built_in)
        self._landmarks = icon_button("modelLandmarks", "landmark", "Place landmarks…", act=self._on_landmarks)
        self._rename = icon_button("modelRename", "edit", "Rename (F2)", act=self._on_rename)
        self._remove = icon_button("modelRemove", "trash", "Remove from the project (Del)", act=self._on_remove)
        layout = column(self, margin=0, spacing=0)
        layout.addWidget(self._pages, 1)
        foot = row(self._import, self._built_in, 1, self._landmarks, self._rename, self._remove)
        foot.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(foot)
        self._later = later(self, self._catch_up)
        follow_edits(self, session, opened=lambda: soon(self._later), edited=self._on_edit)
        self._catch_up()

    def refresh(self) -> None:
        """A picture has come in."""
        self._view.viewport().update()

    def _make_view(self, picture: Picture) -> QListView:
        view = QListView()
        view.setObjectName("modelRows")
        view.setAccessibleName("Shoe models")
        view.setModel(self._rows)
        view.setItemDelegate(_ModelPainter(picture))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.doubleClicked.connect(lambda index: self.chosen.emit(self._rows.model(index.row()).id))
        view.selectionModel().selectionChanged.connect(lambda *_: self._allow())
        return view

    @property
    def _current(self) -> ShoeModel | None:
        index = self._view.currentIndex()
        return self._rows.model(index.row()) if index.isValid() else None

    def _on_edit(self, edit: Edit) -> None:
        if any(isinstance(value, ShoeModel) for change in edit.changes for value in change):
            soon(self._later)

    def _catch_up(self) -> None:
        chosen = self._current.id if self._current else None
        self._rows.show(tuple(self._session.project.models.values()))
        at = self._rows.row_of(chosen)
        if at is not None:
            self._view.setCurrentIndex(self._rows.index(at))
        self._pages.setCurrentIndex(0 if self._rows.rowCount() else 1)
        is_open = self._session.document is not None
        self._empty.say(
            "No shoe models yet.\nImport a mesh: OBJ, GLB, PLY, STL …" if is_open else "No project is open.",
            act="Import a model…" if is_open else "",
        )
        self._import.setVisible(bool(self._rows.rowCount()))
        self._built_in.setVisible(is_open)
        self._allow()

    def _allow(self) -> None:
        for piece in (self._landmarks, self._rename, self._remove):
            piece.setEnabled(self._current is not None)
            piece.setVisible(bool(self._rows.rowCount()))

    def _offer_built_in(self) -> None:
        """The shoes that come with the program; those the project has cannot be chosen."""
        menu = QMenu(self)
        menu.setObjectName("builtInShoes")
        menu.aboutToHide.connect(menu.deleteLater)
        for name, model_id in BUILT_IN.items():
            entry = menu.addAction(name.capitalize())
            entry.setEnabled(model_id not in self._session.project.models)
            entry.triggered.connect(lambda _=False, name=name: self.built_in_requested.emit(name))
        menu.popup(self._built_in.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _on_landmarks(self) -> None:
        if self._current:
            self.landmarks_requested.emit(self._current.id)

    def _on_rename(self) -> None:
        self._view.edit(self._view.currentIndex())

    def _on_renamed(self, model: ShoeModel, name: str) -> None:
        name = name.strip()
        if name and name != model.name:
            self._session.commit(Edit.of("Rename shoe model", model, model.with_name(name)))

    def _on_remove(self) -> None:
        model = self._current
        if model is None:
            return
        user = self._in_use(model.id)
        if user is not None:
            self._session.notice(
                f"“{model.name}” stays: it is laid over a sneaker in {user}. Choose another model there first.",
                "warning",
            )
            return
        self._session.commit(Edit.of("Remove shoe model", model, None))

    def _used_in_loaded(self, model_id: str) -> str | None:
        """The file of a photo that uses the model; photos without a pose cannot."""
        document = self._session.document
        if document is None:
            return None
        for photo_id, entry in document.project.entries.items():
            if entry.instance_count and any(i.model_id == model_id for i in document.photo(photo_id).instances):
                return entry.file
        return None


class _Models(QAbstractListModel):
    """Rows are models, in the order of the project."""

    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._models: tuple[ShoeModel, ...] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._models)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        model = self._models[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return model.name
            case Qt.ItemDataRole.ToolTipRole:
                size = " × ".join(f"{extent:.0f}" for extent in model.extent_mm)
                licence = f"\nLicence: {model.licence}" if model.licence else ""
                return f"{model.name}\n{size} mm\n{model.mesh_file}{licence}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{model.name}, {facts(model)}"
            case Qt.ItemDataRole.UserRole:
                return model
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        self.renamed.emit(self._models[index.row()], str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def model(self, row: int) -> ShoeModel:
        """The model in a row."""
        return self._models[row]

    def row_of(self, model_id: str | None) -> int | None:
        """The row of a model."""
        return next((at for at, model in enumerate(self._models) if model.id == model_id), None)

    def show(self, models: tuple[ShoeModel, ...]) -> None:
        """Take other models."""
        if models != self._models:
            self.beginResetModel()
            self._models = models
            self.endResetModel()


class _ModelPainter(QStyledItemDelegate):
    """A row: picture, name, length and landmarks."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model: ShoeModel = index.data(MODEL)
        colors = theme.colors()
        rect: QRect = option.rect.adjusted(4, 2, -4, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_ground(painter, rect, chosen=is_chosen(option), under=is_under_pointer(option))
        place = QRect(rect.left() + 6, rect.top() + 4, 72, rect.height() - 8)
        self._paint_picture(painter, place, model)
        words = rect.adjusted(86, 8, -8, -8)
        half = words.height() // 2
        painter.setFont(theme.font())
        painter.setPen(QColor(colors.text))
        name = painter.fontMetrics().elidedText(model.name, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words.adjusted(0, 0, 0, -half), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(colors.dim))
        about = painter.fontMetrics().elidedText(facts(model), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words.adjusted(0, half, 0, 0), Qt.AlignmentFlag.AlignVCenter, about)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.left() + 86, rect.center().y() - 13, rect.width() - 98, 26)
        if isinstance(editor, QLineEdit):
            editor.setObjectName("modelName")
            editor.setAccessibleName("Name of the model")

    def _paint_picture(self, painter: QPainter, place: QRect, model: ShoeModel) -> None:
        colors = theme.colors()
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(place), 3, 3)
        painter.fillPath(ground, QColor(colors.surround))
        picture = self._picture(model)
        if picture is None or picture.isNull():
            mark = icons.pixmap("shoe", colors.disabled, size_px=24, ratio=painter.device().devicePixelRatioF())
            painter.drawPixmap(place.center().x() - 11, place.center().y() - 11, mark)
            return
        size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(place.center())
        painter.drawPixmap(target, picture)


def facts(model: ShoeModel) -> str:
    """ "284 mm · 8/8 landmarks"."""
    placed = sum(name in model.landmarks for name in model.landmark_names)
    return f"{model.length_mm:.0f} mm · {placed}/{len(model.landmark_names)} landmarks"
