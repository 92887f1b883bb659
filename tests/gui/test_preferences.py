"""Preferences: kept, checked key by key, never lost for one bad value, and never the reason a window does not open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    assert [file.name for file in tmp_path.iterdir()] == ["preferences.json"]


def test_one_bad_key_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(json.dumps({"theme": "mauve", "shoe_opacity": 7, "annotator": "Ada", "thumbnails": 1, "new": [1]}))
    preferences = Preferences(tmp_path)
    assert preferences["theme"] == "dark"
    assert preferences["shoe_opacity"] == 0.55
    assert preferences["thumbnails"] is True
    assert preferences["annotator"] == "Ada"
    assert len(preferences.problems) == 3
    assert "“theme” must be one of dark, light, not 'mauve'" in preferences.problems[0]
    preferences.set("annotator", "Grace")
    assert json.loads(file.read_text())["new"] == [1]  # a newer version's key is handed back


@pytest.mark.parametrize("text", ["{", "[1]", "\x00\xff"])
def test_a_broken_file_is_put_aside_and_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "preferences.json"
    file.write_bytes(text.encode("latin-1"))
    preferences = Preferences(tmp_path)
    assert preferences["theme"] == "dark"
    assert str(file) in preferences.problems[0]
    preferences.set("theme", "light")
    assert (tmp_path / "preferences.unreadable.json").read_bytes() == text.encode("latin-1")
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
