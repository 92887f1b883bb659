"""The camera of the open photo from EXIF or a calibration file, given to other photos, and dollied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QMenu

from core.document.edit import Edit
from core.document.store import StorageError
from core.geometry.camera import Camera
from core.geometry.camera_numbers import focal_35mm, for_size, zoomed
from core.labels.camera_change import with_other_camera
from core.labels.photo import Photo, camera_from_focal_35mm
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.asking import Asking
from gui.actions.edit_actions import NO_PHOTO
from gui.background import Errands, Progress
from gui.desk import Desk
from gui.session import Session

DOLLY_PER_STEP = 1.03
PATTERNS = "Calibration of a camera (*.yml *.yaml *.xml *.json *.txt)"
_PER_TURN = 8
_NAMED = 3


@dataclass(slots=True)
class _Giving:
    """A camera on its way to many photos, a few a turn of the event loop."""

    camera: Camera
    photo_ids: tuple[str, ...]
    keep_distance: bool
    changes: list[tuple[Photo, Photo]]
    unlike: list[str]
    unread: list[str] = field(default_factory=list)
    at: int = 0


class CameraActions:
    """keep_distance: whether poses stay in mm under another camera. chosen_ids: photos picked in the list."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        *,
        asking: Asking,
        errands: Errands,
        chosen_ids: Callable[[], Sequence[str]],
        keep_distance: Callable[[], bool],
    ) -> None:
        self._session = session
        self._desk = desk
        self._asking = asking
        self._errands = errands
        self._chosen_ids = chosen_ids
        self._keep_distance = keep_distance
        self._giving: _Giving | None = None
        session.signals.document_changed.connect(lambda _: self._forget())

    def table(self) -> list[Action]:
        """The commands of the Pose menu about cameras."""
        return [
            Action(
                "camera_exif",
                "Camera from &EXIF",
                "&Pose",
                self.from_exif,
                (),
                self._no_photo,
                icon="camera",
                separated=True,
            ),
            Action("camera_file", "Camera from a calibration &file…", "&Pose", self.from_file, (), self._no_photo),
            Action(
                "camera_apply",
                "&Give this camera to",
                "&Pose",
                self.offer_photos,
                (),
                self._why_not_given,
                menu=self.fill_photos,
            ),
            Action(
                "dolly_longer",
                "&Longer lens, shoe as large",
                "&Pose",
                lambda: self.dolly(1.0),
                ("Ctrl+]",),
                self._no_photo,
                repeats=True,
            ),
            Action(
                "dolly_wider",
                "&Wider lens, shoe as large",
                "&Pose",
                lambda: self.dolly(-1.0),
                ("Ctrl+[",),
                self._no_photo,
                repeats=True,
            ),
        ]

    # ---- one photo

    def from_exif(self) -> None:
        """Read the focal length of the photo's file again."""
        photo = self._session.photo
        if photo is None:
            return
        file = self._desk.photo_file(photo)

        def read(progress: Progress) -> float | None:
            from core.storage.image_file import read_info

            return read_info(file).focal_35mm

        def take(focal_mm: float | None) -> None:
            if focal_mm is None:
                self._session.notice(
                    f"{file.name} tells no focal length as on 35 mm film in its EXIF; the camera stays as it was. Set "
                    "it by hand, or read a calibration file.",
                    "warning",
                )
                return
            width, height = photo.size_px
            self._take(photo.id, camera_from_focal_35mm(focal_mm, width, height_px=height), "Camera from EXIF")

        self._errands.run("Reading EXIF", read, done=take)

    def from_file(self, file: Path | None = None) -> None:
        """Take the camera of a calibration file; `file` None asks for one."""
        photo = self._session.photo
        file = file or (self._asking.file("Calibration file", PATTERNS) if photo is not None else None)
        if photo is None or file is None:
            return
        path = file

        def read(progress: Progress) -> Camera:
            from core.formats.calibration import read_calibration

            return read_calibration(path).camera_for(photo.size_px, orientation=photo.orientation)

        title = f"Reading {path.name}"
        self._errands.run(title, read, done=lambda camera: self._take(photo.id, camera, "Camera from calibration"))

    def dolly(self, steps: float) -> None:
        """A longer or wider lens, and the shoes farther or nearer, so that they stay as large: perspective alone."""
        photo = self._session.photo
        if photo is None or self._session.drag is not None:
            return  # two hands on one shoe would undo each other
        camera = zoomed(photo.camera, DOLLY_PER_STEP**steps)
        after = with_other_camera(photo, camera)
        if self._session.commit(Edit.of("Dolly", photo, after, merge_key=f"Dolly:{photo.id}")):
            words = f"{focal_35mm(camera):.1f} mm as on 35 mm film, a view of {camera.vertical_fov_deg:.1f}°"
            self._session.notice(f"Dolly: {words}; the shoe stays as large.", about="dolly")

    # ---- many photos

    def offer_photos(self) -> None:
        """The command alone, by its name: to all photos of this size."""
        self.give(self._alike_ids())

    def offer_menu(self, at: QPoint) -> None:
        """The menu of whom the camera may be given to."""
        menu = QMenu(self._asking.window)
        menu.setObjectName("cameraApplyMenu")
        menu.setToolTipsVisible(True)
        self.fill_photos(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def fill_photos(self, menu: QMenu) -> None:
        """Whom the camera may be given to, with how many they are."""
        own = self._session.photo_id
        chosen = tuple(i for i in self._chosen_ids() if i != own)
        alike = tuple(i for i in self._alike_ids() if i != own)
        whose = PurePosixPath(self._session.photo.file).name if self._session.photo is not None else ""
        title = menu.addAction(f"The camera of {whose} goes to".replace("&", "&&"))
        title.setEnabled(False)
        rows = (
            ("apply_chosen", f"Photos picked in the list ({len(chosen)})", chosen, self.give),
            ("apply_size", f"Every other photo of this size ({len(alike)})", alike, self.give),
            ("apply_camera", "Of these, those from the same camera (EXIF)", alike, self.give_to_same_camera),
        )
        for name, text, ids, run in rows:
            entry = menu.addAction(text)
            entry.setObjectName(name)
            entry.setEnabled(bool(ids) and self._why_not_given() is None)
            entry.setToolTip("" if ids else "There is no such photo beside this one.")
            entry.triggered.connect(lambda _=False, ids=ids, run=run: run(ids))

    def give(self, photo_ids: Sequence[str]) -> None:
        """Give the open photo's camera to others, as one step; those of another shape keep theirs and are named."""
        photo = self._session.photo
        if photo is None or self._giving is not None:
            return
        others = tuple(i for i in photo_ids if i != photo.id)
        self._giving = _Giving(photo.camera, others, self._keep_distance(), [], [])
        self._give_on()

    def give_to_same_camera(self, photo_ids: Sequence[str]) -> None:
        """Give it to those whose EXIF names the same make, model and focal length."""
        photo, document = self._session.photo, self._session.document
        if photo is None or document is None:
            return
        entries = self._session.project.entries
        own = self._desk.photo_file(photo)
        files = {i: self._desk.file_named(entries[i].file) for i in photo_ids if i in entries}

        def read(progress: Progress) -> tuple[str, tuple[str, ...]]:
            from core.storage.image_file import PhotoError, read_info

            mine = read_info(own)
            same = []
            for number, (photo_id, file) in enumerate(files.items()):
                progress(number / len(files), f"photo {number + 1} of {len(files)}")
                try:
                    info = read_info(file)
                except PhotoError:
                    continue  # a photo that is not there has no camera to compare
                if (info.camera_name, info.focal_35mm) == (mine.camera_name, mine.focal_35mm):
                    same.append(photo_id)
            return mine.camera_name, tuple(same)

        def take(found: tuple[str, tuple[str, ...]]) -> None:
            name, same = found
            if not name:
                self._session.notice(
                    f"{own.name} does not name its camera in its EXIF; nothing was changed.", "warning"
                )
            elif not same:
                self._session.notice(f"No other photo of this size is from the {name} at this focal length.", "warning")
            else:
                self.give(same)

        self._errands.run("Comparing cameras", read, done=take)

    # ---- inside

    def _take(self, photo_id: str, camera: Camera, label: str) -> None:
        document = self._session.document
        if document is None or photo_id not in self._session.project.entries:
            return
        photo = document.photo(photo_id)
        after = with_other_camera(photo, camera, keep_distance=self._keep_distance())
        if after is photo:
            self._session.notice(f"{label}: it is that camera already.")
        elif self._session.commit(Edit.of(label, photo, after)):
            words = f"{focal_35mm(camera):.1f} mm as on 35 mm film, a view of {camera.vertical_fov_deg:.1f}°"
            bent = "; its lens bends lines" if camera.is_distorted else ""
            self._session.notice(f"{label}: {words}{bent}.", "success")

    def _give_on(self) -> None:
        """The next few photos; then all of it as one edit."""
        giving, document = self._giving, self._session.document
        if giving is None or document is None:
            return
        entries = self._session.project.entries
        for photo_id in giving.photo_ids[giving.at : giving.at + _PER_TURN]:
            if photo_id in entries:
                try:
                    photo = document.photo(photo_id)
                except StorageError:
                    giving.unread.append(entries[photo_id].file)
                    continue
                camera = for_size(giving.camera, *photo.size_px)
                if camera is None:
                    giving.unlike.append(photo.file)
                    continue
                after = with_other_camera(photo, camera, keep_distance=giving.keep_distance)
                if after is not photo:
                    giving.changes.append((photo, after))
        giving.at += _PER_TURN
        if giving.at < len(giving.photo_ids):
            share = giving.at / len(giving.photo_ids)
            self._session.notice(
                f"Giving the camera to photo {giving.at} of {len(giving.photo_ids)} ({100 * share:.0f} %)."
            )
            QTimer.singleShot(0, self._asking.window, self._give_on)
            return
        self._session.when_idle(self._end_giving)

    def _end_giving(self) -> None:
        giving, self._giving = self._giving, None
        if giving is None:
            return
        count = len(giving.changes)
        label = f"Camera of {_photos(count)}"
        if count and not self._session.commit(Edit(label, tuple(giving.changes))):
            return
        words = [f"The camera was given to {_photos(count)}" if count else "No other photo was changed"]
        left = len(giving.photo_ids) - count - len(giving.unlike) - len(giving.unread)
        if left:
            words.append(f"{left} had it already")
        if giving.unlike:
            words.append(f"{len(giving.unlike)} of another shape kept theirs ({_names(giving.unlike)})")
        if giving.unread:
            words.append(f"{len(giving.unread)} could not be read ({_names(giving.unread)})")
        back = ". Ctrl+Z takes it back." if count else "."
        self._session.notice("; ".join(words) + back, "warning" if giving.unlike or giving.unread else "success")

    def _forget(self) -> None:
        self._giving = None

    def _alike_ids(self) -> tuple[str, ...]:
        photo = self._session.photo
        if photo is None:
            return ()
        return tuple(e.id for e in self._session.project.entries.values() if e.size_px == photo.size_px)

    def _why_not_given(self) -> str | None:
        if self._giving is not None:
            return "A camera is being given to photos; wait for it."
        return self._no_photo()

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO


def _photos(count: int) -> str:
    return counted(count, "photo")


def _names(files: Sequence[str]) -> str:
    more = ", …" if len(files) > _NAMED else ""
    return ", ".join(PurePosixPath(file).name for file in files[:_NAMED]) + more
