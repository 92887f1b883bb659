"""The machine's jobs: what runs, how far it is, how long it still takes, and a way to end it."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from core.jobs.protocol import CoreState
from gui import theme
from gui.inference import Inference, Job
from gui.widgets.following import later, soon
from gui.widgets.pieces import ElidedLabel, EmptyState, IconLabel, as_panel, column, icon_button, label, row, scrolling

TICK_MS = 500  # the time left is looked at this often while a job runs
_STATE_LOOK = {
    CoreState.STARTING: ("clock", "dim", "core: starting…"),
    CoreState.READY: ("check", "success", "core: ready"),
    CoreState.BUSY: ("machine", "accent", "core: busy"),
    CoreState.RESTARTING: ("reset", "warning", "core: restarting…"),
    CoreState.STOPPED: ("warning", "danger", "core: stopped"),
}


class JobList(QWidget):
    """A row a job, oldest first."""

    def __init__(self, inference: Inference) -> None:
        super().__init__()
        as_panel(self, "jobList")
        self._inference = inference
        self._rows: dict[int, _JobRow] = {}
        inside = QWidget()
        self._column = column(inside, margin=8, spacing=8)
        self._column.addStretch(1)
        self._empty = EmptyState("jobListEmpty", "machine")
        self._empty.say("No jobs.\nFits, segmentations and imports appear here while they run.")
        self._pages = QStackedWidget()
        self._pages.addWidget(scrolling("jobScroll", inside))
        self._pages.addWidget(self._empty)
        column(self, margin=0, spacing=0).addWidget(self._pages)
        self._later = later(self, self._catch_up)
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK_MS)
        self._ticks.timeout.connect(self._catch_up)
        inference.jobs_changed.connect(lambda: soon(self._later))
        self._catch_up()

    def _catch_up(self) -> None:
        jobs = {job.id: job for job in self._inference.jobs}
        for gone in [job_id for job_id in self._rows if job_id not in jobs]:
            piece = self._rows.pop(gone)
            self._column.removeWidget(piece)
            piece.deleteLater()
        for job_id, job in jobs.items():
            if job_id not in self._rows:
                self._rows[job_id] = _JobRow(self._inference, job_id)
                self._column.insertWidget(self._column.count() - 1, self._rows[job_id])
            self._rows[job_id].show_job(job)
        self._pages.setCurrentIndex(0 if jobs else 1)
        if jobs and not self._ticks.isActive():
            self._ticks.start()
        elif not jobs:
            self._ticks.stop()


class _JobRow(QWidget):
    """One job."""

    def __init__(self, inference: Inference, job_id: int) -> None:
        super().__init__()
        self._title = ElidedLabel()
        self._about = ElidedLabel(role="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = icon_button(
            f"cancelJob{job_id}", "cancel", "Cancel this job", act=lambda: inference.cancel(job_id)
        )
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._bar)
        words.addWidget(self._about)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(4)
        line.addLayout(words, 1)
        line.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)

    def show_job(self, job: Job) -> None:
        """Show how far it is."""
        self._title.setText(job.title)
        _show_fraction(self._bar, job)
        self._about.setText(progress_words(job, now=time.monotonic()))
        self._cancel.setEnabled(not job.cancelled)
        self.setAccessibleName(f"{job.title}, {self._about.text()}")


class JobStatus(QWidget):
    """For the status line: how the core does, the newest job, and its cancel button. Keeps its width."""

    def __init__(self, inference: Inference) -> None:
        super().__init__()
        self.setObjectName("jobStatus")
        self._inference = inference
        self._icon = IconLabel("clock", "dim")
        self._state = label("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(64)
        self._words = ElidedLabel(role="small")
        self._words.setFixedWidth(150)
        self._words.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._cancel = icon_button("cancelNewestJob", "cancel", "Cancel (Esc)", act=self._on_cancel)
        self._start = icon_button("startCore", "reset", "Start the core again", act=lambda: inference.start())
        line = row(self._icon, self._state, self._start, self._bar, self._words, self._cancel, spacing=6)
        line.setContentsMargins(8, 0, 4, 0)
        self.setLayout(line)
        for piece in (self._bar, self._words, self._cancel):
            kept = piece.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            piece.setSizePolicy(kept)
        self._later = later(self, self._catch_up)
        inference.jobs_changed.connect(lambda: soon(self._later))
        inference.state_changed.connect(lambda _: soon(self._later))
        self._catch_up()

    def _newest(self) -> Job | None:
        return self._inference.jobs[-1] if self._inference.jobs else None

    def _catch_up(self) -> None:
        picture, role, text = _STATE_LOOK[self._inference.state]
        self._icon.show_icon(picture, role)
        self._state.setText(text)
        stopped = self._inference.state is CoreState.STOPPED
        theme.set_role(self._state, "danger" if stopped else "small")
        self._start.setVisible(stopped)
        job = self._newest()
        for piece in (self._bar, self._words, self._cancel):
            piece.setVisible(job is not None)
        if job is not None:
            _show_fraction(self._bar, job)
            others = len(self._inference.jobs) - 1
            done = "" if job.fraction is None else f" {job.fraction:.0%}".replace("%", " %")
            is_loading = job.fraction is None and bool(job.text)
            words = job.text if is_loading else f"{job.title}{done}"
            self._words.setText(words + (f", {others} more" if others else ""))
            self._cancel.setEnabled(not job.cancelled)

    def _on_cancel(self) -> None:
        job = self._newest()
        if job is not None:
            self._inference.cancel(job.id)


def progress_words(job: Job, *, now: float) -> str:
    """ "40 %, 3 s left", "waiting", or what the job itself says."""
    if job.started_at is None:
        return job.text or "waiting"
    done = "" if job.fraction is None else f"{job.fraction:.0%}".replace("%", " %")
    left = job.seconds_left(now)
    words = [done, "" if left is None or job.cancelled else f"{_duration(left)} left", job.text]
    return ", ".join(word for word in words if word) or "running"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _show_fraction(bar: QProgressBar, job: Job) -> None:
    known = job.fraction is not None
    bar.setRange(0, 1000 if known else 0)
    if job.fraction is not None:
        bar.setValue(round(job.fraction * 1000))
