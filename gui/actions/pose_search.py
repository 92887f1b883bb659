"""One sneaker's pose looked for in stages: as it seems, as the other foot, lying anyhow, and with parts hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from core.geometry.pose import rotation_angle_deg
from core.jobs.messages import Failed, PoseHypothesis, Result, SearchRequest, SearchResult, Step
from core.labels.instance import Side
from gui.inference import Inference
from gui.proposals import MOST_POSES

GOOD_IOU = 0.93  # a true model on its own whole outline stays above
_CLEAR_IOU = 0.975  # an outline that somebody cut short lets a shoe be squeezed into it, but not as well as this
_APART_DEG = 8.0
_WRONG_FOOT = "It fits as a {} shoe, and the sneaker is said to be for the other foot."


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search has found so far, the likeliest first; is_hidden: by supposing that part of the shoe is hidden.

    is_settled: nothing else need be supposed.
    """

    hypotheses: tuple[PoseHypothesis, ...]
    is_hidden: bool = False
    is_settled: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the first one explains the outline, and nothing speaks against it."""
        return bool(self.hypotheses) and self.hypotheses[0].iou >= GOOD_IOU and not self.hypotheses[0].doubt


class Supposed(Enum):
    """What a stage supposes of the shoe."""

    UPRIGHT = "looking for the pose"
    OTHER_FOOT = "as the other foot"
    ANYHOW = "as if it lay on its side"
    HIDDEN = "as if part of it were hidden"


_SHARES = {Supposed.UPRIGHT: 0.2, Supposed.OTHER_FOOT: 0.1, Supposed.ANYHOW: 0.2, Supposed.HIDDEN: 0.5}
_OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


class PoseSearch:
    """A chain of requests; each stage follows only when those before it found nothing good.

    on_progress(fraction, words); on_found(findings, finished) after each stage; on_failed(sentence, cancelled).
    """

    def __init__(
        self,
        inference: Inference,
        request: SearchRequest,
        *,
        on_progress: Callable[[float, str], object],
        on_found: Callable[[Findings, bool], object],
        on_failed: Callable[[str, bool], object],
    ) -> None:
        self._inference = inference
        self._request = request
        self._on_progress = on_progress
        self._on_found = on_found
        self._on_failed = on_failed
        self._found: dict[Supposed, tuple[PoseHypothesis, ...]] = {}
        self._sentence = ""
        self._job_id = 0
        self._stopped = False

    def start(self) -> None:
        """Begin."""
        self._ask(Supposed.UPRIGHT)

    def stop(self) -> None:
        """End it; on_failed says so."""
        self._stopped = True
        self._inference.cancel(self._job_id)

    def _ask(self, stage: Supposed) -> None:
        begun = sum(_SHARES[done] for done in self._found)
        self._on_progress(begun, stage.value)

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, SearchResult)
            self._found[stage] = result.answer.hypotheses
            self._go_on()

        def on_failed(failed: Failed) -> None:
            if failed.cancelled:
                self._on_failed(failed.sentence, True)
                return
            self._sentence = self._sentence or failed.sentence
            self._found[stage] = ()
            self._go_on()

        def on_step(step: Step) -> None:
            self._on_progress(begun + (step.fraction or 0.0) * _SHARES[stage], stage.value)

        evidence = self._request.evidence
        if stage is Supposed.OTHER_FOOT:
            evidence = replace(evidence, side=_OTHER[evidence.side], clicks=())  # they are places on this foot's shoe
        upright, hidden = stage is not Supposed.ANYHOW, stage is Supposed.HIDDEN
        request = replace(self._request, evidence=evidence, upright=upright, hidden=hidden)
        submit = self._inference.submit
        self._job_id = submit(request, on_step=on_step, on_result=on_result, on_failed=on_failed, listed=False)

    def _go_on(self) -> None:
        findings = concluded(self._found)
        known_foot = self._request.evidence.side in _OTHER
        left = [s for s in Supposed if s not in self._found and (s is not Supposed.OTHER_FOOT or known_foot)]
        sure = Supposed.OTHER_FOOT not in left or _is_clear(findings.hypotheses)
        finished = (findings.is_settled and sure) or not left
        if finished and not findings.hypotheses:
            self._on_failed(self._sentence, False)
            return
        if findings.hypotheses:
            self._on_found(findings, finished)
        if not finished and self._stopped:
            self._on_failed("Cancelled.", True)
        elif not finished:
            self._ask(left[0])


def concluded(found: Mapping[Supposed, tuple[PoseHypothesis, ...]]) -> Findings:
    """What the stages so far say together.

    A search that lets parts be hidden ranks by what is seen, and says more than the overlap of a shoe squeezed into an
    outline that was cut short; one that lets the shoe lie anyhow, or be the other foot than somebody said, is believed
    only where it explains everything, and the other foot is doubtful all the same.
    """
    upright, other, anyhow, hidden = (found.get(stage, ()) for stage in Supposed)
    if _is_clear(other) and not _is_clear(upright):
        doubted = tuple(replace(one, doubt=_WRONG_FOOT.format(one.side)) for one in other)
        return Findings(distinct((doubted[:1], upright, doubted[1:])), is_settled=True)
    if Findings(upright).is_good:
        return Findings(distinct((upright,)), is_settled=True)
    if _is_clear(anyhow):
        return Findings(distinct((anyhow, upright)), is_settled=True)
    if hidden and hidden[0].doubt and upright and upright[0].iou > hidden[0].iou:
        # Not even what is seen is explained: what overlaps best is the better guess of a shoe that is another one.
        return Findings(distinct((upright, anyhow, hidden)))
    if hidden:
        return Findings(distinct((hidden, upright)), is_hidden=hidden[0].iou < GOOD_IOU)
    return Findings(distinct((upright, anyhow)))


def _is_clear(hypotheses: tuple[PoseHypothesis, ...]) -> bool:
    return bool(hypotheses) and hypotheses[0].iou >= _CLEAR_IOU and not hypotheses[0].doubt


def distinct(lists: Sequence[tuple[PoseHypothesis, ...]]) -> tuple[PoseHypothesis, ...]:
    """One after another, those that are another pose or another foot than all before; at most `MOST_POSES`.

    Of two that are ambiguous each says so of the other: that a bad one might as well be the best says nothing.
    """
    kept: list[PoseHypothesis] = []
    for hypotheses in lists:
        places: dict[int, int] = {}
        fresh: list[int] = []
        for index, one in enumerate(hypotheses):
            at = next((at for at, other in enumerate(kept) if _same(one, other)), len(kept))
            if at < MOST_POSES:
                places[index] = at
            if at == len(kept) and at < MOST_POSES:
                kept.append(one)
                fresh.append(index)
        for index in fresh:
            rivals = {places[other] for other in hypotheses[index].ambiguous_with if other in places}
            kept[places[index]] = replace(hypotheses[index], ambiguous_with=tuple(sorted(rivals - {places[index]})))
    mutual = [
        tuple(other for other in one.ambiguous_with if at in kept[other].ambiguous_with) for at, one in enumerate(kept)
    ]
    return tuple(replace(one, ambiguous_with=rivals) for one, rivals in zip(kept, mutual, strict=True))


def _same(one: PoseHypothesis, other: PoseHypothesis) -> bool:
    return one.side is other.side and rotation_angle_deg(one.pose, other.pose) < _APART_DEG
