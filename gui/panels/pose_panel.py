"""The shoe of the selected sneaker in numbers: model, side, size, rotation, place, camera, and how well it fits."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from core.document.edit import Edit
from core.geometry.steering import angles_deg
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side
from core.labels.occlusion import things_hiding
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from gui import pose_edits
from gui.panels.pose_fields import CameraFields, HidingLine, NumberRow, OverlapFigures, SizeFields
from gui.proposals import Proposal, Proposals
from gui.session import Session
from gui.tools.drag import SKETCH_ID
from gui.widgets.following import follow, follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, button, column, label, row, scrolling
from gui.widgets.segmented import Segmented

DRAG_MS = 66  # numbers that change faster than this cannot be read
IMPORT = "\0import"
NO_MODEL = "\0none"
_SIDES = (("left", "Left", "Left shoe (L)"), ("right", "Right", "Right shoe (R)"), ("unknown", "?", "Side unknown (U)"))
_ANGLES = {
    "yaw": "Yaw: turns the shoe about its own up axis (Ctrl+Left, Ctrl+Right)",
    "pitch": "Pitch: how far it is looked at from above (Ctrl+Up, Ctrl+Down)",
    "roll": "Roll: turns the picture (Ctrl+PgUp, Ctrl+PgDn)",
}
_PLACE = {
    "x": "To the right of the camera (Left, Right)",
    "y": "Below the camera (Up, Down)",
    "z": "Distance from the camera (PgUp, PgDn)",
}


class PosePanel(QWidget):
    """Every number is an ordinary edit, merged while it spins; the buttons ask the window.

    While a pose is offered its numbers are shown, marked and not to be changed; refused, they give way again.
    """

    fit_requested = Signal()
    reset_requested = Signal()
    mirror_requested = Signal()
    copy_requested = Signal()
    import_requested = Signal()
    camera_requested = Signal()

    def __init__(self, session: Session, proposals: Proposals) -> None:
        super().__init__()
        as_panel(self, "posePanel")
        self._session = session
        self._proposals = proposals
        self._shown: tuple[object, ...] = ()
        self._shoe = _ShoeChoice()
        self._size = SizeFields()
        self._angles = NumberRow("poseAngles", "Rotation", _ANGLES, unit="°", step=1.0)
        self._place = NumberRow("posePlace", "Place, from the camera", _PLACE, unit=" mm", step=1.0)
        self._camera = CameraFields()
        self._acts = _PoseActs()
        self._empty = EmptyState("posePanelEmpty", "shoe")
        self._body = QWidget()
        self._lay_out()
        self._connect()
        self._later = later(self, self._catch_up)
        follow(self, session.signals.shown_changed, lambda _: self._ask())
        follow(self, session.signals.selection_changed, lambda _: self._ask())
        follow(self, proposals.changed, lambda _: self._ask())
        follow_edits(self, session, opened=self._ask, edited=lambda _: self._ask())
        self._catch_up()

    def show_overlap(self, iou: float | None, contour_px: float | None, *, is_now: bool = True) -> None:
        """Show live figures of the shoe as it is dragged or fitted; is_now: not of an older pose."""
        self._acts.figures.show_overlap(iou, contour_px, is_now=is_now)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Name the keys of fit, reset, mirror and copy in the tooltips."""
        self._acts.show_keys(keys)

    # ---- inside: building

    def _lay_out(self) -> None:
        inside = QWidget()
        layout = column(inside, margin=12, spacing=4)
        for title, piece in (
            ("", self._shoe),
            ("Size", self._size),
            ("", self._angles),
            ("", self._place),
            ("Camera", self._camera),
        ):
            if piece is not self._shoe:
                layout.addSpacing(6)
            if title:
                layout.addWidget(label(title, "heading"))
            layout.addWidget(piece)
        layout.addStretch(1)
        body = column(self._body, margin=0, spacing=0)
        body.addWidget(scrolling("poseScroll", inside), 1)
        body.addWidget(self._acts)
        whole = column(self, margin=0, spacing=0)
        whole.addWidget(self._body)
        whole.addWidget(self._empty)

    def _connect(self) -> None:
        self._shoe.model_chosen.connect(self._on_model)
        self._shoe.side_chosen.connect(self._on_side)
        self._size.edited.connect(self._on_size)
        self._angles.edited.connect(self._on_angle)
        self._place.edited.connect(self._on_place)
        self._camera.edited.connect(self._on_fov)
        self._camera.opened.connect(self.camera_requested)
        self._acts.fit.clicked.connect(lambda: self.fit_requested.emit())
        self._acts.reset.clicked.connect(lambda: self.reset_requested.emit())
        self._acts.mirror.clicked.connect(lambda: self.mirror_requested.emit())
        self._acts.copy.clicked.connect(lambda: self.copy_requested.emit())

    # ---- inside: showing

    def _ask(self) -> None:
        streams = self._session.drag is not None or any(not offer.finished for offer in self._proposals.shown)
        self._later.setInterval(DRAG_MS if streams else 0)
        soon(self._later)

    def _catch_up(self) -> None:
        session = self._session
        photo, instance, models = session.shown, session.selected, session.project.models
        offer = self._offer(instance)
        around = (photo.camera, photo.instances) if photo else (None, None)
        shown = (instance, *around, models, session.document is None, offer)
        if len(self._shown) == len(shown) and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        reason = self._why_nothing(instance)
        self._body.setVisible(not reason)
        self._empty.setVisible(bool(reason))
        if reason or photo is None or instance is None:
            self._empty.say(reason)
            return
        seen = offer.instance if offer else instance
        model, estimate = models.get(seen.model_id or ""), seen.pose_estimate
        self._shoe.show_models(models, seen)
        self._size.show_size((seen.size or model.size) if model else None)
        sure = pose_edits.uncertainty(estimate) if estimate else None
        self._angles.show_values(angles_deg(estimate.pose) if estimate else None, sure.rotation_deg if sure else None)
        place = tuple(estimate.pose.translation_mm) if estimate else None
        self._place.show_values(place, (*sure.lateral_mm, sure.depth_mm) if sure else None)
        for piece in (self._angles, self._place):
            piece.tell_doubt(sure.words if sure else "")
            piece.mark_offered("" if offer is None else "offered" if offer.finished else "fitting…")
        self._camera.show_camera(photo.camera)
        self._acts.ambiguous.setVisible(estimate is not None and _is_ambiguous(estimate, offer))
        self._allow(instance, self._model_of(instance), is_offered=offer is not None)
        hiding = things_hiding(instance, photo, project=session.project)
        self._acts.hiding.show_things(tuple(one for one in hiding if one.id != SKETCH_ID), session.project)
        # Figures nobody has measured yet stay as they are: live ones may have come before this turn.
        if estimate is None or estimate.iou is not None:
            self.show_overlap(estimate.iou if estimate else None, estimate.contour_px if estimate else None)

    def _offer(self, instance: Instance | None) -> Proposal | None:
        """The pose that waits to be taken for what is chosen."""
        offer = self._proposals.find(instance.id) if instance is not None else None
        return offer if offer is not None and offer.is_pose else None

    def _why_nothing(self, instance: Instance | None) -> str:
        if self._session.photo_id is None:
            return "No photo is open."
        if instance is None:
            return "Nothing is selected.\nClick a sneaker on the photo or in the list."
        category = self._session.project.category(instance.category)
        if category.role is not Role.SHOE:
            return f"“{category.name}” has no pose: only sneakers are laid over with a shoe."
        return ""

    def _allow(self, instance: Instance, model: ShoeModel | None, *, is_offered: bool) -> None:
        locked = "locked" in instance.flags
        reason = "It is locked; K unlocks it." if locked else ""
        no_model = reason or ("" if model else "Choose a shoe model first.")
        no_pose = no_model or ("" if instance.pose_estimate else "It has no pose yet.")
        self._shoe.setEnabled(not locked)
        self._shoe.setToolTip(reason)
        self._size.mark_offered(is_offered and not model)
        for piece, why in ((self._size, no_model), (self._angles, no_pose), (self._place, no_pose)):
            # What is offered is to be read, whatever there is so far: its fields cannot be changed anyway.
            piece.setEnabled(is_offered or not why)
            piece.setToolTip("" if is_offered else why)
        no_outline = no_pose or ("It has no outline to fit to." if instance.region.is_empty else "")
        self._acts.allow(fit=no_outline, reset=no_model, mirror=no_pose, copy=reason or self._why_no_copy())

    def _why_no_copy(self) -> str:
        return "" if self._previous_posed() else "No photo before this one has a pose."

    # ---- inside: edits

    def _both(self) -> tuple[Photo, Instance] | None:
        """The photo and the instance an edit begins from: as committed; a living drag is given up first."""
        self._session.escape()
        self._shown = ()  # the field that was edited shows what no instance has told it
        photo = self._session.photo
        instance = photo.find(self._session.selected_id) if photo else None
        return (photo, instance) if photo and instance else None

    def _model_of(self, instance: Instance) -> ShoeModel | None:
        return self._session.project.models.get(instance.model_id or "")

    def _on_model(self, choice: str) -> None:
        self._shown = ()
        if choice == IMPORT:
            self.import_requested.emit()
            self._ask()
        elif both := self._both():
            photo, instance = both
            model = self._session.project.models.get(choice)
            after = pose_edits.with_model(instance, model, photo.camera)
            self._session.commit(pose_edits.edit_of("Choose shoe model", photo, after))

    def _on_side(self, side: str) -> None:
        if both := self._both():
            after = both[1].with_side(Side(side))
            self._session.commit(pose_edits.edit_of(f"Side {side}", both[0], after))

    def _on_size(self, size: ShoeSize) -> None:
        if (both := self._both()) and (model := self._model_of(both[1])):
            after = pose_edits.with_size(both[1], model, size, keep_depth=self._size.keep_depth.isChecked())
            self._session.commit(pose_edits.edit_of("Size shoe", both[0], after, merge_key="size"))

    def _on_angle(self, axis: int, value: float) -> None:
        if both := self._both():
            after = pose_edits.with_angle(both[1], axis, angle_deg=value, camera=both[0].camera)
            self._session.commit(pose_edits.edit_of("Turn shoe", both[0], after, merge_key="turn"))

    def _on_place(self, axis: int, value: float) -> None:
        if both := self._both():
            after = pose_edits.with_coordinate(both[1], axis, value_mm=value, camera=both[0].camera)
            self._session.commit(pose_edits.edit_of("Move shoe", both[0], after, merge_key="move"))

    def _on_fov(self, fov_deg: float) -> None:
        if both := self._both():
            photo = both[0]
            after = pose_edits.with_fov(photo, fov_deg)
            self._session.commit(Edit.of("Field of view", photo, after, merge_key=f"fov:{photo.id}"))

    def _previous_posed(self) -> str | None:
        """The nearest photo before this one that has a pose."""
        found = None
        for photo_id, entry in self._session.project.entries.items():
            if photo_id == self._session.photo_id:
                return found
            found = photo_id if entry.posed_count else found
        return None


