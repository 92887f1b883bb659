"""How the window shows what it shows: zoom, brightness, theme and panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication, QDockWidget

from gui import theme
from gui.actions.action import Action
from gui.canvas.canvas import Canvas
from gui.preferences import Preferences
from gui.session import Session, ViewOptions


class ViewActions:
    """The commands of the View menu."""

    def __init__(self, session: Session, canvas: Canvas, *, preferences: Preferences) -> None:
        self._session = session
        self._canvas = canvas
        self._preferences = preferences
        self._docks: dict[str, QDockWidget] = {}

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [*self._zooms(), *self._tones(), *self._themes(), *self._panels()]

    def add_panel(self, title: str, dock: QDockWidget) -> None:
        """A panel that can be folded away."""
        self._docks[title] = dock

    def show_panel(self, title: str) -> None:
        """Bring a panel to the front."""
        self._docks[title].show()
        self._docks[title].raise_()

    def show_instance(self) -> None:
        """Zoom to the chosen instance."""
        chosen = self._session.selected
        if chosen is not None and not chosen.region.is_empty:
            self._canvas.show_box(chosen.region.bounds_px)

    def show_tones(self) -> None:
        """Brightness and contrast beside the photo's histogram."""
        # pyqtgraph is loaded with the first plot: it would cost the start a third of a second.
        from gui.dialogs.tones import TonesDialog

        picture = self._canvas.picture
        histogram = picture.histogram() if picture is not None else None
        TonesDialog(self._session, histogram, parent=self._canvas.window()).show()

    def use_theme(self, name: str) -> None:
        """Dark or light, now and next time."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        self._preferences.set("theme", name)

    def _zooms(self) -> list[Action]:
        canvas = self._canvas

        def zoom(name: str, text: str, run: Callable[[], object], *keys: str, repeats: bool = False) -> Action:
            picture = name.replace("_", "-")
            return Action(name, text, "&View", run, keys, self._no_photo, icon=picture, repeats=repeats)

        return [
            zoom("zoom_in", "Zoom &in", lambda: canvas.zoom(1.25), "+", "=", repeats=True),
            zoom("zoom_out", "Zoom o&ut", lambda: canvas.zoom(0.8), "-", repeats=True),
            zoom("zoom_fit", "&Fit the photo", canvas.fit, "F"),
            zoom("one_to_one", "&One to one", canvas.one_to_one, "Ctrl+1"),
            zoom("zoom_instance", "To the c&hosen instance", self.show_instance, "Z"),
        ]

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else "Open a photo first."

    def _tones(self) -> list[Action]:
        def tone(**by: float) -> Callable[[], None]:
            return lambda: self._tone(**by)

        return [
            Action("brighter", "&Brighter", "&View", tone(brightness=0.05), ("Ctrl+.",), separated=True, repeats=True),
            Action("darker", "&Darker", "&View", tone(brightness=-0.05), ("Ctrl+,",), repeats=True),
            Action("more_contrast", "More &contrast", "&View", tone(contrast=0.1), ("Ctrl+Alt+.",), repeats=True),
            Action("less_contrast", "&Less contrast", "&View", tone(contrast=-0.1), ("Ctrl+Alt+,",), repeats=True),
            Action("tones", "Brigh&tness and contrast…", "&View", self.show_tones, ("Ctrl+T",), icon="contrast"),
            Action("tone_reset", "Brightness and contrast &as taken", "&View", self._tone_reset, ("Ctrl+0",)),
        ]

    def _themes(self) -> list[Action]:
        def use(name: str) -> Callable[[], None]:
            return lambda: self.use_theme(name)

        def is_used(name: str) -> Callable[[], bool]:
            return lambda: theme.colors().name == name

        return [
            Action("theme_dark", "Da&rk theme", "&View", use("dark"), checked=is_used("dark"), separated=True),
            Action("theme_light", "Li&ght theme", "&View", use("light"), checked=is_used("light")),
        ]

    def _panels(self) -> list[Action]:
        def fold(title: str) -> Callable[[], None]:
            return lambda: self._fold(title)

        def is_open(title: str) -> Callable[[], bool]:
            return lambda: title in self._docks and not self._docks[title].visibleRegion().isEmpty()

        keyed = (
            ("Photos", "&Photos", "F5"),
            ("Instances", "&Instances", "F3"),
            ("Pose", "P&ose", "F4"),
            ("Models", "&Models", "F6"),
            ("History", "&History", "F7"),
            ("Jobs", "&Jobs", "F8"),
            ("Contour", "&Contour", "F9"),
            ("Camera", "C&amera", "F11"),
        )
        return [
            Action(
                f"panel_{title.lower()}",
                f"Panel: {text}",
                "&View",
                fold(title),
                (key,),
                checked=is_open(title),
                separated=title == "Photos",
            )
            for title, text, key in keyed
        ]

    def _fold(self, title: str) -> None:
        dock = self._docks[title]
        # A panel behind another's tab is not hidden, but nobody sees it: its key brings it to the front first.
        covered = not dock.isHidden() and dock.visibleRegion().isEmpty()
        dock.setVisible(dock.isHidden() or covered)
        if not dock.isHidden():
            dock.raise_()

    def _tone(self, *, brightness: float = 0.0, contrast: float = 0.0) -> None:
        view = self._session.view
        bright = round(min(max(view.brightness + brightness, -1.0), 1.0), 3)
        strong = round(min(max(view.contrast + contrast, 0.2), 3.0), 3)
        self._session.look(replace(view, brightness=bright, contrast=strong))
        self._session.notice(f"Brightness {bright:+.2f}, contrast {strong:.1f}. Ctrl+0 shows the photo as taken.")

    def _tone_reset(self) -> None:
        fresh = ViewOptions()
        self._session.look(replace(self._session.view, brightness=fresh.brightness, contrast=fresh.contrast))
