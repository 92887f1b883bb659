"""Three ways to a pose as an annotator goes them: one key, landmarks clicked and snapped, and by hand alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.geometry.pose import rotation_angle_deg
from gui.bench.gestures_eye import Eye, most_helpful, turning_drag
from gui.bench.gestures_hand import PosingHand
from gui.bench.gestures_judge import Decision, Shown, Verdict, decide, flips
from gui.bench.gestures_scenes import Array, Point, Scene

CLICKS_FIRST = 4  # from so many on, clicks give a pose
_MOST_CLICKS = 3  # beside a search that is not sure
_EYE_DEG = 8.0  # how far off, about each axis, an eye takes a shoe to be turned
_EYE_PX = 2.0  # and how exactly it sees where a landmark is
_TURNED_ENOUGH_DEG = 10.0
_MOST_TURNS, _MOST_COMPARED, _MOST_FELT = 2, 4, 14
_WORTH = 0.75  # of the landmarks' mismatch: a drag that leaves more is not worth it
_GAIN = 0.005  # of IoU: once no kind of drag brings as much, it is as good as it gets
_GOOD_ENOUGH, _TAKEN_FROM_IOU = 0.97, 0.95  # from the second on the window shows it as good
KINDS_BY_FEEL = ("slide", "push", "turn", "roll")


class NotAccepted(RuntimeError):
    """The annotator gave up; a sentence."""


def by_key(hand: PosingHand, scene: Scene, rng: np.random.Generator) -> None:
    """Q, a look at the strip, Tab where needed, Enter; a landmark is clicked where the figures are not sure."""
    _find(hand, scene, list(_unclicked(hand, scene)))


def by_clicks(hand: PosingHand, scene: Scene, rng: np.random.Generator) -> None:
    """Four landmarks clicked, the pose they give taken and snapped to the outline."""
    names = list(_unclicked(hand, scene))
    hand.click(_inside(hand), "sneaker chosen", steady=True)
    hand.key("Alt+3", "tools")
    for name in names[:CLICKS_FIRST]:
        _click(hand, scene, name)
    if not hand.has_offer():  # fewer than four can be seen
        _find(hand, scene, [])
        return
    hand.key("Return", "accept")
    hand.key("E", "snap")
    hand.wait_for_machine()
    if hand.has_offer() and hand.wait_for_figures().explains(hand.length_px):
        hand.key("Return", "accept")
        return
    hand.key("Escape", "refuse")
    _find(hand, scene, names[CLICKS_FIRST:])


def by_hand(hand: PosingHand, scene: Scene, rng: np.random.Generator) -> None:
    """Placed, dragged as the eye says, then by the live figures until no drag helps."""
    hand.click(_inside(hand), "sneaker chosen", steady=True)
    hand.key("Z", "look closer")
    hand.key("Shift+Q", "place")
    _by_eye(hand, scene, rng)
    shown = _by_feel(hand)
    if shown.iou < _TAKEN_FROM_IOU:
        raise NotAccepted(f"no drag brings it nearer than IoU {shown.iou:.3f}")


WAYS: dict[str, Callable[[PosingHand, Scene, np.random.Generator], None]] = {
    "auto": by_key,
    "clicks": by_clicks,
    "manual": by_hand,
}


# ---- search


def _find(hand: PosingHand, scene: Scene, names: list[str]) -> None:
    """Q and what follows; names: landmarks that can still be clicked."""
    left = names[:_MOST_CLICKS]
    while True:
        hand.key("Q", "find")
        hand.wait_for_machine()
        if not hand.has_offer():
            raise NotAccepted("nothing was offered")
        cards, at = hand.cards()
        decision = decide(cards, at=at, length_px=hand.length_px, may_click=bool(left))
        if decision.verdict is not Verdict.CLICK:
            _answer(hand, cards, at, decision)
            return
        hand.key("Escape", "refuse")
        if hand.session.tool != "keypoints":
            hand.key("Alt+3", "tools")
        _click(hand, scene, left.pop(0))


def _answer(hand: PosingHand, cards: list[Shown], at: int, decision: Decision) -> None:
    if decision.verdict is Verdict.REFUSE:
        hand.key("Escape", "refuse")
        raise NotAccepted("none of what is offered lies on the outline")
    key, times = flips(len(cards), at=at, to=decision.number)
    for _ in range(times):
        hand.key(key, "next pose")
    hand.key("Return", "accept")


def _unclicked(hand: PosingHand, scene: Scene) -> list[str]:
    """The landmarks that are seen, those far from each other first: they say most of the pose."""
    places = {name: np.array(at) for name, at in scene.seen_px.items()}
    chosen: list[str] = []
    while len(chosen) < len(places):
        left = [name for name in places if name not in chosen]
        middle = np.mean(list(places.values()), axis=0)

        def apart(name: str, middle: Array = middle) -> float:
            others = [places[other] for other in chosen] or [middle]
            return min(float(np.linalg.norm(places[name] - other)) for other in others)

        chosen.append(max(left, key=apart))
    # The window brings them to hand in the model's order.
    return sorted(chosen[:CLICKS_FIRST], key=scene.landmarks.index) + chosen[CLICKS_FIRST:]


def _click(hand: PosingHand, scene: Scene, name: str) -> None:
    """Take a landmark to hand where another one is, and click its place."""
    if hand.place.panels.keypoints.watch.choice.name != name:
        hand.key(str(scene.landmarks.index(name) + 1), "landmark chosen")
    hand.click(scene.seen_px[name], "landmarks clicked")


def _inside(hand: PosingHand) -> Point:
    """A place well inside the outline."""
    import shapely  # with the first outline

    inner = shapely.maximum_inscribed_circle(hand.instance.region.to_shapely(), tolerance=0.5)
    (x, y), *_ = inner.coords
    return float(x), float(y)


# ---- by hand


def _by_eye(hand: PosingHand, scene: Scene, rng: np.random.Generator) -> None:
    """Drags that bring the drawn shoe to the one in the photo as far as an eye can tell them apart."""
    looks_turned = scene.pose.moved(np.concatenate([np.radians(rng.normal(0.0, _EYE_DEG, 3)), np.zeros(3)]))
    for _ in range(_MOST_TURNS):
        if rotation_angle_deg(hand.pose, looks_turned) < _TURNED_ENOUGH_DEG:
            break
        hand.do(turning_drag(hand.grip, hand.pose, looks_turned))
    seen = {name: (x + rng.normal(0, _EYE_PX), y + rng.normal(0, _EYE_PX)) for name, (x, y) in scene.seen_px.items()}
    eye = Eye(seen, hand.landmarks_mm(), hand.photo.camera)
    for _ in range(_MOST_COMPARED if seen else 0):
        plan = most_helpful(hand.grip, hand.pose, eye)
        if eye.mismatch_px(plan.pose) > _WORTH * eye.mismatch_px(hand.pose):
            break
        hand.do(plan)


def _by_feel(hand: PosingHand) -> Shown:
    """Drags by the live figures, of one kind after another, until none helps."""
    shown, left = hand.wait_for_figures(), list(KINDS_BY_FEEL)
    for _ in range(_MOST_FELT):
        if not left or shown.iou >= _GOOD_ENOUGH:
            break
        kind = left.pop(0)
        after = hand.feel(kind)
        if after.iou - shown.iou >= _GAIN:
            left += [other for other in KINDS_BY_FEEL if other not in (kind, *left)]
        shown = after
    return shown