def _is_ambiguous(estimate: PoseEstimate, offer: Proposal | None) -> bool:
    """Whether the outline allows another pose about as well, as far as anyone has looked."""
    rivals = offer.poses.shown.rivals if offer is not None and offer.poses is not None else ()
    return bool(estimate.alternatives or rivals)


class _ShoeChoice(QWidget):
    """Which ShoeModel and which side."""

    model_chosen = Signal(str)
    side_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseShoe")
        self._models = QComboBox()
        self._models.setObjectName("poseModel")
        self._models.setAccessibleName("Shoe model")
        self._models.setToolTip("The 3-D shoe that is laid over this sneaker")
        self._models.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._models.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._models.activated.connect(lambda at: self.model_chosen.emit(self._models.itemData(at)))
        self._side = Segmented("poseSide", _SIDES)
        self._side.chosen.connect(self.side_chosen)
        self._listed: tuple[object, ...] = ()
        layout = column(self, margin=0, spacing=6)
        layout.addWidget(self._models)
        layout.addWidget(self._side)

    def show_models(self, models: Mapping[str, ShoeModel], instance: Instance) -> None:
        """Show the choice of an instance."""
        listed = (models, instance.model_id is None)
        if not self._listed or listed[0] is not self._listed[0] or listed[1] != self._listed[1]:
            self._listed = listed
            self._models.clear()
            if instance.model_id is None:
                self._models.addItem("Choose a shoe model…", NO_MODEL)
            for model in models.values():
                self._models.addItem(model.name, model.id)
            self._models.insertSeparator(self._models.count())
            self._models.addItem("Import a model…", IMPORT)
        self._models.setCurrentIndex(max(self._models.findData(instance.model_id or NO_MODEL), 0))
        self._side.show_value(instance.side.value)


