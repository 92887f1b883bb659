"""The landmarks of the chosen sneaker: on a model to be turned and clicked, as a list, and what the clicks say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.labels.click_pose import clickable_names, keypoint_of
from core.labels.instance import Keypoint, Side, Visibility
from core.labels.shoe_model import ShoeModel
from core.render.point_picture import SurfacePoints
from gui import theme
from gui.canvas.turned_model import TurnedModel, TurnedShoe
from gui.click_watch import ClickReport, ClickWatch
from gui.panels.landmark_rows import LandmarkRow, LandmarkRows
from gui.session import Session
from gui.widgets.following import follow, later, soon
from gui.widgets.number_field import NumberField
from gui.widgets.pieces import EmptyState, as_panel, button, column, icon_button, label, row

# Where each landmark of a right shoe is seen from with most of the shoe round it: yaw, pitch in degrees.
_SEEN_FROM = {
    "heel bottom": (42.0, 6.0),
    "toe tip": (-42.0, 14.0),
    "heel top": (42.0, 24.0),
    "forefoot lateral": (-20.0, 14.0),
    "forefoot medial": (-155.0, 14.0),
    "rearfoot lateral": (20.0, 14.0),
    "rearfoot medial": (155.0, 14.0),
    "instep": (-28.0, 32.0),
}
_LEAST_SIGMA_PX, _MOST_SIGMA_PX = 0.25, 50.0
_HIGHEST_PX = 360  # of the model: higher, it would stand in emptiness


class KeypointPanel(QWidget):
    """Signals: landmarks_requested(model_id), import_requested, offer_requested, remove_requested, hidden_requested,
    sigma_edited(px). surface(model) gives what is turned, or None while it is made; call `refresh` when there is.
    """

    landmarks_requested = Signal(str)
    import_requested = Signal()
    offer_requested = Signal()
    remove_requested = Signal()
    hidden_requested = Signal()
    sigma_edited = Signal(float)

    def __init__(
        self,
        session: Session,
        watch: ClickWatch,
        *,
        surface: Callable[[ShoeModel], SurfacePoints | None] = lambda _: None,
    ) -> None:
        super().__init__()
        as_panel(self, "keypointPanel")
        self.watch = watch
        self._session = session
        self._surface = surface
        self._dressed: tuple[object, ...] = ()
        self._turned: ShoeModel | None = None
        self.view = TurnedModel("keypointModel")
        self.rows = LandmarkRows()
        self._foot = _Foot()
        self._body = QWidget()
        self._empty = EmptyState("keypointPanelEmpty", "landmark")
        self._lay_out()
        self._later = later(self, self.refresh)
        follow(self, watch.changed, lambda _: soon(self._later))
        follow(self, watch.choice.changed, lambda _: soon(self._later))
        follow(self, session.signals.selection_changed, lambda _: soon(self._later))
        follow(self, session.signals.document_changed, lambda _: soon(self._later))
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now."""
        report = self.watch.report
        self._body.setVisible(report is not None)
        self._empty.setVisible(report is None)
        if report is None:
            self._dressed = ()
            words, act = self._missing()
            self._empty.say(words, act=act)
            return
        at_hand, order = self.watch.choice.name, report.model.landmark_names
        rows = (_row(report, name, order.index(name) + 1, at_hand) for name in clickable_names(report.model))
        self.rows.show_rows(tuple(rows))
        if self.isVisible():
            self._dress(report)
        self._foot.show_report(report, self.watch.choice.keypoint(report.instance))

    # ---- inside

    def _lay_out(self) -> None:
        self.view.setAccessibleName("The shoe's landmarks; click one to take it to hand, drag to turn the shoe")
        self.view.mark_clicked.connect(self._on_mark)
        self.rows.chosen.connect(self.watch.choice.choose)
        self._foot.offer.clicked.connect(lambda: self.offer_requested.emit())
        self._foot.remove.clicked.connect(lambda: self.remove_requested.emit())
        self._foot.hidden.clicked.connect(lambda: self.hidden_requested.emit())
        self._foot.sigma.edited.connect(self.sigma_edited.emit)
        self._empty.act_button.clicked.connect(lambda: self._on_missing())
        body = column(self._body, margin=8, spacing=6)
        self.view.setMaximumHeight(_HIGHEST_PX)
        body.addWidget(self.view, 50)
        body.addWidget(self.rows)
        body.addWidget(self._foot)
        body.addStretch(1)  # takes what is left in a high window alone
        whole = column(self, margin=0, spacing=0)
        whole.addWidget(self._body)
        whole.addWidget(self._empty)

    def _on_mark(self, name: str) -> None:
        self.watch.choice.choose(name)

    def _dress(self, report: ClickReport) -> None:
        """The model at the instance's size and for its foot; turned when the landmark at hand is behind it."""
        instance, model = report.instance, report.model
        side = report.found.side if report.found is not None else instance.side
        size = instance.size if instance.model_id == model.id else None
        surface = self._surface(model)
        dressed = (model.mesh_sha256, size, side, surface is not None)
        factors, landmarks = model.factors(size, side), model.sized_landmarks(size, side)
        points_mm = surface.points_mm * factors if surface is not None else None
        if dressed != self._dressed or model is not self._turned:
            self.view.show_shoe(TurnedShoe(model, factors, landmarks, points_mm), anew=dressed != self._dressed)
            self._dressed, self._turned = dressed, model
        name = self.watch.choice.name or ""
        self.view.show_marks(name, frozenset(keypoint.name for keypoint in instance.keypoints))
        if name in _SEEN_FROM and name in self.view.hidden_marks():
            yaw, pitch = _SEEN_FROM[name]
            self.view.look_from(180.0 - yaw if side is Side.LEFT else yaw, pitch)

    def _missing(self) -> tuple[str, str]:
        instance = self._session.selected
        models = self._session.project.models
        if self._session.photo_id is None:
            return "Open a photo to click keypoints in it.", ""
        if instance is None:
            return "Choose a sneaker: click it on the photo or in the list. Then its landmarks are clicked.", ""
        if not models:
            return "No shoe models yet. Import a mesh: its landmarks are what is clicked.", "Import a model…"
        model = self.watch.model_for(instance)
        if model is not None and not model.landmarks:
            once = "place the eight names on it once, then they can be clicked in every photo"
            return f"“{model.name}” has no landmarks yet:\n{once}.", "Place landmarks…"
        return "Only an instance of a shoe category has landmarks.", ""

    def _on_missing(self) -> None:
        instance = self._session.selected
        model = self.watch.model_for(instance) if instance is not None else None
        if model is None:
            self.import_requested.emit()
        else:
            self.landmarks_requested.emit(model.id)


