"""How sure a fitted pose is: a covariance that expects the outline's errors to hang together along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.fit.residuals import image_residuals
from core.fit.silhouette import visible_outline
from core.fit.solver import Scene, Stand
from core.render.outline import OutlineMesh

Array = NDArray[np.float64]

_LEAST_ERROR_PX = 0.2
_SAFETY = 1.5
_MOST_LINES = 400
_MOST_SAMPLES = 1200
_FARTHEST_ERROR_PX = 3.0


def pose_covariance(mesh: OutlineMesh, scene: Scene, stand: Stand) -> Array | None:
    """(6, 6) covariance in (omega rad, v mm), camera axes about the shoe's origin; None when the outline is too short.

    C = 1.5·tau·s²·(J^T J)^-1 over samples of the region's outline in their order, with tau = 1 + 2·sum of the
    autocorrelations of the residuals up to the first negative one, s² = max(mean e², 0.2²)·N/(N - 8) and N = n/tau.
    Residuals that stand out by more than a blunder's size are left out, as the fit leaves them out.
    """
    lines = int(np.clip(scene.contour.length_px, 50, _MOST_LINES))
    outline = visible_outline(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=lines)
    if outline is None:
        return None
    samples = scene.contour.thinned(_MOST_SAMPLES)
    view = (stand.rotation, stand.translation, scene.lens, outline.points_mm, outline.normals)
    along, whole, rows = image_residuals(*view, samples)
    with np.errstate(invalid="ignore"):
        slid = np.sqrt(np.maximum(whole**2 - along**2, 0.0)) > 2.0 + outline.spacing_px
        usual = 1.48 * float(np.nanmedian(np.abs(along))) if np.isfinite(along).any() else 0.0
        good = np.isfinite(along) & ~slid & (np.abs(along) < max(_FARTHEST_ERROR_PX, 5.0 * usual))
    errors, rows = along[good], rows[good]
    if len(errors) < 24:
        return None
    tau = _correlation_length(errors)
    effective = len(errors) / tau
    if effective <= 9.0:
        effective, tau = 9.0, len(errors) / 9.0
    variance = max(float(np.mean(errors**2)), _LEAST_ERROR_PX**2) * effective / (effective - 8.0)
    # Columns are brought to one scale before the inverse: radians and millimetres differ by a thousand.
    scale = np.linalg.norm(rows, axis=0)
    if not (scale > 0).all():
        return None
    unit = rows / scale
    inverse = np.linalg.pinv(unit.T @ unit, rcond=1e-10, hermitian=True)
    covariance = _SAFETY * tau * variance * inverse / np.outer(scale, scale)
    return np.asarray((covariance + covariance.T) / 2)


def _correlation_length(errors: Array) -> float:
    """tau of a closed sequence of residuals: 1 + 2·sum rho_l, at least 1."""
    centred = errors - errors.mean()
    energy = float(centred @ centred)
    if energy <= 0:
        return 1.0
    spectrum = np.abs(np.fft.rfft(centred)) ** 2
    rho = np.fft.irfft(spectrum, n=len(centred)) / energy
    half = rho[1 : len(rho) // 2]
    negative = np.flatnonzero(half < 0)
    until = int(negative[0]) if len(negative) else len(half)
    return max(1.0 + 2.0 * float(half[:until].sum()), 1.0)
