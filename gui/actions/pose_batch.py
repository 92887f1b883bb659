"""The poses of many photos looked for one after another; those that are beyond doubt become one edit at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from core.document.edit import Edit
from core.document.store import StorageError
from core.geometry.camera import Camera
from core.jobs.requests import posed, search_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.auto_actions import NO_MODEL
from gui.actions.pose_search import Findings, PoseSearch
from gui.inference import Inference
from gui.session import Session

_NAMED = 4


@dataclass(slots=True)
class _Run:
    """A batch under way: photos to come, sneakers of the present one, what was found and what was left."""

    series_id: int
    ids: tuple[str, ...]
    at: int = 0
    photo: Photo | None = None
    waiting: list[Instance] = field(default_factory=list)
    stop: Callable[[], None] = lambda: None
    stopped: bool = False
    found: dict[str, list[tuple[Instance, Instance]]] = field(default_factory=dict)
    cameras: dict[str, Camera] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


class PoseBatch:
    """Outlined sneakers without a pose get one where it is beyond doubt; a hand's pose is never looked at.

    Cancelled, it keeps what is finished. chosen_ids: the photos picked in the list.
    """

    def __init__(
        self,
        session: Session,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        model_for: Callable[[Instance], ShoeModel | None],
        chosen_ids: Callable[[], Sequence[str]],
    ) -> None:
        self._session = session
        self._inference = inference
        self._shoe_file = shoe_file
        self._model_for = model_for
        self._chosen_ids = chosen_ids
        self._run: _Run | None = None
        session.signals.document_changed.connect(lambda _: self._forget())

    def table(self) -> list[Action]:
        """The command that poses many photos."""
        words, keys = "Find poses in the photos picked in the l&ist", ("Ctrl+Shift+Q",)
        run, why_not = (lambda: self.find(self._chosen_ids())), self._why_not_chosen
        return [Action("find_poses", words, "&Pose", run, keys, why_not, icon="hypotheses")]

    def find(self, photo_ids: Sequence[str]) -> None:
        """Look for the pose of every outlined sneaker without one in these photos, one after another."""
        ids = tuple(photo_ids)
        series_id = self._inference.begin_series(f"Find poses in {counted(len(ids), 'photo')}", self.stop)
        self._run = _Run(series_id, ids)
        self._session.notice(
            f"Looking for poses in {counted(len(ids), 'photo')} while you go on; those beyond doubt are written at the "
            "end as one step. Cancel in the line below keeps what is finished."
        )
        self._next(self._run)

    def stop(self) -> None:
        """End after the sneaker that is looked at now; what is finished is kept."""
        run = self._run
        if run is not None and not run.stopped:
            run.stopped = True
            run.stop()

    def why_busy(self) -> str | None:
        """Why no batch can be begun now."""
        if self._run is not None:
            return "Poses are being looked for already; cancel that in the line below, or wait for it."
        return None if self._session.project.models else NO_MODEL

    def _why_not_chosen(self) -> str | None:
        if self._run is not None or not self._session.project.models:
            return self.why_busy()
        several = len(self._chosen_ids()) > 1
        return None if several else "Pick several photos in the list first (Ctrl+click, Shift+click); Q is for one."

    # ---- one after another

    def _next(self, run: _Run) -> None:
        if self._run is not run:
            return
        while not run.stopped and not run.waiting and run.at < len(run.ids):
            self._open(run, run.ids[run.at])
            run.at += 1
        if run.stopped or not run.waiting or run.photo is None:
            self._session.when_idle(lambda: self._finish(run))
            return
        photo, instance = run.photo, run.waiting.pop(0)
        model = self._model_for(instance)
        known = instance
        if model is not None and instance.model_id != model.id:
            known = instance.with_model(model.id, model.size)
        file = self._shoe_file(known)
        if file is None:
            run.left[photo.file] = "its shoe model is missing"
            self._next(run)
            return
        request = search_request(photo, known, project=self._session.project, mesh_file=str(file))

        def on_found(findings: Findings, finished: bool) -> None:
            if self._run is run and finished:
                self._note(run, photo, instance, findings=findings, known=known)
                self._next(run)

        def on_failed(_: str, cancelled: bool) -> None:
            if self._run is run:
                run.stopped = run.stopped or cancelled
                if not cancelled:
                    run.left[photo.file] = "no pose explains the outline"
                self._next(run)

        name = PurePosixPath(photo.file).name
        share = (run.at - 1) / len(run.ids)

        def progress(_: float, __: str) -> None:
            self._inference.show_series(run.series_id, share, text=name)

        search = PoseSearch(self._inference, request, on_progress=progress, on_found=on_found, on_failed=on_failed)
        run.stop = search.stop
        search.start()

    def _open(self, run: _Run, photo_id: str) -> None:
        document, project = self._session.document, self._session.project
        run.photo, run.waiting = None, []
        if document is None or photo_id not in project.entries:
            return  # taken out of the project meanwhile
        try:
            run.photo = document.photo(photo_id)
        except StorageError as failure:
            run.left[project.entries[photo_id].file] = str(failure)
            return
        run.waiting = [
            i for i in run.photo.instances if _is_wanting(i) and project.category(i.category).role is Role.SHOE
        ]

    def _note(self, run: _Run, photo: Photo, instance: Instance, *, findings: Findings, known: Instance) -> None:
        best = findings.hypotheses[0]
        if findings.is_good and not best.ambiguous_with:
            run.cameras[photo.id] = photo.camera
            run.found.setdefault(photo.id, []).append((instance, posed(known, photo, best)))
        elif best.doubt:
            run.left[photo.file] = "doubtful"
        else:
            run.left[photo.file] = "ambiguous" if findings.is_good else f"IoU {best.iou:.2f}"

    # ---- the end

    def _finish(self, run: _Run) -> None:
        document = self._session.document
        if self._run is not run or document is None:
            return
        self._run = None
        self._inference.show_series(run.series_id, None)
        changes, made = [], 0
        for photo_id, pairs in run.found.items():
            if photo_id not in document.project.entries:
                continue
            before = after = document.photo(photo_id)
            if before.camera != run.cameras[photo_id]:
                run.left[before.file] = "its camera was changed meanwhile"
                continue
            for basis, found in pairs:
                if before.find(basis.id) == basis:  # nobody has touched it meanwhile
                    after = after.with_instance(found)
                    made += 1
            if after is not before:
                changes.append((before, after))
        label = f"Find {counted(made, 'pose')}"
        if changes and not self._session.commit(Edit(label, tuple(changes))):
            return
        self._session.notice(_summary(run, made, len(changes)), "warning" if run.left else "success")

    def _forget(self) -> None:
        """Another project: what was begun for this one is nobody's any more."""
        run, self._run = self._run, None
        if run is not None:
            self._inference.show_series(run.series_id, None)
            run.stop()


def _is_wanting(instance: Instance) -> bool:
    return instance.pose_estimate is None and not instance.region.is_empty and "locked" not in instance.flags


def _summary(run: _Run, made: int, photos: int) -> str:
    """ "12 poses in 9 photos; 2 left for you: a.jpg (ambiguous), b.jpg (IoU 0.81). Ctrl+Z takes all of it back."."""
    words = [f"{made} {'pose' if made == 1 else 'poses'} in {photos} {'photo' if photos == 1 else 'photos'}"]
    if run.left:
        names = [f"{PurePosixPath(file).name} ({why})" for file, why in list(run.left.items())[:_NAMED]]
        more = ", …" if len(run.left) > _NAMED else ""
        words.append(f"{len(run.left)} left for you, Q shows what there is: {', '.join(names)}{more}")
    if run.stopped and run.at < len(run.ids):
        words.append(f"stopped with {counted(len(run.ids) - run.at, 'photo')} left")
    if not made and not run.left:
        return "No sneaker without a pose is outlined in these photos; S or Ctrl+Shift+S outlines them."
    return f"{'; '.join(words)}.{' Ctrl+Z takes all of it back.' if made else ''}"
