"""The command palette in the real window: every command, under its name of now, run as by its key."""

from __future__ import annotations

from open_window import OpenWindow
from PySide6.QtWidgets import QListView

from core.labels.photo import Status
from gui.dialogs.command_palette import ROW, CommandPalette


def palette_of(place: OpenWindow) -> CommandPalette:
    palette = place.window.findChild(CommandPalette)
    assert palette is not None
    return palette


def rows(place: OpenWindow) -> list[object]:
    model = palette_of(place).findChild(QListView, "paletteRows").model()
    return [model.index(row, 0).data(ROW) for row in range(model.rowCount())]


def test_ctrl_k_finds_and_runs(on_photo: OpenWindow) -> None:
    on_photo.key("Ctrl+K")
    on_photo.type_text("mark chec")
    on_photo.key("Return")
    assert on_photo.photo.status is Status.CHECKED
    assert on_photo.history == ["Mark checked"]
    assert on_photo.preferences["recent_commands"] == ("mark_checked",)
    on_photo.key("Ctrl+K")
    assert rows(on_photo)[0] == "Used lately" and rows(on_photo)[1].command.id == "mark_checked"
    on_photo.key("Escape")
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.status is Status.TODO


def test_every_command_is_there_with_its_reason(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.key("Ctrl+K")
    found = {row.command.id: row.command for row in rows(on_photo)}
    table = on_photo.window.commands.actions.table
    assert set(found) == {action.id for action in table} - {"find_command"}
    assert found["undo"].text == "Undo Outline" and found["undo"].reason == ""
    assert found["category_1"].text == "Category 1: sneaker"
    assert "fewer categories" in found["category_9"].reason
    assert "Place the shoe first" in found["fit"].reason
    assert found["hide"].group == "Label" and found["theme_dark"].ticked


def test_an_outline_being_drawn_goes_on(on_photo: OpenWindow) -> None:
    on_photo.key("P")
    for corner in ((60.0, 60.0), (160.0, 60.0), (160.0, 140.0)):
        on_photo.click(corner)
    on_photo.key("Ctrl+K")
    on_photo.key("Escape")
    assert on_photo.session.drag is not None and on_photo.place.canvas.hasFocus()
    on_photo.key("Ctrl+K")
    on_photo.type_text("accept")
    on_photo.key("Return")
    assert on_photo.session.drag is None and len(on_photo.photo.instances) == 1


def test_keys_of_the_window_rest_while_it_is_open(on_photo: OpenWindow) -> None:
    on_photo.key("Ctrl+K")
    for key in ("P", "Ctrl+S", "Ctrl+Z", "F3", "Delete", "Tab"):
        on_photo.key(key)
    assert on_photo.session.tool == "select" and on_photo.notices == []
    assert palette_of(on_photo).isVisible()
    on_photo.key("Ctrl+K")
    on_photo.settle()
    assert on_photo.window.findChild(CommandPalette) is None
    on_photo.key("P")
    assert on_photo.session.tool == "polygon"
