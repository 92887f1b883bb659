"""The two ways to outline the sneakers of a photo, as an annotator goes them: from nothing, and Segment and correct."""

from __future__ import annotations

from dataclasses import dataclass

from core.geometry.region import Region
from core.jobs.outlines import simplified
from core.labels.instance import Instance
from gui.bench.outlining_hand import ALT, CTRL, NONE, SHIFT, CountingHand, HandError, Point
from gui.bench.outlining_plan import (
    Drawing,
    Steadiness,
    TrueEdge,
    VertexWork,
    WrongPiece,
    drags_needed,
    largest_wrong_piece,
)
from gui.bench.outlining_truth import Goal, error_px, iou
from gui.proposals import Proposal

_SAME_IOU = 0.4  # from which on an outline is of that sneaker
_TRUST = 0.4  # the share of clicks that do what they could
_HELPED = 0.9  # of the error: a click that leaves more is not followed by another
_LEAST_RADIUS_PX = 2.0
_MOST_CLICKS = 3
_CORNER_STEP = 1.25  # as the keys , and . change the tolerance
_CORNER_STEPS = (0, -1, 1, -2, 2, 3)
_BOX_ROOM = 0.06
_BOX_PAYS = 7  # gestures: what takes no more is drawn at once


@dataclass(frozen=True, slots=True)
class Task:
    """One sneaker to outline: its true edge, what is good enough, and how it would be drawn from nothing."""

    edge: TrueEdge
    goal: Goal
    drawing: Drawing

    @property
    def truth(self) -> Region:
        """The true outline."""
        return self.edge.truth

    @property
    def redrawing(self) -> int:
        """Gestures of throwing an outline away and drawing it from nothing."""
        return self.drawing.gestures + 2

    def is_done(self, region: Region) -> bool:
        """Whether an outline is good enough."""
        return self.goal.reached(region, self.truth)


def outcome(hand: CountingHand, tasks: tuple[Task, ...]) -> list[tuple[float, float]]:
    """(error px, IoU) of each sneaker's outline as it stands in the photo; (inf, 0) where there is none."""
    figures = []
    for task in tasks:
        found = _instance_of(hand, task)
        region = found.region if found is not None else Region(())
        figures.append((error_px(region, task.truth), iou(region, task.truth)))
    return figures


def draw(hand: CountingHand, task: Task) -> None:
    """A sneaker from nothing: its corners one after the other, and the closing; further rings as parts and holes."""
    hand.look_at(task.truth.bounds_px)
    for part in task.drawing.region.parts:
        for number, ring in enumerate(part.rings):
            tool = "hole" if number else ("polygon" if part is task.drawing.region.parts[0] else "part")
            if hand.session.tool != tool:
                hand.key({"polygon": "P", "hole": "Shift+P", "part": "Ctrl+P"}[tool], "tools")
            points = [(float(x), float(y)) for x, y in ring.points_px]
            for point in _from_lonely_corner(points, hand.hold_px):
                hand.click(point, "corners drawn", steady=True)
            hand.key("Return", "outlines closed")


def draw_all(hand: CountingHand, tasks: tuple[Task, ...]) -> None:
    """Every sneaker of the photo from nothing."""
    for task in tasks:
        draw(hand, task)


