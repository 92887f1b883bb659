"""The preferences as a form made from the table of settings; what is changed holds at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from gui.dialogs.clear_times import ClearTimes
from gui.preferences import SETTINGS, TIME, Preferences, Setting
from gui.widgets.number_field import NumberField
from gui.widgets.pieces import column, icon_button, label, row, scrolling
from gui.widgets.sheet import Sheet


class PreferencesDialog(Sheet):
    """A row a setting that has a group; what the window remembers by itself is not shown."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__("preferencesDialog", "Preferences", parent)
        self._preferences = preferences
        if preferences.problems:
            self.say_about("\n".join(preferences.problems))
        self._showers: dict[str, Callable[[], None]] = {}
        inside = QWidget()
        layout = column(inside, margin=0, spacing=4)
        layout.setContentsMargins(0, 0, 12, 0)
        shown = [setting for setting in SETTINGS if setting.group]
        for group in dict.fromkeys(setting.group for setting in shown):
            layout.addWidget(label(group, "heading"))
            grid = QGridLayout()
            grid.setColumnStretch(0, 3)
            grid.setColumnStretch(1, 2)
            grid.setHorizontalSpacing(8)
            grid.setVerticalSpacing(4)
            for at, setting in enumerate(s for s in shown if s.group == group):
                self._add_row(grid, at, setting)
            layout.addLayout(grid)
            if group == TIME:
                layout.addLayout(row(ClearTimes(), 1))
            layout.addSpacing(12)
        layout.addStretch(1)
        self.add(scrolling("preferencesScroll", inside), 1)
        self.end_with("Close", cancel="", also=(label(str(preferences.file), "small"),))
        self.resize(620, 560)
        forget = preferences.changed.connect(self._on_changed)
        self.destroyed.connect(lambda: forget())

    def _add_row(self, grid: QGridLayout, at: int, setting: Setting) -> None:
        field, show = self._field(setting)
        field.setObjectName(f"setting_{setting.key}")
        field.setAccessibleName(setting.text)
        words = label(setting.text)
        words.setBuddy(field)
        back = icon_button(
            f"reset_{setting.key}", "reset", "Back to the default", act=lambda: self._preferences.reset(setting.key)
        )
        grid.addWidget(words, at, 0)
        grid.addWidget(field, at, 1)
        grid.addWidget(back, at, 2)

        def refresh() -> None:
            show()
            back.setEnabled(self._preferences[setting.key] != setting.default)

        self._showers[setting.key] = refresh
        refresh()

    def _field(self, setting: Setting) -> tuple[QWidget, Callable[[], None]]:
        """The field of a setting, and what shows its value in it."""
        key, preferences = setting.key, self._preferences
        match setting.kind:
            case "bool":
                box = QCheckBox("")
                box.clicked.connect(lambda on: preferences.set(key, bool(on)))
                return box, lambda: box.setChecked(preferences[key])
            case "choice":
                combo = QComboBox()
                for choice in setting.choices:
                    combo.addItem(choice[:1].upper() + choice[1:], choice)
                combo.activated.connect(lambda at: preferences.set(key, combo.itemData(at)))
                return combo, lambda: combo.setCurrentIndex(combo.findData(preferences[key]))
            case "int" | "float":
                whole = setting.kind == "int"
                unit = f" {setting.unit}" if setting.unit and setting.unit != "°" else setting.unit
                number = NumberField(key, unit=unit, decimals=0 if whole else 2, step=1 if setting.high > 2 else 0.05)
                number.setRange(setting.low, setting.high)
                number.edited.connect(lambda value: preferences.set(key, round(value) if whole else value))
                return number, lambda: number.show_value(preferences[key])
            case _:
                line = QLineEdit()
                line.editingFinished.connect(lambda: preferences.set(key, line.text().strip()))
                return line, lambda: line.setText(preferences[key])

    def _on_changed(self, key: str) -> None:
        if key in self._showers:
            self._showers[key]()
