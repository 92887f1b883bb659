"""What a hand does to an outline that is offered: clicks that correct it, more or fewer corners, out with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path

from core.jobs.messages import CorrectRequest, CorrectResult, Failed, Outline, Result
from core.jobs.outlines import outlined
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED
from gui.actions.late_words import of_photo
from gui.actions.segment_actions import photo_ref
from gui.actions.segment_words import OUTLINING, offer_words
from gui.canvas.offer_hand import Correction
from gui.inference import Inference
from gui.preferences import Preferences
from gui.proposals import OutlineOffer, Proposal, Proposals
from gui.session import Session

CLICKS = "clicks"
_STEP = 1.25
_FINEST, _COARSEST = 0.2, 5.0


class OfferActions:
    """Changes what is offered; the document hears of none of it before Enter.

    under_pointer: the offer that the pointer is over, None when it is over none.
    """

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        photo_file: Callable[[Photo], Path],
        preferences: Preferences,
    ) -> None:
        self.under_pointer: Callable[[], Proposal | None] = lambda: None
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._photo_file = photo_file
        self._preferences = preferences
        self._said_of: tuple[str | None, str | None] = (None, None)
        proposals.changed.connect(lambda _: self._say_what_is_meant())
        preferences.changed.connect(self._on_preference)

    def table(self) -> list[Action]:
        """The commands on outlines that are offered."""
        none = self._nothing_to_simplify
        return [
            Action("more_corners", "&More corners", "&Label", lambda: self._coarser(1 / _STEP), (".",), none),
            Action("fewer_corners", "Fewer cor&ners", "&Label", lambda: self._coarser(_STEP), (",",), none),
            Action(
                "click_back",
                "Take back the last click",
                "",
                self.click_back,
                ("Backspace",),
                self._no_click,
                on_canvas=True,
            ),
            Action(
                "drop_offer", "Throw the proposal away", "", self.drop, ("Delete",), self._no_choice, on_canvas=True
            ),
        ]

    # ---- clicks

    def correct(self, correction: Correction) -> None:
        """A click on an offer, or on the chosen instance, said what belongs to it: ask for the corrected outline."""
        photo = self._session.photo
        offer = self._offer_to_correct(correction.instance_id)
        if photo is None or offer is None or offer.outline is None:
            return
        said = offer.outline.with_click(correction.at_px, correction.belongs)
        self._correct_with(photo, replace(offer, outline=said))

    def click_back(self) -> None:
        """Take back the last click on the picked offer, or on the newest that was clicked on."""
        photo, clicked = self._session.photo, self._clicked()
        if photo is None or clicked is None or clicked.outline is None:
            return
        before = clicked.outline.without_last_click()
        if before.clicks:
            self._correct_with(photo, replace(clicked, outline=before))
        elif clicked.basis is not None and clicked.outline.method == CLICKS:
            self._proposals.drop((clicked,))
            self._session.select(clicked.basis.id)
        else:
            self._proposals.put(self._reshaped(photo, replace(clicked, outline=before)))

    def drop(self) -> None:
        """Throw the picked offer away, else the one under the pointer."""
        if self._proposals.chosen is None:
            pointed = self.under_pointer()
            if pointed is None:
                self._session.notice("Point at a proposal to throw it away; Escape refuses all of them.")
                return
            self._proposals.choose(pointed.instance.id)
        refused = self._proposals.refuse()
        if refused is not None and refused.basis is not None:
            self._session.select(refused.basis.id)
        self._session.notice("Thrown away; nothing was changed.")

    def _offer_to_correct(self, instance_id: str) -> Proposal | None:
        """The offer as it is, or a first one for an instance that stands in the photo."""
        photo, known = self._session.photo, self._proposals.find(instance_id)
        if known is not None and known.outline is not None:
            return known
        instance = photo.find(instance_id) if photo is not None else None
        if photo is None or instance is None:
            return None
        if "locked" in instance.flags:
            self._session.notice(LOCKED, "warning", about=OUTLINING)
            return None
        as_drawn = OutlineOffer(Outline(instance.region, finest_px=inf), CLICKS)
        job_id = self._proposals.own_job_id()
        return Proposal(job_id, photo.id, "Correct outline", instance, instance, finished=True, outline=as_drawn)

    def _correct_with(self, photo: Photo, offer: Proposal) -> None:
        said = offer.outline
        assert said is not None
        self._proposals.put(offer)
        self._proposals.choose(offer.instance.id)
        clicks = {yes: tuple(c.at_px for c in said.clicks if c.belongs is yes) for yes in (True, False)}
        request = CorrectRequest(
            photo_ref(photo, self._photo_file),
            photo.id,
            offer.instance.id,
            said.outline.region,
            clicks[True],
            clicks[False],
        )

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, CorrectResult)
            now = self._proposals.of(offer.key)
            if now is None or now.outline is None or now.outline.clicks != said.clicks:
                return  # clicked again meanwhile: that answer holds this click, too
            if result.answer.region.is_empty:
                self._proposals.put(self._reshaped(photo, replace(now, outline=said.without_last_click())))
                words = "Nothing would be left of the outline; the click was taken back."
                self._session.notice(of_photo(self._session, photo, words), "warning", about=OUTLINING)
                return
            shaped = replace(said, outline=replace(said.outline, region=result.answer.region))
            after = self._reshaped(photo, replace(now, outline=shaped))
            self._proposals.put(after)
            words = offer_words((after,), self._preferences["outline_tolerance"])
            self._session.notice(words, "success", about=OUTLINING)

        def on_failed(failed: Failed) -> None:
            if not failed.cancelled:
                self._proposals.put(replace(offer, outline=said.without_last_click()))
                self._session.notice(failed.sentence, "danger", about=OUTLINING)

        self._inference.submit(request, on_result=on_result, on_failed=on_failed)

    def _reshaped(self, photo: Photo, offer: Proposal) -> Proposal:
        """The offer with the instance that its outline makes at the tolerance of now."""
        source = offer.outline
        assert source is not None
        if source.outline.finest_px == inf and not source.clicks and offer.basis is not None:
            return replace(offer, instance=offer.basis)
        method = source.method if source.method == CLICKS or not source.clicks else f"{source.method}, {CLICKS}"
        for finer in (1.0, 0.5, 0.25, 0.0):  # fewer corners must not undo what a click said
            coarseness = finer * self._preferences["outline_tolerance"]
            shaped = outlined(
                source.outline, offer.instance, method=method, size_px=photo.size_px, coarseness=coarseness
            )
            if all(shaped.region.contains(click.at_px) is click.belongs for click in source.clicks):
                break
        return replace(offer, instance=shaped)

    def _say_what_is_meant(self) -> None:
        """Another photo with offers, or another of them picked: say what the keys mean now."""
        before, chosen = self._said_of, self._proposals.chosen
        self._said_of = self._session.photo_id, chosen.instance.id if chosen else None
        offers = (chosen,) if chosen is not None else self._proposals.outlines
        came_back = self._said_of[0] != before[0]
        if (came_back or (chosen is not None and self._said_of != before)) and offers and offers[0].outline:
            self._session.notice(offer_words(offers, self._preferences["outline_tolerance"]))

    # ---- corners

    def _coarser(self, factor: float) -> None:
        value = min(max(self._preferences["outline_tolerance"] * factor, _FINEST), _COARSEST)
        self._preferences.set("outline_tolerance", round(value, 3))

    def _on_preference(self, key: str) -> None:
        photo = self._session.photo
        if key != "outline_tolerance" or photo is None:
            return
        offers = [self._reshaped(photo, p) for p in self._proposals.outlines if p.outline is not None]
        for offer in offers:
            self._proposals.put(offer)
        if offers:
            self._session.notice(offer_words(tuple(offers), self._preferences["outline_tolerance"]))

    # ---- what can be done

    def _nothing_to_simplify(self) -> str | None:
        offered = any(p.outline is not None for p in self._proposals.outlines)
        return None if offered else "No outline is offered: S segments the photo."

    def _clicked(self) -> Proposal | None:
        chosen = self._proposals.chosen
        candidates = (chosen,) if chosen is not None else self._proposals.outlines[::-1]
        return next((p for p in candidates if p.outline is not None and p.outline.clicks), None)

    def _no_click(self) -> str | None:
        drawing = self._session.drag is not None
        return None if not drawing and self._clicked() is not None else "No click waits to be taken back."

    def _no_choice(self) -> str | None:
        if self._proposals.chosen is not None or (self._proposals.outlines and not self._session.selection):
            return None
        return "No proposal is picked: click one."
