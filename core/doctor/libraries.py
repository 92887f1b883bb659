"""Shared libraries of the system that ours need: which are missing, and the Debian packages they come with."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core.doctor.finding import Finding, bad, ok

DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libGLX.so.0": "libglx0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
# These the libraries look for by themselves while they run, so that no list of theirs names them.
_LOOKED_FOR = ("libGL.so.1", "libEGL.so.1", "libX11.so.6")
_NAME = re.compile(r"(lib[\w+.-]+?\.so(?:\.\d+)*): (?:cannot open shared object file|not found)")
_NOT_FOUND = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)

Loads = Callable[[str], bool]


def libraries_named(text: str) -> tuple[str, ...]:
    """The libraries that a loader's message says are missing, each once, in the order of the message."""
    return tuple(dict.fromkeys(_NAME.findall(text)))


def packages_for(libraries: Iterable[str]) -> tuple[str, ...]:
    """The Debian packages of these libraries, each once; a library nobody here knows has none."""
    return tuple(dict.fromkeys(DEBIAN_PACKAGES[one] for one in libraries if one in DEBIAN_PACKAGES))


def remedy_for(libraries: Sequence[str], *, has_apt: bool | None = None) -> str:
    """What to type to get these libraries, or what to look for where there is no apt-get."""
    has_apt = shutil.which("apt-get") is not None if has_apt is None else has_apt
    packages = packages_for(libraries)
    unknown = [one for one in libraries if one not in DEBIAN_PACKAGES]
    found = [f"Find the package with {' and '.join(unknown)} and install it."] if unknown else []
    if not packages:
        return "\n".join(found)
    line = f"    sudo apt-get install -y --no-install-recommends {' '.join(packages)}"
    if has_apt:
        return "\n".join(["Install what is missing, then start again:", line, *found])
    return "\n".join([f"Install what is missing; on Debian the packages are called {', '.join(packages)}.", *found])


def missing_libraries(libraries: Sequence[str], about: str = "System libraries") -> Finding:
    """The finding that says so."""
    those = f"{', '.join(libraries)} {'is' if len(libraries) == 1 else 'are'} not on this computer"
    return bad(about, f"{those}.", remedy_for(libraries))


def why_not_loaded(error: ImportError) -> str:
    """A sentence for a part of the program, or a library of its, that cannot be imported."""
    libraries = libraries_named(str(error))
    reason = missing_libraries(libraries).sentence if libraries else f"A part of it cannot be loaded: {error}."
    return f"{reason}\n`outsole doctor` looks at everything and says what to do."


def look_for_libraries(*, loads: Loads | None = None, files: Sequence[Path] | None = None) -> Finding:
    """Every library of the system that Qt's parts, OpenCV's and VTK's ask for, and that is not there."""
    if not sys.platform.startswith("linux"):
        return ok("System libraries", "This system brings them all.")
    asking = our_libraries() if files is None else files
    missing = dict.fromkeys(name for file in asking for name in _unmet(file))
    missing |= dict.fromkeys(name for name in _LOOKED_FOR if not (loads or _loads)(name))
    if missing:
        return missing_libraries(tuple(missing))
    return ok("System libraries", f"All are there that {len(asking)} parts of Qt, OpenCV and VTK ask for.")


def our_libraries() -> tuple[Path, ...]:
    """Files of the packages whose own needs decide whether a window opens and a shoe is drawn."""
    wanted = {
        "PySide6": (
            "QtGui.abi3.so", "QtWidgets.abi3.so", "QtSvg.abi3.so",
            "Qt/plugins/platforms/libqxcb.so", "Qt/plugins/platforms/libqoffscreen.so",
        ),
        "cv2": ("cv2.abi3.so",),
        "vtkmodules": ("vtkRenderingOpenGL2*.so",),
    }  # fmt: skip
    if os.environ.get("WAYLAND_DISPLAY") and not os.environ.get("DISPLAY"):  # where there are both, one is enough
        wanted["PySide6"] += ("Qt/plugins/platforms/libqwayland*.so",)
    found: list[Path] = []
    for package, patterns in wanted.items():
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            found += [file for pattern in patterns for file in sorted(Path(folder).glob(pattern))]
    return tuple(found)


def _unmet(file: Path) -> tuple[str, ...]:
    """What the system's loader cannot find for a library; nothing where it cannot be asked."""
    if shutil.which("ldd") is None:
        return ()
    try:
        done = subprocess.run(["ldd", str(file)], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return unmet_in(done.stdout)


def unmet_in(listing: str) -> tuple[str, ...]:
    """The names that `ldd` printed as not found."""
    return tuple(dict.fromkeys(_NOT_FOUND.findall(listing)))


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
