"""What the tutorial sees of a session: signs of the photo one learns on, and where no card may stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panel_book import photo, posed, session_of, sneaker

from core.document.edit import Edit
from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Status
from gui.proposals import Proposals
from gui.session import Session
from gui.tutorial import course as c
from gui.tutorial.watching import boxes_of, facts_of, photo_to_learn_on


def signs(session: Session, photo_id: str = "a", *, exported: bool = False) -> set[str]:
    return set(facts_of(session, Proposals(session), photo_id=photo_id, exported=exported).signs)


def test_a_bare_photo_is_here_and_nothing_more(tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), photo("b", position=1))
    assert signs(session) == set()
    session.open_photo("a")
    assert signs(session) == {c.HERE}
    assert signs(session, "b") == set() and signs(session, "b", exported=True) == {c.EXPORTED}


def test_labels_are_seen_as_they_come_and_go(tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"))
    session.open_photo("a")
    bare = session.photo
    shoe = sneaker("s")
    session.commit(Edit.of("Outline", bare, bare.with_instance(shoe)))
    assert signs(session) == {c.HERE, c.OUTLINED}
    before = session.photo
    session.commit(Edit.of("Pose", before, before.with_instance(posed(shoe, before))))
    assert signs(session) == {c.HERE, c.OUTLINED, c.POSED}
    before = session.photo
    session.commit(Edit.of("Check", before, before.with_status(Status.CHECKED)))
    assert c.CHECKED in signs(session)
    session.document.undo()
    assert signs(session) == {c.HERE, c.OUTLINED, c.POSED, c.TAKEN_BACK}
    session.look(replace(session.view, residuals=True))
    assert c.ERROR_SHOWN in signs(session)


def test_a_leg_is_no_sneaker(tmp_path: Path) -> None:
    leg = Instance("l", "leg", region=sneaker("s").region)
    session = session_of(tmp_path, photo("a", leg))
    session.open_photo("a")
    assert signs(session) == {c.HERE}


def test_one_learns_on_the_first_photo(tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), photo("b", position=1))
    assert photo_to_learn_on(session) == "a"
    assert photo_to_learn_on(Session()) is None


def test_no_card_may_stand_over_the_shoe_but_in_the_corners_of_its_box(tmp_path: Path) -> None:
    slanted = Instance("s", "sneaker", region=Region.from_points([(0, 0), (20, 0), (200, 100), (180, 100)]))
    session = session_of(tmp_path, photo("a", slanted))
    assert boxes_of(session, Proposals(session)) == ()
    session.open_photo("a")
    boxes = boxes_of(session, Proposals(session))
    assert boxes and all(not (x0 < 50 and y1 > 60) for x0, _, _, y1 in boxes)
