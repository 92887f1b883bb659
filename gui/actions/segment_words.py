"""What is said of outlines that are offered, in one sentence: who found them, how sure, how many corners."""

from __future__ import annotations

from math import inf

from core.jobs.outlines import corner_count, is_doubtful, tolerance_px
from core.labels.instance import Side
from gui.proposals import Proposal

# What notices about outlines are about: a newer one makes an older one stale.
OUTLINING = "outlining"
_SHOWN = 3


def offer_words(offers: tuple[Proposal, ...], coarseness: float, *, note: str = "") -> str:
    """ "2 sneakers by sneaker-unet: left 98 %, right 95 % · tolerance 0.8 px, 46 and 52 corners. Enter takes …"."""
    first = offers[0]
    methods = dict.fromkeys(p.outline.method for p in offers if p.outline)
    found = "The outline corrected" if first.label == "Correct outline" else f"Outlined by {', '.join(methods)}"
    if len(offers) > 1:
        found = f"{len(offers)} sneakers by {', '.join(methods)}"
    heads = [words for offer in offers[:_SHOWN] if (words := _head(offer))]
    more = ", …" if len(offers) > _SHOWN else ""
    found += f": {', '.join(heads)}{more}" if heads else ""
    tolerance = _tolerance(offers, coarseness)
    corners = f"{_counts(offers)} corners"
    doubts = _doubts(offers)
    keys = "Enter takes it" if len(offers) == 1 else "Enter takes all, a click chooses one"
    after = f" {note}" if note else ""
    return f"{found} · {tolerance}{corners}.{after} {doubts}{keys}, Ctrl+click corrects, Escape refuses."


def _head(offer: Proposal) -> str:
    score = offer.outline.outline.score if offer.outline else None
    side = "" if offer.instance.side is Side.UNKNOWN else offer.instance.side.value
    return " ".join(word for word in (side, "" if score is None else f"{score:.0%}".replace("%", " %")) if word)


def _tolerance(offers: tuple[Proposal, ...], coarseness: float) -> str:
    outlines = [p.outline.outline for p in offers if p.outline and p.outline.outline.finest_px < inf]
    if not outlines:
        return ""
    most = max(max(tolerance_px(outline.region, coarseness), outline.finest_px) for outline in outlines)
    return f"tolerance {most:.1f} px (, and . change it), "


def _counts(offers: tuple[Proposal, ...]) -> str:
    counts = [str(corner_count(offer.instance.region)) for offer in offers]
    if len(counts) > _SHOWN:
        return str(sum(map(int, counts)))
    return " and ".join([", ".join(counts[:-1]), counts[-1]]) if len(counts) > 1 else counts[0]


def _doubts(offers: tuple[Proposal, ...]) -> str:
    count = sum(_is_doubtful(offer) for offer in offers)
    which = "it" if len(offers) == 1 else f"the {count} marked with ?" if count > 1 else "the one marked with ?"
    return f"Check {which}: the network was not sure. " if count else ""


def _is_doubtful(offer: Proposal) -> bool:
    return offer.outline is not None and is_doubtful(offer.outline.outline)
