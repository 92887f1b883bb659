"""Escape gives up what belongs to the photo in view, and nothing that was asked for in another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from open_window import HeldCore, OpenWindow
from test_auto_pose import bare_shoe
from test_pairs import put, shoe, with_model
from test_segmenting_many import add_photos

from core.jobs.messages import SearchRequest
from core.labels.instance import Side

Opened = Callable[..., OpenWindow]


def test_a_search_in_another_photo_goes_on(opened: Opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    bare_shoe(place)
    first = place.photo
    (second,) = add_photos(place, tmp_path, 1)
    place.key("Q")
    place.session.open_photo(second.id)
    place.wait(lambda: place.place.canvas.picture is not None)
    place.key("Escape")
    place.key("Escape")
    assert not core.cancelled and [job.title for job in place.place.inference.jobs] == ["Find the pose"]
    assert not any("Given up" in notice for notice in place.notices)
    place.session.open_photo(first.id)
    place.key("Escape")
    assert core.cancelled and "Given up" in place.notices[-1]


def test_the_other_shoe_of_a_pair_is_looked_for_on(opened: Opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    model = with_model(place)
    put(place, shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, None))
    first = place.photo
    (second,) = add_photos(place, tmp_path, 1)
    place.key("Shift+M")
    place.wait(lambda: any(isinstance(request, SearchRequest) for request in core.held))
    place.session.open_photo(second.id)
    place.key("Escape")
    assert not core.cancelled
    place.session.open_photo(first.id)
    place.session.select()
    place.key("Escape")
    assert core.cancelled
