"""Many photos segmented in the real window: one edit at the end, what is there is kept, cancel keeps what is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from job_builders import painted_photo
from open_window import CTRL, LEFT, SHIFT, HeldCore, OpenWindow, photo_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from core.document.edit import Edit
from core.labels.instance import Side, Source
from core.labels.photo import Photo

FOUND = FakeSneaker(ellipse((160.0, 110.0), (64.0, 36.7)), 0.98, Side.LEFT, 0.9)
DOUBTFUL = FakeSneaker(ellipse((50.0, 40.0), (30.0, 20.0)), 0.6)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> FakeNet:
    made = FakeNet((FOUND, DOUBTFUL))
    use_net(monkeypatch, made)
    return made


def add_photos(place: OpenWindow, folder: Path, count: int) -> list[Photo]:
    """Copies of the painted photo, after the one that is open."""
    added = []
    for number in range(count):
        file = folder / f"more-{number}.png"
        file.write_bytes(Path(painted_photo(folder).file).read_bytes())
        photo = replace(photo_of(file, folder), position=number + 1)
        assert place.session.commit(Edit.of("Add photo", None, photo))
        added.append(photo)
    return added


def pick(place: OpenWindow, row: int, held: Qt.KeyboardModifier) -> None:
    """Click a row of the photo list."""
    place.settle()
    view = place.window.findChild(QListView, "photoRows")
    assert view is not None
    at = view.viewport().mapTo(place.window, view.visualRect(view.model().index(row, 0)).center())
    QTest.mouseClick(place.window.windowHandle(), LEFT, held, at)


def photos(place: OpenWindow) -> list[Photo]:
    document = place.session.document
    assert document is not None
    return [document.photo(photo_id) for photo_id in document.project.entries]


def test_the_photos_picked_in_the_list_become_one_edit(on_photo: OpenWindow, net: FakeNet, tmp_path: Path) -> None:
    add_photos(on_photo, tmp_path, 3)
    drawn = on_photo.add_outlined([(100.0, 80.0), (220.0, 80.0), (220.0, 140.0), (100.0, 140.0)])
    pick(on_photo, 0, Qt.KeyboardModifier.NoModifier)
    pick(on_photo, 2, SHIFT)
    on_photo.key("Ctrl+Shift+S")
    on_photo.wait(lambda: not on_photo.window.commands.batch.is_running)
    first, second, third, last = photos(on_photo)
    assert len(net.boxes) == 3 and last.instances == ()
    assert first.instances[0] is drawn and len(first.instances) == 2 and len(second.instances) == 2
    assert all(i.provenance.source is Source.SEGMENTER for i in third.instances)
    assert third.instances[0].side is Side.LEFT
    said = on_photo.notices[-1]
    assert "5 sneakers in 3 photos" in said and "3 doubtful (photo.png, more-0.png, more-1.png)" in said
    on_photo.key("Ctrl+Z")
    assert [len(photo.instances) for photo in photos(on_photo)] == [1, 0, 0, 0]


def test_what_waits_to_be_taken_is_not_outlined_twice(on_photo: OpenWindow, net: FakeNet, tmp_path: Path) -> None:
    add_photos(on_photo, tmp_path, 1)
    on_photo.key("S")
    on_photo.wait(lambda: len(on_photo.place.proposals.outlines) == 2)
    on_photo.window.commands.run("segment_todo")
    on_photo.wait(lambda: not on_photo.window.commands.batch.is_running)
    on_photo.key("Return")
    assert [len(photo.instances) for photo in photos(on_photo)] == [2, 2]
    assert on_photo.place.proposals.outlines == ()


def test_cancel_keeps_what_is_finished(opened, net: FakeNet, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    add_photos(place, tmp_path, 2)
    place.window.commands.run("segment_todo")
    core.answer()
    place.wait(lambda: len(net.boxes) == 1 and len(core.held) == 1)
    (job,) = place.place.inference.jobs
    assert job.title == "Segment 3 photos" and job.fraction == pytest.approx(1 / 3)
    place.place.inference.cancel(job.id)
    core.answer()
    place.wait(lambda: not place.window.commands.batch.is_running)
    assert [len(photo.instances) for photo in photos(place)] == [2, 0, 0]
    assert "stopped with 2 left" in place.notices[-1] and place.place.inference.jobs == ()


def test_a_photo_that_is_gone_is_named_and_the_others_go_on(on_photo: OpenWindow, net: FakeNet, tmp_path: Path) -> None:
    add_photos(on_photo, tmp_path, 2)
    (tmp_path / "more-0.png").unlink()
    on_photo.window.commands.run("segment_todo")
    on_photo.wait(lambda: not on_photo.window.commands.batch.is_running)
    assert [len(photo.instances) for photo in photos(on_photo)] == [2, 0, 2]
    assert "1 could not be looked at" in on_photo.notices[-1] and "more-0.png" in on_photo.notices[-1]


def test_without_weights_one_sentence_ends_it(
    on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_net(monkeypatch, ValueError("There are no weights here; train a net."))
    add_photos(on_photo, tmp_path, 6)
    on_photo.window.commands.run("segment_todo")
    on_photo.wait(lambda: not on_photo.window.commands.batch.is_running)
    assert on_photo.notices[-1] == "warning: There are no weights here; train a net."
    assert on_photo.history == ["Add photo"] * 6


def test_one_photo_alone_is_no_batch(on_photo: OpenWindow, net: FakeNet, tmp_path: Path) -> None:
    add_photos(on_photo, tmp_path, 1)
    pick(on_photo, 1, CTRL)
    on_photo.window.commands.actions.refresh()
    assert on_photo.window.commands.actions["segment_chosen"].isEnabled()
    pick(on_photo, 1, Qt.KeyboardModifier.NoModifier)
    on_photo.window.commands.actions.refresh()
    assert not on_photo.window.commands.actions["segment_chosen"].isEnabled()


def test_leaving_the_project_ends_the_batch(opened, net: FakeNet, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    add_photos(place, tmp_path, 2)
    place.window.commands.run("segment_todo")
    place.place.desk.close()
    assert place.place.inference.jobs == () and not place.window.commands.batch.is_running
    core.answer()
    place.settle()
    assert net.boxes == [] and place.session.document is None
