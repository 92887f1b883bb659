"""How far labelled keypoints are from the true ones: FashionAI's normalised error and COCO's similarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

DEFAULT_SIGMA = 0.05


def normalised_error_percent(true_px: ArrayLike, found_px: ArrayLike, *, visible: ArrayLike, scale_px: float) -> float:
    """NE = 100 · mean over visible keypoints of distance / scale, (K, 2) px and (K,) bool; nan when none is visible.

    scale_px is a length of the shoe in the photo: heel bottom to toe tip, projected. Raises ValueError when not > 0.
    """
    if not scale_px > 0:
        raise ValueError(f"the length that keypoint errors are divided by must be above 0 px, not {scale_px:g}")
    distances = _distances(true_px, found_px)
    chosen = distances[np.asarray(visible, dtype=np.bool_)]
    return float(100.0 * np.mean(chosen / scale_px)) if len(chosen) else float("nan")


def object_keypoint_similarity(
    true_px: ArrayLike, found_px: ArrayLike, *, labelled: ArrayLike, area_px2: float, sigmas: ArrayLike = DEFAULT_SIGMA
) -> float:
    """OKS = mean over labelled keypoints (COCO visibility > 0) of exp(-d² / (2·area·k²)), k = 2·sigma; 0..1.

    sigmas: one, or (K,). As pycocotools computes it, with its eps; nan when no keypoint is labelled. Raises ValueError
    when the area is not above zero.
    """
    if not area_px2 > 0:
        raise ValueError(f"keypoints are compared on an area above 0 px², not {area_px2:g}")
    squares = _distances(true_px, found_px) ** 2
    k = 2.0 * np.broadcast_to(np.asarray(sigmas, dtype=np.float64), squares.shape)
    similar = np.exp(-squares / (k**2 * (area_px2 + np.spacing(1)) * 2))
    chosen = similar[np.asarray(labelled, dtype=np.bool_)]
    return float(chosen.mean()) if len(chosen) else float("nan")


def _distances(a_px: ArrayLike, b_px: ArrayLike) -> Array:
    a, b = np.asarray(a_px, dtype=np.float64), np.asarray(b_px, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1] != 2:
        raise ValueError(f"keypoints are compared as two arrays of the same (K, 2) shape, not {a.shape} and {b.shape}")
    return np.asarray(np.linalg.norm(a - b, axis=1))
