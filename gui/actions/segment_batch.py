"""Many photos segmented one after another while the annotator goes on; what was found becomes one edit at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from core.document.edit import Edit
from core.document.store import StorageError
from core.jobs.messages import Failed, Result, SegmentMethod, SegmentRequest, SegmentResult
from core.jobs.outlines import DOUBTFUL_SCORE, found_anew, shoe_category
from core.labels.photo import Photo, Status
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.segment_actions import net_choice, photo_ref
from gui.inference import Inference
from gui.preferences import Preferences
from gui.session import Session

TO_LOOK_THROUGH = "todo -empty"
_NAMED = 4
_SAME_FAILURES = 3


@dataclass(slots=True)
class _Run:
    """A batch under way: what is left, what came of the others."""

    series_id: int
    ids: tuple[str, ...]
    at: int = 0
    job_id: int | None = None
    stopped: bool = False
    answers: dict[str, SegmentResult] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def photo_id(self) -> str | None:
        """The photo whose turn it is."""
        return self.ids[self.at] if self.at < len(self.ids) else None


class SegmentBatch:
    """One request at a time, so that the annotator's own requests come in between; nothing is written before the end.

    Cancelled, it keeps what is finished. chosen_ids: the photos picked in the list.
    """

    def __init__(
        self,
        session: Session,
        inference: Inference,
        *,
        photo_file: Callable[[Photo], Path],
        preferences: Preferences,
        chosen_ids: Callable[[], Sequence[str]],
    ) -> None:
        self._session = session
        self._inference = inference
        self._photo_file = photo_file
        self._preferences = preferences
        self._chosen_ids = chosen_ids
        self._run: _Run | None = None
        session.signals.document_changed.connect(lambda _: self._forget())

    def table(self) -> list[Action]:
        """The commands that segment many photos."""
        return [
            Action(
                "segment_chosen",
                "Segment the photos p&icked in the list",
                "&Label",
                lambda: self.segment(tuple(self._chosen_ids())),
                ("Ctrl+Shift+S",),
                self._why_not_chosen,
                icon="segment",
            ),
            Action(
                "segment_todo",
                "Segment &all photos to do that are empty",
                "&Label",
                lambda: self.segment(self._todo_ids()),
                (),
                self._why_not_todo,
                icon="segment",
            ),
        ]

    @property
    def is_running(self) -> bool:
        """Whether a batch is under way."""
        return self._run is not None

    def segment(self, photo_ids: Sequence[str]) -> None:
        """Look for sneakers in these photos, one after another."""
        if self._run is not None or not photo_ids:
            return
        count = len(photo_ids)
        title = f"Segment {counted(count, 'photo')}"
        self._run = _Run(self._inference.begin_series(title, self.stop), tuple(photo_ids))
        self._session.notice(
            f"{title}: they come one after another while you go on; what is found is written at the end as one step. "
            "Cancel in the line below keeps what is finished."
        )
        self._next()

    def stop(self) -> None:
        """End after the photo that is looked at now; what is finished is kept."""
        run = self._run
        if run is not None and not run.stopped:
            run.stopped = True
            if run.job_id is not None:
                self._inference.cancel(run.job_id)

    def _next(self) -> None:
        run, document = self._run, self._session.document
        if run is None or document is None:
            return
        while (photo_id := run.photo_id) is not None and photo_id not in document.project.entries:
            run.at += 1  # taken out of the project meanwhile
        if photo_id is None or run.stopped:
            self._session.when_idle(self._finish)
            return
        try:
            photo = document.photo(photo_id)
        except StorageError as failure:
            self._failed(photo_id, str(failure))
            return
        text = PurePosixPath(photo.file).name
        self._inference.show_series(run.series_id, run.at / len(run.ids), text=text)
        ref, net = photo_ref(photo, self._photo_file), net_choice(self._preferences)
        request = SegmentRequest(ref, photo.id, method=SegmentMethod.NET, net=net)

        def on_result(result: Result) -> None:
            if self._run is run and isinstance(result.answer, SegmentResult):
                run.answers[photo.id] = result.answer
                run.at += 1
                self._next()

        def on_failed(failed: Failed) -> None:
            if self._run is not run:
                return
            if failed.cancelled:
                run.stopped = True
                self._next()
            else:
                self._failed(photo.id, failed.sentence)

        run.job_id = self._inference.submit(request, on_result=on_result, on_failed=on_failed, listed=False)

    def _failed(self, photo_id: str, sentence: str) -> None:
        """Name it and go on; the same sentence again and again is not about the photos."""
        run = self._run
        assert run is not None
        run.failures[photo_id] = sentence
        run.at += 1
        last = list(run.failures.values())[-_SAME_FAILURES:]
        if not run.answers and len(last) == min(_SAME_FAILURES, len(run.ids)) and len(set(last)) == 1:
            run.stopped = True
        self._next()

    def _finish(self) -> None:
        run, self._run = self._run, None
        document = self._session.document
        if run is None or document is None:
            return
        self._inference.show_series(run.series_id, None)
        project = self._session.project
        category = shoe_category(project, self._session.category_id)
        coarseness = self._preferences["outline_tolerance"]
        changes, doubtful, empty, made = [], [], 0, 0
        for photo_id, answer in run.answers.items():
            if photo_id not in project.entries:
                continue
            before = after = document.photo(photo_id)
            for instance in found_anew(answer, before, project=project, category=category, coarseness=coarseness):
                after = after.with_instance(instance)
                made += 1
                if instance.provenance.residuals.get("score", 1.0) < DOUBTFUL_SCORE:
                    doubtful.append(before.file)
            empty += not after.instances
            if after is not before:
                changes.append((before, after))
        label = f"Segment {counted(len(changes), 'photo')}"
        if changes and not self._session.commit(Edit(label, tuple(changes))):
            return
        level = "warning" if run.failures or doubtful else "success"
        self._session.notice(_summary(run, made, photos=len(changes), empty=empty, doubtful=doubtful), level)

    def _forget(self) -> None:
        """Another project: what was begun for this one is nobody's any more."""
        run, self._run = self._run, None
        if run is not None:
            if run.job_id is not None:
                self._inference.cancel(run.job_id)
            self._inference.show_series(run.series_id, None)

    def _todo_ids(self) -> tuple[str, ...]:
        entries = self._session.project.entries.values()
        return tuple(e.id for e in entries if e.status is Status.TODO and not e.instance_count)

    def why_busy(self) -> str | None:
        """Why no batch can be begun now."""
        busy = "A batch is being segmented; cancel it in the line below, or wait for it."
        return busy if self._run is not None else None

    def _why_not_chosen(self) -> str | None:
        if self._run is not None:
            return self.why_busy()
        several = len(self._chosen_ids()) > 1
        return None if several else "Pick several photos in the list first (Ctrl+click, Shift+click); S is for one."

    def _why_not_todo(self) -> str | None:
        if self._run is not None:
            return self.why_busy()
        return None if self._todo_ids() else "There is no photo to do without an outline."


def _summary(run: _Run, made: int, *, photos: int, empty: int, doubtful: list[str]) -> str:
    """ "31 sneakers in 20 photos; 3 photos with none; 2 doubtful (a.jpg). The filter “todo -empty” shows them."."""
    if not run.answers and run.failures:
        return next(iter(run.failures.values()))
    words = [f"{counted(made, 'sneaker')} in {counted(photos, 'photo')}"]
    if empty:
        words.append(f"{empty} with none")
    if doubtful:
        words.append(f"{len(doubtful)} doubtful ({_names(doubtful)})")
    if run.failures:
        first = next(iter(run.failures.values()))
        words.append(f"{len(run.failures)} could not be looked at: {first}")
    left = len(run.ids) - len(run.answers) - len(run.failures)
    if left > 0:
        words.append(f"stopped with {left} left")
    after = f" The filter “{TO_LOOK_THROUGH}” lists what to look through; Ctrl+Z takes all of it back." if made else ""
    return f"{'; '.join(words)}.{after}".replace("..", ".")


def _names(files: list[str]) -> str:
    names = list(dict.fromkeys(PurePosixPath(file).name for file in files))
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
