"""How sure a fitted pose is: a covariance that expects the outline's errors to hang together along it.

Neighbouring places of an outline err together: a hand is off for a while, a straight side cuts a whole bend. How far
they do is read from the residuals themselves, with what the fit has taken out of them given back (restricted maximum
likelihood, Patterson and Thompson 1971); the least-squares pose then spreads as that noise makes it spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.fit.problem import FitProblem
from core.fit.proxy import SHOE_PX
from core.fit.residuals import image_residuals
from core.fit.silhouette import visible_outline
from core.fit.solver import Scene, Stand
from core.render.outline import OutlineMesh

Array = NDArray[np.float64]

_MOST_LINES = 400
_MOST_SAMPLES = 600
_BLOCKS = 64
_FEWEST_SAMPLES, _FEWEST_BLOCKS = 24, 9
_FARTHEST_ERROR_PX = 3.0
_LENGTHS = (0.0, 0.75, 1.5, 3.0, 6.0, 12.0)  # of a block; 0: blocks err alone
_OWN_SHARE = 0.4  # of the proxy's own error that moves the pose as one
_NEVER_EXACT_PX = 0.08  # what the fit itself misses, whatever the outline
_OWN_LENGTH = 0.1  # of the shoe, along which both keep their sign
_SMOOTH = 0.75
_JITTER = 1e-6
_FEWEST_FREE = 3.0
_CHI2_95_OF_6 = 12.5916


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What the residuals of a pose say. covariance: (6, 6) in (omega rad, v mm), camera axes about the shoe's origin;

    variance_px2: mean squared residual, without what stands out; independent: as how many independent errors the
    outline's errors count.
    """

    covariance: Array
    variance_px2: float
    independent: float


class _Blocks(NamedTuple):
    """Residuals averaged over stretches of the outline: (N,) px, (N, 6) Jacobian, (N, 2) where, (N, 2) normals, (N,)

    weights of mean 1, (N,) share of a full block; length_px of a full block; variance_px2 of the samples.
    """

    errors: Array
    rows: Array
    at_px: Array
    normals: Array
    weights: Array
    shares: Array
    length_px: float
    variance_px2: float


class _Between(NamedTuple):
    """Of each two blocks (N, N): how far apart they are, and 1 where they face the same way, 0 where they face away

    from each other: the two sides of a thin part err apart.
    """

    distances_px: Array
    facing: Array


def pose_covariance(problem: FitProblem, stand: Stand) -> Array | None:
    """The covariance of `pose_spread`."""
    spread = pose_spread(problem, stand)
    return None if spread is None else spread.covariance


def pose_spread(problem: FitProblem, stand: Stand) -> Spread | None:
    """How a pose at the outline's minimum spreads; None when too little of the outline counts.

    With J the Jacobian of the blocks, W their weights and S the covariance of their errors, C = G·S·G^T where
    G = (J^T W J)^-1·J^T W. C is widened so that the ellipsoid that should hold 95 % of six normal numbers holds
    95 % although S is known from few errors (Hotelling). Residuals that stand out by more than a blunder's size are
    left out, as the fit leaves them out; by how much the proxy's outline misses the full mesh's is added.
    """
    scene = problem.scene
    blocks = _blocks(problem.proxies.polish, scene, stand)
    if blocks is None:
        return None
    # Columns are brought to one scale before the inverse: radians and millimetres differ by a thousand.
    scale = np.linalg.norm(blocks.rows, axis=0)
    if not (scale > 0).all():
        return None
    rows = blocks.rows / scale
    inverse = np.linalg.pinv(rows.T @ (blocks.weights[:, None] * rows), rcond=1e-10, hermitian=True)
    gain = inverse @ (rows.T * blocks.weights)
    between = _between(blocks)
    noise, free = _noise(blocks, between, rows=rows, gain=gain)
    length_px = scene.contour.length_px
    own_px = problem.proxies.polish_deviation.rms_px * length_px / SHOE_PX
    steady = (_OWN_SHARE * own_px) ** 2 + _NEVER_EXACT_PX**2
    noise += steady * np.exp(-between.distances_px / (_OWN_LENGTH * length_px)) * between.facing
    covariance = _widening(free) * (gain @ noise @ gain.T) / np.outer(scale, scale)
    return Spread(np.asarray((covariance + covariance.T) / 2), blocks.variance_px2, free + 6.0)


