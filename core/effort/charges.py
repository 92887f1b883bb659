"""Whom the work before an edit is charged to: the instances of the open photo that it changes, else the photo."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.edit import Edit
from core.effort.record import Part, Way
from core.labels.instance import Instance, Provenance, Source
from core.labels.photo import Photo


@dataclass(frozen=True, slots=True)
class Charge:
    """An instance ("" for the photo as such), what of it was changed, and how."""

    instance_id: str
    part: Part
    way: Way


def charges_of(edit: Edit, photo_id: str | None, chosen_id: str | None) -> tuple[Charge, ...]:
    """What to charge the work since the last edit to; () when this edit is not about the open photo.

    Several instances that one edit changes share it. An edit of the photo as such (its status, its notes) is charged
    to the photo, and one that changes nothing else, as its camera, to the chosen instance.
    """
    for before, after in edit.changes:
        if isinstance(after, Photo) and isinstance(before, Photo) and after.id == photo_id:
            return _charges(before, after, chosen_id)
    return ()


def _charges(before: Photo, after: Photo, chosen_id: str | None) -> tuple[Charge, ...]:
    known = {instance.id: instance for instance in before.instances}
    changed = tuple(
        _charge(known.get(instance.id), instance)
        for instance in after.instances
        if known.get(instance.id) is not instance
    )
    if changed:
        return changed
    # What was removed has no effort of its own any more: it was spent on the photo.
    is_of_photo = before.status is not after.status or before.notes != after.notes or before.review != after.review
    if is_of_photo or len(before.instances) != len(after.instances) or after.find(chosen_id) is None:
        return (Charge("", Part.OTHER, Way.NONE),)
    return (Charge(chosen_id or "", Part.OTHER, Way.NONE),)


def _charge(before: Instance | None, after: Instance) -> Charge:
    outlined = not after.region.is_empty and (before is None or before.region != after.region)
    estimate, former = after.pose_estimate, before.pose_estimate if before is not None else None
    # A pose that is only measured anew is no other pose.
    posed = estimate is not None and (former is None or former.pose != estimate.pose)
    clicked = bool(after.keypoints) and (before is None or before.keypoints != after.keypoints)
    if outlined and posed:
        assert estimate is not None
        ways = {_way(after.provenance), _way(estimate.provenance)}
        return Charge(after.id, Part.BOTH, Way.HAND if Way.HAND in ways else _way(estimate.provenance))
    if outlined:
        return Charge(after.id, Part.OUTLINE, _way(after.provenance))
    if posed:
        assert estimate is not None
        return Charge(after.id, Part.POSE, Way.CLICKS if clicked else _way(estimate.provenance))
    if clicked:
        return Charge(after.id, Part.POSE, Way.CLICKS)
    return Charge(after.id, Part.OTHER, Way.NONE)


def _way(made: Provenance) -> Way:
    match made.source:
        case Source.SEGMENTER | Source.FIT:
            return Way.OFFER
        case Source.PNP:
            return Way.CLICKS
        case Source.HAND:
            return Way.HAND
        case _:
            return Way.NONE
