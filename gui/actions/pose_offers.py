"""What a search found as poses that can be offered, with what it doubts and what it cannot tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from core.jobs.messages import PoseHypothesis
from core.jobs.requests import posed
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.proposals import PoseOffer, PoseOption


def offered_poses(instance: Instance, photo: Photo, found: Sequence[PoseHypothesis]) -> PoseOffer:
    """The poses of one search for an instance, the likeliest shown."""
    return PoseOffer(
        tuple(PoseOption(posed(instance, photo, one, among=found), one.doubt, one.ambiguous_with) for one in found)
    )
