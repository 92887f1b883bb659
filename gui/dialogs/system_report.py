"""A look at this computer, done by a process of its own, as a list to read and a text to copy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from core.doctor.children import module_command, with_our_modules
from core.doctor.finding import Finding, Level, finding_from_json, report_text, summary
from gui.theme import font
from gui.widgets.pieces import EmptyState, IconLabel, button, label, scrolling
from gui.widgets.sheet import Sheet

_LOOK = {
    Level.OK: ("check", "success"),
    Level.WARNING: ("warning", "warning"),
    Level.BAD: ("reject", "danger"),
}
_LOOKING = "Looking at this computer; this takes a few seconds."
_HOW = "Qt, VTK, torch and the inference core are each tried in a process of their own."


class SystemReport(Sheet):
    """Looks as soon as it is made. project: one whose drive is looked at, too."""

    def __init__(self, project: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__("systemReport", "System report", parent, about=_LOOKING)
        self._words = ["doctor", "--json", *([str(project)] if project is not None else [])]
        self._text = ""
        self._process = QProcess(self)
        self._process.finished.connect(lambda *_: self._on_finished())
        self._process.errorOccurred.connect(lambda *_: self._on_error())
        self._area = scrolling("systemReportLines", QWidget())
        self.add(self._area, 1)
        self._copy = button("systemReportCopy", "Copy as text", icon_name="copy", act=self._copy_text)
        self._again = button("systemReportAgain", "Look again", icon_name="reset", act=self.look)
        self.end_with("Close", cancel="", also=(self._copy, self._again))
        self.resize(760, 620)
        # Qt warns of a process that is destroyed while it runs.
        self.finished.connect(lambda _: self._stop())
        self.look()

    @property
    def text(self) -> str:
        """The report as text, "" while it is being made."""
        return self._text

    def look(self) -> None:
        """Have everything looked at anew."""
        self._text = ""
        self.say_about(_LOOKING)
        waiting = EmptyState("systemReportWaiting", "machine")
        waiting.say(_HOW)
        self._area.setWidget(waiting)
        waiting.setAutoFillBackground(False)
        for pressed in (self._copy, self._again):
            pressed.setEnabled(False)
        program, *words = [*module_command("core"), *self._words]
        surroundings = QProcessEnvironment()
        for name, value in with_our_modules().items():
            surroundings.insert(name, value)
        self._process.setProcessEnvironment(surroundings)
        self._process.start(program, words)

    def show_findings(self, system: str, findings: Sequence[Finding]) -> None:
        """Show them, those that matter most first."""
        self._text = f"{system}\n\n{report_text(findings)}\n"
        self.say_about(f"{summary(findings)}\n{system}")
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        severity = {Level.BAD: 0, Level.WARNING: 1, Level.OK: 2}
        for line, finding in enumerate(sorted(findings, key=lambda one: severity[one.level])):
            _add_line(grid, line, finding)
        grid.setRowStretch(len(findings), 1)
        inside.setAutoFillBackground(False)
        self._area.setWidget(inside)

    def _on_finished(self) -> None:
        out = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", errors="replace")
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", errors="replace")
        try:
            told = json.loads(out)
            self.show_findings(str(told["system"]), [finding_from_json(one) for one in told["findings"]])
        except (ValueError, KeyError, TypeError):
            self._text = said.strip() or "nothing"
            self.say_about(f"The report could not be made. The process said: {self._text[-400:]}")
        self._rest()

    def _on_error(self) -> None:
        if self._process.error() == QProcess.ProcessError.FailedToStart:
            self._text = self._process.errorString()
            self.say_about(f"The report could not be made: {self._text}.")
            self._rest()

    def _rest(self) -> None:
        for pressed in (self._copy, self._again):
            pressed.setEnabled(True)

    def _stop(self) -> None:
        self._process.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(500)

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def _add_line(grid: QGridLayout, line: int, finding: Finding) -> None:
    icon = IconLabel(*_LOOK[finding.level])
    icon.setAccessibleName(str(finding.level))
    about = label(finding.about)
    about.setFont(font(bold=finding.level is not Level.OK))
    words = label(finding.found, wraps=True)
    if finding.remedy:
        words = label(f"{finding.found}\n{finding.remedy}", wraps=True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    for column, piece in enumerate((icon, about, words)):
        grid.addWidget(piece, line, column, Qt.AlignmentFlag.AlignTop if column < 2 else Qt.AlignmentFlag(0))
