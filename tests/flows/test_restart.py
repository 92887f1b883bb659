"""A window closed and opened again: the project, the photo, its history and the panels are as they were left."""

from __future__ import annotations

from open_window import SQUARE, close
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget

from gui.workplace import open_first


def test_undo_survives_a_restart(opened) -> None:
    place = opened()
    place.key("P")
    for corner in SQUARE:
        place.click(corner)
    place.key("Return")
    place.key("R")
    done, photo_id, outlined = place.history, place.photo.id, place.only
    close(place.window)

    again = opened(fresh=False)
    open_first(again.place, None)
    assert again.photo.id == photo_id and again.history == done
    assert again.only == outlined
    again.key("Ctrl+Z")
    again.key("Ctrl+Z")
    assert again.photo.instances == ()
    again.key("Ctrl+Shift+Z")
    again.key("Ctrl+Shift+Z")
    assert again.only == outlined and again.history == done


def test_the_window_is_as_it_was_left(opened) -> None:
    place = opened()
    place.window.resize(QSize(1100, 720))
    place.key("F3")
    instances = place.window.findChild(QDockWidget, "dock_instances")
    assert instances is not None and instances.isHidden()
    close(place.window)

    again = opened(fresh=False).window
    assert again.findChild(QDockWidget, "dock_instances").isHidden()
    assert not again.findChild(QDockWidget, "dock_pose").isHidden()


def test_a_panel_behind_a_tab_comes_to_the_front_with_its_key(opened) -> None:
    place = opened()
    history, photos = (place.window.findChild(QDockWidget, f"dock_{name}") for name in ("history", "photos"))
    place.wait(lambda: not photos.visibleRegion().isEmpty())
    place.key("F7")
    place.wait(lambda: not history.visibleRegion().isEmpty())
    place.key("F7")
    assert history.isHidden()
