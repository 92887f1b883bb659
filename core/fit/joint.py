"""All that is known in one least squares: the outline, clicked landmarks, the floor, and a focal length left free.

The outline is weighed by what it really says: its residuals hang together along it, so that only as many count as the
pose's covariance has it, while a click of sigma 2 px is one measurement of 2 px. So clicks hardly move a clean outline
and help a poor one. The focal length is a seventh parameter, ln f, with a Gaussian prior about the camera's; a step of
it takes the shoe along so that t_z/f stays, which alone is nearly certain. Contours stay as the camera that was given
undid its lens, whose distortion is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.cholesky import descent_of
from core.fit.descent import MeshArrays, tukey_scale
from core.fit.knowledge import Knowledge, add_knowledge, knowledge_cost
from core.fit.problem import FitProblem
from core.fit.residuals import TUKEY, Field, Samples, listed_residuals, matched, projected, stepped
from core.fit.silhouette import focal_centre, outline_of, overlap_iou
from core.fit.solver import Stand
from core.fit.stages import last_stage
from core.fit.uncertainty import pose_covariance
from core.geometry.pnp import LEAST_CLICKS, solve_pnp

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS, _STEPS = 6, 4
_STOP = 1e-4
_TANGENTIAL_PX = 2.0
_FIRST_DAMPING, _LARGEST_DAMPING = 1e-3, 1e7
_LARGEST_TURN_RAD, _LARGEST_MOVE, _LARGEST_ZOOM = 0.2, 0.2, 0.15
_FEWEST_MEASUREMENTS = 8.0  # of 1 px, where an outline is too short for a covariance
_LEFT_BEHIND = 1.2
# Of drawn outlines with four clicks of 2 px the poses are best, by mean ADD and rotation, when the outline counts two
# to eight times what its covariance says, which is widened for what is not known of the outline's errors.
_OUTLINE_GAIN = 3.0
_WORST = 0.999
_CERTAIN_MEASUREMENTS = 1000.0  # of 1 px, as of an outline that is right to a fifth of a pixel
_OUTLINE_MEASUREMENTS = 16.0  # independent ones in an outline drawn by hand


class Evidence(NamedTuple):
    """What the residuals are taken from, besides one outline of the model."""

    field: Field
    samples: Samples
    known: Knowledge


class State(NamedTuple):
    """The seven parameters: rotation (3, 3), translation (3,) mm, lens (fx, fy, cx, cy), ln of f over the camera's."""

    rotation: Array
    translation: Array
    lens: Array
    zoom: float


class Normal(NamedTuple):
    """Normal equations in (w rad, v mm, ln f): hessian (7, 7), gradient (7,), cost; inf where there is no outline."""

    hessian: Array
    gradient: Array
    cost: float


def knows_more(problem: FitProblem) -> bool:
    """Whether there is anything to join with the outline."""
    return bool(problem.clicks) or problem.floor is not None or problem.focal_sigma > 0


def joined(problem: FitProblem, stand: Stand) -> tuple[FitProblem, Stand]:
    """The problem, with the focal length found, and the stand after the joint least squares.

    Begun at a stand near the outline's own minimum. Both are as given where nothing more is known, and where there is
    no outline.
    """
    if not knows_more(problem):
        return problem, stand
    state = State(stand.rotation, stand.translation, focal_centre(problem.camera), 0.0)
    if problem.focal_sigma > 0:
        # With a wrong focal length the residuals are no noise: what they say is asked where they are least.
        state = _descended(problem, state, _CERTAIN_MEASUREMENTS / _image_weight(problem))
    points, normals, robust = _outline(problem, state)
    if len(points) == 0:
        return problem, stand
    alone = outline_equations(points, normals, state, _evidence(problem), robust)
    own = pose_covariance(_refocused(problem, state.zoom), _stand(state, stand))
    state = _descended(problem, state, _OUTLINE_GAIN * _share(problem, alone, own))
    return _refocused(problem, state.zoom), _stand(state, stand)


