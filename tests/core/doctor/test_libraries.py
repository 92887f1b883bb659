"""Missing libraries of the system, by name and package."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from core.doctor import libraries
from core.doctor.finding import Level
from core.doctor.libraries import (
    DEBIAN_PACKAGES,
    libraries_named,
    look_for_libraries,
    packages_for,
    remedy_for,
    unmet_in,
    why_not_loaded,
)

DEBUG_PLUGINS = """
qt.core.library: "/x/libqxcb.so" cannot load: Cannot load library /x/libqxcb.so: (libxcb-cursor.so.0: cannot open \
shared object file: No such file or directory)
qt.core.plugin.loader: QLibraryPrivate::loadPlugin failed on "/x/libqxcb.so" : "Cannot load library /x/libqxcb.so: \
(libxcb-cursor.so.0: cannot open shared object file: No such file or directory)"
"""
LDD = """
\tlinux-vdso.so.1 (0x00007fff)
\tlibxcb-icccm.so.4 => not found
\tlibxkbcommon-x11.so.0 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
"""


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("ImportError: libEGL.so.1: cannot open shared object file: No such file or directory", ("libEGL.so.1",)),
        (DEBUG_PLUGINS, ("libxcb-cursor.so.0",)),
        ("ImportError: libglib-2.0.so.0: cannot open shared object file", ("libglib-2.0.so.0",)),
        ("ImportError: /x/a.so: undefined symbol: foo", ()),
        ("", ()),
    ],
)
def test_names_in_what_a_loader_says(said: str, names: tuple[str, ...]) -> None:
    assert libraries_named(said) == names


def test_names_in_a_listing() -> None:
    assert unmet_in(LDD) == ("libxcb-icccm.so.4", "libxkbcommon-x11.so.0")


def test_packages_and_what_to_type() -> None:
    assert packages_for(["libEGL.so.1", "libGL.so.1", "libxkbcommon-x11.so.0", "libxcb-cursor.so.0", "libdbus-1.so.3"])
    assert packages_for(["libgthread-2.0.so.0", "libglib-2.0.so.0"]) == ("libglib2.0-0",)
    line = remedy_for(["libEGL.so.1", "libodd.so.2"], has_apt=True)
    assert "sudo apt-get install -y --no-install-recommends libegl1" in line and "libodd.so.2" in line
    assert "on Debian the packages are called libegl1" in remedy_for(["libEGL.so.1"], has_apt=False)


def test_every_library_the_set_up_installs_is_known_here() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packaging"))
    try:
        from setup_environment import TO_RUN
    finally:
        sys.path.pop(0)
    for requirement in TO_RUN:
        if requirement.library:
            assert DEBIAN_PACKAGES[requirement.library] == requirement.package


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring them all")
def test_looking_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_for_libraries(loads=lambda name: True).level is Level.OK
    without = look_for_libraries(loads=lambda name: name != "libEGL.so.1", files=())
    assert without.level is Level.BAD and "libEGL.so.1 is not on this computer" in without.found
    monkeypatch.setattr(libraries, "_unmet", lambda file: unmet_in(LDD))
    several = look_for_libraries(loads=lambda name: True, files=[Path("libqxcb.so")])
    assert "libxcb-icccm.so.4, libxkbcommon-x11.so.0 are not on" in several.found


@pytest.mark.skipif(shutil.which("ldd") is None, reason="needs ldd")
def test_asking_the_loader(tmp_path: Path) -> None:
    assert libraries._unmet(tmp_path / "gone.so") == ()
    assert libraries._unmet(Path(sys.executable)) == ()


def test_a_part_that_cannot_be_imported() -> None:
    lacking = why_not_loaded(ImportError("libGL.so.1: cannot open shared object file: No such file or directory"))
    assert "libgl1" in lacking and "outsole doctor" in lacking
    assert "No module named 'msgspec'" in why_not_loaded(ModuleNotFoundError("No module named 'msgspec'"))
