"""The way back: nudges that are one step, undo and redo over a restart, and who did what."""

from __future__ import annotations

import pytest
from document_book import Book, add, left_edge, move, photo_of

from core.document.edit import Edit
from core.labels.instance import Instance, Side
from core.labels.photo import Status


def test_nudges_within_half_a_second_are_one_step(book: Book) -> None:
    start = add(book.document, photo_of("p", "a"))
    told: list[Edit] = []
    book.document.changed.connect(told.append)
    for _ in range(4):
        book.clock.now_s += 0.4
        move(book.document, "p", 1, merge_key="nudge a")
    end = book.document.photo("p")
    assert len(told) == 4 and left_edge(end) == 4 and len(book.document.history.done) == 2
    book.document.undo()
    assert book.document.photo("p") is start
    book.document.redo()
    assert book.document.photo("p") is end
    document = book.reopen()
    assert left_edge(document.photo("p")) == 4
    document.undo()
    assert left_edge(document.photo("p")) == 0 and document.undo_label == "Add photo"


@pytest.mark.parametrize("between", ["time", "key", "edit", "undo"])
def test_nudges_with_something_between_are_steps_of_their_own(book: Book, between: str) -> None:
    add(book.document, photo_of("p", "a"))
    move(book.document, "p", 1, merge_key="nudge a")
    expected = 3
    if between == "time":
        book.clock.now_s += 0.6
    elif between == "edit":
        photo = book.document.photo("p")
        book.document.commit(Edit.of("Check", photo, photo.with_status(Status.CHECKED)))
        expected = 4
    elif between == "undo":
        book.document.undo()
        book.document.redo()
    move(book.document, "p", 1, merge_key="nudge b" if between == "key" else "nudge a")
    assert len(book.document.history.done) == expected
    book.document.undo()
    assert left_edge(book.document.photo("p")) == 1


def test_merged_edits_of_several_photos_undo_together(book: Book) -> None:
    p, q = add(book.document, photo_of("p", "a")), add(book.document, photo_of("q", "a"))
    move(book.document, "p", 1, merge_key="nudge")
    move(book.document, "q", 1, merge_key="nudge")
    move(book.document, "p", 1, merge_key="nudge")
    book.document.undo()
    assert book.document.photo("p") is p and book.document.photo("q") is q
    document = book.reopen()
    assert (left_edge(document.photo("p")), left_edge(document.photo("q"))) == (0, 0)
    document.redo()
    assert (left_edge(document.photo("p")), left_edge(document.photo("q"))) == (2, 1)


def test_a_merge_that_comes_to_nothing_leaves_the_steps_apart(book: Book) -> None:
    photo = add(book.document, photo_of("p", "a"))
    on = photo.with_status(Status.CHECKED)
    book.document.commit(Edit.of("Toggle", photo, on, merge_key="toggle"))
    book.document.commit(Edit.of("Toggle", on, photo, merge_key="toggle"))
    assert book.document.photo("p") is photo
    book.document.undo()
    assert book.document.photo("p") is on
    assert book.reopen().photo("p").status is Status.CHECKED


def test_undo_goes_on_after_a_restart(book: Book) -> None:
    add(book.document, photo_of("p", "a", "b", "c"))
    move(book.document, "p", 5)
    photo = book.document.photo("p")
    book.document.commit(Edit.of("Delete", photo, photo.without_instance("b")))
    photo = book.document.photo("p")
    turned = photo.with_instances(photo.instances[::-1])
    book.document.commit(Edit.of("Bring to front", photo, turned))
    book.document.commit(Edit.of("Remove photo", turned, None))
    document = book.reopen()
    assert not document.project.entries
    document.undo()
    assert document.photo("p") == turned
    kept = document.photo("p").instance("c")
    document.undo()
    assert [one.id for one in document.photo("p").instances] == ["a", "c"]
    assert document.photo("p").instance("c") is kept  # what an edit does not touch stays the very same object
    document.undo()
    assert document.photo("p") == photo_of("p", "a", "b", "c").with_instance(document.photo("p").instances[0])
    document.undo()
    assert document.photo("p") == photo_of("p", "a", "b", "c")
    document.undo()
    assert not document.project.entries and not document.can_undo
    for _ in range(5):
        assert document.redo() is not None
    assert not document.project.entries and not document.can_redo


def test_redo_goes_on_after_a_restart(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    _, after = move(book.document, "p", 1 / 3)
    book.document.undo()
    book.document.undo()
    document = book.reopen()
    assert [line.label for line in document.history.undone] == ["Add photo", "Move"]
    document.redo()
    document.redo()
    assert document.photo("p") == after


def test_an_id_that_comes_again_brings_its_own_contents_back(book: Book) -> None:
    first = add(book.document, photo_of("p", "a"))
    without = first.without_instance("a")
    book.document.commit(Edit.of("Delete", first, without))
    other = without.with_instance(Instance("a", "leg", side=Side.LEFT))
    book.document.commit(Edit.of("Paste", without, other))
    book.document.commit(Edit.of("Remove photo", other, None))
    again = photo_of("p", "b", "a").with_status(Status.REJECTED)
    book.document.commit(Edit.of("Add photo", None, again))
    document = book.reopen()
    assert document.photo("p") == again
    for expected in (None, other, without, first):
        document.undo()
        document = book.reopen()
        assert ("p" in document.project.entries) == (expected is not None)
        if expected is not None:
            assert document.photo("p") == expected
    for expected in (without, other, None, again):
        document.redo()
        document = book.reopen()
        if expected is not None:
            assert document.photo("p") == expected


def test_the_history_says_who_and_when(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    move(book.document, "p", 5)
    book.document.undo()
    history = book.reopen().history
    assert [(line.label, line.by) for line in (*history.done, *history.undone)] == [
        ("Add photo", "ada"),
        ("Move", "ada"),
    ]
    assert history.done[0].at.endswith("+00:00") and history.done[0].seq < history.undone[0].seq
