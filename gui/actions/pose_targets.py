"""Whose pose is meant by a key: of what is chosen, pointed at, offered, or alone in the photo, and with which model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from gui.proposals import Proposals
from gui.session import Session

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Target:
    """A sneaker to be posed: the instance with outline and model, and what it was made from, None for a new one."""

    instance: Instance
    basis: Instance | None


class PoseTargets:
    """Finds the sneakers that are meant. model_for: the ShoeModel an instance has, or would get."""

    def __init__(
        self, session: Session, proposals: Proposals, model_for: Callable[[Instance], ShoeModel | None]
    ) -> None:
        self.model_for = model_for
        self._session = session
        self._proposals = proposals

    def of(self, photo: Photo, at: Point | None) -> list[Target] | None:
        """What is meant; at: where the pointer is, px.

        [] when it has to be outlined first, None when nobody can tell.
        """
        chosen = [photo.find(instance_id) for instance_id in self._session.selection]
        free = [i for i in chosen if i is not None and self.is_shoe(i) and "locked" not in i.flags]
        if len(free) > 1:
            free = [i for i in free if not i.region.is_empty]
        if free:
            return [self.target(instance, instance) for instance in free]
        offers = [p for p in self._proposals.outlines if p.basis is None]
        shoes = [i for i in photo.instances if self.is_shoe(i) and not i.region.is_empty and "locked" not in i.flags]
        if at is not None:
            pointed = next((i for i in shoes if i.region.contains(at)), None)
            if pointed is not None:
                return [self._picked(pointed)]
            offers = [p for p in offers if p.instance.region.contains(at)] or offers
        if self._proposals.chosen in offers and self._proposals.chosen is not None:
            offers = [self._proposals.chosen]
        if len(offers) == 1:
            return [self.target(offers[0].instance, None)]
        bare = [i for i in shoes if i.pose_estimate is None]
        if len(bare) == 1 and not offers:
            return [self._picked(bare[0])]
        return None if bare or offers else []

    def target(self, instance: Instance, basis: Instance | None) -> Target:
        """The instance with the model it has, or would get."""
        model = self.model_for(instance)
        if model is not None and instance.model_id != model.id:
            instance = instance.with_model(model.id, model.size)
        return Target(instance, basis)

    def is_shoe(self, instance: Instance) -> bool:
        """Whether it is of a category that has poses."""
        return self._session.project.category(instance.category).role is Role.SHOE

    def _picked(self, instance: Instance) -> Target:
        self._session.select(instance.id)
        return self.target(instance, instance)
