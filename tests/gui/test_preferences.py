"""Preferences: kept, checked key by key, never lost for one bad value, and never the reason a window does not open."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.preferences import BY_KEY, SETTINGS, Preferences


def test_every_default_fits_its_own_row(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path)
    for setting in SETTINGS:
        preferences.set(setting.key, preferences[setting.key])
    assert not preferences.file.exists()  # nothing differed, so nothing was written
    assert len(BY_KEY) == len(SETTINGS)


def test_what_is_set_is_there_next_time(tmp_path: Path) -> None:
    told: list[str] = []
    preferences = Preferences(tmp_path)
    preferences.changed.connect(told.append)
    preferences.set("theme", "light")
    preferences.set("shoe_opacity", 1)
    preferences.add_recent("/a.outsole")
    preferences.add_recent("/b.outsole")
    preferences.add_recent("/a.outsole")
    preferences.remember_photo("/a.outsole", "p1")
    again = Preferences(tmp_path)
    assert again["theme"] == "light"
    assert again["shoe_opacity"] == 1.0
    assert again["recent_projects"] == ("/a.outsole", "/b.outsole")
    assert again["last_photos"] == {"/a.outsole": "p1"}
    assert again.problems == ()
    assert told[:2] == ["theme", "shoe_opacity"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["preferences.json", "preferences.json.lock"]


def test_one_bad_key_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(json.dumps({"theme": "mauve", "shoe_opacity": 7, "annotator": "Ada", "thumbnails": 1, "new": [1]}))
    preferences = Preferences(tmp_path)
    assert preferences["theme"] == "dark"
    assert preferences["shoe_opacity"] == 0.55
    assert preferences["thumbnails"] is True
    assert preferences["annotator"] == "Ada"
    about, *bad = preferences.problems
    assert str(file) in about and len(bad) == 3
    assert "“theme” must be one of dark, light, not 'mauve'" in bad[0]
    before = file.read_bytes()
    preferences.set("annotator", "Grace")
    assert json.loads(file.read_text())["new"] == [1]  # a newer version's key is handed back
    assert (tmp_path / "preferences.bad.json").read_bytes() == before
    assert Preferences(tmp_path).problems == ()


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", "\x00\xff", "", "null", "3", '{"theme": "lig', "[" * 100_000, '{"net_px": ' + "9" * 5000 + "}"],
)
def test_a_broken_file_is_put_aside_and_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "preferences.json"
    file.write_bytes(text.encode("latin-1"))
    preferences = Preferences(tmp_path)
    assert preferences["theme"] == "dark"
    assert str(file) in preferences.problems[0]
    preferences.set("theme", "light")
    assert "preferences.bad.json" in preferences.problems[0]
    assert (tmp_path / "preferences.bad.json").read_bytes() == text.encode("latin-1")
    assert Preferences(tmp_path)["theme"] == "light"


@pytest.mark.parametrize(
    ("key", "value"), [("theme", "x"), ("shoe_opacity", float("nan")), ("annotator", 2.5), ("last_photos", {"a": 1})]
)
def test_set_refuses_with_a_sentence(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(ValueError, match=key):
        Preferences(tmp_path).set(key, value)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    preferences = Preferences(blocked / "folder")
    preferences.set("theme", "light")
    assert preferences["theme"] == "light"
    assert any("could not be written" in problem for problem in preferences.problems)


def test_reset_goes_back_to_the_default(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path)
    preferences.set("theme", "light")
    preferences.reset("theme")
    preferences.reset("theme")
    assert preferences["theme"] == "dark"
    assert Preferences(tmp_path)["theme"] == "dark"


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("shoe_opacity", "1e999"),
        ("shoe_opacity", "NaN"),
        ("shoe_opacity", "9" * 400),
        ("net_px", "512.5"),
        ("net_px", "true"),
        ("theme", "null"),
        ("recent_projects", '["/a", 3]'),
        ("last_photos", '{"/a": null}'),
        ("annotator", "{}"),
    ],
)
def test_any_value_may_stand_there(tmp_path: Path, key: str, written: str) -> None:
    (tmp_path / "preferences.json").write_text(f'{{"{key}": {written}, "thumbnails": false}}')
    preferences = Preferences(tmp_path)
    assert preferences[key] == BY_KEY[key].default and preferences["thumbnails"] is False
    about, bad = preferences.problems
    assert f"“{key}”" in bad and "default is used" in bad and len(bad) < 200 and "rest of it is kept" in about


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
KEYS = st.one_of(st.sampled_from([setting.key for setting in SETTINGS]), st.text(max_size=5))


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_no_table_keeps_the_window_from_opening(table: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "preferences.json"
        file.write_text(json.dumps(table))
        preferences = Preferences(Path(folder))
        for setting in SETTINGS:
            preferences.set(setting.key, preferences[setting.key])
        preferences.set("theme", "light" if preferences["theme"] == "dark" else "dark")
        again = Preferences(Path(folder))
        assert again.problems == ()
        assert all(again[setting.key] == preferences[setting.key] for setting in SETTINGS)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "preferences.json").mkdir()
    preferences = Preferences(tmp_path)
    assert "could not be read" in preferences.problems[0]
    preferences.set("theme", "light")
    assert Preferences(tmp_path)["theme"] == "light"
    assert (tmp_path / "preferences.bad.json").is_dir()


def test_a_file_one_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "preferences.json"
    file.write_text('{"theme": "light"}')

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    preferences = Preferences(tmp_path)
    assert preferences["theme"] == "dark" and "Permission denied" in preferences.problems[0]
    assert "Look at who may read it" in preferences.problems[0] and file.exists()


def test_what_a_crash_left_half_written_is_no_matter(tmp_path: Path) -> None:
    Preferences(tmp_path).set("theme", "light")
    (tmp_path / "preferences.json.4711.new").write_text('{"theme": "da')
    assert Preferences(tmp_path)["theme"] == "light"


def test_a_full_disk_is_told_of_once_and_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preferences, told = Preferences(tmp_path), []
    preferences.set("theme", "light")
    preferences.troubled.connect(told.append)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.storage.table_file.os.fsync", full)
    preferences.set("annotator", "Ada")
    preferences.set("annotator", "Grace")
    (sentence,) = told
    assert "No space left on device" in sentence and "hold until the window closes" in sentence
    assert preferences["annotator"] == "Grace" and Preferences(tmp_path)["annotator"] == ""
    assert sorted(file.name for file in tmp_path.iterdir()) == ["preferences.json", "preferences.json.lock"]


def test_a_path_that_is_no_text_is_kept(tmp_path: Path) -> None:
    Preferences(tmp_path).add_recent("/photos/\udcff.outsole")
    assert Preferences(tmp_path)["recent_projects"] == ("/photos/\udcff.outsole",)


def kept_in(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "preferences.json").read_text(encoding="utf-8")))


def test_two_windows_keep_each_others_settings(tmp_path: Path) -> None:
    first, second = Preferences(tmp_path), Preferences(tmp_path)
    first.set("theme", "light")
    second.set("annotator", "Ada")
    first.set("shoe_opacity", 0.3)
    assert kept_in(tmp_path) == {"theme": "light", "annotator": "Ada", "shoe_opacity": 0.3}
    second.reset("annotator")
    assert kept_in(tmp_path) == {"theme": "light", "shoe_opacity": 0.3}
    assert second["theme"] == "dark"  # a window does not change under the hand of its user


def test_two_windows_add_to_one_list(tmp_path: Path) -> None:
    first, second = Preferences(tmp_path), Preferences(tmp_path)
    first.add_recent("/a.outsole")
    second.add_recent("/b.outsole")
    first.remember_photo("/a.outsole", "a1")
    second.remember_photo("/b.outsole", "b1")
    first.add_recent("/c.outsole")
    assert kept_in(tmp_path)["recent_projects"] == ["/c.outsole", "/b.outsole", "/a.outsole"]
    assert kept_in(tmp_path)["last_photos"] == {"/a.outsole": "a1", "/b.outsole": "b1"}
    second.forget_project("/a.outsole")
    assert kept_in(tmp_path)["recent_projects"] == ["/c.outsole", "/b.outsole"]


def test_windows_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    keys = ["annotator", "net", "last_folder", "window_state", "window_geometry"]

    def choose(key: str) -> None:
        mine = Preferences(tmp_path)
        for number in range(6):
            mine.set(key, f"{number}")

    threads = [Thread(target=choose, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept_in(tmp_path) == dict.fromkeys(keys, "5")


def test_many_changes_are_one_write_after_the_last(tmp_path: Path) -> None:
    preferences, asked = Preferences(tmp_path), []
    preferences.write_at_rest(lambda: asked.append(True))
    for step in range(1, 10):
        preferences.set("shoe_opacity", step / 10)
    assert len(asked) == 9 and not preferences.file.exists() and preferences["shoe_opacity"] == 0.9
    preferences.write()
    assert kept_in(tmp_path) == {"shoe_opacity": 0.9}
    preferences.set("theme", "light")
    preferences.write_at_rest(None)  # the window closes
    assert kept_in(tmp_path) == {"shoe_opacity": 0.9, "theme": "light"}
    preferences.set("thumbnails", False)
    assert kept_in(tmp_path)["thumbnails"] is False


def test_what_could_not_be_written_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preferences = Preferences(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr("core.storage.table_file.os.fsync", lambda _: (_ for _ in ()).throw(OSError(5, "I/O error")))
        preferences.set("annotator", "Ada")
    preferences.set("theme", "light")
    assert kept_in(tmp_path) == {"annotator": "Ada", "theme": "light"}


def test_a_file_that_was_taken_away_or_broken_meanwhile_is_made_anew(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path)
    preferences.set("annotator", "Ada")
    for spoil in (preferences.file.unlink, lambda: preferences.file.write_text("{")):
        spoil()
        preferences.set("shoe_opacity", preferences["shoe_opacity"] / 2)
        assert kept_in(tmp_path) == {"annotator": "Ada", "shoe_opacity": preferences["shoe_opacity"]}
    assert (tmp_path / "preferences.bad.json").read_text() == "{"
