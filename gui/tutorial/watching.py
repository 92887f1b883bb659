"""What the tutorial sees: facts of the document and the session, never which button was pressed. No Qt."""

from __future__ import annotations

from core.document.store import StorageError
from core.labels.photo import Photo, Status
from core.labels.project import Role
from core.sneaker.sample_truth import true_scene
from gui.proposals import Proposals
from gui.session import Session
from gui.tutorial import course
from gui.tutorial.course import Facts
from gui.widgets.placing import Box, strips_of


def facts_of(session: Session, proposals: Proposals, *, photo_id: str, exported: bool) -> Facts:
    """The signs that are seen now, of the tutorial's photo."""
    signs: set[str] = set()
    document, photo = session.document, session.photo
    if exported:
        signs.add(course.EXPORTED)
    if document is None or photo is None or photo.id != photo_id:
        return Facts(frozenset(signs))
    signs |= {course.HERE, *_of_offers(proposals), *_of_labels(session, photo)}
    view = session.view
    if view.residuals or view.compares:
        signs.add(course.ERROR_SHOWN)
    if document.can_redo:
        signs.add(course.TAKEN_BACK)
    return Facts(frozenset(signs), photo.instances)


def photo_to_learn_on(session: Session) -> str | None:
    """The photo of a fresh sample to begin with: its first, which is its easiest."""
    return next(iter(session.project.entries), None)


def boxes_of(session: Session, proposals: Proposals) -> tuple[Box, ...]:
    """Where the sneakers of the open photo lie or are offered, as small boxes in photo px: what no card may cover."""
    photo = session.shown
    if photo is None:
        return ()
    regions = [instance.region for instance in (*photo.instances, *(offer.instance for offer in proposals.shown))]
    scene = true_scene(photo.sha256)
    regions += [shoe.outline for shoe in scene.shoes] if scene is not None else []  # before anybody has outlined them
    return tuple(strip for region in regions for strip in strips_of(region))


def is_there(session: Session, photo_id: str) -> bool:
    """Whether the photo can be opened."""
    try:
        return session.document is not None and bool(session.document.photo(photo_id))
    except (KeyError, StorageError):
        return False


def _of_offers(proposals: Proposals) -> set[str]:
    signs = {course.OUTLINE_OFFERED} if proposals.outlines else set()
    offer = proposals.pose
    if offer is not None and offer.finished:
        signs.add(course.POSE_OFFERED)
        if offer.poses is not None and offer.poses.at > 0:
            signs.add(course.POSE_FLIPPED)
    return signs


def _of_labels(session: Session, photo: Photo) -> set[str]:
    shoes = [i for i in photo.instances if session.project.category(i.category).role is Role.SHOE]
    signs = {course.OUTLINED} if any(not shoe.region.is_empty for shoe in shoes) else set()
    if any(shoe.true_pose is not None for shoe in shoes):
        signs.add(course.POSED)
    if photo.status is Status.CHECKED:
        signs.add(course.CHECKED)
    return signs
