"""The window: a canvas in the middle, panels round it, menus above and one line below. It only puts them together."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDockWidget, QGridLayout, QHBoxLayout, QMainWindow, QWidget

from gui import theme
from gui.commands import Commands
from gui.panels.forward import show_by_need
from gui.panels.mode_tabs import ModeTabs
from gui.panels.pages import Pages
from gui.tools.clicks import KEYPOINTS
from gui.tools.review import REVIEW
from gui.workplace import Workplace

MENUS = ("&File", "&Edit", "&View", "&Label", "&Pose", "&Review", "&Help")
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
FRAME = QSize(16, 48)  # what a window manager puts round: the status line must not end below the screen


class MainWindow(QMainWindow):
    """Lays a workplace out. What it shows and does is the workplace's affair."""

    def __init__(self, workplace: Workplace) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Outsole")
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableSize() - FRAME))
        self.workplace = workplace
        self._modes = ModeTabs(workplace.session)
        self.commands = Commands(workplace, self)
        self.commands.actions.fill(self.menuBar(), MENUS)
        self.menuBar().setCornerWidget(self._modes, Qt.Corner.TopRightCorner)
        self.setCentralWidget(self._make_centre())
        self.setStatusBar(workplace.panels.status)
        self._make_docks()
        self._connect()
        self._restore()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where everything was; there is nothing to save but what is still being drawn or written."""
        reason = self.commands.why_not_close()
        if reason is not None:
            self.workplace.session.notice(reason, "warning")
            event.ignore()
            return
        preferences = self.workplace.preferences
        preferences.set("window_geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        preferences.set("window_state", bytes(self.saveState().toBase64().data()).decode())
        self.workplace.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Photos are added, a mesh is imported, a project is opened."""
        self.commands.materials.take_dropped(
            [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        )

    def _make_centre(self) -> QWidget:
        panels, centre = self.workplace.panels, QWidget()
        self._pages = Pages(panels.welcome, self.workplace.canvas, panels.poses)
        # In one cell: a message that comes or goes while the hand draws must not move the photo under it.
        middle = QGridLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self._pages, 0, 0)
        middle.addWidget(self.workplace.shoe.foot, 0, 0, Qt.AlignmentFlag.AlignBottom)
        self.workplace.shoe.foot.raise_()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.commands.palette)
        row.addLayout(middle, 1)
        return centre

    def _make_docks(self) -> None:
        panels = self.workplace.panels
        self.setDockNestingEnabled(True)
        photos = self._dock("Photos", panels.photos, LEFT)
        instances = self._dock("Instances", panels.instances, RIGHT)
        pose = self._dock("Pose", panels.pose, RIGHT)
        camera = self._dock("Camera", panels.camera, RIGHT)
        review = self._dock("Review", panels.review, RIGHT)
        models = self._dock("Models", panels.models, RIGHT)
        keypoints = self._dock("Keypoints", panels.keypoints, RIGHT)
        history = self._dock("History", panels.history, LEFT)
        jobs = self._dock("Jobs", panels.jobs, LEFT)
        for tabs in ((pose, camera, review, models, keypoints), (photos, history, jobs)):
            for before, after in pairwise(tabs):
                self.tabifyDockWidget(before, after)
            tabs[0].raise_()
        by_tool = {"align": pose, KEYPOINTS: keypoints, REVIEW: review}
        show_by_need(by_tool, self.workplace.session, self.workplace.proposals)
        self.setTabPosition(LEFT | RIGHT, self.tabPosition(LEFT).North)
        self.resizeDocks([photos, instances], [204, 288], Qt.Orientation.Horizontal)
        self.resizeDocks([instances, pose], [240, 520], Qt.Orientation.Vertical)
        self._dock("Contour", panels.contour, Qt.DockWidgetArea.BottomDockWidgetArea).hide()
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{title.lower()}")
        dock.setWidget(widget)
        if title != "Instances":  # the others stand in tabs that bear their names
            dock.setTitleBarWidget(QWidget(dock))
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.addDockWidget(area, dock)
        self.commands.add_panel(title, dock)
        return dock

    def _connect(self) -> None:
        place, session = self.workplace, self.workplace.session
        place.panels.coach.place_over(place.canvas, self._pages, place.shoe.foot)
        session.signals.document_changed.connect(lambda _: self._name())
        session.signals.photo_changed.connect(lambda _: self._show_page())
        session.signals.tool_changed.connect(lambda _: self._show_page())
        # A method, not a lambda: Qt forgets it with the window, while the theme outlives every window.
        theme.on_change().changed.connect(self._on_theme)

    def _show_page(self) -> None:
        session = self.workplace.session
        page = 0 if session.photo_id is None else 2 if session.tool == REVIEW else 1
        if page == 2 != self._pages.currentIndex():
            self.workplace.panels.poses.look()
        self._pages.setCurrentIndex(page)

    def _on_theme(self, colors: theme.ThemeColors) -> None:
        self.workplace.canvas.set_surround(colors.surround)

    def _name(self) -> None:
        path = self.workplace.desk.path if self.workplace.session.document is not None else None
        self.setWindowTitle(f"Outsole — {path.name}" if path else "Outsole")
        self.setWindowFilePath(str(path) if path else "")

    def _restore(self) -> None:
        preferences = self.workplace.preferences
        geometry, state = preferences["window_geometry"], preferences["window_state"]
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode(errors="replace")))
        if state:
            self.restoreState(QByteArray.fromBase64(state.encode(errors="replace")))
