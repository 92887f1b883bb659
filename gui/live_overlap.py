"""How well the shoes of the photo cover their outlines at this moment, asked of the core whenever either moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import nan

from PySide6.QtCore import QObject, QTimer

from core.document.signal import Signal
from core.jobs.messages import OverlapResult, Result
from core.jobs.requests import overlap_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.fit_keys import LATE_MS, FitKeys, Key
from gui.inference import Inference
from gui.posed_shoe import PosedShoe
from gui.session import Session

REST_MS = 150  # the shoes nobody has chosen wait until the hand pauses


@dataclass(frozen=True, slots=True)
class LiveOverlap:
    """IoU and mean contour distance of one instance's shoe and outline; is_now as of a `Figure`."""

    instance_id: str
    iou: float
    contour_px: float
    is_now: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """The IoU of one instance's shoe and outline; is_now: of how both are now, not of how they were before."""

    iou: float
    is_now: bool = True


class OverlapWatch(QObject):
    """Keeps one question under way and the newest one waiting: an answer is at most one move late.

    `changed` carries the figures of the chosen shoe, or of the pose that is offered for it. The others of the photo
    are measured when the hand rests; `figures_changed` tells of each answer. Nothing of it is written to the document.
    """

    def __init__(self, session: Session, shoe: PosedShoe, inference: Inference) -> None:
        super().__init__()
        self.changed: Signal[LiveOverlap | None] = Signal()
        self.figures_changed: Signal[None] = Signal()
        self._session = session
        self._shoe = shoe
        self._inference = inference
        self._asked: Key = ()
        self._under_way = False
        self._known = _Known()
        self._told: LiveOverlap | None = None
        self._rest = self._timer(REST_MS, self._measure_others)
        self._late = self._timer(LATE_MS, self._tell_late)
        shoe.follow(self._look)

    def figures(self) -> dict[str, Figure]:
        """What is known of the shoes of the photo that is shown, by instance id; nothing of those never measured."""
        photo = self._session.shown
        return self._known.figures(photo) if photo is not None else {}

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    def _look(self) -> None:
        if self._session.drag is None:
            self._rest.start()
        instance = self._watched()
        if instance is None:
            if self._asked:
                self._asked = ()
                self._tell(None)
            return
        key = self._key(instance)
        if key[:2] != self._asked[:2]:
            self._tell(None)  # another shoe: nothing is known of it yet
        known = instance.pose_estimate
        if key != self._asked and self._session.drag is not None and known is not None and known.iou is not None:
            self._asked = key  # a shoe that is snapped while it is dragged brings its figures along
            self._tell(LiveOverlap(instance.id, known.iou, known.contour_px if known.contour_px is not None else nan))
            return
        if key != self._asked and not self._late.isActive():
            self._late.start()
        if key != self._asked and not self._under_way and self._ask(instance, key):
            self._asked = key

    def _tell(self, overlap: LiveOverlap | None) -> None:
        self._late.stop()
        self._told = overlap
        self.changed.emit(overlap)

    def _tell_late(self) -> None:
        """The core is long in answering: what is shown is of an older pose, unless it was stored with this one."""
        instance = self._watched()
        if self._told is not None and instance is not None and _stored_iou(instance) is None:
            self.changed.emit(replace(self._told, is_now=False))

    def _watched(self) -> Instance | None:
        selected, shown = self._session.selected, self._shoe.now
        if selected is None or selected.region.is_empty or shown is None:
            return None
        return shown if shown.pose_estimate is not None else None

    def _key(self, instance: Instance) -> Key:
        photo = self._session.shown
        assert photo is not None
        return self._known.key(photo, instance)

    def _measure_others(self) -> None:
        """One after another, those of which no figure holds any more."""
        photo = self._session.photo
        if photo is None or self._under_way or self._session.drag is not None:
            return
        for instance in _posed_on_outlines(photo):
            key = self._known.key(photo, instance)
            if self._known.is_new(key) and self._ask(instance, key):
                return

    def _ask(self, instance: Instance, key: Key) -> bool:
        photo = self._session.shown
        project = self._session.project
        file = self._shoe.file(instance)
        if photo is None or file is None:
            return False
        self._under_way = True
        self._known.try_once(key)
        is_there = photo.find(instance.id) is instance  # an offer's figure is not the instance's

        def on_result(result: Result) -> None:
            self._under_way = False
            answer = result.answer
            if isinstance(answer, OverlapResult):
                if is_there and self._session.photo_id == photo.id:
                    self._known.note(key, answer.iou)
                    self.figures_changed.emit(None)
                if self._asked == key and self._session.selected_id == instance.id:
                    self._tell(LiveOverlap(instance.id, answer.iou, answer.contour_px))
            self._look()
            self._measure_others()

        def on_failed(_: object) -> None:
            # No sentence: the number is a comfort, and the next move asks again.
            self._under_way = False
            self._look()

        request = overlap_request(photo, instance, project=project, mesh_file=str(file))
        self._inference.submit(request, on_result=on_result, on_failed=on_failed)
        return True


class _Known:
    """The figures of the shoes of one photo, and what each was measured on."""

    def __init__(self) -> None:
        self._photo_id = ""
        self._tried: dict[str, Key] = {}
        self._measured: dict[str, tuple[Key, float]] = {}
        self._newest: dict[str, float] = {}
        self.key = FitKeys().key

    def is_new(self, key: Key) -> bool:
        """Whether it was neither measured nor tried: what cannot be measured is not asked again and again."""
        instance_id = str(key[1])
        known = self._measured.get(instance_id)
        return self._tried.get(instance_id) != key and (known is None or known[0] != key)

    def try_once(self, key: Key) -> None:
        """It is being measured."""
        self._enter(str(key[0]))
        self._tried[str(key[1])] = key

    def note(self, key: Key, iou: float) -> None:
        """It was measured."""
        self._enter(str(key[0]))
        self._measured[str(key[1])] = key, iou
        self._newest[str(key[1])] = iou

    def figures(self, photo: Photo) -> dict[str, Figure]:
        """Of every shoe: what was measured on it as it is, else what was stored with its pose, else an older one."""
        self._enter(photo.id)
        found = {}
        for instance in _posed_on_outlines(photo):
            known = self._measured.get(instance.id)
            holds = known is not None and known[0] == self.key(photo, instance)
            iou = known[1] if known is not None and holds else _stored_iou(instance)
            if iou is not None:
                self._newest[instance.id] = iou
                found[instance.id] = Figure(iou)
            elif instance.id in self._newest:
                found[instance.id] = Figure(self._newest[instance.id], is_now=False)
        return found

    def _enter(self, photo_id: str) -> None:
        if photo_id != self._photo_id:
            self._photo_id = photo_id
            for kept in (self._tried, self._measured, self._newest):
                kept.clear()


def _posed_on_outlines(photo: Photo) -> Iterator[Instance]:
    return (i for i in photo.instances if i.pose_estimate is not None and not i.region.is_empty)


def _stored_iou(instance: Instance) -> float | None:
    return instance.pose_estimate.iou if instance.pose_estimate is not None else None
