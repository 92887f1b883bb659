"""What is said of poses that are offered: how well they explain the outline, what speaks against them, which keys."""

from __future__ import annotations

from core.labels.instance import Side
from gui.pose_edits import UNSURE_DISTANCE_PCT, distance_sigma_pct, turn_sigma_deg
from gui.proposals import Proposal

# What notices about offered poses are about: a newer one makes an older one stale.
POSING = "posing"
TAKE_ANYWAY = "Shift+Enter takes it anyway"
OTHER_SHAPES = "Ctrl+Alt+Q tries other widths and heights"
_FOOT = {Side.LEFT: "left foot", Side.RIGHT: "right foot", Side.UNKNOWN: "foot unknown"}


def figure_words(offer: Proposal) -> str:
    """ "IoU 0.998, contour 0.4 px, ± 0.3°, right foot"."""
    estimate = offer.instance.pose_estimate
    if estimate is None or estimate.iou is None:
        return ""
    words = [f"IoU {estimate.iou:.3f}"]
    if estimate.contour_px is not None and estimate.contour_px == estimate.contour_px:
        words.append(f"contour {estimate.contour_px:.1f} px")
    sigma = turn_sigma_deg(estimate)
    if sigma is not None:
        words.append(f"± {sigma:.1f}°")
    distance = distance_sigma_pct(estimate)
    if distance is not None and distance >= UNSURE_DISTANCE_PCT:
        words.append(f"distance ± {distance:.0f} %")
    words.append(_FOOT[offer.instance.side])
    size = offer.instance.size
    if size is not None and offer.basis is not None and offer.basis.size not in (None, size):
        words.append(f"width × {size.width_ratio:.2f}, height × {size.height_ratio:.2f}")
    return ", ".join(words)


def offered_words(offer: Proposal, *, is_hidden: bool = False, good_iou: float) -> tuple[str, str]:
    """The sentence about an offered pose and its level."""
    assert offer.poses is not None
    shown, count = offer.poses.shown, len(offer.poses.options)
    estimate = offer.instance.pose_estimate
    keys = [f"Tab: {count - 1} more", "Enter takes it"] if count > 1 else ["Enter takes it"]
    if shown.doubt:
        keys[keys.index("Enter takes it")] = TAKE_ANYWAY
        if not _has_own_shape(offer):
            keys.append(OTHER_SHAPES)
        return f"{figure_words(offer)}. {shown.doubt} {', '.join(keys)}.", "warning"
    if shown.rivals:
        ambiguous = "The outline allows another pose about as well: look at both (T)."
        return f"{figure_words(offer)}. {ambiguous} {', '.join(keys)}.", "warning"
    if is_hidden:
        return f"{figure_words(offer)}: part of the shoe seems hidden. {', '.join(keys)}.", "warning"
    if estimate is not None and (estimate.iou or 0.0) < good_iou:
        advice = "Nothing explains the outline well: check outline, model, size and foot."
        return f"{figure_words(offer)}. {advice} {', '.join(keys)}.", "warning"
    return f"Pose found: {figure_words(offer)}. {', '.join(keys)}.", "success"


def _has_own_shape(offer: Proposal) -> bool:
    """Whether width or height differ from the model's: they were looked for already."""
    size = offer.instance.size
    return size is not None and (size.width_ratio, size.height_ratio) != (1.0, 1.0)
