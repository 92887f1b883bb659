"""Whether a shoe model can be what was outlined: error that runs on along the outline is the model's, not the hand's.

A hand errs at each vertex anew, and a mask by a pixel at a time; a shoe of another shape lies outside the outline along
the whole toe and inside it along the whole collar. So the residuals along the outline are split by wavelength: the long
waves, in shares of the shoe's length, are weighed against what drawing can leave of them: more where few vertices were
set and where the shoe is few pixels long, and more where the short waves are rough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fit.problem import FitProblem
from core.fit.residuals import image_residuals
from core.fit.silhouette import visible_outline
from core.geometry.pose import Pose

Array = NDArray[np.float64]

DOUBTFUL = 0.95  # of own outlines of 40 vertices, about a hundred px long, two or three in a hundred lie above
_SAMPLES, _LINES, _PLACES = 160, 80, 128
_LONG, _LONGISH = 0.4, 0.2  # wavelengths, of the shoe's length
_LONGISH_SHARE = 0.5
_HAND_PX = 1.2
_ROUGHNESS_SHARE = 0.3
_NEVER_EXACT = 0.005  # of the shoe's length
_FARTHEST = 0.15
_FEWEST_SAMPLES = 24


@dataclass(frozen=True, slots=True)
class Misfit:
    """How a shoe at a pose and an outline disagree. score: its long waves over what drawing leaves, no unit;

    share: the farthest that its long waves take the outline from the model's, of the shoe's length.
    """

    score: float
    share: float

    @property
    def is_doubtful(self) -> bool:
        """Whether the outline is rather another shoe's."""
        return self.score > DOUBTFUL


NO_MISFIT = Misfit(0.0, 0.0)


def doubt_of(problem: FitProblem, pose: Pose) -> str:
    """A sentence for the annotator when the model cannot explain the outline at this pose, "" when it can."""
    found = misfit(problem, pose)
    if not found.is_doubtful:
        return ""
    return (
        f"The outline differs from this shoe model by {100 * found.share:.0f} % of its length: "
        "another model, other proportions, the other foot, or something in front of the shoe?"
    )


def misfit(problem: FitProblem, pose: Pose) -> Misfit:
    """The misfit at a pose, a quarter of a millisecond; none where too little of the outline counts to tell.

    Samples of the outline that are hidden count neither way: the waves run straight across their gap.
    """
    scene, mesh = problem.scene, problem.proxies.search
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    outline = visible_outline(mesh, rotation, translation=translation, lens=scene.lens, lines=_LINES)
    if outline is None:
        return NO_MISFIT
    samples = scene.contour.thinned(_SAMPLES)
    stride = max(1, -(-len(scene.contour.samples.at_px) // _SAMPLES))
    rings = scene.contour.rings[::stride]
    view = (rotation, translation, scene.lens, outline.points_mm, outline.normals)
    along, whole, _ = image_residuals(*view, samples)
    length_px = float(np.sqrt(scene.lens[0] * scene.lens[1]) * np.ptp(mesh.vertices_mm[:, 0]) / translation[2])
    with np.errstate(invalid="ignore"):
        slid = np.sqrt(np.maximum(whole**2 - along**2, 0.0)) > 2.0 + outline.spacing_px
        errors = np.clip(np.where(slid, np.copysign(whole, along), along) / length_px, -_FARTHEST, _FARTHEST)
    known = np.isfinite(errors)
    if known.sum() < _FEWEST_SAMPLES:
        return NO_MISFIT
    hand = _HAND_PX / length_px * (scene.contour.side_px / length_px) ** 0.25
    return _weighed(errors[known], samples.at_px[known] / length_px, rings=rings[known], hand=hand)


def _weighed(errors: Array, at: Array, *, rings: NDArray[np.int64], hand: float) -> Misfit:
    """The misfit of (N,) errors at (N, 2) places of rings; hand: what drawing leaves in long waves; in shoe lengths."""
    long, longish, short, farthest = 0.0, 0.0, 0.0, 0.0
    for ring in np.unique(rings):
        here = rings == ring
        weight = float(here.mean())
        if here.sum() < _FEWEST_SAMPLES / 3:
            continue
        values, around = _evenly(errors[here], at[here])
        spectrum = np.fft.rfft(values) / _PLACES
        power = np.abs(spectrum) ** 2 * np.where(np.arange(len(spectrum)) > 0, 2.0, 1.0)
        waves = np.arange(len(spectrum)) / around  # a shoe length
        is_long, is_short = waves < 1 / _LONG, (waves >= 1 / _LONGISH) & (waves < 1 / 0.05)
        long += weight * float(power[is_long].sum())
        longish += weight * float(power[~is_long & (waves < 1 / _LONGISH)].sum())
        short += weight * float(power[is_short].sum())
        smooth = np.fft.irfft(np.where(waves < 1 / _LONGISH, spectrum, 0.0) * _PLACES, n=_PLACES)
        farthest = max(farthest, float(np.abs(smooth).max()))
    drawn = hand**2 + _ROUGHNESS_SHARE**2 * short + _NEVER_EXACT**2
    return Misfit(float(np.sqrt((long + _LONGISH_SHARE * longish) / drawn)), farthest)


def _evenly(errors: Array, at: Array) -> tuple[Array, float]:
    """Errors at evenly spaced places around a closed ring, and how long it is."""
    steps = np.hypot(*(np.roll(at, -1, axis=0) - at).T)
    around = float(steps.sum())
    place = np.concatenate([[0.0], np.cumsum(steps[:-1])])
    wanted = np.arange(_PLACES) * (around / _PLACES)
    return np.interp(wanted, place, errors, period=around), around
