"""One image file, its camera, and the instances in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.geometry.camera import DEFAULT_FOV_DEG, Camera, CameraSource
from core.labels.instance import Instance


class Status(StrEnum):
    """How far a photo has come."""

    TODO = "todo"
    LABELLED = "labelled"
    CHECKED = "checked"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Review:
    """Who said how far a photo has come, when (UTC, ISO 8601), and why it was rejected."""

    by: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """One image file and what is known of it. Everything is in the oriented frame (EXIF orientation applied).

    file: path as stored, relative to the project file where that is possible, with forward slashes.
    size_px: (width, height) of the oriented photo. orientation: EXIF 1..8, for the record.
    position: place in the project's list. sha256: hex digest of the file, "" until computed.
    """

    id: str
    file: str
    size_px: tuple[int, int]
    camera: Camera
    sha256: str = ""
    orientation: int = 1
    instances: tuple[Instance, ...] = ()
    status: Status = Status.TODO
    notes: str = ""
    position: int = 0
    review: Review | None = None

    def instance(self, instance_id: str) -> Instance:
        """The instance of that id; raises KeyError."""
        for instance in self.instances:
            if instance.id == instance_id:
                return instance
        raise KeyError(instance_id)

    def find(self, instance_id: str | None) -> Instance | None:
        """The instance of that id, or None."""
        return next((instance for instance in self.instances if instance.id == instance_id), None)

    def with_instance(self, instance: Instance) -> Photo:
        """The photo with the instance of the same id replaced, or appended when it is new."""
        instances = self.instances
        for index, old in enumerate(instances):
            if old.id == instance.id:
                return replace(self, instances=(*instances[:index], instance, *instances[index + 1 :]))
        return replace(self, instances=(*instances, instance))

    def with_instances(self, instances: tuple[Instance, ...]) -> Photo:
        """The photo with these instances instead."""
        return replace(self, instances=instances)

    def without_instance(self, instance_id: str) -> Photo:
        """The photo without the instance of that id."""
        return replace(self, instances=tuple(i for i in self.instances if i.id != instance_id))

    def with_camera(self, camera: Camera) -> Photo:
        """The photo taken with another camera."""
        return replace(self, camera=camera)

    def with_status(self, status: Status, review: Review | None = None) -> Photo:
        """The photo in another status; review: who says so."""
        return replace(self, status=status, review=review)

    def with_notes(self, notes: str) -> Photo:
        """The photo with other words about it."""
        return replace(self, notes=notes)


def guessed_camera(width_px: int, height_px: int) -> Camera:
    """The camera of a photo nothing is known of: a vertical field of view of 60 degrees, marked as a guess."""
    return Camera.from_vertical_fov(DEFAULT_FOV_DEG, width_px, height_px=height_px, source=CameraSource.GUESS)


def camera_from_focal_35mm(focal_mm: float, width_px: int, *, height_px: int) -> Camera:
    """The camera of an EXIF 35 mm-equivalent focal length: fx = fy = f35/36 · max(W, H)."""
    focal_px = focal_mm / 36.0 * max(width_px, height_px)
    guess = guessed_camera(width_px, height_px)
    return replace(guess, fx_px=focal_px, fy_px=focal_px, source=CameraSource.EXIF)


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """A photo's line in the index of a project: enough for the list, without its instances."""

    id: str
    file: str
    size_px: tuple[int, int]
    status: Status = Status.TODO
    instance_count: int = 0
    posed_count: int = 0
    position: int = 0

    @staticmethod
    def of(photo: Photo) -> PhotoEntry:
        """The line that belongs to a photo."""
        posed = sum(instance.pose_estimate is not None for instance in photo.instances)
        counts = (photo.status, len(photo.instances), posed, photo.position)
        return PhotoEntry(photo.id, photo.file, photo.size_px, *counts)
