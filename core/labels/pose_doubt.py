"""How much a stored pose should be doubted: a number to sort by, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.geometry.camera import CameraSource
from core.geometry.steering import angles_deg
from core.labels.instance import DOUBTED, Instance, PoseEstimate, Source
from core.labels.photo import Photo

POOR_IOU = 0.93  # a true model on its own outline stays above; another model below
UNSURE_DEG = 4.0
UNSURE_DISTANCE = 0.02
FAR_OFF_PX = 2.0  # at a shoe of 300 px
FROM_BELOW_DEG = -15.0
_SHOE_PX = 300.0


@dataclass(frozen=True, slots=True)
class PoseDoubt:
    """score: 0 for a pose that nothing speaks against, higher for more; reasons: sentences' halves, gravest first."""

    score: float
    reasons: tuple[str, ...] = ()


def pose_doubt(instance: Instance, photo: Photo) -> PoseDoubt | None:
    """What speaks against an instance's pose; None when it has none.

    Of the figures stored with the pose alone, so that a whole project can be sorted without a fit.
    """
    estimate = instance.pose_estimate
    if estimate is None:
        return None
    found = [*_about_the_fit(instance, estimate), *_about_the_spread(estimate), *_about_the_view(estimate, photo)]
    found.sort(key=lambda one: -one[0])
    return PoseDoubt(sum(weight for weight, _ in found), tuple(words for _, words in found))


def _about_the_fit(instance: Instance, estimate: PoseEstimate) -> list[tuple[float, str]]:
    if instance.region.is_empty:
        return [(0.8, "no outline to check it against")]
    if estimate.iou is None:
        if estimate.is_start:
            return [(1.0, "laid on its outline, never aligned")]
        by_hand = estimate.provenance.source is Source.HAND
        return [(0.6, "aligned by hand, not measured" if by_hand else "not measured against its outline")]
    found = []
    if DOUBTED in estimate.provenance.residuals:
        found.append((0.6, "shoe model in doubt"))
    if estimate.iou < POOR_IOU:
        found.append((0.5 + 5.0 * (POOR_IOU - estimate.iou), f"IoU {estimate.iou:.2f}"))
    if estimate.contour_px is not None and np.isfinite(estimate.contour_px):
        x0, y0, x1, y1 = instance.region.bounds_px
        off_px = estimate.contour_px * _SHOE_PX / max(x1 - x0, y1 - y0, 1.0)
        if off_px > FAR_OFF_PX:
            found.append((0.1 * off_px / FAR_OFF_PX, f"outline {estimate.contour_px:.1f} px off"))
    return found


def _about_the_spread(estimate: PoseEstimate) -> list[tuple[float, str]]:
    found = []
    if estimate.alternatives:
        found.append((0.5, "the outline allows another pose"))
    if estimate.covariance is not None:
        spread_deg = float(np.degrees(np.sqrt(np.linalg.eigvalsh(estimate.covariance[:3, :3])[-1])))
        if spread_deg > UNSURE_DEG:
            found.append((0.3 * spread_deg / UNSURE_DEG, f"rotation ± {spread_deg:.0f}°"))
        distance = float(np.sqrt(max(estimate.covariance[5, 5], 0.0)) / max(abs(estimate.pose.translation_mm[2]), 1e-9))
        if distance > UNSURE_DISTANCE:
            found.append((0.2 * distance / UNSURE_DISTANCE, f"distance ± {100 * distance:.0f} %"))
    return found


def _about_the_view(estimate: PoseEstimate, photo: Photo) -> list[tuple[float, str]]:
    found = []
    if angles_deg(estimate.pose)[1] < FROM_BELOW_DEG:
        found.append((0.2, "seen from below"))
    if photo.camera.source is CameraSource.GUESS:
        found.append((0.05, "camera guessed"))
    return found
