"""The poses an outline allows, side by side at the foot of the photo: small pictures with figures, to choose from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from core.labels.instance import PoseEstimate
from gui import theme
from gui.canvas.hypothesis_pictures import HypothesisPictures
from gui.instance_color import letter_of
from gui.panels.hypothesis_card import SIGMA_BREAK, CardText, HypothesisCard
from gui.panels.model_choice import ModelChoice
from gui.pose_edits import UNSURE_DISTANCE_PCT, distance_sigma_pct, turn_sigma_deg
from gui.proposals import MOST_CARDS, PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session
from gui.widgets.following import follow
from gui.widgets.pieces import ElidedLabel, as_panel, button, column, label, row

_FINER = 2.0  # pictures are drawn larger and shown smaller: VTK's own smoothing leaves a pattern at this size
_PLAIN_WINDOW_PX, _LARGEST_SCALE = 900, 1.8  # windows up to that high have cards of the plain size
_WIDE_PX = 560
_KEYS = "Tab next · T twin · Enter takes · Esc refuses"


class HypothesisStrip(QFrame):
    """Shows the poses of the offer that keys mean and goes with it; `chosen` carries the number of a clicked one.

    model_chosen: the id of another ShoeModel to look with. laid_over: the box, px of the photo, of the shoe it is about
    and how many screen px it covers below; None and 0 when it goes.
    """

    chosen = Signal(int)
    taken_anyway = Signal()
    model_chosen = Signal(str)
    laid_over = Signal(object, int)

    def __init__(self, session: Session, proposals: Proposals) -> None:
        super().__init__()
        as_panel(self, "hypothesisStrip")
        self.setAccessibleName("Poses to choose from")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._session = session
        self._proposals = proposals
        self._pictures: HypothesisPictures | None = None
        self._drawn: tuple[PoseOption, ...] = ()
        self._has_keys = False
        self._about: tuple[str, str] | None = None
        self._head = ElidedLabel("", "small")
        self._head.setObjectName("hypothesisHead")
        self._keys = label(_KEYS, "small")
        self._model = ModelChoice("stripModel")
        self._anyway = button("takeAnyway", "Take anyway", tip="Take this pose all the same  (Shift+Enter)")
        self._cards = tuple(HypothesisCard(number, self) for number in range(MOST_CARDS))
        self._lay_out()
        self.hide()
        follow(self, proposals.changed, lambda _: self._catch_up())

    @property
    def cards(self) -> tuple[HypothesisCard, ...]:
        """The cards that are shown."""
        return tuple(card for card in self._cards if not card.isHidden()) if not self.isHidden() else ()

    @property
    def is_complete(self) -> bool:
        """Whether every card that is shown has its picture."""
        return all(card.has_picture for card in self.cards)

    def use_pictures(self, pictures: HypothesisPictures) -> None:
        """Who draws the small pictures."""
        self._pictures = pictures
        pictures.ready.connect(self._on_picture)

    def tell_again(self) -> None:
        """Another photo is seen now: say once more who is covered, if anybody is."""
        self._about = None
        self._tell_place(self._proposals.pose)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is offered is said first; the keys stand beside it where there is room."""
        super().resizeEvent(event)
        self._show_keys()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: its fonts and colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.update()

    # ---- inside

    def _lay_out(self) -> None:
        whole = column(self, margin=8, spacing=4)
        whole.setContentsMargins(8, 4, 8, 6)
        head = row(self._model, self._head, self._anyway, self._keys, spacing=12)
        head.setStretch(1, 1)
        whole.addLayout(head)
        whole.addLayout(row(*self._cards, 1, spacing=4))
        self._anyway.clicked.connect(self.taken_anyway)
        self._model.chosen.connect(self.model_chosen)
        for number, card in enumerate(self._cards):
            card.clicked.connect(lambda _=False, number=number: self.chosen.emit(number))

    def _catch_up(self) -> None:
        offer = self._proposals.pose
        if offer is None or offer.poses is None:
            self._drawn = ()
            self.hide()
            self._tell_place(None)
            if self._pictures is not None:
                self._pictures.forget()
            return
        if offer.poses.options is not self._drawn:
            self._fill(offer, offer.poses)
        for number, card in enumerate(self._cards):
            card.setChecked(number == offer.poses.at)
        self._say(offer, offer.poses)
        self._model.show_models(self._session.project.models, offer.instance.model_id)
        self.show()
        self._tell_place(offer)

    def _tell_place(self, offer: Proposal | None) -> None:
        """Who is about to be covered, told once for each shoe."""
        about = None if offer is None else (offer.photo_id, offer.instance.id)
        if about != self._about:
            self._about = about
            region = offer.instance.region if offer is not None else None
            box = None if region is None or region.is_empty else region.bounds_px
            self.laid_over.emit(box, self.sizeHint().height() if box is not None else 0)

    def _show_keys(self) -> None:
        self._keys.setVisible(self._has_keys and self.width() >= _WIDE_PX)

    def _scale_cards(self) -> None:
        """Larger pictures in a higher window: at its foot there is room."""
        scale = min(max(self.window().height() / _PLAIN_WINDOW_PX, 1.0), _LARGEST_SCALE)
        for card in self._cards:
            card.show_scale(scale)

    def _fill(self, offer: Proposal, poses: PoseOffer) -> None:
        self._drawn = poses.options
        self._scale_cards()
        for number, card in enumerate(self._cards):
            card.setVisible(number < len(poses.options))
            if number < len(poses.options):
                card.show_text(card_text(poses, number))
        photo = self._session.photo
        if self._pictures is not None and photo is not None:
            size = self._cards[0].picture_size * (_FINER * self.devicePixelRatioF())
            instances = tuple(option.instance for option in poses.options)
            models = dict(self._session.project.models)
            self._pictures.draw(photo, instances, models=models, size=QSize(size.width(), size.height()))

    def _say(self, offer: Proposal, poses: PoseOffer) -> None:
        count, shown = len(poses.options), poses.shown
        words = f"Pose {poses.at + 1} of {count}" if count > 1 else "The one pose found"
        if not offer.finished:
            words = "Looking closer…"
        elif shown.doubt:
            words = f"{words}: {_core_of(shown.doubt)}"
        elif shown.rivals:
            rivals = ", ".join(str(at + 1) for at in shown.rivals)
            words = f"{words}: ambiguous, the outline allows pose {rivals} about as well"
        others = sum(p.together and p.job_id == offer.job_id for p in self._proposals.shown) - 1
        if offer.together and others > 0:
            words = f"{words}; taken together with {others} other shoe{'s' if others > 1 else ''}"
        theme.set_role(self._head, "small-warning" if shown.doubt or shown.rivals else "small")
        self._head.setText(words)
        self._anyway.setVisible(bool(shown.doubt) and offer.finished)
        self._has_keys = not shown.doubt and offer.finished
        self._show_keys()

    def _on_picture(self, number: int, image: QImage) -> None:
        if number < len(self._cards):
            self._cards[number].show_picture(image)