def joint_covariance(problem: FitProblem, stand: Stand) -> tuple[Array | None, float]:
    """(6, 6) covariance of the pose in (omega rad, v mm), whatever the focal length, and the sigma of ln f (0: known).

    What the outline alone says is `pose_covariance`. None when the outline is too short.
    """
    own = pose_covariance(problem, stand)
    if not knows_more(problem) or own is None:
        return own, 0.0
    state = State(stand.rotation, stand.translation, focal_centre(problem.camera), 0.0)
    points, normals, robust = _outline(problem, state)
    if len(points) == 0:
        return own, 0.0
    alone = outline_equations(points, normals, state, _evidence(problem), robust)
    total = _share(problem, alone, own) * alone.hessian
    if problem.focal_sigma <= 0:
        total[:6, :6] = _inverse(own)
    add_knowledge(state.rotation, state.translation, state.lens, problem.knowledge, total, np.zeros(7))
    if problem.focal_sigma <= 0:
        return _inverse(total[:6, :6]), 0.0
    total[6, 6] += 1.0 / problem.focal_sigma**2
    found = _inverse(total)
    return found[:6, :6], float(np.sqrt(found[6, 6]))


def less_likely(problem: FitProblem, stand: Stand) -> float:
    """The factor, 1 or more, by which what is known beside the outline makes a stand's loss count.

    An outline of n independent measurements off by s has the likelihood s^-n, and a loss goes with s: a cost of the
    clicks multiplies it by exp(cost/n). So they decide between twins, and change little where one fits far better.
    """
    if not problem.clicks and problem.floor is None:
        return 1.0
    lens = focal_centre(problem.camera)
    cost = knowledge_cost(stand.rotation, stand.translation, lens, problem.knowledge)
    return float(np.exp(cost / _OUTLINE_MEASUREMENTS))


def weighed(problem: FitProblem, stand: Stand, loss: float) -> float:
    """A loss in 0..1, made worse where clicks or the floor speak against the stand; 1, nothing seen, stays 1."""
    return loss if loss >= _WORST else min(loss * less_likely(problem, stand), _WORST)


def clicked_stands(problem: FitProblem) -> list[Stand]:
    """The pose of the clicked landmarks alone, where there are enough of them."""
    if len(problem.clicks) < LEAST_CLICKS:
        return []
    places, pixels = zip(*((click.at_mm, click.at_px) for click in problem.clicks), strict=True)
    try:
        pose = solve_pnp(places, pixels, problem.camera).pose
    except ValueError:
        return []  # in a line, or wrong: the outline suggests enough
    return [Stand(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy())]


def likelier_joined(problem: FitProblem, stand: Stand, start: Stand) -> tuple[FitProblem, Stand]:
    """`joined` from the outline's own minimum; where that left the clicks of its start behind, the better of both."""
    first = joined(problem, stand)
    if less_likely(problem, stand) < _LEFT_BEHIND * less_likely(problem, start):
        return first
    return min(first, joined(problem, start), key=lambda found: weighed(found[0], found[1], 1.0 - _iou(*found)))


@njit(cache=True, nogil=True)
def outline_at(
    mesh: MeshArrays, state: State, field: Field, lines: int, image_weight: float
) -> tuple[Array, Array, tuple[int, float, float, float]]:
    """Points and normals (N, 3) of the outline, N = 0: none, and how residuals count there, as in `summed`."""
    points, normals, spacing = outline_of(mesh, state.rotation, state.translation, state.lens, lines)
    scale = 1.0
    if points.shape[0] > 0:
        scale = tukey_scale(points, normals, state.rotation, state.translation, state.lens, field)
    return points, normals, (TUKEY, scale, image_weight, _TANGENTIAL_PX + spacing)


