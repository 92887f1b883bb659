"""The Label menu: tools, categories, sides, and what is hidden or locked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.document.edit import Edit
from core.labels.instance import Instance, Side
from core.labels.project import Category
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO, NOTHING_CHOSEN
from gui.proposals import Proposal, Proposals
from gui.session import Session
from gui.tools.clicks import KEYPOINTS

_DRAWING = ("polygon", "box")


class LabelActions:
    """The commands of the Label menu, on one session. category_taken: whether a tool wants a category for itself."""

    def __init__(self, session: Session, proposals: Proposals) -> None:
        self.category_taken: Callable[[Category], bool] = lambda category: False
        self._session = session
        self._proposals = proposals

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [*self._tools(), *self._categories(), *self._sides(), *self._flags()]

    def _tools(self) -> list[Action]:
        return [
            self._tool("select", "&Choose and change", ("Alt+1",), "select"),
            self._tool("polygon", "Draw &polygon", ("P",), "polygon"),
            self._tool("box", "Outline what is in a &box", ("G",), "box"),
            self._tool("hole", "Cut hol&e", ("Shift+P", "X"), "hole", needs=self._no_choice),
            self._tool("part", "Add par&t", ("Ctrl+P",), "join", needs=self._no_choice),
        ]

    def _tool(
        self,
        name: str,
        text: str,
        keys: tuple[str, ...],
        picture: str,
        *,
        needs: Callable[[], str | None] | None = None,
    ) -> Action:
        return Action(
            f"tool_{name}",
            text,
            "&Label",
            lambda: self._session.use_tool(name),
            keys,
            needs or self._no_photo,
            icon=picture,
            checked=lambda: self._session.tool == name,
        )

    def _categories(self) -> list[Action]:
        def use(number: int) -> Callable[[], None]:
            return lambda: self.use_category(number)

        def why_not(number: int) -> Callable[[], str | None]:
            fewer = "The project has fewer categories: Label > Edit categories adds some."
            return lambda: self._numbers_taken() or (None if number <= len(self._session.project.categories) else fewer)

        return [Action(f"category_{n}", f"Category {n}", "", use(n), (str(n),), why_not(n)) for n in range(1, 10)]

    def _numbers_taken(self) -> str | None:
        return "While keypoints are clicked the numbers choose landmarks." if self._session.tool == KEYPOINTS else None

    def use_category(self, number: int) -> None:
        """Put the chosen instances into the `number`-th category; while drawing, draw in it from now on."""
        categories = tuple(self._session.project.categories.values())
        if number > len(categories):
            return
        category = categories[number - 1]
        if self.category_taken(category):
            return
        if self._session.selection and self._session.tool not in _DRAWING:
            self._change(f"Category {category.name}", lambda instance: instance.with_category(category.id))
            return
        self._session.category_id = category.id
        self._session.notice(f"New outlines are “{category.name}” now.")

    def _sides(self) -> list[Action]:
        def use(side: Side) -> Callable[[], None]:
            return lambda: self.use_side(side)

        def is_chosen(side: Side) -> Callable[[], bool]:
            return lambda: (meant := self._meant()) is not None and meant.side is side

        sides = ((Side.LEFT, "&Left shoe", "L"), (Side.RIGHT, "&Right shoe", "R"), (Side.UNKNOWN, "Side &unknown", "U"))
        return [
            Action(
                f"side_{side.value}",
                text,
                "&Label",
                use(side),
                (key,),
                self._no_foot,
                checked=is_chosen(side),
                separated=side is Side.LEFT,
            )
            for side, text, key in sides
        ]

    def use_side(self, side: Side) -> None:
        """Say which foot the chosen instances are for, or the shoe that is offered."""
        offer = self._offered()
        if offer is not None:
            self._proposals.put(replace(offer, instance=offer.instance.with_side(side)))
        else:
            self._change(f"Side {side.value}", lambda instance: instance.with_side(side))

    def _flags(self) -> list[Action]:
        return [
            Action(
                "hide", "&Hide or show", "&Label", self.hide, ("H",), self._no_choice, icon="eye-off", separated=True
            ),
            Action(
                "solo",
                "Show onl&y the chosen one",
                "&Label",
                self.solo,
                ("Shift+H",),
                self._no_photo,
                checked=lambda: self._session.view.solo,
            ),
            Action("lock", "Loc&k or unlock", "&Label", self.lock, ("K",), self._no_choice, icon="lock"),
        ]

    def hide(self) -> None:
        """Hide the chosen instances, or show them again."""
        view, chosen = self._session.view, frozenset(self._session.selection)
        hidden = view.hidden_ids - chosen if chosen <= view.hidden_ids else view.hidden_ids | chosen
        self._session.look(replace(view, hidden_ids=hidden))

    def solo(self) -> None:
        """Show nothing but the chosen instance, or everything again."""
        self._session.look(replace(self._session.view, solo=not self._session.view.solo))

    def lock(self) -> None:
        """Keep the chosen instances from being changed by hand, or let them."""
        chosen = self._session.selected
        on = chosen is not None and "locked" not in chosen.flags
        self._change("Lock" if on else "Unlock", lambda instance: instance.with_flag("locked", on), locked_too=True)

    def _chosen(self) -> list[Instance]:
        photo = self._session.photo
        return [found for i in self._session.selection if photo and (found := photo.find(i))]

    def _change(self, label: str, change: Callable[[Instance], Instance], *, locked_too: bool = False) -> None:
        photo = self._session.photo
        if photo is None:
            return
        after = photo
        chosen = self._chosen()
        free = [instance for instance in chosen if locked_too or "locked" not in instance.flags]
        if chosen and not free:
            self._session.notice(LOCKED, "warning", about="locked")
        for instance in free:
            changed = change(instance)
            after = after.with_instance(changed) if changed != instance else after
        self._session.commit(Edit.of(label, photo, after))

    def _offered(self) -> Proposal | None:
        """The offer of an outline that was picked; while nothing is chosen also the only one there is."""
        offers = self._proposals.outlines
        if self._proposals.chosen is not None:
            return next((p for p in offers if p is self._proposals.chosen), None)
        return offers[0] if len(offers) == 1 and not self._session.selection else None

    def _meant(self) -> Instance | None:
        offer = self._offered()
        return offer.instance if offer is not None else self._session.selected

    def _no_foot(self) -> str | None:
        return None if self._offered() is not None else self._no_choice()

    def _no_choice(self) -> str | None:
        return None if self._session.selection else NOTHING_CHOSEN

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO
