"""The pointer on what the machine offers: a click picks an outline, with Ctrl or Alt it says what belongs to one."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from core.document.signal import Signal
from gui.proposals import Proposal, Proposals
from gui.session import Session
from gui.tools.drag import Hover, Pointer

_PICKING_TOOLS = ("select",)
_CORRECTING_TOOLS = ("select", "box")
_REACH = 160.0  # screen px: a click farther than that from every offered outline means none of them


@dataclass(frozen=True, slots=True)
class Correction:
    """A click on an offered outline, or on the chosen instance's: (x, y) px belongs to it, or does not."""

    instance_id: str
    at_px: tuple[float, float]
    belongs: bool


class OfferHand:
    """Looks at a press before the tool in the hand does. `corrected` carries what a click said."""

    def __init__(self, session: Session, proposals: Proposals) -> None:
        self.corrected: Signal[Correction] = Signal()
        self._session = session
        self._proposals = proposals

    def press(self, pointer: Pointer) -> bool:
        """Whether the press was meant for an offer; the tool in the hand then never hears of it."""
        if _says_something(pointer) and self._session.tool in _CORRECTING_TOOLS:
            belongs = pointer.ctrl and not pointer.shift and not pointer.alt
            target = self._target(pointer, belongs=belongs)
            if target is None:
                return False
            self.corrected.emit(Correction(target, pointer.at_px, belongs))
            return True
        if self._session.tool not in _PICKING_TOOLS or pointer.shift:
            return False
        under = self.under(pointer.at_px)
        if under is None:
            self._proposals.choose(None)
            return False
        self._proposals.choose(under.instance.id)
        return True

    def hover(self, pointer: Pointer) -> Hover | None:
        """What a press would do, None when it is the tool's."""
        tool = self._session.tool
        if tool in _CORRECTING_TOOLS and _says_something(pointer):
            belongs = pointer.ctrl and not pointer.shift and not pointer.alt
            if self._target(pointer, belongs=belongs) is not None:
                what = "belongs to the outline" if belongs else "does not belong to the outline"
                return Hover(f"Click: this {what}", "cross")
        under = self.under(pointer.at_px) if tool in _PICKING_TOOLS else None
        if under is None:
            return None
        if under.instance.id == self._proposals.chosen_id or len(self._proposals.outlines) == 1:
            words = "Enter takes it, Delete throws it away"
        elif self._proposals.chosen_id is None:
            words = "Click to choose this proposal, Delete throws it away"
        else:
            words = "Click to choose this proposal"
        return Hover(f"{words} · Ctrl+click: this too · Ctrl+Shift+click: not this", "hand")

    def under(self, at_px: tuple[float, float]) -> Proposal | None:
        """The smallest offered outline round a point, px of the photo."""
        inside = [p for p in self._proposals.outlines if p.instance.region.contains(at_px)]
        return min(inside, key=lambda p: p.instance.region.area_px2, default=None)

    def _target(self, pointer: Pointer, *, belongs: bool) -> str | None:
        """The instance a correction is meant for: the picked offer, else one under or near it, else the chosen one."""
        if self._proposals.chosen_id is not None:
            return self._proposals.chosen_id
        under = self.under(pointer.at_px)
        if under is not None and not belongs:
            return under.instance.id
        # What a point lies in already it need not be added to: beside a pair, the other shoe is meant.
        near = [(p.instance.region.contains(pointer.at_px), _away_px(p, pointer), p) for p in self._proposals.outlines]
        _, distance, nearest = min(near, key=lambda one: one[:2], default=(False, 0.0, None))
        if nearest is not None and distance <= _REACH * pointer.px_per_screen_px:
            return nearest.instance.id
        selected = self._session.selected
        # Alt on the chosen instance takes a vertex away; only Ctrl speaks of its inside.
        if selected is not None and pointer.ctrl and not selected.region.is_empty and not self._proposals.outlines:
            return selected.id
        return None


def _says_something(pointer: Pointer) -> bool:
    return pointer.ctrl or pointer.alt


def _away_px(proposal: Proposal, pointer: Pointer) -> float:
    """How far a point is from an outline, px of the photo."""
    nearest = inf
    for ring in proposal.instance.region.rings:
        start = ring.points_px
        along = np.roll(start, -1, axis=0) - start
        squares = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
        share = np.clip(np.einsum("ij,ij->i", pointer.at_px - start, along) / squares, 0.0, 1.0)
        nearest = min(nearest, float(np.hypot(*(start + share[:, None] * along - pointer.at_px).T).min()))
    return nearest