class _Foot(QWidget):
    """What the clicks say, and what can be done to the keypoint at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "dim", wraps=True)
        self.words.setObjectName("keypointWords")
        self.offer = button(
            "keypointOffer", "Pose", icon_name="landmark", tip="Offer the pose these clicks give (Alt+Q)"
        )
        self.hidden = icon_button("keypointHidden", "eye-off", "Hidden: its place is guessed, behind something (Y)")
        self.hidden.setCheckable(True)
        self.remove = icon_button("keypointRemove", "trash", "Take this keypoint away (Del)")
        self.sigma = NumberField("keypointSigma", unit=" px", decimals=2, step=0.25)
        self.sigma.setRange(_LEAST_SIGMA_PX - 0.25, _MOST_SIGMA_PX)
        self.sigma.setToolTip("How exactly it was clicked, one standard deviation: what a fit trusts it by")
        self.sigma.setAccessibleName("Sigma of the click")
        self.sigma.setFixedWidth(84)
        self._number = label("±", "dim")
        whole = column(self, margin=0, spacing=6)
        whole.addWidget(self.words)
        whole.addLayout(row(self.offer, 1, self._number, self.sigma, self.hidden, self.remove))

    def show_report(self, report: ClickReport, keypoint: Keypoint | None) -> None:
        """Show them of another state."""
        self.words.setText(report.words)
        theme.set_role(self.words, "warning" if report.is_warning else "dim")
        free = "locked" not in report.instance.flags
        self.offer.setEnabled(report.found is not None and free)
        for piece in (self.hidden, self.remove, self.sigma):
            piece.setEnabled(keypoint is not None and free)
        names = report.model.landmark_names
        known = keypoint is not None and keypoint.name in names
        self._number.setText(f"{names.index(keypoint.name) + 1} ±" if keypoint is not None and known else "±")
        self._number.setToolTip(keypoint.name if keypoint is not None else "")
        self.hidden.setChecked(keypoint is not None and keypoint.visibility is Visibility.HIDDEN)
        self.sigma.show_value(None if keypoint is None else keypoint.sigma_px)


def _row(report: ClickReport, name: str, number: int, at_hand: str | None) -> LandmarkRow:
    keypoint = keypoint_of(report.instance, name)
    made = LandmarkRow(name, number, at_hand=name == at_hand)
    if keypoint is None or keypoint.visibility is Visibility.ABSENT:
        return made
    miss = report.misses_px.get(name)
    without = report.found.without_px.get(name) if report.found is not None else None
    return replace(
        made,
        visibility=keypoint.visibility,
        miss_px=float(np.hypot(*miss)) if miss is not None and np.isfinite(miss).all() else None,
        without_px=without if without is not None and np.isfinite(without) else None,
        sigma_px=keypoint.sigma_px,
        is_suspect=name == report.suspect,
    )