@dataclass(slots=True)
class Correcting:
    """Segment the photo, and mend what is offered, always by what promises most for a gesture."""

    hand: CountingHand
    tasks: tuple[Task, ...]

    def run(self) -> None:
        """The whole photo."""
        hand = self.hand
        hand.key("S", "segment")
        hand.wait_for_machine()
        self._choose_corner_count()
        for task, offer in self._offers():
            if offer is not None:
                self._click_right(task, offer.instance.id)
        self._take()
        for task in self.tasks:
            if _instance_of(hand, task) is None and task.drawing.gestures > _BOX_PAYS:
                self._box(task)
        for task in self.tasks:
            self._mend(task)
        for task in self.tasks:
            if _instance_of(hand, task) is None:
                draw(hand, task)

    # ---- what is offered

    def _offers(self) -> list[tuple[Task, Proposal | None]]:
        """Each sneaker with the offer that is of it, the likest pairs first."""
        offers = self.hand.place.proposals.outlines
        pairs = [(iou(p.instance.region, task.truth), t, p) for t, task in enumerate(self.tasks) for p in offers]
        owners: dict[int, Proposal] = {}
        taken: set[str] = set()
        for share, number, offer in sorted(pairs, key=lambda pair: -pair[0]):
            if share >= _SAME_IOU and number not in owners and offer.instance.id not in taken:
                owners[number] = offer
                taken.add(offer.instance.id)
        return [(task, owners.get(number)) for number, task in enumerate(self.tasks)]

    def _choose_corner_count(self) -> None:
        """Fewer or more corners, where that spares gestures on the whole."""
        pairs = [(task, offer) for task, offer in self._offers() if offer is not None and offer.outline is not None]
        if all(task.is_done(offer.instance.region) for task, offer in pairs):
            return
        size_px, costs = self.hand.photo.size_px, {}
        for steps in _CORNER_STEPS:
            coarseness = self.hand.place.preferences["outline_tolerance"] * _CORNER_STEP**steps
            shaped = [
                (task, simplified(offer.outline.outline, size_px, coarseness=coarseness))
                for task, offer in pairs
                if offer.outline is not None
            ]
            costs[steps] = abs(steps) + sum(self._drags(task, region) for task, region in shaped)
        best = min(costs, key=lambda steps: (costs[steps], abs(steps)))
        for _ in range(abs(best)):
            self.hand.key("," if best > 0 else ".", "fewer or more corners")

    def _click_right(self, task: Task, offer_id: str) -> None:
        """Click what is missing or too much while that promises to spare drags; take back what made it worse."""
        hand, proposals = self.hand, self.hand.place.proposals
        for _ in range(_MOST_CLICKS):
            offer = proposals.find(offer_id)
            if offer is None or task.is_done(offer.instance.region):
                return
            region = offer.instance.region
            piece = largest_wrong_piece(region, task.truth)
            if piece is None or piece.radius_px < _LEAST_RADIUS_PX:
                return
            spared = self._drags(task, region) - self._drags(task, piece.mended)
            if _TRUST * spared < 1 + (1 - _TRUST):
                return
            if self._is_another_meant(offer_id, piece):
                self._pick(offer_id)
            hand.click(piece.middle_px, "clicks: this, not this", held=CTRL if piece.belongs else CTRL | SHIFT)
            hand.wait_for_machine()
            after = proposals.find(offer_id)
            before_px = error_px(region, task.truth)
            if after is None or error_px(after.instance.region, task.truth) > before_px:
                hand.key("Backspace", "clicks: this, not this")
                hand.wait_for_machine()
                return
            if error_px(after.instance.region, task.truth) > _HELPED * before_px:
                return

    def _take(self) -> None:
        """Throw away what is none or cheaper drawn anew, and take the rest."""
        hand, proposals = self.hand, self.hand.place.proposals
        kept = {offer.instance.id for task, offer in self._offers() if offer is not None and self._pays(task, offer)}
        wrong = [offer for offer in proposals.outlines if offer.instance.id not in kept]
        if len(wrong) > len(kept):  # take the few one by one, refuse the rest
            for offer_id in kept:
                if proposals.chosen_id != offer_id:
                    self._pick(offer_id)
                hand.key("Return", "accept")
            while proposals.outlines:
                hand.key("Escape", "proposals thrown away")
            return
        for offer in wrong:
            if proposals.chosen is None:
                hand.point_at(_inside(offer.instance.region))
            elif proposals.chosen_id != offer.instance.id:
                self._pick(offer.instance.id)
            hand.key("Delete", "proposals thrown away")
        while proposals.outlines:
            before = len(proposals.outlines)
            hand.key("Return", "accept")
            if len(proposals.outlines) == before:
                raise HandError("Enter did not take what is offered.")

    def _is_another_meant(self, offer_id: str, piece: WrongPiece) -> bool:
        """Whether a click on a wrong piece would be taken as said of another offer, so that this must be picked."""
        proposals = self.hand.place.proposals
        if proposals.chosen_id is not None or len(proposals.outlines) < 2:
            return proposals.chosen_id not in (None, offer_id)
        at = piece.middle_px
        inside = [p for p in proposals.outlines if p.instance.region.contains(at)]
        if not piece.belongs:
            return min(inside, key=lambda p: p.instance.region.area_px2).instance.id != offer_id
        others = [p for p in proposals.outlines if p not in inside]
        return min(others, key=lambda p: _away_px(p.instance.region, at)).instance.id != offer_id

    def _pick(self, offer_id: str) -> None:
        offer = self.hand.place.proposals.find(offer_id)
        assert offer is not None
        self.hand.click(_inside(offer.instance.region), "proposals picked")

    def _pays(self, task: Task, offer: Proposal) -> bool:
        return self._drags(task, offer.instance.region) < task.redrawing - 1

    def _drags(self, task: Task, region: Region) -> int:
        if region.is_empty:
            return task.redrawing
        steadiness = Steadiness(self.hand.hold_px, self.hand.noise_px)
        return drags_needed(region, task.edge, goal=task.goal, hand=steadiness, most=task.redrawing)

    # ---- what is missing

    def _box(self, task: Task) -> None:
        """A box round a missed sneaker; what comes is clicked right, taken, or refused."""
        hand, proposals = self.hand, self.hand.place.proposals
        if hand.session.tool != "box":
            hand.key("G", "tools")
        x0, y0, x1, y1 = task.truth.bounds_px
        room = _BOX_ROOM * max(x1 - x0, y1 - y0)
        width, height = hand.photo.size_px
        start, end = (max(x0 - room, 0.5), max(y0 - room, 0.5)), (min(x1 + room, width), min(y1 + room, height))
        hand.drag(start, end, "boxes")
        hand.wait_for_machine()
        offer = next((offer for other, offer in self._offers() if other is task), None)
        if offer is not None:
            self._click_right(task, offer.instance.id)
            offer = proposals.find(offer.instance.id)
        if offer is None or not self._pays(task, offer):
            while proposals.outlines:
                hand.key("Escape", "proposals thrown away")
            return
        self._take()

    # ---- what was taken

    def _mend(self, task: Task) -> None:
        """Drag, add and take away vertices until it is good; delete it when drawing it anew is less."""
        hand = self.hand
        for count in range(task.redrawing):
            instance = _instance_of(hand, task)
            if instance is None or task.is_done(instance.region):
                return
            if not count:
                if hand.session.tool != "select":
                    hand.key("Alt+1", "tools")
                hand.look_at(task.truth.bounds_px)
            change = VertexWork(instance.region, task.edge, hold_px=hand.hold_px).best()
            if change is None:
                break
            if change.kind == "delete":
                hand.click(change.grab_px, "vertices", held=ALT, steady=True)
            else:
                hand.drag(change.grab_px, change.to_px, "vertices")
        instance = _instance_of(hand, task)
        if instance is not None and not task.is_done(instance.region):
            if hand.session.selected_id != instance.id:
                hand.click(_inside(instance.region), "instances chosen", held=NONE)
            hand.key("Delete", "instances deleted")


def _instance_of(hand: CountingHand, task: Task) -> Instance | None:
    """The instance that is most like the sneaker, None when none is."""
    shares = [(iou(instance.region, task.truth), instance) for instance in hand.photo.instances]
    share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return best if share >= _SAME_IOU else None


def _away_px(region: Region, at_px: Point) -> float:
    import shapely  # with the first outline

    return float(shapely.distance(region.to_shapely(), shapely.Point(at_px)))


def _inside(region: Region) -> Point:
    """A place well inside a region."""
    import shapely  # with the first outline

    inner = shapely.maximum_inscribed_circle(region.to_shapely(), tolerance=0.5)
    (x, y), *_ = inner.coords
    return float(x), float(y)


def _from_lonely_corner(points: list[Point], hold_px: float) -> list[Point]:
    """The corners in order, beginning with one that no other lies so near to that it would close the ring."""

    def nearest(index: int) -> float:
        x, y = points[index]
        return min((px - x) ** 2 + (py - y) ** 2 for other, (px, py) in enumerate(points) if other != index)

    first = max(range(len(points)), key=nearest)
    if nearest(first) < hold_px**2:
        raise HandError("Every corner lies on another at this zoom.")
    return points[first:] + points[:first]