@njit(cache=True, nogil=True)
def outline_equations(
    points: Array, normals: Array, state: State, evidence: Evidence, robust: tuple[int, float, float, float]
) -> Normal:
    """The equations of the outline alone, in px². With X, Z of a moved point, d e / d ln f = -j_z·Z for rows j."""
    screen = np.empty((7, points.shape[0]))
    hessian, gradient = np.zeros((7, 7)), np.zeros(7)
    translation, lens = state.translation, state.lens
    if not projected(state.rotation, translation, lens, points, normals, screen):
        return Normal(hessian, gradient, np.inf)
    matches = matched(evidence.samples, screen)
    which, listed, cost = listed_residuals(screen, evidence.field, evidence.samples, matches, robust)
    if which.shape[0] == 0:
        return Normal(hessian, gradient, np.inf)
    squared = robust[1] * robust[1]
    row = np.empty(7)
    for i in range(which.shape[0]):
        rest = max(1.0 - listed[3, i] / squared, 0.0)
        cost += listed[4, i] * squared * (1.0 - rest * rest * rest) / 6.0
        weight = listed[4, i] * rest * rest
        if weight <= 0.0:
            continue
        k = which[i]
        x, y, z = screen[4, k], screen[5, k], screen[6, k]
        depth = z + translation[2]
        jx, jy = listed[0, i] * lens[0] / depth, listed[1, i] * lens[1] / depth
        jz = -(jx * (x + translation[0]) + jy * (y + translation[1])) / depth
        row[0], row[1], row[2] = y * jz - z * jy, z * jx - x * jz, x * jy - y * jx
        row[3], row[4], row[5], row[6] = jx, jy, jz, -jz * depth
        for r in range(7):
            gradient[r] += weight * row[r] * listed[2, i]
            for c in range(7):
                hessian[r, c] += weight * row[r] * row[c]
    return Normal(hessian, gradient, cost)


@njit(cache=True, nogil=True)
def settled(
    points: Array,
    normals: Array,
    state: State,
    evidence: Evidence,
    robust: tuple[int, float, float, float],
    limits: tuple[float, float],
) -> State:
    """The state after Levenberg-Marquardt on one outline; limits: what 1 px² of the outline counts, sigma of ln f."""
    here = _all_equations(points, normals, state, evidence, robust, limits)
    damping = _FIRST_DAMPING
    for _ in range(_STEPS):
        tangent = _tangent(here, damping, state.translation[2])
        if not np.isfinite(tangent[0]):
            break
        trial = moved(state, tangent)
        there = _all_equations(points, normals, trial, evidence, robust, limits)
        if there.cost < here.cost:
            here, state = there, trial
            damping *= 0.2
        else:
            damping *= 8.0
        if damping > _LARGEST_DAMPING:
            break
    return state


@njit(cache=True, nogil=True)
def moved(state: State, tangent: Array) -> State:
    """The state a step (7,) on. ln f takes t_z along, so that the shoe keeps its size on the screen."""
    rotation, translation = stepped(state.rotation, state.translation, tangent[:6])
    factor = np.exp(tangent[6])
    translation[2] += state.translation[2] * (factor - 1.0)
    lens = state.lens.copy()
    lens[0] *= factor
    lens[1] *= factor
    return State(rotation, translation, lens, state.zoom + tangent[6])


@njit(cache=True, nogil=True)
def _all_equations(
    points: Array,
    normals: Array,
    state: State,
    evidence: Evidence,
    robust: tuple[int, float, float, float],
    limits: tuple[float, float],
) -> Normal:
    """In units of likelihood, and for steps of `moved`: the column of ln f has that of t_z with it."""
    share, sigma = limits
    alone = outline_equations(points, normals, state, evidence, robust)
    if not np.isfinite(alone.cost):
        return alone
    hessian, gradient, cost = share * alone.hessian, share * alone.gradient, share * alone.cost
    cost += add_knowledge(state.rotation, state.translation, state.lens, evidence.known, hessian, gradient)
    if sigma <= 0.0:
        hessian[6, :], hessian[:, 6], gradient[6] = 0.0, 0.0, 0.0
        hessian[6, 6] = 1.0
        return Normal(hessian, gradient, cost)
    depth = state.translation[2]
    hessian[6, :] += depth * hessian[5, :]
    hessian[:, 6] += depth * hessian[:, 5]
    gradient[6] += depth * gradient[5] + state.zoom / (sigma * sigma)
    hessian[6, 6] += 1.0 / (sigma * sigma)
    return Normal(hessian, gradient, cost + 0.5 * (state.zoom / sigma) ** 2)


