"""What an annotator makes of the figures the window shows of poses: take one, look at another, click, or give up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

LEAST_IOU = 0.93  # what the window itself calls well explained
MOST_CONTOUR_SHARE = 0.02  # of the outline's longest side
MOST_SIGMA_DEG = 15.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the card of one offered pose, or in the Pose panel; badge: "", "ambiguous" or "doubt"."""

    iou: float
    contour_px: float | None = None
    sigma_deg: float | None = None
    badge: str = ""

    @staticmethod
    def read(iou: str, contour: str = "", sigma: str = "", badge: str = "") -> Shown:
        """From the words that are shown: "0.985", "0.7 px", "± 1.2°"; what is not there is not known."""
        return Shown(_number(iou) or 0.0, _number(contour), _number(sigma), badge)

    def explains(self, length_px: float) -> bool:
        """Whether the shoe lies on its outline, whose longest side is so long."""
        contour = self.contour_px or 0.0
        return self.iou >= LEAST_IOU and contour <= max(MOST_CONTOUR_SHARE * length_px, 1.0)

    def is_sure(self) -> bool:
        """Whether nothing that is shown speaks of another pose."""
        return not self.badge and (self.sigma_deg is None or self.sigma_deg <= MOST_SIGMA_DEG)

    def is_better_than(self, other: Shown) -> bool:
        """Whether it lies better on the outline, as far as the figures tell."""
        if round(self.iou, 3) != round(other.iou, 3):
            return self.iou > other.iou
        return round(self.contour_px or 0.0, 1) < round(other.contour_px or 0.0, 1)


class Verdict(Enum):
    """What to do next."""

    TAKE = "take"
    CLICK = "click"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and with which of the offered poses."""

    verdict: Verdict
    number: int = 0


def decide(cards: Sequence[Shown], *, at: int, length_px: float, may_click: bool) -> Decision:
    """What an annotator does with a strip of poses of which number `at` is shown on the photo.

    A pose that explains the outline is taken where nothing speaks against it. Where another one is as good, or the
    pose is not sure, a landmark is clicked while there is one to click; then the best that explains it is taken.
    A doubtful pose is never taken.
    """
    good = [n for n, card in enumerate(cards) if card.explains(length_px) and card.badge != "doubt"]
    if not good:
        return Decision(Verdict.CLICK if may_click and cards else Verdict.REFUSE, at)
    best = at if at in good else good[0]
    if cards[best].is_sure() or not may_click:
        return Decision(Verdict.TAKE, best)
    return Decision(Verdict.CLICK, best)


def flips(count: int, *, at: int, to: int) -> tuple[str, int]:
    """The key, and how often it is pressed, to go from one pose of a ring of `count` to another."""
    onward = (to - at) % count
    return ("Tab", onward) if onward <= count - onward else ("Shift+Tab", count - onward)


def _number(words: str) -> float | None:
    figures = "".join(letter for letter in words if letter.isdigit() or letter == ".")
    try:
        return float(figures)
    except ValueError:
        return None
