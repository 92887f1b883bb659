"""The shoes that come with the program are added to a project, once, and taken back by an undo."""

from __future__ import annotations

from open_window import OpenWindow

from core.sneaker.shipped import BUILT_IN, HIGH_MODEL_ID, shipped_high_top


def test_a_high_top_is_added_once_and_undone(on_photo: OpenWindow) -> None:
    session, commands = on_photo.session, on_photo.window.commands
    before = set(session.project.models)
    commands.run("add_high_top")
    assert set(session.project.models) - before == {HIGH_MODEL_ID}
    model = session.project.models[HIGH_MODEL_ID]
    mesh = on_photo.place.desk.mesh(model)
    assert mesh is not None and mesh.sha256 == shipped_high_top()[1].sha256
    commands.actions.refresh()
    assert not commands.actions["add_high_top"].isEnabled()
    commands.run("undo")
    assert set(session.project.models) == before
    commands.actions.refresh()
    assert commands.actions["add_high_top"].isEnabled()


def test_the_panel_s_button_asks_for_the_same(on_photo: OpenWindow) -> None:
    library = on_photo.place.panels.models
    for name, model_id in BUILT_IN.items():
        library.built_in_requested.emit(name)
        assert model_id in on_photo.session.project.models
