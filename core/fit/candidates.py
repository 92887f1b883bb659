"""Poses on their way to an answer: what each costs, which of them are distinct, and which are looked at further."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.fit.overlap import Overlap
from core.fit.problem import FitProblem
from core.fit.silhouette import overlap_iou, visible_outline
from core.fit.solver import Stand, equations_at
from core.fit.stages import hidden_stages
from core.geometry.pose import Pose, quaternion_from_matrix
from core.labels.instance import Side

MOST_CANDIDATES = 10
APART_DEG = 6.0
_UNMEASURED = Overlap(0.0, float("nan"))
_APART_COSINE = float(np.cos(np.radians(APART_DEG)))


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A stand of a problem. loss: what is ranked by, in 0..1: 1 - IoU, or the cost where parts may be hidden;

    asked: the problem as it was given, where this one supposes that something hides a part; doubt: what such a
    supposition adds to the loss.
    """

    problem: FitProblem
    stand: Stand
    loss: float
    measured: Overlap = _UNMEASURED
    polished: bool = False
    asked: FitProblem | None = None
    doubt: float = 0.0

    @property
    def side(self) -> Side:
        """The foot it is a pose of."""
        return self.problem.side

    @property
    def pose(self) -> Pose:
        """The stand as a pose."""
        return Pose(quaternion_from_matrix(self.stand.rotation), self.stand.translation)


def distinct(candidates: list[Candidate]) -> list[Candidate]:
    """By loss, each more than APART_DEG from the better ones of its side."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.loss):
        near = (_cosine(candidate.stand, other.stand) > _APART_COSINE for other in kept if other.side is candidate.side)
        if not any(near):
            kept.append(candidate)
    return kept


def shortlist(candidates: list[Candidate]) -> list[Candidate]:
    """The first few, the best of each side among them."""
    firsts = firsts_of_sides(candidates)
    others = [candidate for candidate in candidates if candidate not in firsts]
    return sorted([*firsts, *others[: MOST_CANDIDATES - len(firsts)]], key=lambda c: c.loss)


def firsts_of_sides(candidates: list[Candidate]) -> list[Candidate]:
    """The first candidate of each side."""
    firsts: dict[Side, Candidate] = {}
    for candidate in candidates:
        firsts.setdefault(candidate.side, candidate)
    return list(firsts.values())


def apart(stands: list[Stand]) -> list[Stand]:
    """Those that are more than APART_DEG from each one before."""
    kept: list[Stand] = []
    for stand in stands:
        if all(_cosine(stand, other) <= _APART_COSINE for other in kept):
            kept.append(stand)
    return kept


def iou_loss(problem: FitProblem, stand: Stand) -> float:
    """1 - IoU with the search mesh."""
    scene, mesh = problem.scene, problem.proxies.search
    pixels = scene.contour.pixels
    return 1.0 - overlap_iou(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, pixels=pixels)


def hidden_loss(problem: FitProblem, stand: Stand) -> float:
    """The robust cost at a scale that is the same for all, in units of what it is at most: 0..1."""
    scene, mesh = problem.scene, problem.proxies.search
    stage = hidden_stages(scene.contour.length_px)[-1]
    outline = visible_outline(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=stage.lines)
    if outline is None:
        return 1.0
    found = equations_at(outline, scene, stand=stand, samples=scene.contour.thinned(stage.samples), stage=stage)
    return min(found.cost * 6.0 / (stage.scale_px**2 * (1.0 + stage.image_weight)), 1.0)


def _cosine(a: Stand, b: Stand) -> float:
    """Of the angle between two rotations."""
    return 0.5 * (float((a.rotation * b.rotation).sum()) - 1.0)