class _PoseActs(QWidget):
    """The foot of the panel: how well it fits, and what can be done at once."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseActs")
        self.figures = OverlapFigures()
        self.fit = button("poseFit", "Fit", icon_name="fit", role="primary")
        self.reset = button("poseReset", "Reset", icon_name="reset", role="flat")
        self.mirror = button("poseMirror", "Mirror", icon_name="mirror", role="flat")
        self.copy = button("poseCopy", "Previous", icon_name="copy", role="flat")
        self.copy.setAccessibleName("Copy from previous photo")
        self.ambiguous = label("ambiguous: T shows its twin", "small-warning")
        self.ambiguous.setObjectName("poseAmbiguous")
        self.ambiguous.setToolTip("The outline allows another pose about as well. Look at both (T), then choose.")
        self.ambiguous.hide()
        self._keys: Mapping[str, str] = {}
        self._reasons: Mapping[str, str] = {}
        layout: QVBoxLayout = column(self, margin=12, spacing=6)
        top: QHBoxLayout = row(self.figures, self.fit)
        top.setStretch(0, 1)
        layout.addLayout(top)
        layout.addWidget(self.ambiguous)
        self.hiding = HidingLine()
        layout.addWidget(self.hiding)
        acts = row(self.reset, self.mirror, self.copy)
        for at in range(3):
            acts.setStretch(at, 1)
        layout.addLayout(acts)

    def allow(self, **reasons: str) -> None:
        """Enable what has no reason against it; the reason is the tooltip otherwise."""
        self._reasons = reasons
        words = {
            "fit": "Slide the shoe onto its outline",
            "reset": "Begin again: lay the shoe on its outline",
            "mirror": "Make it the other foot, in the same place",
            "copy": "Model, size and pose as in the nearest photo before that has one",
        }
        for name, text in words.items():
            piece = getattr(self, name)
            key = f" ({self._keys[name]})" if self._keys.get(name) else ""
            reason = reasons.get(name, "")
            piece.setEnabled(not reason)
            piece.setToolTip(f"{text}{key}" + (f"\n{reason}" if reason else ""))

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Name the keys in the tooltips."""
        self._keys = keys
        self.allow(**self._reasons)
