"""What this program is: its version, those of what it stands on, and where it keeps things."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QWidget

from core.storage.folders import config_dir, data_dir
from gui.widgets.pieces import button, label, row
from gui.widgets.program_icon import ProgramIcon
from gui.widgets.sheet import Sheet

_PACKAGES = ("PySide6-Essentials", "vtk", "numpy", "scipy", "torch", "opencv-python-headless")


class AboutDialog(Sheet):
    """Its words can be copied into a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("aboutDialog", "Outsole", parent, about="Pose ground truth of sneakers in single photos")
        rows = _rows()
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignTop)
        for name, text in rows:
            words = label(text, wraps=True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(name, "dim"), words)
        self.add(row(ProgramIcon(64), 1))
        self.add(form)
        self.add(label("Nothing is ever sent anywhere: photos, labels and times stay on this computer.", "small"))
        words_of_all = "\n".join(f"{name}: {text}" for name, text in rows)
        copy = button(
            "aboutCopy", "Copy as text", icon_name="copy", act=lambda: QGuiApplication.clipboard().setText(words_of_all)
        )
        self.end_with("Close", cancel="", also=(copy,)).setFocus()


def _rows() -> list[tuple[str, str]]:
    rows = [("Version", _version("outsole")), ("Python", f"{platform.python_version()} on {platform.platform()}")]
    rows.append(("Qt", qVersion()))
    found = [(name, _version(name)) for name in _PACKAGES]
    rows.append(("Stands on", ", ".join(f"{name} {number}" for name, number in found if number)))
    return [*rows, ("Preferences", str(config_dir())), ("Data", str(data_dir()))]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
