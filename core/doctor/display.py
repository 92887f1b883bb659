"""Whether a window can open here: the display, Qt's platform plugins and the fonts, and in plain words why not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping

from core.doctor.children import Tried, too_slow
from core.doctor.finding import Finding, bad, ok, warning
from core.doctor.libraries import libraries_named, missing_libraries

NO_DISPLAY = (
    "Start Outsole from a desktop, or log in with `ssh -X`. Without a display `outsole tour OUT` draws every view into "
    "a folder, and `outsole --help` lists the commands that need no window."
)
_PLUGIN_PATHS = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_PLUGIN_PATH")
_NO_PLUGIN = re.compile(r'Could not find the Qt platform plugin "([^"]*)"')
_AVAILABLE = re.compile(r"Available platform plugins are: ([^\n]*?)\.?\s*$", re.MULTILINE)
_NOBODY_THERE = ("could not connect to display", "Failed to create wl_display", "no Qt platform plugin could be")
_NOISE = re.compile(r"^(qt\.core\.|QFactoryLoader|.*\bplugin metadata\b|Got keys|looking at|checking directory)")


def has_display(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a window can be shown; only on Linux can there be none."""
    known = os.environ if environment is None else environment
    if not sys.platform.startswith("linux") or known.get("QT_QPA_PLATFORM"):
        return True
    return bool(known.get("DISPLAY") or known.get("WAYLAND_DISPLAY"))


def probe_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """What Qt is tried with: told to say why a plugin does not load, and off screen where there is no display."""
    off_screen = {} if has_display(environment) else {"QT_QPA_PLATFORM": "offscreen"}
    return {"QT_DEBUG_PLUGINS": "1", **off_screen}


def look_at_display(environment: Mapping[str, str] | None = None) -> Finding:
    """Where a window would be shown."""
    known = os.environ if environment is None else environment
    chosen = known.get("QT_QPA_PLATFORM", "")
    if chosen in ("offscreen", "minimal"):
        remedy = "Take it away to see the window (unset QT_QPA_PLATFORM)."
        return warning(
            "Display", f"QT_QPA_PLATFORM is “{chosen}”, so windows are drawn where nobody sees them.", remedy
        )
    if not sys.platform.startswith("linux"):
        return ok("Display", "The desktop's.")
    if not has_display(known):
        found = "There is none (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open."
        return warning("Display", found, NO_DISPLAY)
    named = [f"{kind} {known[name]}" for name, kind in _DISPLAYS.items() if known.get(name)]
    named += [f"QT_QPA_PLATFORM={chosen}"] if chosen else []
    return ok("Display", ", ".join(named))


def look_at_window(tried: Tried, environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """What came of trying Qt, and of its fonts."""
    if slow := too_slow("Window", tried):
        yield slow
        return
    if not tried.went_well:
        yield why_no_window(tried, environment)
        return
    answer = tried.answer
    screens = ", ".join(answer["screens"]) or "no screen"
    if answer["platform"] in ("offscreen", "minimal"):
        yield ok("Window", f"Qt {answer['version']} works; it was tried off screen.")
    else:
        yield ok("Window", f"Qt {answer['version']} opens windows ({answer['platform']}, {screens}).")
    if answer["fonts"]:
        yield ok("Fonts", f"{answer['fonts']} families; the window's is {answer['font']}.")
    else:
        remedy = (
            "Install some, then start again:\n    sudo apt-get install -y --no-install-recommends fonts-dejavu-core"
        )
        yield bad("Fonts", "There are none, so every text would be blank.", remedy)


def why_no_window(tried: Tried, environment: Mapping[str, str] | None = None) -> Finding:
    """The reason behind what Qt, or Python, said before it ended."""
    known, said = os.environ if environment is None else environment, tried.said
    libraries = libraries_named(said)
    if libraries:
        return missing_libraries(libraries, "Window")
    no_plugin = _NO_PLUGIN.search(said)
    chosen = known.get("QT_QPA_PLATFORM", "")
    if no_plugin:
        return _no_plugin(no_plugin[1], said, known)
    if any(sign in said for sign in _NOBODY_THERE):
        return _nobody_there(said, known, chosen)
    if "No module named" in said or "ImportError" in said:
        remedy = f"Install it anew:\n    {_qt_line()}\nOr prepare a checkout again: make setup"
        return bad("Window", f"A part of the program cannot be loaded: {last_line(said)}", remedy)
    remedy = "Write down what it said, and look into the log for more."
    return bad("Window", f"Qt {tried.end} when a window was tried: {last_line(said) or 'it said nothing'}", remedy)


def last_line(said: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not _NOISE.match(line.strip())]
    return lines[-1][:300] if lines else ""


def _no_plugin(name: str, said: str, known: Mapping[str, str]) -> Finding:
    paths = [path for path in _PLUGIN_PATHS if known.get(path)]
    available = _AVAILABLE.search(said)
    there = f" It knows {available[1].strip()}." if available and available[1].strip() else ""
    if known.get("QT_QPA_PLATFORM") and there:
        found = f"QT_QPA_PLATFORM is “{known['QT_QPA_PLATFORM']}”, and Qt has no such platform.{there}"
        return bad("Window", found, "Take it away and start again:\n    unset QT_QPA_PLATFORM")
    if paths:
        found = f"Qt finds no platform plugin “{name}”: {paths[0]} sends it to {known[paths[0]]}."
        return bad("Window", found, f"Take it away and start again:\n    unset {' '.join(paths)}")
    remedy = f"Install it anew:\n    {_qt_line()} --force-reinstall"
    return bad("Window", f"Qt finds no platform plugin “{name}”; its own files are gone.{there}", remedy)


def _nobody_there(said: str, known: Mapping[str, str], chosen: str) -> Finding:
    if "wl_display" in said and known.get("WAYLAND_DISPLAY") and not known.get("DISPLAY"):
        found = f"No Wayland compositor answers at WAYLAND_DISPLAY “{known['WAYLAND_DISPLAY']}”."
        return bad("Window", found, "Start Outsole from the desktop's own terminal, not from sudo, su or cron.")
    if known.get("DISPLAY"):
        found = f"No X server answers at DISPLAY “{known['DISPLAY']}”, or it does not let this user in."
        remedy = "Start Outsole as the user who is logged in at the desktop, or log in with `ssh -X`."
        return bad("Window", found, remedy)
    if chosen:
        found = (
            f"QT_QPA_PLATFORM is “{chosen}”, but there is no such display (DISPLAY and WAYLAND_DISPLAY are not set)."
        )
        return bad("Window", found, f"Take it away (unset QT_QPA_PLATFORM). {NO_DISPLAY}")
    return bad("Window", "There is no display here, so no window can open.", NO_DISPLAY)


def _qt_line() -> str:
    # With what reads the versions of packages; whether there is a display every start of the window asks.
    from core.doctor.packages import pip_line

    return pip_line([_QT])


_QT = "PySide6-Essentials>=6.9,<6.12"
_DISPLAYS = {"WAYLAND_DISPLAY": "Wayland", "DISPLAY": "X11"}