@njit(cache=True, nogil=True)
def _tangent(equations: Normal, damping: float, depth_mm: float) -> Array:
    """(7,) step of the damped normal equations, cut to what the linearisation can answer for; nan: there is none."""
    if not np.isfinite(equations.cost):
        return np.full(7, np.nan)
    damped = equations.hessian.copy()
    for r in range(7):
        damped[r, r] *= 1.0 + damping + 1e-12
    step = descent_of(damped, equations.gradient)
    turn = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) / _LARGEST_TURN_RAD
    move = np.sqrt(step[3] ** 2 + step[4] ** 2 + step[5] ** 2) / (_LARGEST_MOVE * max(depth_mm, 1e-9))
    return step / max(turn, move, abs(step[6]) / _LARGEST_ZOOM, 1.0)


def _descended(problem: FitProblem, state: State, share: float) -> State:
    """The state after some outlines, of which 1 px² counts `share` as a likelihood."""
    evidence = _evidence(problem)
    for _ in range(_ROUNDS):
        points, normals, robust = _outline(problem, state)
        if len(points) == 0:
            break
        before, state = state, settled(points, normals, state, evidence, robust, (share, problem.focal_sigma))
        if _moved(before, state) < _STOP:
            break
    return state


def _outline(problem: FitProblem, state: State) -> tuple[Array, Array, tuple[int, float, float, float]]:
    mesh, stage = problem.proxies.polish, last_stage(problem.contour.length_px)
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    return outline_at(arrays, state, problem.contour.field, stage.lines, stage.image_weight)


def _evidence(problem: FitProblem) -> Evidence:
    samples = problem.contour.thinned(last_stage(problem.contour.length_px).samples)
    return Evidence(problem.contour.field, samples, problem.knowledge)


def _image_weight(problem: FitProblem) -> float:
    """What the shares of all residuals sum up to."""
    return 1.0 + last_stage(problem.contour.length_px).image_weight


def _share(problem: FitProblem, alone: Normal, covariance: Array | None) -> float:
    """What 1 px² of the outline's cost counts as a likelihood: its equations times this are those of its covariance,

    in the geometric mean over the six directions."""
    sign, log_volume = -1.0, 0.0
    if covariance is not None:
        sign, log_volume = np.linalg.slogdet(alone.hessian[:6, :6] @ covariance)
    if sign <= 0:
        return _FEWEST_MEASUREMENTS / _image_weight(problem)
    return float(np.exp(-log_volume / 6.0))


def _iou(problem: FitProblem, stand: Stand) -> float:
    lens, pixels = focal_centre(problem.camera), problem.contour.pixels
    mesh = problem.proxies.polish
    return overlap_iou(mesh, stand.rotation, translation=stand.translation, lens=lens, pixels=pixels)


def _refocused(problem: FitProblem, zoom: float) -> FitProblem:
    if zoom == 0.0:
        return problem
    camera, factor = problem.camera, float(np.exp(zoom))
    return replace(problem, camera=replace(camera, fx_px=camera.fx_px * factor, fy_px=camera.fy_px * factor))


def _stand(state: State, stand: Stand) -> Stand:
    return Stand(state.rotation, state.translation, stand.cost)


def _moved(before: State, after: State) -> float:
    turn = float(np.linalg.norm(after.rotation - before.rotation)) / np.sqrt(2.0)
    move = float(np.linalg.norm(after.translation - before.translation)) / max(abs(float(after.translation[2])), 1e-9)
    return turn + move + abs(after.zoom - before.zoom)


def _inverse(matrix: Array) -> Array:
    """Of a symmetric matrix whose rows have units that differ by a thousand."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    found = np.linalg.pinv(matrix / np.outer(scale, scale), rcond=1e-12, hermitian=True) / np.outer(scale, scale)
    return np.asarray((found + found.T) / 2)