def _core_of(doubt: str) -> str:
    """What is doubted, without what may be the reason: the card's tip has the whole of it."""
    at = max(doubt.rfind(": "), doubt.rfind("; "))
    return doubt[:at] if at > 0 else doubt


def card_text(poses: PoseOffer, number: int) -> CardText:
    """What stands on the card of one pose."""
    option = poses.options[number]
    estimate = option.instance.pose_estimate
    assert estimate is not None
    iou, contour = estimate.iou, estimate.contour_px
    has_contour = contour is not None and contour == contour
    # Where the first one is beyond doubt nobody need be warned of each of the others.
    badge = "doubt" if option.doubt and poses.options[0].doubt else "ambiguous" if option.rivals else ""
    figures = CardText(
        iou="–" if iou is None else f"{iou:.3f}",
        contour=f"{contour:.1f} px" if has_contour else "",
        sigma=_sigma_words(estimate),
        foot=letter_of(option.instance),
        badge=badge,
        level="danger" if badge == "doubt" else "warning",
        tip=_tip(option, number),
    )
    return figures


def _sigma_words(estimate: PoseEstimate) -> str:
    """ "± 0.3°", and how sure the distance is where that is no small thing."""
    sigma, distance = turn_sigma_deg(estimate), distance_sigma_pct(estimate)
    if sigma is None or distance is None:
        return ""
    turned = f"± {sigma:.1f}°" if sigma < 99 else "± ?"
    return f"{turned}{SIGMA_BREAK}{distance:.0f} % far" if distance >= UNSURE_DISTANCE_PCT else turned


def _tip(option: PoseOption, number: int) -> str:
    estimate = option.instance.pose_estimate
    lines = [f"Pose {number + 1}, {option.instance.side} foot"]
    if estimate is not None and estimate.iou is not None:
        lines.append(f"IoU {estimate.iou:.3f} with the outline, which it misses by {estimate.contour_px or 0.0:.1f} px")
    if option.doubt:
        lines.append(option.doubt)
    if option.rivals:
        lines.append(f"The outline allows pose {', '.join(str(at + 1) for at in option.rivals)} about as well.")
    lines.append("Click to see it on the photo.")
    return "\n".join(lines)


def over_the_photo(*bars: QWidget) -> QWidget:
    """Bars one above the other, for the foot of the photo: no higher than what is shown of them."""
    foot = QWidget()
    foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    layout = QVBoxLayout(foot)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for bar in bars:
        layout.addWidget(bar)
    return foot