def _blocks(mesh: OutlineMesh, scene: Scene, stand: Stand) -> _Blocks | None:
    contour = scene.contour
    lines = int(np.clip(contour.length_px, 50, _MOST_LINES))
    outline = visible_outline(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=lines)
    if outline is None:
        return None
    samples = contour.thinned(_MOST_SAMPLES)
    spacing = contour.spacing_px * max(1, -(-len(contour.samples.at_px) // _MOST_SAMPLES))
    view = (stand.rotation, stand.translation, scene.lens, outline.points_mm, outline.normals)
    along, whole, rows = image_residuals(*view, samples)
    with np.errstate(invalid="ignore"):
        slid = np.sqrt(np.maximum(whole**2 - along**2, 0.0)) > 2.0 + outline.spacing_px
        usual = 1.48 * float(np.nanmedian(np.abs(along))) if np.isfinite(along).any() else 0.0
        good = np.isfinite(along) & ~slid & (np.abs(along) < max(_FARTHEST_ERROR_PX, 5.0 * usual))
    total = int(good.sum())
    if total < _FEWEST_SAMPLES:
        return None
    errors, rows, weights = along[good], rows[good], samples.weights[good]
    at, normals = samples.at_px[good], samples.normals[good]
    size = -(-total // _BLOCKS)
    starts = _starts(at, size, 3.0 * spacing)
    counts = np.diff([*starts, total])
    sums = np.add.reduceat(weights, starts)
    kept = counts * 3 >= size
    if int(kept.sum()) < _FEWEST_BLOCKS:
        return None

    def mean(values: Array, by: Array, over: Array) -> Array:
        summed = np.add.reduceat(values * (by if values.ndim == 1 else by[:, None]), starts, axis=0)
        return np.asarray((summed / (over if values.ndim == 1 else over[:, None]))[kept])

    each, many = np.ones(total), counts.astype(np.float64)
    # The weight of a block is its samples' together, so that the blocks' pose is the samples'.
    return _Blocks(
        mean(errors, weights, sums),
        mean(rows, weights, sums),
        mean(at, each, many),
        mean(normals, each, many),
        sums[kept] / sums[kept].mean(),
        many[kept] / size,
        size * spacing,
        float(np.mean(errors**2)),
    )


def _starts(at: Array, size: int, gap_px: float) -> NDArray[np.int64]:
    """Where blocks of at most `size` of the (N, 2) px begin: none reaches across a gap."""
    apart = np.hypot(*np.diff(at, axis=0).T) > gap_px
    firsts = np.concatenate([[0], np.flatnonzero(apart) + 1])
    ends = np.append(firsts[1:], len(at))
    return np.concatenate([np.arange(first, end, size) for first, end in zip(firsts, ends, strict=True)])


def _noise(blocks: _Blocks, between: _Between, *, rows: Array, gain: Array) -> tuple[Array, float]:
    """Covariance (N, N) of the blocks' errors, and how many free ones it is known from.

    Of kernels of several lengths, each scaled to the residuals, by the restricted likelihood that they have.
    """
    count = len(rows)
    asked = np.column_stack([rows, blocks.errors])
    residuals = blocks.errors - rows @ (gain @ blocks.errors)
    squares = float(residuals @ residuals)
    found, likelihoods, freedoms = [], [], []
    for length in _LENGTHS:
        kernel = _kernel(between, length * blocks.length_px) if length > 0 else np.diag(1.0 / blocks.shares)
        kernel += _JITTER * np.eye(count)
        factor = np.linalg.cholesky(kernel)
        whitened = np.linalg.solve(factor, asked)
        jacobian, errors = whitened[:, :6], whitened[:, 6]
        information, explained = jacobian.T @ jacobian, jacobian.T @ errors
        rest = float(errors @ errors - explained @ np.linalg.solve(information, explained))
        volume = float(np.log(np.diag(factor)).sum()) + 0.5 * float(np.linalg.slogdet(information)[1])
        likelihoods.append(-volume - 0.5 * (count - 6) * float(np.log(max(rest, 1e-12))))
        # What the fit leaves of it: (I - J·G)·K·(I - J·G)^T.
        taken = rows @ (gain @ kernel)
        seen = kernel - taken - taken.T + (taken @ gain.T) @ rows.T
        trace = float(np.trace(seen))
        found.append(squares / trace * kernel)
        freedoms.append(trace**2 / float((seen * seen).sum()))
    shares = np.exp(np.array(likelihoods) - max(likelihoods))
    shares /= shares.sum()
    return np.tensordot(shares, np.array(found), axes=1), float(shares @ freedoms)


def _kernel(between: _Between, length_px: float) -> Array:
    """Mostly a curve that is smooth at zero, partly one that is not, as jitter and straight sides ask for (Matérn)."""
    ratio = between.distances_px / length_px
    root = np.sqrt(3.0) * ratio
    return np.asarray((_SMOOTH * (1.0 + root) * np.exp(-root) + (1.0 - _SMOOTH) * np.exp(-ratio)) * between.facing)


def _between(blocks: _Blocks) -> _Between:
    x, y = blocks.at_px.T
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    return _Between(apart, 0.5 * (1.0 + blocks.normals @ blocks.normals.T))


def _widening(free: float) -> float:
    """Of a covariance known from that many free errors."""
    from scipy.special import fdtri  # not with the first import of the fit: it takes a while to load

    return float(6.0 * fdtri(6.0, max(free, _FEWEST_FREE), 0.95) / _CHI2_95_OF_6)
