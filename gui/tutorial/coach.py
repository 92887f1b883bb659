"""The tutorial in a window: it opens its own sample, watches what becomes of it, and shows the card and the ring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.jobs.messages import ExportResult
from core.storage.folders import data_dir
from gui.background import Errands, Progress
from gui.canvas.canvas import Canvas
from gui.desk import SUFFIX, Desk
from gui.inference import Inference
from gui.preferences import Preferences
from gui.proposals import Proposals
from gui.session import Session
from gui.tutorial.card import CoachCard, Elsewhere
from gui.tutorial.course import EXPORTED, HERE, Course, Facts
from gui.tutorial.notebook import Notebook
from gui.tutorial.stage import Stage
from gui.tutorial.watching import boxes_of, facts_of, is_there, photo_to_learn_on
from gui.widgets.following import follow, follow_edits, later, soon

WENT_ON = "The tutorial was not begun: another project was opened. Help > Tutorial begins it."
SHOWN_MS = 1500  # how long a step is seen ticked before the next one comes


class Coach(QObject):
    """One for a window, whose card stands over its photo. `own_photos` when the annotator wants to go on with those."""

    own_photos = Signal()

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        *,
        desk: Desk,
        errands: Errands,
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self.card = CoachCard(lambda action_id: self.key_of(action_id))
        self.key_of: Callable[[str], str] = lambda action_id: ""
        self._session = session
        self._proposals = proposals
        self._desk = desk
        self._errands = errands
        self._notes = Notebook(preferences)
        self._course = Course()
        self._stage = Stage(self.card)
        self._exported = False
        self._look = later(self.card, self._look_again)
        self._onward = later(self.card, self._go_on, milliseconds=SHOWN_MS)
        self._listen()

    @property
    def course(self) -> Course:
        """Where one stands."""
        return self._course

    @property
    def is_shown(self) -> bool:
        """Whether the tutorial is under way in this window."""
        return not self.card.isHidden()

    def place_over(self, canvas: Canvas, page: QWidget, foot: QWidget) -> None:
        """The card stands over `page`, beside the shoes of the canvas, and above the foot."""
        self._stage.use(canvas, page, foot, boxes=lambda: boxes_of(self._session, self._proposals))

    def watch_exports(self, inference: Inference) -> None:
        """An export that was written is the last step."""
        inference.result.connect(self._on_result)

    def start(self) -> None:
        """Go on where one stopped, else begin with a fresh sample."""
        project = self._notes.project
        if project is None:
            self.start_again()
            return
        self._notes.keep(self._notes.course)
        if self._desk.open(project):
            self._take_up()

    def start_again(self) -> None:
        """A fresh copy of the sample, beside the one worked on: what was done there may be somebody's labels."""
        if self._notes.is_being_made:
            return
        self._notes.is_being_made = True
        if self._notes.owns(self._desk.path):
            self._desk.close()
        document = self._session.document

        def work(progress: Progress) -> Path:
            from core.sneaker.sample_project import create_sample_project, next_sample

            try:
                progress(0.0, "copying photos")
                path = next_sample(data_dir() / "tutorial").with_name(f"Tutorial{SUFFIX}")
                create_sample_project(path, first_is_bare=True)  # so that no undo brings labels nobody drew
            finally:
                self._notes.is_being_made = False
            return path

        def done(path: Path) -> None:
            if self._session.document is document:
                self._begin(path)
            else:
                self._session.notice(WENT_ON)

        self._errands.run("Making the sample", work, done=done, anywhere=True)

    # ---- inside

    def _listen(self) -> None:
        card, signals = self.card, self._session.signals
        card.wanted.connect(self._on_wanted)
        card.dragged.connect(self._stage.put)
        card.resized.connect(self._stage.place)
        follow(card, signals.photo_changed, self._on_change)
        follow(card, signals.shown_changed, self._on_change)
        follow(card, signals.view_changed, self._on_change)
        follow(card, signals.tool_changed, self._on_change)
        follow(card, self._proposals.changed, self._on_change)
        follow_edits(card, self._session, opened=self._on_document, edited=self._on_change)

    def _on_change(self, _: object = None) -> None:
        if self.is_shown and self._session.drag is None:
            soon(self._look)

    def _on_document(self) -> None:
        """The tutorial's own project brings the card, any other one takes it away."""
        is_its = self._session.document is not None and self._notes.owns(self._desk.path)
        if not is_its:
            self._hide()
        elif not self._notes.is_left and self._notes.project is not None:
            self._show_card()  # whoever opens the project chooses the photo

    def _begin(self, path: Path) -> None:
        self._notes.forget()
        if not self._desk.open(path):
            return
        photo_id = photo_to_learn_on(self._session)
        if photo_id is None:
            self._session.notice("The sample has no photos; install the program again.", "danger")
            return
        assert self._desk.path is not None
        self._exported = False
        self._notes.begin(self._desk.path, photo_id)
        self._session.use_tool("select")
        self._session.open_photo(photo_id)
        self._session.notice("A sample to try things on: nothing here can be broken.", "success")
        self._take_up()

    def _take_up(self) -> None:
        """Go to the tutorial's photo, and show the card there."""
        photo_id = self._notes.photo_id
        if self._session.photo_id != photo_id and is_there(self._session, photo_id):
            self._session.open_photo(photo_id)
        self._show_card()

    def _show_card(self) -> None:
        """Where one stands."""
        self._course = self._notes.course
        self._stage.forget()
        self.card.show()
        self._look_again()

    def _look_again(self) -> None:
        if not self.is_shown:
            return
        exported, photo_id = self._exported, self._notes.photo_id
        facts = facts_of(self._session, self._proposals, photo_id=photo_id, exported=exported)
        seen = self._course.seen(facts)
        if seen.ticked != self._course.ticked:
            self._notes.keep(seen)
        self._course = seen
        self._show(facts)
        if seen.is_done and not seen.again:
            soon(self._onward)
        else:
            self._onward.stop()

    def _show(self, facts: Facts) -> None:
        elsewhere = elsewhere_of(self._course, facts)
        self.card.show_course(self._course, elsewhere=elsewhere)
        part = None if elsewhere is not None else self._course.next_part
        self._stage.show(part.target if part is not None else ())

    def _go_on(self) -> None:
        if self.is_shown and self._course.is_done and not self._course.again:
            self._step_to(self._course.onward())

    def _step_to(self, course: Course) -> None:
        self._onward.stop()
        self._course = course
        self._notes.keep(course)
        self._look_again()

    def _on_wanted(self, what: str) -> None:
        match what:
            case "skip" | "next":
                self._step_to(self._course.onward())
            case "back":
                self._step_to(self._course.back())
            case "again":
                self.start_again()
            case "return":
                self._take_up()
            case "own":
                self._hide()
                self.own_photos.emit()
            case _:
                self._notes.keep(self._course, left=True)
                self._hide()
                if what == "leave":
                    self._session.notice("Help > Tutorial goes on where you stopped.")

    def _on_result(self, result: Any) -> None:
        if isinstance(result.answer, ExportResult) and self.is_shown:
            self._exported = True
            self._on_change()

    def _hide(self) -> None:
        self._onward.stop()
        self.card.hide()
        self._stage.show(())


def elsewhere_of(course: Course, facts: Facts) -> Elsewhere | None:
    """What must come first: the tutorial's photo opened again, or what this step stands on."""
    step = course.step
    if step is None or course.is_done:
        return None
    if HERE not in facts.signs and all(EXPORTED not in part.signs for part in step.parts):
        return Elsewhere("The tutorial goes on with another photo of the sample.", "Go there")
    sign, sentence = step.missing
    return Elsewhere(sentence, "") if sign and sign not in facts.signs else None
