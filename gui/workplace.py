"""Everything a window works with, made once and wired together: session, canvas, core, panels, commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QDockWidget, QMenu, QWidget

from gui import theme
from gui.actions.action import Action, ActionSet
from gui.actions.file_actions import FileActions
from gui.actions.label_actions import LabelActions
from gui.actions.machine import Machine
from gui.actions.pose_actions import PoseActions
from gui.actions.view_actions import ViewActions
from gui.canvas.canvas import Canvas
from gui.canvas.shoe_layer import ShoeOverlay
from gui.canvas.shoe_renderer import ShoeRenderer
from gui.desk import Desk
from gui.inference import Inference
from gui.live_overlap import LiveOverlap, OverlapWatch
from gui.panels.history import HistoryPanel
from gui.panels.instance_list import InstanceList
from gui.panels.job_list import JobList, JobStatus
from gui.panels.model_library import ModelLibrary
from gui.panels.notice_bar import NoticeBar
from gui.panels.photo_list import PhotoList
from gui.panels.pose_panel import PosePanel
from gui.panels.status_line import StatusLine
from gui.panels.thumbnails import Thumbnails
from gui.panels.tool_palette import ToolPalette
from gui.panels.welcome import Welcome
from gui.preferences import Preferences
from gui.proposals import Proposals
from gui.session import Session
from gui.tools.align import AlignTool
from gui.tools.drag import Tool
from gui.tools.polygon import BoxTool, HoleTool, PartTool, PolygonTool
from gui.tools.select import SelectTool

PALETTE = (
    "tool_select",
    "tool_polygon",
    "tool_box",
    None,
    "tool_part",
    "tool_hole",
    None,
    "place_shoe",
    "tool_align",
    "fit",
    None,
    "zoom_fit",
    "one_to_one",
)
CONTEXT = ("accept", "fit", "place_shoe", "tool_hole", "tool_part", "side_left", "side_right", "hide", "lock", "delete")


@dataclass(frozen=True, slots=True)
class Panels:
    """The widgets round the canvas."""

    photos: PhotoList
    instances: InstanceList
    pose: PosePanel
    models: ModelLibrary
    history: HistoryPanel
    jobs: JobList
    notices: NoticeBar
    status: StatusLine
    welcome: Welcome


class Workplace:
    """One annotator's place: everything that lives as long as the window."""

    def __init__(self, preferences: Preferences, inference: Inference) -> None:
        self.preferences = preferences
        self.inference = inference
        self.session = Session()
        self.proposals = Proposals(self.session)
        self.desk = Desk(self.session, preferences)
        files = {"photo_file": self.desk.photo_file, "mesh_file": self.desk.mesh_file}
        self.machine = Machine(self.session, self.proposals, inference, **files)
        self.canvas = Canvas(self.session, self.proposals, tools=self._tools())
        self.canvas.photo_file = self.desk.photo_file
        self.canvas.set_surround(theme.colors().surround)
        self.files = FileActions(self.session, self.desk, inference, preferences=preferences)
        self.panels = self._make_panels()
        self._connect()

    def actions_for(self, window: QWidget) -> None:
        """Make the commands and the palette, owned by the window they are used in."""
        self.files.window = window
        labels, poses = LabelActions(self.session), PoseActions(self.session)
        self.views = ViewActions(self.session, self.canvas, preferences=self.preferences)
        table: list[Action] = [*self.files.table(), *labels.table(), *poses.table(), *self.machine.table()]
        table += self.views.table()
        self.actions = ActionSet(table, window=window, canvas=self.canvas)
        self.views.all_actions = lambda: self.actions.table
        self.palette = ToolPalette(self.actions[name] if name else None for name in PALETTE)
        self.canvas.hand.pushed = poses.push
        self.canvas.hand.double_clicked.connect(lambda _: self._double_clicked(poses))
        self._keep_actions_fresh()

    def warm_up(self) -> None:
        """After the first paint: what a first click would otherwise wait for."""
        self.inference.start()
        self.renderer.warm_up()

    def close(self) -> None:
        """Leave the project and end the threads and the core."""
        self.desk.close()
        self.canvas.loader.stop()
        self.renderer.stop()
        self.inference.close()

    def dock_made(self, title: str, dock: QDockWidget) -> None:
        """A panel can be folded away from the View menu."""
        self.views.add_panel(title, dock)

    # ---- inside

    def _tools(self) -> dict[str, Tool]:
        box = BoxTool(lambda photo, box: self.machine.segment_box(photo, box))
        tools: list[Tool] = [SelectTool(), PolygonTool(), HoleTool(), PartTool(), box, AlignTool()]
        return {tool.name: tool for tool in tools}

    def _make_panels(self) -> Panels:
        session = self.session
        pictures = Thumbnails(self.desk.file_named) if self.preferences["thumbnails"] else None
        return Panels(
            PhotoList(session, pictures),
            InstanceList(session),
            PosePanel(session),
            ModelLibrary(session),
            HistoryPanel(session),
            JobList(self.inference),
            NoticeBar(session),
            StatusLine(JobStatus(self.inference)),
            Welcome(session, self.preferences),
        )

    def _connect(self) -> None:
        session, panels, canvas = self.session, self.panels, self.canvas
        self.renderer = ShoeRenderer()
        mesh = self.desk.mesh_file
        overlay = {"renderer": self.renderer, "layer": canvas.shoes, "mesh_file": mesh}
        self.overlay = ShoeOverlay(session, self.proposals, **overlay, view_window=canvas.view_window)
        self.renderer.failed.connect(lambda sentence: session.notice(sentence, "danger"))
        canvas.range_changed.connect(self.overlay.refresh)
        canvas.range_changed.connect(self._show_zoom)
        canvas.pointer_moved.connect(panels.status.show_place)
        canvas.hand.hovered.connect(panels.status.show_hover)
        canvas.menu_wanted.connect(lambda at: self._offer_menu())
        session.signals.shown_changed.connect(lambda photo: panels.status.show_photo(photo))
        panels.photos.chosen.connect(session.open_photo)
        panels.photos.add_requested.connect(self.files.add_photos)
        panels.welcome.wanted.connect(lambda name: self.actions[name].trigger())
        panels.welcome.project_wanted.connect(lambda file: self.desk.open(Path(file)))
        panels.pose.reset_requested.connect(lambda: self.actions["reset_pose"].trigger())
        panels.pose.mirror_requested.connect(lambda: self.actions["mirror"].trigger())
        panels.pose.copy_requested.connect(lambda: self.actions["copy_previous"].trigger())
        panels.pose.fit_requested.connect(self._fit_from_panel)
        panels.pose.import_requested.connect(self.files.import_model)
        panels.models.import_requested.connect(self.files.import_model)
        self.watch = OverlapWatch(session, self.proposals, self.inference, mesh_file=mesh)
        self.watch.changed.connect(self._show_overlap)

    def _show_zoom(self) -> None:
        if self.session.photo_id is not None:
            self.panels.status.show_zoom(self.canvas.scale_px)

    def _fit_from_panel(self) -> None:
        self.canvas.setFocus()  # Enter and Escape answer the proposal there
        self.machine.fit()

    def _show_overlap(self, overlap: LiveOverlap | None) -> None:
        if overlap is None:
            self.panels.pose.show_overlap(None, None)
        else:
            self.panels.pose.show_overlap(overlap.iou, overlap.contour_px)

    def _double_clicked(self, poses: PoseActions) -> None:
        chosen = self.session.selected
        if self.session.tool == "align" and chosen is not None and chosen.pose is None:
            poses.place()

    def _offer_menu(self) -> None:
        menu = QMenu(self.canvas)
        self.actions.refresh()
        self.actions.fill_menu(menu, CONTEXT)
        menu.popup(QCursor.pos())

    def _keep_actions_fresh(self) -> None:
        timer = QTimer(self.canvas)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(self._refresh_actions)
        signals = self.session.signals
        changes = (signals.shown_changed, signals.selection_changed, signals.tool_changed, signals.document_changed)
        for signal in (*changes, signals.view_changed, self.proposals.changed):
            signal.connect(lambda _: None if self.session.drag is not None else timer.start())
        timer.start()

    def _refresh_actions(self) -> None:
        document = self.session.document
        self.actions.rename("undo", f"&Undo {document.undo_label}" if document and document.can_undo else "&Undo")
        self.actions.rename("redo", f"&Redo {document.redo_label}" if document and document.can_redo else "&Redo")
        self.actions.refresh()


def open_first(workplace: Workplace, path: Path | None) -> None:
    """Open what was asked for, else where one stopped, else nothing."""
    recent = [Path(file) for file in workplace.preferences["recent_projects"] if Path(file).exists()]
    chosen = path or (recent[0] if recent else None)
    if chosen is not None:
        workplace.desk.open(chosen)
