"""Which of the poses found the outline cannot tell apart, and how much such a choice adds to the doubt about each.

Two poses are compared by what they leave unexplained of the outline, both ways, in units of the noise that the better
one shows. Along an outline errors hang together, so that only as many count as its `Spread` calls independent: the log
of the likelihood ratio is n/2·ln(1 + (E - E0)/s²), as for n errors whose spread is not known beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fit.candidates import Candidate
from core.fit.knowledge import knowledge_cost
from core.fit.problem import FitProblem
from core.fit.residuals import image_residuals, model_residuals
from core.fit.silhouette import visible_outline
from core.fit.solver import Stand
from core.fit.uncertainty import Spread, pose_spread
from core.geometry.pose import Pose, rotation_angle_deg

Array = NDArray[np.float64]

PLAUSIBLE_NATS = 10.0
_MATTERS = 0.05  # of the shoe's length: nearer poses are one answer
_SAME_VALLEY_DEG = 25.0
_FAR_WORSE, _AND_SO_MUCH = 3.0, 0.05  # a loss that needs no second look
_BLUNDER = 6.0  # times the noise, from where an error counts no further
_LEAST_VARIANCE_PX2 = 0.04
_MOST_GAIN = 0.5
_MOST_SAMPLES = 400
_HOPELESS_NATS = 1e3
_LEAST_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Of candidates, the best first: nats by which the outline is less likely than at the best (inf: far less), and of

    each the others that it allows about as well or better.
    """

    nats: tuple[float, ...]
    rivals: tuple[tuple[int, ...], ...]


def rivalry(candidates: Sequence[Candidate]) -> Rivalry:
    """How candidates for one outline compare, the best first. Half a millisecond for each that comes near the best."""
    nats = _nats(candidates)
    plausible = [index for index, value in enumerate(nats) if value <= PLAUSIBLE_NATS]
    rivals = tuple(
        tuple(
            other
            for other in plausible
            if other != index
            and nats[other] <= value + PLAUSIBLE_NATS
            and _matters(candidates[index], candidates[other])
        )
        for index, value in enumerate(nats)
    )
    return Rivalry(nats, rivals)


def widened(
    covariances: Sequence[Array | None], candidates: Sequence[Candidate], nats: Sequence[float]
) -> list[Array | None]:
    """(6, 6) covariances that know of the other minima in the same valley: of a mixture, each part by its likelihood.

    Farther poses are another answer, not a doubt about this one.
    """
    found: list[Array | None] = []
    for index, own in enumerate(covariances):
        if own is None or not np.isfinite(nats[index]):
            found.append(own)
            continue
        total, weight = own.copy(), 1.0
        for other, candidate in enumerate(candidates):
            share = float(np.exp(min(nats[index] - nats[other], 0.0)))
            if other == index or share < _LEAST_SHARE or not _in_one_valley(candidates[index], candidate):
                continue
            theirs = covariances[other]
            away = _tangent(candidates[index].pose, candidate.pose)
            total += share * ((own if theirs is None else theirs) + np.outer(away, away))
            weight += share
        found.append(total / weight)
    return found


def disagreement_px2(problem: FitProblem, stand: Stand, farthest_px: float) -> float:
    """Mean squared distance of the outline and the model's, both ways, none counted as more than `farthest_px`."""
    scene, mesh = problem.scene, problem.proxies.polish
    contour = scene.contour
    lines = int(np.clip(contour.length_px, 50, _MOST_SAMPLES))
    outline = visible_outline(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=lines)
    if outline is None:
        return farthest_px**2
    view = (stand.rotation, stand.translation, scene.lens, outline.points_mm, outline.normals)
    samples = contour.thinned(_MOST_SAMPLES)
    along, whole, _ = image_residuals(*view, samples)
    with np.errstate(invalid="ignore"):
        slid = np.sqrt(np.maximum(whole**2 - along**2, 0.0)) > 2.0 + outline.spacing_px
    missed = np.where(np.isfinite(along), np.where(slid, whole, along) ** 2, np.inf)
    from_outline = float((np.minimum(missed, farthest_px**2) * samples.weights).sum() / samples.weights.sum())
    beside = model_residuals(*view, contour.field)
    beside = beside[np.isfinite(beside)]
    if not len(beside):
        return from_outline
    return 0.5 * (from_outline + float(np.minimum(beside**2, farthest_px**2).mean()))


def _nats(candidates: Sequence[Candidate]) -> tuple[float, ...]:
    near = [_is_near(candidate, candidates[0]) for candidate in candidates]
    spread = pose_spread(candidates[0].problem, candidates[0].stand) if sum(near) > 1 else None
    if spread is None:
        return (0.0, *(np.inf for _ in candidates[1:]))
    measured = [_measured(c, spread) if is_near else None for c, is_near in zip(candidates, near, strict=True)]
    first = measured[0]
    assert first is not None
    variance = spread.variance_px2 + _LEAST_VARIANCE_PX2
    nats = []
    for one in measured:
        if one is None:
            nats.append(np.inf)
            continue
        excess = max((one[0] - first[0]) / variance, -_MOST_GAIN)
        nats.append(0.5 * spread.independent * float(np.log1p(excess)) + one[1] - first[1])
    return tuple(nats)


def _is_near(candidate: Candidate, best: Candidate) -> bool:
    return candidate.loss <= _FAR_WORSE * max(best.loss, 0.0) + _AND_SO_MUCH


def _measured(candidate: Candidate, spread: Spread) -> tuple[float, float]:
    """The disagreement with the outline as it was given, px², and the nats of all that is known beside it."""
    asked = candidate.asked or candidate.problem
    farthest = _BLUNDER * float(np.sqrt(spread.variance_px2 + _LEAST_VARIANCE_PX2))
    stand = candidate.stand
    known = knowledge_cost(stand.rotation, stand.translation, asked.scene.lens, asked.knowledge)
    return disagreement_px2(asked, stand, farthest), min(float(known), _HOPELESS_NATS)


def _matters(a: Candidate, b: Candidate) -> bool:
    """Whether it makes a difference which of the two it is."""
    if a.side is not b.side:
        return True
    corners = a.problem.proxies.corners_mm
    away = np.linalg.norm(a.pose.apply(corners) - b.pose.apply(corners), axis=1)
    return float(away.mean()) > _MATTERS * float(np.ptp(corners[:, 0]))


def _in_one_valley(a: Candidate, b: Candidate) -> bool:
    return a.side is b.side and rotation_angle_deg(a.pose, b.pose) < _SAME_VALLEY_DEG


def _tangent(a: Pose, b: Pose) -> Array:
    """(6,) that leads from `a` to `b`."""
    turn = Pose.from_matrix(b.rotation @ a.rotation.T, np.zeros(3)).log()[:3]
    return np.concatenate([turn, b.translation_mm - a.translation_mm])
