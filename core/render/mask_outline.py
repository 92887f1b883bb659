"""The outline of a mask as smooth rings on the true edge, half a pixel outside of the centres OpenCV walks along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
_FEWEST_POINTS = 8  # a speck of a pixel or two is no outline
_TOLERANCE_PX = 0.15


def outlines_of_mask(mask: NDArray[np.bool_]) -> tuple[Array, ...]:
    """The rings, outer and holes, of an (H, W) mask: each (N, 2) float64 px, corner origin, not repeated at its end.

    The stairs of the pixels are smoothed (by about two pixels along the edge), so a corner is rounded by half a pixel;
    rings of fewer than eight boundary pixels are left out.
    """
    import cv2  # lazily: the window's process imports this module before its first paint

    contours, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    rings = []
    for contour in contours:
        if len(contour) < _FEWEST_POINTS:
            continue
        ring = _moved_to_edge(contour[:, 0, :].astype(np.float64) + 0.5)
        # approxPolyDP takes float32: relative to the ring's own corner, or 20,000 px lose their third digit.
        corner = ring.min(axis=0)
        kept = cv2.approxPolyDP((ring - corner).astype(np.float32)[:, None], _TOLERANCE_PX, True)[:, 0]
        if len(kept) >= 3:
            rings.append(kept.astype(np.float64) + corner)
    return tuple(rings)


def _moved_to_edge(centres: Array) -> Array:
    """A closed chain of boundary pixels' centres, smoothed and moved half a pixel off the mask.

    findContours walks with the mask on one side, for outer rings and holes alike, so one rule gives the side.
    """
    padded = np.concatenate([centres[-2:], centres, centres[:2]])
    count = len(centres)
    smooth = np.sum([weight * padded[i : i + count] for i, weight in enumerate(_SMOOTHING)], axis=0)
    tangent = np.roll(smooth, -2, axis=0) - np.roll(smooth, 2, axis=0)
    length = np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / np.maximum(length, 1e-9)
    # The centres lie up to one pixel of the steeper axis inside the edge, half of it in the mean.
    return smooth + 0.5 * np.abs(normal).max(axis=1, keepdims=True) * normal
