"""All poses at a glance in the real window: keys that change what is chosen change nothing behind the cards."""

from __future__ import annotations

from open_window import OpenWindow


def test_keys_change_nothing_that_is_not_seen(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.key("Alt+4")
    assert on_photo.place.panels.poses.isVisible()
    for key in ("L", "M", "K", "U", "Ctrl+R", "1"):
        on_photo.key(key)
    assert on_photo.only is shoe


def test_a_card_of_a_photo_taken_out_of_the_project_says_so(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    open_id = on_photo.photo.id
    on_photo.place.panels.poses.opened.emit("gone", "shoe")
    assert on_photo.photo.id == open_id and "no longer in the project" in on_photo.notices[-1]
