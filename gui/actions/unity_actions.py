"""Unity's seven numbers on the clipboard: the chosen shoe's pose and the photo's view, copied and pasted."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QGuiApplication

from core.document.edit import Edit
from core.geometry.camera import Camera, CameraSource
from core.geometry.unity import UnityError, camera_from_unity, pose_from_unity, unity_view, view_from_pasted
from core.labels.camera_change import with_other_camera
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NOTHING_CHOSEN
from gui.pose_edits import with_pose
from gui.preferences import Preferences
from gui.session import Session
from gui.unity_scene import scene_of, scene_words


class UnityActions:
    """Copy and paste of the Pose menu."""

    def __init__(self, session: Session, preferences: Preferences) -> None:
        self._session = session
        self._preferences = preferences

    def table(self) -> list[Action]:
        """Both commands."""
        return [
            Action(
                "unity_copy",
                "&Copy the pose for Unity",
                "&Pose",
                self.copy,
                ("Ctrl+U",),
                self._no_pose,
                icon="copy",
                separated=True,
            ),
            Action(
                "unity_paste",
                "&Paste a pose from Unity",
                "&Pose",
                self.paste,
                ("Ctrl+Shift+U",),
                self._no_model,
                icon="import",
            ),
        ]

    def copy(self) -> None:
        """Put Tx Ty Tz Rx Ry Rz fov of the chosen shoe on the clipboard."""
        photo, chosen = self._session.photo, self._session.selected
        if photo is None or chosen is None or chosen.pose is None:
            return
        try:
            scene = scene_of(self._preferences)
            text = unity_view(chosen.pose, photo.camera, scene=scene).text
        except UnityError as error:
            self._session.notice(str(error), "warning")
            return
        QGuiApplication.clipboard().setText(text)
        self._session.notice(f"Copied for Unity: {text} ({scene_words(scene)}).")

    def paste(self) -> None:
        """Take pose and field of view from the clipboard; the other shoes of the photo stay as large as they are."""
        photo = self._session.photo
        chosen = photo.find(self._session.selected_id) if photo else None
        if photo is None or chosen is None:
            return
        try:
            view = view_from_pasted(QGuiApplication.clipboard().text())
            pose = pose_from_unity(view, scene_of(self._preferences))
        except UnityError as error:
            self._session.notice(f"Nothing was pasted. {error}", "warning")
            return
        if pose.translation_mm[2] <= 0:
            self._session.notice(
                "Nothing was pasted: these numbers put the shoe behind the camera. Do the unit and the axes of "
                "File > Preferences belong to them?",
                "warning",
            )
            return
        camera = camera_from_unity(view, photo.size_px[0], height_px=photo.size_px[1])
        if photo.camera.source is not CameraSource.GUESS and _same_view(camera, photo.camera):
            camera = photo.camera  # what was copied comes back: where the camera is known from stays
        after = with_other_camera(photo, camera)
        after = after.with_instance(with_pose(after.instance(chosen.id), pose, after.camera))
        if self._session.commit(Edit.of("Paste Unity's pose", photo, after)):
            seen = camera.project(pose.translation_mm)
            width, height = photo.size_px
            inside = 0 <= seen[0] <= width and 0 <= seen[1] <= height
            beside = "" if inside else " The shoe lies beside the photo: do unit and axes belong to these numbers?"
            level = "success" if inside else "warning"
            self._session.notice(f"Pose and field of view are Unity's now ({view.fov_deg:g}°).{beside}", level)

    def _no_model(self) -> str | None:
        chosen = self._session.selected
        if chosen is None:
            return NOTHING_CHOSEN
        if "locked" in chosen.flags:
            return LOCKED
        known = chosen.model_id in self._session.project.models
        return None if known else "Choose a shoe model for it first (Shift+Q places one)."

    def _no_pose(self) -> str | None:
        chosen = self._session.selected
        if chosen is None:
            return NOTHING_CHOSEN
        return None if chosen.pose is not None else "It has no pose yet."


def _same_view(a: Camera, b: Camera) -> bool:
    """Whether two cameras of one size see alike, as far as the digits on a clipboard go."""
    return bool(np.allclose(a.matrix, b.matrix, rtol=1e-7)) and np.array_equal(a.distortion, b.distortion)
