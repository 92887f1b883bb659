"""Everything a window works with, made once and wired together: session, canvas, core, panels, commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from gui import theme
from gui.actions.machine import Machine
from gui.actions.occluder_actions import occluder_tools
from gui.actions.offer_actions import OfferActions
from gui.actions.segment_actions import SegmentActions
from gui.background import Errands
from gui.canvas.canvas import Canvas
from gui.canvas.click_overlay import ClickOverlay
from gui.canvas.drag_key import DragKey
from gui.canvas.hypothesis_pictures import HypothesisPictures
from gui.canvas.making_room import MakingRoom
from gui.canvas.pose_pictures import PosePictures
from gui.canvas.shoe_layer import ShoeOverlay
from gui.canvas.shoe_renderer import ShoeRenderer
from gui.click_watch import ClickWatch
from gui.desk import Desk
from gui.inference import Inference
from gui.live_overlap import LiveOverlap, OverlapWatch
from gui.model_pictures import ModelPictures, ModelSurfaces
from gui.panels.camera_panel import CameraPanel
from gui.panels.contour_panel import ContourPanel
from gui.panels.history import HistoryPanel
from gui.panels.hypothesis_strip import HypothesisStrip, over_the_photo
from gui.panels.instance_list import InstanceList
from gui.panels.job_list import JobList, JobStatus
from gui.panels.keypoint_panel import KeypointPanel
from gui.panels.model_library import ModelLibrary
from gui.panels.notice_bar import NoticeBar
from gui.panels.photo_list import PhotoList
from gui.panels.pose_grid import PoseGrid
from gui.panels.pose_panel import PosePanel
from gui.panels.review_panel import ReviewPanel
from gui.panels.status_line import StatusLine
from gui.panels.thumbnails import Thumbnails
from gui.panels.welcome import Welcome
from gui.posed_shoe import PosedShoe
from gui.preferences import Preferences
from gui.proposals import Proposal, Proposals
from gui.residual_view import ResidualView
from gui.residuals import ResidualWatch
from gui.session import UNFINISHED, Session, ShoeLook, ViewOptions
from gui.tools.align import AlignTool
from gui.tools.clicks import ClicksTool
from gui.tools.drag import Tool
from gui.tools.polygon import BoxTool, HoleTool, PartTool, PolygonTool
from gui.tools.review import ReviewTool
from gui.tools.select import SelectTool
from gui.tutorial.coach import Coach

_NOTICE_PX = 52  # a message stands above the offered poses


@dataclass(frozen=True, slots=True)
class Panels:
    """The widgets round the canvas."""

    photos: PhotoList
    instances: InstanceList
    pose: PosePanel
    review: ReviewPanel
    poses: PoseGrid
    models: ModelLibrary
    history: HistoryPanel
    jobs: JobList
    notices: NoticeBar
    status: StatusLine
    welcome: Welcome
    contour: ContourPanel
    keypoints: KeypointPanel
    camera: CameraPanel
    coach: Coach


@dataclass(frozen=True, slots=True)
class ShoePicture:
    """What keeps the rendered shoes and their live figures in step with what is shown."""

    renderer: ShoeRenderer
    overlay: ShoeOverlay
    watch: OverlapWatch
    strip: HypothesisStrip
    foot: QWidget


class Workplace:
    """One annotator's place: everything that lives as long as the window."""

    def __init__(self, preferences: Preferences, inference: Inference) -> None:
        self.preferences = preferences
        self.inference = inference
        self.session = Session()
        self.proposals = Proposals(self.session)
        self.desk = Desk(self.session, preferences)
        self.errands = Errands(self.session)
        photo_file, shoe_file = self.desk.photo_file, self.desk.shoe_file
        asked: dict[str, Any] = {"shoe_file": shoe_file, "preferences": preferences}
        self.machine = Machine(self.session, self.proposals, inference, errands=self.errands, **asked)
        asked = {"photo_file": photo_file, "preferences": preferences}
        self.segmenting = SegmentActions(self.session, self.proposals, inference, **asked)
        self.offers = OfferActions(self.session, self.proposals, inference, **asked)
        clicks = ClickWatch(self.session, self.proposals)
        self.canvas = Canvas(self.session, self.proposals, tools=self._tools(clicks))
        self.canvas.photo_file = self.desk.photo_file
        self.canvas.set_surround(theme.colors().surround)
        self.panels = self._make_panels(clicks)
        self._connect()
        self._follow_preferences()

    def warm_up(self) -> None:
        """After the first paint: what a first click would otherwise wait for."""
        self.inference.start()
        self.shoe.renderer.warm_up()

    def close(self) -> None:
        """Leave the project and end the threads and the core."""
        self.errands.close()
        self.desk.close()
        self.preferences.write_at_rest(None)
        self.panels.photos.show_pictures(None)
        self.canvas.loader.stop()
        if self.panels.poses.pictures is not None:
            self.panels.poses.pictures.stop()
        self.shoe.renderer.stop()
        self.inference.close()

    # ---- inside

    def _tools(self, clicks: ClickWatch) -> dict[str, Tool]:
        seen: dict[str, Any] = {"model_of": lambda i: clicks.model_for(i), "seen_as": clicks.seen_as}
        keypoints = ClicksTool(clicks.choice, take_up=self.session.select, **seen)
        box = BoxTool(lambda photo, box: self.segmenting.segment_box(photo, box))
        tools: list[Tool] = [SelectTool(), PolygonTool(), HoleTool(), PartTool(), box]
        tools += [AlignTool(self.machine.snapping), keypoints, ReviewTool(), *occluder_tools(self.session)]
        return {tool.name: tool for tool in tools}

    def _make_panels(self, clicks: ClickWatch) -> Panels:
        session = self.session
        pictures = Thumbnails(self.desk.file_named) if self.preferences["thumbnails"] else None
        models = ModelPictures(self.desk, self.errands)
        posed = PosedShoe(session, self.proposals, self.desk.shoe_file)
        library = ModelLibrary(session, models.picture)
        models.ready = library.refresh
        surfaces = ModelSurfaces(self.desk, self.errands)
        keypoints = KeypointPanel(session, clicks, surface=surfaces.surface)
        surfaces.ready = keypoints.refresh
        return Panels(
            PhotoList(session, pictures),
            InstanceList(session),
            PosePanel(session, self.proposals),
            ReviewPanel(session),
            PoseGrid(session, self.errands, path=lambda: self.desk.path),
            library,
            HistoryPanel(session),
            JobList(self.inference),
            NoticeBar(session),
            StatusLine(JobStatus(self.inference)),
            Welcome(session, self.preferences),
            ContourPanel(ResidualWatch(session, posed, self.inference)),
            keypoints,
            CameraPanel(session, self.preferences),
            self._make_coach(),
        )

    def _make_coach(self) -> Coach:
        desk, errands = self.desk, self.errands
        coach = Coach(self.session, self.proposals, desk=desk, errands=errands, preferences=self.preferences)
        coach.watch_exports(self.inference)
        return coach

    def _connect(self) -> None:
        session, panels, canvas = self.session, self.panels, self.canvas
        renderer, mesh = ShoeRenderer(), self.desk.mesh_file
        overlay = ShoeOverlay(
            session,
            self.proposals,
            renderer=renderer,
            layer=canvas.shoes,
            mesh_file=mesh,
            view_window=canvas.view_window,
        )
        renderer.failed.connect(lambda sentence: session.notice(sentence, "danger"))
        canvas.range_changed.connect(lambda: overlay.refresh(view_moves=True))
        canvas.range_changed.connect(self._show_zoom)
        canvas.pointer_moved.connect(panels.status.show_place)
        canvas.hand.offers.corrected.connect(self.offers.correct)
        self.segmenting.pointer = lambda: canvas.hand.at_px
        self.segmenting.seen_box = self._seen_box
        self.offers.under_pointer = self._pointed_offer
        canvas.hand.hovered.connect(panels.status.show_hover)
        session.signals.shown_changed.connect(lambda photo: panels.status.show_photo(photo))
        panels.photos.chosen.connect(self._choose_photo)
        session.signals.document_changed.connect(lambda _: panels.photos.look_again())
        watch = OverlapWatch(session, PosedShoe(session, self.proposals, self.desk.shoe_file), self.inference)
        panels.poses.use_pictures(PosePictures(renderer, photo_file=self.desk.photo_file, mesh_file=mesh))
        self.shoe = ShoePicture(renderer, overlay, watch, *self._make_strip(renderer))
        watch.changed.connect(self._show_overlap)
        ClickOverlay(session, canvas, panels.keypoints.watch)
        panels.keypoints.view.draw_with(renderer, mesh_file=mesh)
        ResidualView(session, canvas, panels.contour.watch)
        panels.instances.figures = watch.figures
        watch.figures_changed.connect(lambda _: panels.instances.look_again())

    def _make_strip(self, renderer: ShoeRenderer) -> tuple[HypothesisStrip, QWidget]:
        """The poses that are offered, and the foot of the photo that holds them and the messages."""
        canvas, snapping = self.canvas, self.machine.snapping
        strip = HypothesisStrip(self.session, self.proposals)
        strip.use_pictures(HypothesisPictures(renderer, picture=lambda: canvas.picture, mesh_file=self.desk.mesh_file))
        room = MakingRoom(canvas)
        strip.laid_over.connect(lambda box, px: room.give_back() if box is None else room.make(box, px + _NOTICE_PX))
        # The offers of a photo are known before the canvas shows it.
        self.session.signals.photo_changed.connect(lambda _: strip.tell_again())
        DragKey(canvas, Qt.Key.Key_E, wanted=lambda: snapping.is_dragging, held=snapping.hold)
        return strip, over_the_photo(self.panels.notices, strip)

    def _follow_preferences(self) -> None:
        preferences, session = self.preferences, self.session
        look = ShoeLook(preferences["shoe_look"])
        shown = {"shoe_opacity": preferences["shoe_opacity"], "residuals": preferences["residuals"]}
        session.look(replace(session.view, shoe_look=look, **shown))

        def remember(view: ViewOptions) -> None:
            preferences.set("shoe_opacity", view.shoe_opacity)
            preferences.set("shoe_look", view.shoe_look.value)
            preferences.set("residuals", view.residuals)

        session.signals.view_changed.connect(remember)
        preferences.changed.connect(self._on_preference)
        self.panels.notices.hide_after(preferences["notice_seconds"])

    def _on_preference(self, key: str) -> None:
        value = self.preferences[key]
        application = QApplication.instance()
        if key == "theme" and isinstance(application, QApplication) and theme.colors().name != value:
            theme.apply(application, value)
        elif key == "text_size" and isinstance(application, QApplication):
            theme.apply(application, theme.colors().name, text_size=value)
        elif key == "notice_seconds":
            self.panels.notices.hide_after(value)
        elif key == "thumbnails":
            self.panels.photos.show_pictures(Thumbnails(self.desk.file_named) if value else None)

    def _choose_photo(self, photo_id: str) -> None:
        if self.session.drag is not None:
            self.session.notice(UNFINISHED, "warning")
        elif photo_id != self.session.photo_id:
            self.session.open_photo(photo_id)

    def _show_zoom(self) -> None:
        if self.session.photo_id is not None:
            self.panels.status.show_zoom(self.canvas.scale_px)

    def _seen_box(self) -> tuple[float, float, float, float] | None:
        """The part of the photo that is seen, px; None when none of it is."""
        photo, seen = self.session.photo, self.canvas.seen_px
        if photo is None:
            return None
        (width, height), (left, top) = photo.size_px, (max(seen.left(), 0.0), max(seen.top(), 0.0))
        right, bottom = min(seen.right(), float(width)), min(seen.bottom(), float(height))
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _pointed_offer(self) -> Proposal | None:
        hand = self.canvas.hand
        return hand.offers.under(hand.at_px) if hand.at_px is not None else None

    def _show_overlap(self, overlap: LiveOverlap | None) -> None:
        if overlap is None:
            self.panels.pose.show_overlap(None, None)
        else:
            self.panels.pose.show_overlap(overlap.iou, overlap.contour_px, is_now=overlap.is_now)


def open_first(workplace: Workplace, path: Path | None) -> None:
    """Open what was asked for, else where one stopped, else nothing."""
    recent = (project.path for project in workplace.preferences.recent_projects() if not project.reason)
    chosen = path or next(recent, None)
    if chosen is not None:
        workplace.desk.open(chosen)
