"""Every command of the window as one table, with its menus, its palette, and what the panels ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QDockWidget,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from core.jobs.messages import ExportRequest
from core.labels.photo import Review, Status
from gui.actions.action import Action, ActionSet, menu_of
from gui.actions.agreement_actions import AgreementActions
from gui.actions.asking import Asking
from gui.actions.auto_actions import AutoActions
from gui.actions.camera_actions import CameraActions
from gui.actions.click_actions import ClickActions, pointed_px
from gui.actions.edit_actions import EditActions
from gui.actions.exchange_actions import ExchangeActions
from gui.actions.find_actions import FindActions
from gui.actions.focal_actions import FocalActions
from gui.actions.help_actions import HelpActions
from gui.actions.hypothesis_actions import HypothesisActions
from gui.actions.label_actions import LabelActions
from gui.actions.look_actions import LookActions
from gui.actions.material_actions import MaterialActions
from gui.actions.model_in_use import ModelInUse
from gui.actions.occluder_actions import OccluderActions
from gui.actions.pair_actions import PairActions
from gui.actions.photo_actions import PhotoActions
from gui.actions.photo_files import PhotoFiles
from gui.actions.photo_menu import PhotoMenu
from gui.actions.pose_actions import PoseActions
from gui.actions.pose_batch import PoseBatch
from gui.actions.pose_targets import PoseTargets
from gui.actions.project_actions import ProjectActions
from gui.actions.residual_actions import ResidualActions
from gui.actions.segment_batch import SegmentBatch
from gui.actions.sequence_actions import SequenceActions
from gui.actions.statistics_actions import StatisticsActions
from gui.actions.support_actions import SupportActions
from gui.actions.truth_actions import TruthActions
from gui.actions.unity_actions import UnityActions
from gui.actions.view_actions import ViewActions
from gui.panels.review_panel import reviewed_now
from gui.panels.tool_palette import ToolPalette
from gui.session import UNFINISHED
from gui.widgets.following import follow_edits
from gui.widgets.number_field import NumberField
from gui.workplace import Workplace

PALETTE = (
    "tool_select",
    "tool_polygon",
    "tool_box",
    "tool_occluder",
    "segment_photo",
    None,
    "tool_part",
    "tool_hole",
    None,
    "find_pose",
    "place_shoe",
    "tool_align",
    "tool_keypoints",
    "fit",
    None,
    "zoom_fit",
    "one_to_one",
)
CONTEXT = (
    "accept",
    "segment_photo",
    "segment_here",
    "find_pose",
    "fit",
    "pose_other",
    "fit_pair",
    "place_shoe",
    "tool_hole",
    "tool_part",
    "side_left",
    "side_right",
    "hide",
    "lock",
    "delete",
)


class Commands:
    """The commands of one window, owned by it and working on its workplace."""

    def __init__(self, workplace: Workplace, window: QWidget) -> None:
        self._workplace = workplace
        self._warned = False
        self._dragging = False
        session, desk = workplace.session, workplace.desk
        asking = Asking(workplace.preferences, window)
        self.materials = MaterialActions(session, desk, workplace.inference, asking=asking, errands=workplace.errands)
        self._poses = PoseActions(session, ModelInUse(session, lambda: desk.store))
        self.batch = SegmentBatch(
            session,
            workplace.inference,
            photo_file=desk.photo_file,
            preferences=workplace.preferences,
            chosen_ids=lambda: workplace.panels.photos.chosen_ids,
        )
        photos = PhotoActions(
            session,
            shown_ids=lambda: workplace.panels.photos.shown_ids,
            reviewed=self._reviewed,
        )
        workplace.panels.review.reason_given.connect(photos.give_reason)
        workplace.panels.poses.marked.connect(lambda status, ids: photos.mark_cards(Status(status), ids))
        self.photo_files = PhotoFiles(session, desk)
        self._photo_menu = PhotoMenu(
            session, photos, self.photo_files, batch=self.batch, segment_open=lambda: self.run("segment_photo")
        )
        self.views = ViewActions(session, workplace.canvas, preferences=workplace.preferences)
        self._finding = FindActions(workplace.preferences, window, self.run)
        self.actions = self._finding.actions = ActionSet(
            self._table(asking, photos), window=window, canvas=workplace.canvas, say=session.notice
        )
        self.palette = ToolPalette(self.actions[name] if name else None for name in PALETTE)
        self.materials.model_taken.connect(self._poses.models.use)
        self._connect_hand()
        self._connect_panels()
        self._keep_fresh()

    def add_panel(self, title: str, dock: QDockWidget) -> None:
        """A panel can be folded away from the View menu."""
        self.views.add_panel(title, dock)
        self.actions.hear(dock)

    def run(self, action_id: str) -> None:
        """What the menu would do."""
        self.actions.refresh()
        self.actions[action_id].trigger()

    def why_not_close(self) -> str | None:
        """What would be lost if the window closed now, and how not to lose it."""
        if self._workplace.session.drag is not None:
            return UNFINISHED
        exports = [job for job in self._workplace.inference.jobs if isinstance(job.request, ExportRequest)]
        if exports and not self._warned:
            self._warned = True
            return "An export is still being written. Close the window once more to stop it half-way."
        return None

    def _table(self, asking: Asking, photos: PhotoActions) -> Iterable[Action]:
        place = self._workplace
        session, desk = place.session, place.desk
        errands, preferences = place.errands, place.preferences
        projects = ProjectActions(session, desk, asking=asking, errands=errands, preferences=preferences)
        exchange = ExchangeActions(session, desk, place.inference, asking=asking, errands=errands)
        yield from (*projects.table(), *self.materials.table(), *exchange.table(), *projects.last_table())
        labels = LabelActions(session, place.proposals)
        occluders = OccluderActions(session, tool=lambda: place.canvas.hand.tool, window=asking.window)
        labels.category_taken = occluders.take_category
        yield from (*EditActions(session).table(), *labels.table(), *occluders.table())
        yield from (*place.segmenting.table(), *self.batch.table(), *place.offers.table(), *projects.label_table())
        yield from (
            *self._poses.table(),
            *_auto_table(place, self._poses.models, menu=self._photo_menu),
            *place.machine.table(),
            *LookActions(session).table(),
            *photos.table(),
            *self.photo_files.table(),
            *AgreementActions(session, desk, asking=asking, errands=errands).table(),
            *photos.last_table(),
        )
        canvas, watch = place.canvas, place.panels.keypoints.watch
        clicks = ClickActions(session, watch, errands=errands, place_px=lambda: pointed_px(canvas))
        place.panels.keypoints.sigma_edited.connect(clicks.set_sigma)
        place.panels.keypoints.watch.model_for = self._poses.models.of
        yield from clicks.table()
        yield from self.views.table()
        yield from (*self._camera_table(asking), *UnityActions(session, preferences).table())
        yield from ResidualActions(session, place.canvas).table()
        window = asking.window
        yield from StatisticsActions(session, desk, errands=errands, preferences=preferences, window=window).table()
        coach = place.panels.coach
        helping = HelpActions(
            session, window, all_actions=lambda: self.actions.table, start_tutorial=lambda: coach.start()
        )
        truth = TruthActions(session, place.canvas, place.inference, mesh_file=desk.mesh_file)
        stop = place.machine.also_stop
        place.machine.also_stop = lambda: stop() or truth.stop()
        yield from (*helping.table(), *projects.help_table(), *truth.table(), *self._finding.table())
        yield from (*SupportActions(desk, window).table(), *helping.last_table())

    def _camera_table(self, asking: Asking) -> Iterable[Action]:
        place, panel = self._workplace, self._workplace.panels.camera
        cameras = CameraActions(
            place.session,
            place.desk,
            asking=asking,
            errands=place.errands,
            chosen_ids=lambda: place.panels.photos.chosen_ids,
            keep_distance=lambda: panel.keep_distance,
        )
        place.canvas.hand.dollied = cameras.dolly
        for pressed in panel.findChildren(QPushButton):
            pressed.clicked.connect(place.canvas.setFocus)  # the next key is the canvas' again
        panel.exif_requested.connect(cameras.from_exif)
        panel.file_requested.connect(lambda: cameras.from_file())
        panel.apply_requested.connect(cameras.offer_menu)
        panel.unity_copy_requested.connect(lambda: self.run("unity_copy"))
        panel.unity_paste_requested.connect(lambda: self.run("unity_paste"))
        place.panels.pose.camera_requested.connect(lambda: self.views.show_panel("Camera"))
        why_no_fit, shoe_file = place.machine.why_no_fit, place.desk.shoe_file
        focal = FocalActions(place.session, place.inference, shoe_file=shoe_file, why_no_fit=why_no_fit)
        panel.fit_requested.connect(focal.ask)
        return (*cameras.table(), *focal.table())

    def _connect_hand(self) -> None:
        canvas = self._workplace.canvas
        canvas.hand.pushed = self._poses.push
        canvas.hand.double_clicked.connect(lambda _: self._on_double_click())
        canvas.menu_wanted.connect(lambda _: self._offer_menu())
        proposals, signals = self._workplace.proposals, self._workplace.session.signals
        # Enter and Escape answer an offer from wherever it was asked for; only what is being typed keeps the focus.
        proposals.changed.connect(lambda shown: self._to_canvas((QLineEdit, QAbstractSpinBox)) if shown else None)
        # Keys are the canvas' as soon as there is a photo; the arrow keys of a list go on in the list.
        signals.photo_changed.connect(lambda photo_id: self._to_canvas((QAbstractItemView,)) if photo_id else None)

    def _to_canvas(self, unless: tuple[type[QWidget], ...]) -> None:
        """Give the canvas the keys, unless a widget of such a kind has them and is seen."""
        canvas = self._workplace.canvas
        holder = canvas.window().focusWidget()
        if holder is None or not holder.isVisible() or not isinstance(holder, unless):
            canvas.setFocus()

    def _connect_panels(self) -> None:
        panels = self._workplace.panels
        panels.welcome.wanted.connect(self.run)
        panels.welcome.project_wanted.connect(lambda file: self._workplace.desk.open(Path(file)))
        panels.notices.log_wanted.connect(lambda: self.run("show_log"))
        panels.photos.add_requested.connect(lambda: self.run("add_photos"))
        panels.coach.key_of = lambda action_id: next(iter(self.actions.keys_of(action_id)), "")
        panels.coach.own_photos.connect(lambda: self.run("start_photos"))
        panels.photos.menu_requested.connect(self._offer_photo_menu)
        panels.models.import_requested.connect(lambda: self.run("import_model"))
        panels.models.built_in_requested.connect(lambda name: self.run(f"add_{name.replace('-', '_')}"))
        panels.instances.addAction(self.actions["delete"])  # its key counts there too; other lists have their own
        panels.instances.opened.connect(lambda _: self.run("zoom_instance"))
        panels.instances.menu_requested.connect(lambda _, at: self._offer_menu())
        panels.models.chosen.connect(self._use_model)
        panels.models.landmarks_requested.connect(self.materials.place_landmarks)
        panels.keypoints.landmarks_requested.connect(self.materials.place_landmarks)
        panels.keypoints.import_requested.connect(lambda: self.run("import_model"))
        panels.keypoints.offer_requested.connect(lambda: self.run("pose_from_clicks"))
        panels.keypoints.remove_requested.connect(lambda: self.run("keypoint_remove"))
        panels.keypoints.hidden_requested.connect(lambda: self.run("keypoint_hidden"))
        panels.review.status_chosen.connect(lambda status: self.run(f"mark_{status}"))
        panels.review.overview_wanted.connect(lambda: self.run("tool_review"))
        panels.poses.opened.connect(self._open_pose)
        panels.review.next_wanted.connect(lambda: self.run("next_unchecked"))
        panels.pose.import_requested.connect(lambda: self.run("import_model"))
        panels.pose.reset_requested.connect(lambda: self.run("reset_pose"))
        panels.pose.mirror_requested.connect(lambda: self.run("mirror"))
        panels.pose.copy_requested.connect(lambda: self.run("copy_previous"))
        panels.pose.fit_requested.connect(self._fit_from_panel)
        for field in (*panels.pose.findChildren(NumberField), *panels.camera.findChildren(NumberField)):
            # A number entered, the hand goes on: the next key is the canvas' again.
            field.lineEdit().returnPressed.connect(self._workplace.canvas.setFocus)
            field.answered.connect(self._answer_from_panel)

    def _open_pose(self, photo_id: str, instance_id: str) -> None:
        session = self._workplace.session
        if photo_id not in session.project.entries:
            session.notice("That photo is no longer in the project; Sort again leaves it out.", "warning")
            return
        session.open_photo(photo_id)
        session.use_tool("align")
        session.select(instance_id)
        self._workplace.canvas.setFocus()
        self.run("zoom_instance")

    def _reviewed(self, reason: str) -> Review:
        # The lock's module is loaded with the first project, not with the window.
        from core.storage.project_lock import user_name

        return reviewed_now(self._workplace.preferences["annotator"] or user_name(), reason)

    def _use_model(self, model_id: str) -> None:
        self._poses.models.use(model_id)
        model = self._workplace.session.project.models.get(model_id)
        if model is not None:
            self._workplace.session.notice(f"Shift+Q places “{model.name}” from now on.")

    def _fit_from_panel(self) -> None:
        self._workplace.canvas.setFocus()  # Enter and Escape answer the proposal there
        self.run("fit")

    def _answer_from_panel(self, taken: bool) -> None:
        self._workplace.canvas.setFocus()
        self.run("accept" if taken else "refuse")

    def _on_double_click(self) -> None:
        session = self._workplace.session
        if session.tool == "align" and session.selected is not None and session.selected.pose is None:
            self.run("place_shoe")

    def _offer_menu(self) -> None:
        menu = QMenu(self._workplace.canvas)
        self.actions.refresh()
        self.actions.fill_menu(menu, CONTEXT)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _offer_photo_menu(self, photo_ids: Sequence[str], at: QPoint) -> None:
        photos = self._workplace.panels.photos
        menu = menu_of(self._photo_menu.rows(photo_ids), photos)
        menu.setObjectName("photoMenu")
        photos.mark_meant(photo_ids)
        menu.aboutToHide.connect(lambda: photos.mark_meant(()))
        if self._workplace.session.drag is not None:  # Enter and Escape go on being the outline's
            menu.aboutToHide.connect(self._workplace.canvas.setFocus)
        menu.popup(at)

    def _keep_fresh(self) -> None:
        place = self._workplace
        timer = QTimer(place.canvas)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(self._refresh)
        signals = place.session.signals
        changes = (signals.shown_changed, signals.selection_changed, signals.tool_changed, signals.document_changed)
        for signal in (*changes, signals.view_changed, place.proposals.changed):
            signal.connect(lambda _: self._look_again(timer))
        follow_edits(place.canvas, place.session, opened=timer.start, edited=lambda _: timer.start())
        timer.start()

    def _look_again(self, timer: QTimer) -> None:
        """What can be done changes when a drag begins and ends, not while it lives."""
        before, self._dragging = self._dragging, self._workplace.session.drag is not None
        if not (before and self._dragging):
            timer.start()

    def _refresh(self) -> None:
        document = self._workplace.session.document
        self.actions.rename("undo", f"&Undo {document.undo_label}" if document and document.can_undo else "&Undo")
        self.actions.rename("redo", f"&Redo {document.redo_label}" if document and document.can_redo else "&Redo")
        for number, category in enumerate(list(self._workplace.session.project.categories.values())[:9], start=1):
            self.actions.rename(f"category_{number}", f"Category {number}: {category.name}")
        self.actions.refresh()


def _auto_table(place: Workplace, models: ModelInUse, *, menu: PhotoMenu) -> Iterable[Action]:
    """The commands that look for poses and flip through them."""
    offered = (place.session, place.proposals, place.inference)
    file, targets = place.desk.shoe_file, PoseTargets(place.session, place.proposals, models.of)
    auto = AutoActions(*offered, segmenting=place.segmenting, targets=targets, shoe_file=file)
    flipping = HypothesisActions(*offered, shoe_file=file, accept=place.machine.accept)
    pairs = PairActions(*offered, shoe_file=file)
    photos = place.panels.photos
    going_on = SequenceActions(*offered, shoe_file=file, shown_ids=lambda: photos.shown_ids)
    place.machine.also_stop = lambda: auto.give_up() or pairs.give_up() or going_on.give_up()
    place.shoe.strip.chosen.connect(flipping.show)
    place.shoe.strip.taken_anyway.connect(flipping.take_anyway)
    place.shoe.strip.model_chosen.connect(models.use)
    place.shoe.strip.model_chosen.connect(auto.find_with)
    chosen = {"chosen_ids": lambda: place.panels.photos.chosen_ids}
    batch = menu.poses = PoseBatch(place.session, place.inference, shoe_file=file, model_for=models.of, **chosen)
    return (*auto.table(), *batch.table(), *flipping.table(), *pairs.table(), *going_on.table())
