"""Why a window cannot open, from what Qt said, and the display a window would be shown on."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from core.doctor import display
from core.doctor.children import Tried
from core.doctor.display import has_display, look_at_display, look_at_window, probe_environment, why_no_window
from core.doctor.finding import Level

NO_PLUGIN = """qt.qpa.plugin: Could not find the Qt platform plugin "{}" in ""
This application failed to start because no Qt platform plugin could be initialized. Reinstalling may fix this problem.

Available platform plugins are: minimal, offscreen, xcb, wayland.
"""
NOBODY = """qt.qpa.xcb: could not connect to display :44
qt.qpa.plugin: From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin.
qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "" even though it was found.
This application failed to start because no Qt platform plugin could be initialized. Reinstalling may fix this problem.
"""
XCB_LACKS = NOBODY.replace("could not connect to display :44", "") + (
    'Cannot load library libqxcb.so: (libxcb-icccm.so.4: cannot open shared object file: No such file or directory)"'
)
IMPORT = """Traceback (most recent call last):
  File "qt_probe.py", line 12, in main
ImportError: libEGL.so.1: cannot open shared object file: No such file or directory
"""


@pytest.fixture(autouse=True)
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "linux")


@pytest.mark.parametrize(
    ("said", "environment", "found", "remedy"),
    [
        (NO_PLUGIN.format("odd"), {"QT_QPA_PLATFORM": "odd"}, "“odd”, and Qt has no such", "unset QT_QPA_PLATFORM"),
        (NO_PLUGIN.format("xcb"), {"QT_PLUGIN_PATH": "/other"}, "sends it to /other", "unset QT_PLUGIN_PATH"),
        (NO_PLUGIN.format("xcb"), {}, "its own files are gone", "--force-reinstall"),
        (NOBODY, {"DISPLAY": ":44"}, "No X server answers at DISPLAY “:44”", "ssh -X"),
        (NOBODY, {}, "There is no display here", "outsole tour"),
        (NOBODY, {"QT_QPA_PLATFORM": "xcb"}, "no such display", "unset QT_QPA_PLATFORM"),
        ("Failed to create wl_display (x)", {"WAYLAND_DISPLAY": "w-0"}, "No Wayland compositor", "sudo"),
        (XCB_LACKS, {"DISPLAY": ":0"}, "libxcb-icccm.so.4 is not on this computer", "libxcb-icccm4"),
        (IMPORT, {"DISPLAY": ":0"}, "libEGL.so.1 is not on this computer", "libegl1"),
        ("ModuleNotFoundError: No module named 'PySide6'", {}, "No module named 'PySide6'", "pip install"),
        ("something else\n\n", {}, "Qt aborted when a window was tried: something else", "log"),
        ("", {}, "it said nothing", "log"),
    ],
)
def test_the_reason_behind_the_words(said: str, environment: dict[str, str], found: str, remedy: str) -> None:
    finding = why_no_window(Tried(-6, said=said), environment)
    assert finding.level is Level.BAD
    assert found in finding.found and remedy in finding.remedy


@pytest.mark.parametrize(
    ("environment", "level", "words"),
    [
        ({}, Level.WARNING, "neither DISPLAY nor WAYLAND_DISPLAY"),
        ({"QT_QPA_PLATFORM": "offscreen"}, Level.WARNING, "nobody sees them"),
        ({"DISPLAY": ":0"}, Level.OK, "X11 :0"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, Level.OK, "Wayland wayland-0, X11 :0"),
    ],
)
def test_the_display(environment: dict[str, str], level: Level, words: str) -> None:
    finding = look_at_display(environment)
    assert finding.level is level and words in finding.found


def test_where_there_is_no_display_qt_is_tried_off_screen() -> None:
    assert not has_display({})
    assert probe_environment({})["QT_QPA_PLATFORM"] == "offscreen"
    assert "QT_QPA_PLATFORM" not in probe_environment({"DISPLAY": ":0"})


def test_a_window_that_opens() -> None:
    answer = {"version": "6.11.3", "platform": "xcb", "screens": ["1920 × 1080"], "fonts": 12, "font": "DejaVu Sans"}
    window, fonts = look_at_window(Tried(0, MappingProxyType(answer)), {})
    assert window.level is Level.OK and "xcb, 1920 × 1080" in window.found
    assert fonts.level is Level.OK
    _, without = look_at_window(Tried(0, MappingProxyType({**answer, "fonts": 0})), {})
    assert without.level is Level.BAD and "fonts-dejavu-core" in without.remedy


def test_a_display_of_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", "darwin")
    assert has_display({}) and look_at_display({}).level is Level.OK
