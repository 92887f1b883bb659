"""Makes the Debian package of a bundle: `python packaging/make_deb.py BUNDLE [--out FOLDER]`.

The program goes to /usr/lib/outsole, with the command, a desktop entry, icons and the kind of file it opens. What the
system must bring is found by asking which package each foreign library comes from, on the machine that makes it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
sys.path.insert(0, str(PACKAGING))

import bundle_parts  # noqa: E402  (this folder is no package)
from make_bundle import libraries, size_mb  # noqa: E402
from render_icons import SIZES, picture_of  # noqa: E402

LINUX = PACKAGING / "linux"
PROGRAM = Path("usr/lib") / bundle_parts.NAME
SMALL = f"{bundle_parts.NAME}-small"
# What no library names because it is opened by name while the program runs: Qt's display and OpenGL, VTK's EGL.
OPENED_BY_NAME = (
    "libdbus-1-3", "libegl1", "libegl-mesa0", "libfontconfig1", "libgl1", "libgl1-mesa-dri", "libglib2.0-0",
    "libglx-mesa0", "libx11-6", "libxkbcommon-x11-0", "libxkbcommon0", "libxcb-cursor0", "libxcb-icccm4",
    "libxcb-keysyms1", "libxcb-shape0", "fonts-dejavu-core | fonts-liberation | fonts-noto-core",
)  # fmt: skip
RECOMMENDED = ("libgtk-3-0", "libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "shared-mime-info")
# Packages that newer systems call otherwise.
RENAMED = {"libglib2.0-0": "libglib2.0-0 | libglib2.0-0t64", "libgtk-3-0": "libgtk-3-0 | libgtk-3-0t64"}
# Plugins that serve one desktop each: without that desktop's libraries Qt passes them over.
OPTIONAL_PLUGINS = ("/platformthemes/libqgtk3", "/platforms/libqwayland", "/wayland-", "Qt6Wayland")


def needed_packages(bundle: Path) -> list[str]:
    """The Debian packages that bring what the bundle's libraries want from the system."""
    inside = {file.name for file in bundle.rglob("*.so*")}
    foreign: set[Path] = set()
    for library in (bundle / bundle_parts.NAME, *libraries(bundle)):
        if not any(part in str(library) for part in OPTIONAL_PLUGINS):
            foreign |= {found for found in foreign_libraries(library) if found.name not in inside}
    packages = {name for file in foreign for name in [package_of(file)] if name}
    packages |= {name for name in OPENED_BY_NAME if "|" not in name}
    packages.discard("libc6")
    alternatives = [name for name in OPENED_BY_NAME if "|" in name]
    return [f"libc6 (>= {libc_version()})", *(RENAMED.get(name, name) for name in sorted(packages)), *alternatives]


def foreign_libraries(library: Path) -> set[Path]:
    """The system's own libraries that one library names; what those need is their packages' affair."""
    told = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=False).stdout
    named = set(re.findall(r"NEEDED\s+(\S+)", told))
    resolved = subprocess.run(["ldd", library], capture_output=True, text=True, check=False).stdout
    return {Path(place) for name, place in re.findall(r"(\S+) => (/(?:usr/)?lib\S+)", resolved) if name in named}


