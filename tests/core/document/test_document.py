"""What a document promises: one truth, exact undo, refused stale edits, and nothing half done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from document_book import SNEAKER, Book, add, left_edge, move, photo_of

from core.document.edit import Edit, StaleEdit
from core.document.signal import Signal
from core.document.store import StorageError
from core.labels.photo import Status
from core.labels.project import Category


def test_a_new_project_is_empty_but_for_its_categories(book: Book) -> None:
    assert list(book.document.project.categories) == ["sneaker", "leg", "ignore", "hand"]
    assert not book.document.project.entries and not book.document.can_undo and not book.document.can_redo
    assert book.document.undo() is None and book.document.redo() is None
    assert book.document.undo_label == book.document.redo_label == ""


def test_a_committed_edit_is_true_and_told(book: Book) -> None:
    told: list[Edit] = []
    book.document.changed.connect(told.append)
    photo = add(book.document, photo_of("p", "a"))
    before, after = move(book.document, "p", 5)
    assert before is photo and book.document.photo("p") is after
    assert [edit.label for edit in told] == ["Add photo", "Move"]
    assert book.document.project.entries["p"].instance_count == 1
    assert book.document.undo_label == "Move"


def test_undo_and_redo_bring_the_very_same_objects(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    before, after = move(book.document, "p", 5)
    told: list[Edit] = []
    book.document.changed.connect(told.append)
    taken_back = book.document.undo()
    assert taken_back is not None and taken_back.changes == ((after, before),)
    assert book.document.photo("p") is before and book.document.redo_label == "Move"
    made_again = book.document.redo()
    assert book.document.photo("p") is after and book.document.redo_label == ""
    assert told == [taken_back, made_again]


def test_a_new_edit_forgets_what_was_undone(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    move(book.document, "p", 5)
    book.document.undo()
    _, after = move(book.document, "p", 7)
    assert not book.document.can_redo and book.document.redo() is None
    assert book.document.photo("p") is after
    assert left_edge(book.reopen().photo("p")) == 7 and not book.document.can_redo


def test_a_stale_edit_is_refused_with_a_sentence_and_changes_nothing(book: Book) -> None:
    old = add(book.document, photo_of("p", "a"))
    _, after = move(book.document, "p", 5)
    late = Edit.of("Fit pose", old, old.with_status(Status.CHECKED))
    with pytest.raises(StaleEdit, match=r"“Fit pose” was not made: p\.jpg has changed"):
        book.document.commit(late)
    assert book.document.photo("p") is after and len(book.document.history.done) == 2


def test_an_equal_photo_is_not_the_current_one(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    twin = photo_of("p", "a")
    with pytest.raises(StaleEdit):
        book.document.commit(Edit.of("Check", twin, twin.with_status(Status.CHECKED)))


@pytest.mark.parametrize("loaded", [True, False])
def test_what_is_there_is_not_added_again(book: Book, loaded: bool) -> None:
    add(book.document, photo_of("p", "a"))
    document = book.reopen()
    if loaded:
        document.photo("p")
    with pytest.raises(StaleEdit, match="in the project already"):
        document.commit(Edit.of("Add photo", None, photo_of("p")))


def test_one_stale_change_stops_the_whole_edit(book: Book) -> None:
    one, two = add(book.document, photo_of("p", "a")), add(book.document, photo_of("q", "a"))
    move(book.document, "q", 5)
    checked = Edit("Check", ((one, one.with_status(Status.CHECKED)), (two, two.with_status(Status.CHECKED))))
    with pytest.raises(StaleEdit):
        book.document.commit(checked)
    assert book.document.photo("p") is one
    assert book.reopen().photo("p").status is Status.TODO


def test_an_edit_that_changes_nothing_is_passed_over(book: Book) -> None:
    photo = add(book.document, photo_of("p", "a"))
    told: list[Edit] = []
    book.document.changed.connect(told.append)
    book.document.commit(Edit.of("Click", photo, photo))
    book.document.commit(Edit("Nothing", ()))
    assert not told and len(book.document.history.done) == 1


def test_an_edit_of_several_values_is_one_step(book: Book) -> None:
    photo = photo_of("p", "a")
    hat = Category("hat", "hat", "#112233", position=3)
    leg = book.document.project.categories["leg"]
    edit = Edit("Import", ((None, photo), (None, SNEAKER), (None, hat), (leg, None)))
    book.document.commit(edit)
    document = book.reopen()
    assert list(document.project.categories) == ["sneaker", "ignore", "hand", "hat"]
    assert document.project.models == {"m": SNEAKER} and document.photo("p") == photo
    document.undo()
    assert list(document.project.categories) == ["sneaker", "leg", "ignore", "hand"]
    assert not document.project.models and not document.project.entries
    with pytest.raises(KeyError):
        document.photo("p")
    document = book.reopen()
    document.redo()
    assert document.project.models == {"m": SNEAKER} and document.photo("p") == photo
    assert book.reopen().project.categories == document.project.categories


def test_models_and_categories_change_and_change_back(book: Book) -> None:
    book.document.commit(Edit.of("Add model", None, SNEAKER))
    renamed = SNEAKER.with_name("runner").with_landmark("toe tip", (140.0, 0.1, 1 / 3))
    book.document.commit(Edit.of("Rename", SNEAKER, renamed))
    sneaker = book.document.project.categories["sneaker"]
    book.document.commit(Edit.of("Recolour", sneaker, replace(sneaker, color="#ffffff", position=9)))
    assert list(book.document.project.categories)[-1] == "sneaker"
    document = book.reopen()
    assert document.project.models["m"] == renamed
    document.undo()
    document.undo()
    assert document.project.models["m"] == SNEAKER and document.project.categories["sneaker"] == sneaker


def test_changes_of_one_value_in_one_edit_are_joined(book: Book) -> None:
    photo = add(book.document, photo_of("p", "a"))
    middle, last = photo.with_status(Status.LABELLED), photo.with_status(Status.CHECKED)
    book.document.commit(Edit("Check", ((photo, middle), (middle, last))))
    assert book.document.photo("p") is last
    book.document.undo()
    assert book.document.photo("p") is photo
    with pytest.raises(StaleEdit, match="twice"):
        book.document.commit(Edit("Check", ((photo, middle), (photo, last))))


def test_a_change_from_one_value_to_another_is_an_error_of_the_program(book: Book) -> None:
    photo = add(book.document, photo_of("p", "a"))
    with pytest.raises(ValueError, match="next state"):
        book.document.commit(Edit.of("Wrong", photo, photo_of("q")))
    with pytest.raises(ValueError, match="next state"):
        book.document.commit(Edit.of("Wrong", photo, replace(SNEAKER, id="p")))


def test_photos_are_listed_by_position(book: Book) -> None:
    for name, position in {"c": 2, "a": 1, "b": 0}.items():
        add(book.document, photo_of(name, position=position))
    assert list(book.document.project.entries) == ["b", "a", "c"]
    b = book.document.photo("b")
    book.document.commit(Edit.of("Reorder", b, replace(b, position=5)))
    assert list(book.document.project.entries) == ["a", "c", "b"]
    assert list(book.reopen().project.entries) == ["a", "c", "b"]


def test_a_photo_is_read_once_and_only_when_asked_for(book: Book) -> None:
    add(book.document, photo_of("p", "a"))
    document = book.reopen()
    assert not document.is_loaded("p")
    assert document.photo("p") is document.photo("p") and document.is_loaded("p")
    with pytest.raises(KeyError):
        document.photo("q")


def test_a_store_that_fails_leaves_everything_as_it_was(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    add(book.document, photo_of("p", "a"))
    before, after = move(book.document, "p", 5)
    told: list[Edit] = []
    book.document.changed.connect(told.append)

    def fail(*_: object, **__: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(book.store, "write", fail)
        with pytest.raises(StorageError, match="disk is full"):
            move(book.document, "p", 1)
        with pytest.raises(StorageError):
            book.document.undo()
        assert book.document.photo("p") is after and not told
        assert (len(book.document.history.done), book.document.can_redo) == (2, False)
    book.document.undo()
    assert book.document.photo("p") is before


def test_a_photo_changed_behind_the_documents_back_is_not_overwritten(book: Book) -> None:
    photo = add(book.document, photo_of("p", "a"))
    with closing(sqlite3.connect(book.path)) as other, other:
        other.execute("UPDATE photo SET revision = revision + 1")
    with pytest.raises(StaleEdit, match=r"p\.jpg was changed elsewhere"):
        move(book.document, "p", 5)
    assert book.document.photo("p") is photo
    assert left_edge(book.reopen().photo("p")) == 0


def test_signals_tell_in_order_until_disconnected() -> None:
    signal: Signal[int] = Signal()
    heard: list[tuple[str, int]] = []
    stop = signal.connect(lambda value: heard.append(("a", value)))
    signal.connect(lambda value: heard.append(("b", value)))
    signal.emit(1)
    stop()
    stop()
    signal.emit(2)
    assert heard == [("a", 1), ("b", 1), ("b", 2)]


def test_an_edit_reversed_is_its_inverse() -> None:
    one, two = photo_of("p"), photo_of("p", "a")
    edit = Edit("x", ((None, one), (one, two)), merge_key="k")
    assert edit.reversed().changes == ((two, one), (one, None)) and edit.reversed().merge_key is None
    assert edit.photos_after() == (one, two) and not edit.is_empty
    assert Edit.of("x", one, one).is_empty
