"""What an export should tell of the poses it carries: cameras that were guessed, poses that are in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.document.store import Store
from core.formats.report import ReportLine, changed, noted
from core.geometry.camera import CameraSource
from core.labels.instance import DOUBTED, Instance
from core.labels.photo import Photo, Status
from core.labels.pose_doubt import POOR_IOU
from core.labels.words import counted

LEFT_OUT = "its pose is in doubt and was left out"


@dataclass(frozen=True, slots=True)
class PoseTally:
    """How many shoes are posed; how many of them with a guessed camera, and how many are in doubt (`doubt_words`)."""

    posed: int = 0
    guessed: int = 0
    doubtful: int = 0

    @property
    def words(self) -> str:
        """ "3 shoes are posed with a guessed camera, 2 poses are in doubt."; "" where there is nothing to say."""
        said = []
        if self.guessed:
            said.append(f"{counted(self.guessed, 'shoe is', 'shoes are')} posed with a guessed camera")
        if self.doubtful:
            said.append(f"{counted(self.doubtful, 'pose is', 'poses are')} in doubt")
        return f"{', '.join(said)}." if said else ""


def doubt_words(instance: Instance) -> str:
    """Why a stored pose is in doubt, "" when nothing says so."""
    estimate = instance.pose_estimate
    if estimate is None or estimate.is_start:
        return ""
    if DOUBTED in estimate.provenance.residuals:
        return "the fit spoke against its shoe model, and the pose was taken all the same"
    if estimate.iou is not None and estimate.iou < POOR_IOU:
        return f"its pose explains the outline badly: IoU {estimate.iou:.3f}, below {POOR_IOU}"
    return ""


def tally_of(photos: Iterable[Photo]) -> PoseTally:
    """Count the poses of photos; those that are rejected do not count, nor shoes that were only laid down."""
    posed = guessed = doubtful = 0
    for photo in photos:
        if photo.status is Status.REJECTED:
            continue
        for instance in photo.instances:
            if instance.true_pose is None:
                continue
            posed += 1
            guessed += photo.camera.source is CameraSource.GUESS
            doubtful += bool(doubt_words(instance))
    return PoseTally(posed, guessed, doubtful)


def pose_tally(store: Store, *, checked_only: bool) -> PoseTally:
    """What an export would carry: how many poses, and how many of them should be looked at first."""
    entries = store.load_project().entries.values()
    ids = (entry.id for entry in entries if not checked_only or entry.status is Status.CHECKED)
    return tally_of(map(store.load_photo, ids))


def without_doubtful(photo: Photo) -> Photo:
    """The photo without the poses that are in doubt; their outlines stay. The very same photo where there are none."""
    for instance in photo.instances:
        if doubt_words(instance):
            photo = photo.with_instance(instance.with_pose_estimate(None))
    return photo


def pose_lines(photos: Iterable[Photo], *, left_out: bool) -> Iterator[ReportLine]:
    """A line for each pose in doubt, and one for all that were measured with a guessed camera."""
    guessed: list[tuple[str, int]] = []
    for photo in photos:
        if photo.status is Status.REJECTED:
            continue
        kept = without_doubtful(photo) if left_out else photo
        shoes = sum(instance.true_pose is not None for instance in kept.instances)
        if shoes and photo.camera.source is CameraSource.GUESS:
            guessed.append((photo.file, shoes))
        for number, instance in enumerate(photo.instances, 1):
            if words := doubt_words(instance):
                place = photo.file, f"instance {number}"
                yield changed(*place, reason=f"{LEFT_OUT}: {words}") if left_out else noted(*place, reason=words)
    if guessed:
        shoes = sum(count for _, count in guessed)
        what = f"{counted(shoes, 'shoe is', 'shoes are')} posed with a guessed camera: every distance is a guess too"
        yield noted(guessed[0][0] if len(guessed) == 1 else counted(len(guessed), "photo"), "", reason=what)
