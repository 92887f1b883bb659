"""The instances of the photo that is shown, as rows; only rows whose instance is another object are told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from core.labels.instance import Instance, Side
from core.labels.project import Project
from gui.instance_color import color_of, letter_of
from gui.live_overlap import Figure

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole


class InstanceRow:
    """What a row shows of an instance; worked out only for rows that are painted."""

    __slots__ = ("color", "figure", "hidden", "instance", "letter", "name")

    def __init__(self, instance: Instance, project: Project, *, hidden: bool, figure: Figure | None = None) -> None:
        self.instance = instance
        self.figure = figure or _stored(instance)
        self.hidden = hidden
        self.name = project.category(instance.category).name
        self.color = color_of(project, instance)
        self.letter = letter_of(instance)

    @property
    def spoken(self) -> str:
        """The row in words."""
        instance = self.instance
        words = [self.name, "" if instance.side is Side.UNKNOWN else instance.side.value]
        words.append("posed" if instance.pose_estimate else "")
        words.append("hidden" if self.hidden else "")
        words.append("locked" if "locked" in instance.flags else "")
        return ", ".join(word for word in words if word)


class InstanceRows(QAbstractListModel):
    """Compares by identity: two thousand rows cost a drag's step some microseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.project = Project()
        self._instances: tuple[Instance, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._figures: Mapping[str, Figure] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._instances)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (ROW, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self.row(index.row())
            if role == ROW:
                return row
            return row.name if role == Qt.ItemDataRole.DisplayRole else row.spoken
        return None

    def row(self, at: int) -> InstanceRow:
        """What row `at` shows."""
        instance = self._instances[at]
        hidden = instance.id in self._hidden or "hidden" in instance.flags
        return InstanceRow(instance, self.project, hidden=hidden, figure=self._figures.get(instance.id))

    def instance_id(self, at: int) -> str:
        """The instance in a row."""
        return self._instances[at].id

    def rows_of(self, instance_ids: tuple[str, ...]) -> list[int]:
        """The rows of these instances, in the order given; those that are not there are left out."""
        if len(instance_ids) == 1:
            wanted = instance_ids[0]
            return [at for at, instance in enumerate(self._instances) if instance.id == wanted][:1]
        rows = {instance.id: at for at, instance in enumerate(self._instances)}
        return [rows[i] for i in instance_ids if i in rows]

    def show(self, instances: tuple[Instance, ...], project: Project) -> None:
        """Take other instances: what stands before and after the difference stays where it is."""
        if project.categories is not self.project.categories:
            self.project = project
            self._tell(0, len(self._instances) - 1)
        self.project = project
        old = self._instances
        if instances is old:
            return
        ends = len(old), len(instances)
        first = _common(old, instances, backwards=False, most=min(ends))
        last = _common(old, instances, backwards=True, most=min(ends) - first)
        if ends[0] - last > first:
            self.beginRemoveRows(QModelIndex(), first, ends[0] - last - 1)
            self._instances = old[:first] + (old[ends[0] - last :])
            self.endRemoveRows()
        if ends[1] - last > first:
            self.beginInsertRows(QModelIndex(), first, ends[1] - last - 1)
            self._instances = instances
            self.endInsertRows()
        self._instances = instances
        changed = [at for at in range(first) if instances[at] is not old[at]]
        changed += [ends[1] - back for back in range(1, last + 1) if instances[-back] is not old[-back]]
        for at in changed:
            self._tell(at, at)

    def hide(self, hidden_ids: frozenset[str]) -> None:
        """Take another set of hidden instances."""
        if hidden_ids != self._hidden:
            other = hidden_ids ^ self._hidden
            self._hidden = hidden_ids
            for at, instance in enumerate(self._instances):
                if instance.id in other:
                    self._tell(at, at)

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Take what is known of how well the posed ones cover their outlines, by instance id."""
        old, self._figures = self._figures, figures
        other = {name for name in old.keys() | figures.keys() if old.get(name) != figures.get(name)}
        for at, instance in enumerate(self._instances if other else ()):
            if instance.id in other:
                self._tell(at, at)

    def _tell(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first), self.index(last))


def _stored(instance: Instance) -> Figure | None:
    """What was measured when the pose was made."""
    estimate = instance.pose_estimate
    return Figure(estimate.iou) if estimate is not None and estimate.iou is not None else None


def _common(old: tuple[Instance, ...], new: tuple[Instance, ...], *, backwards: bool, most: int) -> int:
    """How many rows hold the same instance (by id) from the front or the back."""
    count = 0
    while count < most:
        at = -1 - count if backwards else count
        if old[at] is not new[at] and old[at].id != new[at].id:
            break
        count += 1
    return count
