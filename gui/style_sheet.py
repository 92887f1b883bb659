"""The one style sheet, filled in with a theme's colours; sizes are on the 4 px grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

# The chevron is a grey that reads on both themes; the check mark has one picture a theme. Spin boxes show no arrows:
# buttons of no width, since with QAbstractSpinBox.NoButtons a styled spin box leaves its text a width of 1 px.
_SHEET = Template("""
* { outline: 0; }
QToolTip { background: $hover; color: $text; border: 1px solid $line; padding: 4px 6px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: $title_pt; font-weight: 600; color: $text; }
QLabel[role="heading"] { font-size: $small_pt; font-weight: 600; color: $dim; }
QLabel[role="offered"] { font-size: $small_pt; font-weight: 600; color: $accent; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="small"] { color: $dim; font-size: $small_pt; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="success"] { color: $success; }
QLabel[role="small-warning"] { color: $warning; font-size: $small_pt; }
QLabel[role="on-accent"] { color: $accent_text; font-weight: 600; }
QLabel[role="small-on-accent"] { color: $accent_text; font-size: $small_pt; }
QLabel[role="figure"] { font-size: $title_pt; font-weight: 600; color: $text; }
QLabel:disabled { color: $disabled; }

QFrame[role="panel"], QWidget[role="panel"] { background: $panel; }
QFrame[role="line"] { background: $line; border: none; min-height: 1px; max-height: 1px; }
QFrame[role="sheet"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[role="notice"] { background: $panel; border: none; border-left: 3px solid $dim; }
QFrame[role="notice-info"] { background: $panel; border: none; border-left: 3px solid $accent; }
QFrame[role="notice-success"] { background: $panel; border: none; border-left: 3px solid $success; }
QFrame[role="notice-warning"] { background: $panel; border: none; border-left: 3px solid $warning; }
QFrame[role="notice-danger"] { background: $panel; border: none; border-left: 3px solid $danger; }
QFrame[role="picture"] { background: $surround; border: 1px solid $line; border-radius: 4px; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: $field; color: $text; border: 1px solid $line; border-radius: 4px;
    selection-background-color: $accent; selection-color: $accent_text;
}
QLineEdit, QAbstractSpinBox, QComboBox { min-height: 22px; padding: 0 6px; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $disabled; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus { border: 1px solid $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    color: $disabled; background: $panel; border-color: $hover;
}
QAbstractSpinBox { padding: 0; min-height: 19px; }
QAbstractSpinBox[role="offered"] { border: 1px dashed $accent; background: transparent; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; min-height: 0; padding: 0; }
QAbstractSpinBox::up-button {
    subcontrol-origin: border; subcontrol-position: top right; width: 0; border: none; background: transparent;
}
QAbstractSpinBox::down-button {
    subcontrol-origin: border; subcontrol-position: bottom right; width: 0; border: none; background: transparent;
}
QComboBox { padding-right: 20px; }
QComboBox::drop-down {
    subcontrol-origin: padding; subcontrol-position: center right; width: 20px; border: none; background: transparent;
}
QComboBox::down-arrow { image: url($pictures/chevron-down.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
    background: $panel; border: 1px solid $line; padding: 4px; selection-background-color: $selection;
    selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 6px; }

QPushButton {
    background: $hover; color: $text; border: 1px solid $line; border-radius: 4px; min-height: 24px; padding: 0 10px;
}
QPushButton:hover { background: $line; }
QPushButton:pressed { background: $field; }
QPushButton:focus { border-color: $accent; }
QPushButton:checked { background: $selection; border-color: $accent; }
QPushButton:disabled { color: $disabled; background: $panel; border-color: $hover; }
QPushButton[role="primary"] { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled {
    background: $panel; color: $disabled; border-color: $hover; font-weight: 600;
}
QPushButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:focus { border-color: $accent; }
QPushButton[role="row"] { background: $panel; text-align: left; }
QPushButton[role="row"]:hover { background: $hover; }
QPushButton[role="row"]:focus { border-color: $accent; }
QPushButton[role="segment"] { border-radius: 0; padding: 0 4px; background: $field; }
QPushButton[role="segment"]:hover { background: $hover; }
QPushButton[role="segment"]:checked {
    background: $accent; color: $accent_text; border-color: $accent; font-weight: 600;
}
QPushButton[role="segment"]:focus { border-color: $accent_hover; }
QPushButton[role="segment"]:checked:focus { border-color: $text; }
QPushButton[role="segment"]:disabled { background: $panel; color: $disabled; border-color: $hover; }
QPushButton[role="segment"]:checked:disabled { background: $hover; color: $disabled; border-color: $hover; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $field; }
QToolButton:checked { background: $selection; border-color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; background: transparent; }
QToolButton::menu-indicator { image: none; }

QCheckBox, QRadioButton { spacing: 6px; min-height: 20px; background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid $disabled; background: $field; border-radius: 3px;
}
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url($pictures/check-$name.svg);
}
QCheckBox::indicator:checked:disabled { background: $hover; border-color: $hover; }
QCheckBox::indicator:disabled { background: $panel; border-color: $line; }
QRadioButton::indicator:checked { background: $field; border: 5px solid $accent; width: 6px; height: 6px; }

QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $text; }
QSlider::handle:horizontal:hover { background: $accent; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $disabled; }

QProgressBar {
    background: $field; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QAbstractItemView {
    background: $panel; color: $text; border: none; selection-background-color: $selection; selection-color: $text;
}
QTableView, QTableWidget { gridline-color: $line; background: $field; border: 1px solid $line; border-radius: 4px; }
QHeaderView::section {
    background: $panel; color: $dim; border: none; border-bottom: 1px solid $line; padding: 4px 3px;
    font-size: $small_pt; font-weight: 600;
}
QListView[role="boxed"], QListWidget[role="boxed"], QTreeView[role="boxed"] {
    background: $field; border: 1px solid $line; border-radius: 4px;
}
QListView[role="boxed"]:focus, QTableView:focus { border-color: $accent; }
QListView::item, QListWidget::item { padding: 4px 8px; border-radius: 4px; }
QListView::item:hover, QListWidget::item:hover { background: $hover; }
QListView::item:selected, QListWidget::item:selected { background: $selection; color: $text; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 28px; margin: 2px 3px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 3px 2px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenuBar { background: $window; padding: 0 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $dim; padding: 5px 12px; border: none; border-bottom: 2px solid transparent;
}
/* The panels' own: five of them stand in the width of one. */
QMainWindow > QTabBar { font-size: $small_pt; }
QMainWindow > QTabBar::tab { padding: 6px $tab_pad; }
QTabBar::tab:hover { color: $text; background: $hover; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }

QStatusBar { background: $window; }
QStatusBar::item { border: none; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; font-weight: 600; color: $text; }
QDockWidget::title { background: $panel; padding: 6px 8px; text-align: left; }
QMainWindow::separator { background: $surround; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $surround; }
QSplitter::handle:hover { background: $accent; }
QToolBar { background: $panel; border: none; spacing: 2px; padding: 4px; }
QToolBar::separator { background: $line; width: 1px; height: 1px; margin: 4px; }
QGroupBox { border: none; margin-top: 20px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; color: $dim; }
""")


def style_sheet(values: Mapping[str, str], *, pictures: Path) -> str:
    """The sheet with the theme's colours and text sizes filled in; `pictures` holds its arrows and marks."""
    return _SHEET.substitute(values, pictures=pictures.as_posix())
