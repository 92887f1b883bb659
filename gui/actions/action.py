"""Commands as a table: what each is called, which keys it has, when it can be used and why not, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.actions.silent_keys import SilentKeys
from gui.actions.sub_menus import SUB_MENUS, SubMenu
from gui.icons import icon

_NATIVE = QKeySequence.SequenceFormat.NativeText


def always() -> str | None:
    """No reason why not."""
    return None


@dataclass(frozen=True, slots=True)
class Action:
    """One command. `why_not` answers None when it can be used now, else the reason to show.

    group: the menu it stands in, "" for none. keys: as QKeySequence reads them, the first is shown. on_canvas: the
    keys count only while the canvas has the focus, because fields and lists need them too. checked: whether a tick
    stands before it, None for commands without one. menu: fills the menu it opens, each time anew.
    """

    id: str
    text: str
    group: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    why_not: Callable[[], str | None] = always
    icon: str = ""
    on_canvas: bool = False
    checked: Callable[[], bool] | None = None
    separated: bool = False
    repeats: bool = False
    menu: Callable[[QMenu], None] | None = None


class ActionSet:
    """The QActions of a table, kept in step with what can be done. say: told why a command cannot be used now."""

    def __init__(
        self, table: Iterable[Action], *, window: QWidget, canvas: QWidget, say: Callable[[str], object] = str
    ) -> None:
        self._table = {action.id: action for action in table}
        self._say = say
        self._made: dict[str, QAction] = {}
        for action in self._table.values():
            made = self._make(action, window)
            (canvas if action.on_canvas else window).addAction(made)
            self._made[action.id] = made
        self._silent = SilentKeys(window, canvas, self._tell_why)

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    @property
    def table(self) -> tuple[Action, ...]:
        """Every command."""
        return tuple(self._table.values())

    def keys_of(self, action_id: str) -> tuple[str, ...]:
        """The keys of a command; none for one there is not."""
        action = self._table.get(action_id)
        return action.keys if action is not None else ()

    def fill(self, menu_bar: QMenuBar, groups: Iterable[str]) -> None:
        """A menu a group, in that order; commands in the order of the table, some in sub-menus."""
        for group in groups:
            menu = menu_bar.addMenu(group)
            menu.setToolTipsVisible(True)
            self._fill_group(menu, group)
            menu.aboutToShow.connect(self.refresh)

    def fill_menu(self, menu: QMenu, action_ids: Iterable[str]) -> None:
        """Put some commands into a menu."""
        for action_id in action_ids:
            if self._table[action_id].separated and not menu.isEmpty():
                menu.addSeparator()
            menu.addAction(self._made[action_id])

    def _fill_group(self, menu: QMenu, group: str) -> None:
        holder = {name: sub for sub in SUB_MENUS if sub.menu == group for name in sub.commands}
        opened: dict[SubMenu, QMenu] = {}
        last: SubMenu | None = None
        for action in (a for a in self._table.values() if a.group == group):
            sub = holder.get(action.id)
            if sub is None:
                self.fill_menu(menu, [action.id])
            else:
                if sub not in opened:
                    # Sub-menus in a row stand together, whatever parted their commands.
                    if action.separated and last is None and not menu.isEmpty():
                        menu.addSeparator()
                    opened[sub] = menu.addMenu(sub.title)
                    opened[sub].setToolTipsVisible(True)
                self.fill_menu(opened[sub], [action.id])
            last = sub

    def refresh(self) -> None:
        """Look again at what can be done, and say in each tooltip why not."""
        for action_id, action in self._table.items():
            reason = action.why_not()
            made = self._made[action_id]
            made.setEnabled(reason is None)
            tip = f"{made.text().replace('&', '')}" + (f"  ({action.keys[0]})" if action.keys else "")
            made.setToolTip(tip if reason is None else f"{tip}\n{reason}")
            if action.checked is not None:
                made.setChecked(action.checked())

    def hear(self, panel: QWidget) -> None:
        """Say of keys in a panel's lists, too, why they do nothing."""
        self._silent.watch(panel)

    def _tell_why(self, keys: QKeySequence, on_canvas: bool) -> None:
        """Say why a key does nothing; not of one that is no command's, or whose command can be used."""
        reason = ""
        for action_id, action in self._table.items():
            if (on_canvas or not action.on_canvas) and keys in self._made[action_id].shortcuts():
                why_not = action.why_not()
                if why_not is None:
                    return
                reason = reason or why_not
        if reason:
            self._say(reason)

    def rename(self, action_id: str, text: str) -> None:
        """Call a command something else for now ("Undo Move vertex")."""
        self._made[action_id].setText(text)

    def _make(self, action: Action, window: QWidget) -> QAction:
        made = QAction(action.text, window)
        made.setObjectName(action.id)
        if action.icon:
            made.setIcon(icon(action.icon))
        made.setShortcuts([QKeySequence(key) for key in action.keys])
        context = Qt.ShortcutContext
        made.setShortcutContext(context.WidgetWithChildrenShortcut if action.on_canvas else context.WindowShortcut)
        made.setCheckable(action.checked is not None)
        made.setAutoRepeat(action.repeats)
        if action.menu is not None:
            made.setMenu(_opened_menu(action.menu, window))

        def run() -> None:
            # Asked again: a key can come between a change and the next look at what can be done.
            reason = action.why_not()
            if reason is None:
                action.run()
            else:
                self._say(reason)

        made.triggered.connect(lambda *_: run())
        return made


def menu_of(rows: Iterable[Action], parent: QWidget) -> QMenu:
    """A menu of commands that are in no window's table; it goes away when it is closed. Keys are shown only."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for row in rows:
        if row.separated:
            menu.addSeparator()
        made = menu.addAction(row.text + (f"\t{QKeySequence(row.keys[0]).toString(_NATIVE)}" if row.keys else ""))
        made.setObjectName(row.id)
        if row.icon:
            made.setIcon(icon(row.icon))
        reason = row.why_not()
        made.setEnabled(reason is None)
        made.setToolTip(reason or "")
        made.setCheckable(row.checked is not None)
        made.setChecked(row.checked is not None and row.checked())
        made.triggered.connect(lambda _=False, run=row.run: run())
    # An action of a menu is told of its click after the menu is hidden.
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _opened_menu(fill: Callable[[QMenu], None], window: QWidget) -> QMenu:
    menu = QMenu(window)
    menu.setToolTipsVisible(True)

    def fill_anew() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(fill_anew)
    return menu
