"""The camera of the open photo in numbers: focal length, principal point, lens, their source, and Unity's view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from core.document.edit import Edit
from core.geometry.camera import Camera
from core.geometry.unity import UnityError, unity_view
from core.labels.camera_change import with_other_camera
from core.labels.instance import Instance
from gui.panels.camera_fields import CENTRE, FOCAL, LENS, NUMBERS, CameraNumbers, SourceLine, UnityNumbers
from gui.preferences import Preferences
from gui.session import Session
from gui.unity_scene import scene_of, scene_words
from gui.widgets.following import follow, follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, button, column, row, scrolling

DRAG_MS = 66
_KEEP_TIP = (
    "Off: a shoe stays as large in the photo; its distance changes with the focal length.\n"
    "On: poses stay as they are in mm; the shoes look larger or smaller."
)
_FIT_TIP = "Look for the focal length with the pose of the chosen shoe: its outline says something of the lens"


class CameraPanel(QWidget):
    """Every number is an ordinary edit, merged while it spins; the buttons ask the window."""

    exif_requested = Signal()
    file_requested = Signal()
    fit_requested = Signal()
    apply_requested = Signal(QPoint)
    unity_copy_requested = Signal()
    unity_paste_requested = Signal()

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__()
        as_panel(self, "cameraPanel")
        self._session = session
        self._preferences = preferences
        self._shown: tuple[object, ...] = ()
        self._source = SourceLine()
        self._numbers = (
            CameraNumbers("Focal length", FOCAL),
            CameraNumbers("Principal point", CENTRE),
            CameraNumbers("Lens distortion", LENS),
        )
        self._keep = QCheckBox("Keep the distance of shoes")
        self._acts = _CameraActs()
        self._unity = UnityNumbers()
        self._empty = EmptyState("cameraPanelEmpty", "camera")
        self._body = QWidget()
        self._lay_out()
        self._connect()
        self._later = later(self, self._catch_up)
        follow(self, session.signals.shown_changed, lambda _: self._ask())
        follow(self, session.signals.selection_changed, lambda _: self._ask())
        follow(self, preferences.changed, self._on_preference)
        follow_edits(self, session, opened=self._ask, edited=lambda _: self._ask())
        self._catch_up()

    @property
    def keep_distance(self) -> bool:
        """Whether another camera leaves the poses as they are in mm."""
        return self._keep.isChecked()

    # ---- inside

    def _lay_out(self) -> None:
        self._keep.setObjectName("cameraKeepDistance")
        self._keep.setToolTip(_KEEP_TIP)
        inside = QWidget()
        layout = column(inside, margin=12, spacing=4)
        for piece in (self._source, self._acts, *self._numbers, self._keep, self._unity):
            layout.addWidget(piece)
            layout.addSpacing(8)
        layout.addStretch(1)
        column(self._body, margin=0, spacing=0).addWidget(scrolling("cameraScroll", inside))
        whole = column(self, margin=0, spacing=0)
        whole.addWidget(self._body)
        whole.addWidget(self._empty)

    def _connect(self) -> None:
        for numbers in self._numbers:
            numbers.edited.connect(self._on_number)
        self._acts.exif.clicked.connect(lambda: self.exif_requested.emit())
        self._acts.file.clicked.connect(lambda: self.file_requested.emit())
        self._acts.fit.clicked.connect(lambda: self.fit_requested.emit())
        self._acts.apply.clicked.connect(lambda: self.apply_requested.emit(self._acts.below_apply))
        self._unity.copy_requested.connect(self.unity_copy_requested)
        self._unity.paste_requested.connect(self.unity_paste_requested)

    def _ask(self) -> None:
        self._later.setInterval(DRAG_MS if self._session.drag is not None else 0)
        soon(self._later)

    def _on_preference(self, key: str) -> None:
        if key.startswith("unity_"):
            self._shown = ()
            self._ask()

    def _catch_up(self) -> None:
        photo, instance = self._session.shown, self._session.selected
        pose = instance.pose if instance else None
        shown = (photo.camera if photo else None, pose, instance is None, photo is None)
        if len(self._shown) == len(shown) and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        self._body.setVisible(photo is not None)
        self._empty.setVisible(photo is None)
        if photo is None:
            self._empty.say("No photo is open.")
            return
        self._source.show_camera(photo.camera)
        self._acts.allow_apply("" if len(self._session.project.entries) > 1 else "The project has no other photo.")
        for numbers in self._numbers:
            numbers.show_camera(photo.camera)
        self._show_unity(photo.camera, instance)

    def _show_unity(self, camera: Camera, instance: Instance | None) -> None:
        no_shoe = "Choose a sneaker first." if instance is None else ""
        has_model = instance is not None and instance.model_id in self._session.project.models
        text, copies = "–", no_shoe or "It has no pose yet."
        try:
            scene = scene_of(self._preferences)
            about = f"In Unity: {scene_words(scene)}. File > Preferences changes that."
            if instance is not None and instance.pose is not None:
                view = unity_view(instance.pose, camera, scene=scene)
                copies = ""
                text = (
                    f"T  {view.tx:.3f}  {view.ty:.3f}  {view.tz:.3f}\n"
                    f"R  {view.rx_deg:.2f}°  {view.ry_deg:.2f}°  {view.rz_deg:.2f}°    fov  {view.fov_deg:.2f}°"
                )
        except UnityError as error:
            about = copies = str(error)
        self._unity.show_numbers(
            text,
            about=about,
            copies=copies,
            pastes=no_shoe or ("" if has_model else "Choose a shoe model for it first."),
        )

    def _on_number(self, name: str, value: float) -> None:
        self._session.escape()
        self._shown = ()  # the field that was edited shows what no camera has told it
        photo = self._session.photo
        if photo is None:
            return
        number = NUMBERS[name]
        camera = number.change(photo.camera, value)
        after = with_other_camera(photo, camera, keep_distance=self.keep_distance)
        edit = Edit.of(number.edit, photo, after, merge_key=f"{number.edit}:{photo.id}")
        if not self._session.commit(edit):
            self._ask()


class _CameraActs(QWidget):
    """What sets the whole camera at once, and gives it to other photos."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cameraActs")
        self.exif = button(
            "cameraExif", "From EXIF", icon_name="photo", tip="Read the focal length from the photo again"
        )
        self.file = button(
            "cameraFile",
            "From file…",
            icon_name="folder",
            tip="A calibration file: OpenCV's YAML, XML or JSON, ROS' camera_info, or COLMAP's cameras.txt",
        )
        self.fit = button("cameraFit", "From the fit", icon_name="fit", tip=_FIT_TIP)
        self.apply = button("cameraApply", "Apply to…", icon_name="layers", tip="")
        whole = column(self, margin=0, spacing=4)
        first: QHBoxLayout = row(self.exif, self.file)
        for at in range(2):
            first.setStretch(at, 1)
        whole.addLayout(first)
        second = row(self.fit, self.apply)
        for at in range(2):
            second.setStretch(at, 1)
        whole.addLayout(second)

    def allow_apply(self, why_not: str) -> None:
        """Whether there is anybody to give the camera to; the reason is the tooltip otherwise."""
        self.apply.setEnabled(not why_not)
        self.apply.setToolTip(why_not or "Give this camera to other photos, too")

    @property
    def below_apply(self) -> QPoint:
        """Where a menu of the button opens, on the screen."""
        return self.apply.mapToGlobal(QPoint(0, self.apply.height()))