def package_of(file: Path) -> str:
    """The Debian package a file belongs to, "" when none owns it."""
    for place in (file, Path(os.path.realpath(file)), Path("/usr") / file.relative_to("/")):
        done = subprocess.run(["dpkg", "-S", str(place)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.splitlines()[0].partition(":")[0]
    return ""


def libc_version() -> str:
    """The C library that Python here was built for: an older one lacks symbols."""
    return ".".join(os.confstr("CS_GNU_LIBC_VERSION").split()[-1].split(".")[:2])  # type: ignore[union-attr]


def control(*, package: str, size_kb: int, depends: Iterable[str], architecture: str) -> str:
    """The text of DEBIAN/control."""
    other = SMALL if package == bundle_parts.NAME else bundle_parts.NAME
    network = "with the network that outlines sneakers" if package == bundle_parts.NAME else "without the network"
    fields = {
        "Package": package,
        "Version": bundle_parts.version(),
        "Section": "graphics",
        "Priority": "optional",
        "Architecture": architecture,
        "Installed-Size": str(size_kb),
        "Maintainer": "Outsole <outsole@localhost>",
        "Depends": ", ".join(depends),
        "Recommends": ", ".join(RENAMED.get(name, name) for name in RECOMMENDED),
        "Conflicts": other,
        "Replaces": other,
        "Description": "outlines sneakers in photos and records their 6-DoF pose\n"
        " A desktop program for pose ground truth of footwear: outlines, a 3-D shoe fitted\n"
        " to them, and export to COCO, BOP, YOLO and labelme.\n"
        f" This edition comes {network}.",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def lay_out(bundle: Path, root: Path) -> None:
    """Put everything where it lies once installed. root: the folder that stands for /."""
    program = root / PROGRAM
    shutil.copytree(bundle, program, symlinks=True)
    command = root / "usr/bin" / bundle_parts.NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(f"../../{PROGRAM / bundle_parts.NAME}")
    _put(LINUX / "outsole.desktop", root / "usr/share/applications/outsole.desktop")
    _put(LINUX / "outsole-mime.xml", root / "usr/share/mime/packages/outsole.xml")
    for size in SIZES:
        _put(picture_of(size), root / f"usr/share/icons/hicolor/{size}x{size}/apps/outsole.png")
    _put(bundle_parts.RESOURCES / "icons/outsole.svg", root / "usr/share/icons/hicolor/scalable/apps/outsole.svg")


def make_deb(bundle: Path, out: Path, *, package: str, level: int = 9) -> Path:
    """The package of a bundle; raises CalledProcessError when dpkg-deb cannot make it."""
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    file = out / f"{package}_{bundle_parts.version()}_{architecture}.deb"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="outsole-deb-", dir=out) as folder:
        root = Path(folder)
        root.chmod(0o755)
        lay_out(bundle, root)
        told = root / "DEBIAN"
        told.mkdir()
        size_kb = round(size_mb(root / "usr") * 1e6 / 1024)
        text = control(package=package, size_kb=size_kb, depends=needed_packages(bundle), architecture=architecture)
        (told / "control").write_text(text, encoding="utf-8")
        for name in ("postinst", "postrm"):
            _put(LINUX / "update-desktop.sh", told / name, mode=0o755)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zzstd", f"-z{level}", "--build", str(root), str(file)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return file


def _put(file: Path, place: Path, *, mode: int = 0o644) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)
    place.chmod(mode)


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the package and says where it is."""
    parser = argparse.ArgumentParser(description="Make the Debian package of a bundle.")
    parser.add_argument("bundle", type=Path, help="the folder that make_bundle.py made")
    parser.add_argument("--out", type=Path, default=bundle_parts.CHECKOUT / "dist", help="(default: dist)")
    parser.add_argument("--level", type=int, default=9, help="of the compression, 1 to 19 (default: 9)")
    options = parser.parse_args(arguments)
    bundle = options.bundle.resolve()
    if not (bundle / bundle_parts.NAME).is_file() or shutil.which("dpkg-deb") is None:
        print(f"{bundle} is no bundle, or dpkg-deb is not installed.", file=sys.stderr)
        return 1
    package = bundle_parts.NAME if (bundle / "_internal" / "torch").is_dir() else SMALL
    try:
        file = make_deb(bundle, options.out.resolve(), package=package, level=options.level)
    except subprocess.CalledProcessError as failed:
        print(f"{failed.cmd[0]} failed ({failed.returncode}); its lines above say why.", file=sys.stderr)
        return 1
    print(f"{file}: {file.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
