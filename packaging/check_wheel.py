"""Builds the wheel, installs it into an environment of its own, and tries it: `python packaging/check_wheel.py`.

Slow, so it is no part of the tests. The libraries are those of the Python that runs this; the program is the wheel's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NEEDED = (
    "core/cli.py",
    "gui/app.py",
    "resources/guide/labelling.md",
    "resources/guide/sole.svg",
    "resources/icons/outsole-256.png",
    "resources/models/outsole_high_top.npz",
    "resources/models/outsole_sneaker.npz",
    "resources/sample/sneaker_on_wood.jpg",
    "resources/sample_truth/sneaker_on_wood.json",
    "resources/style/chevron-down.svg",
    "resources/training/street_outlines.coco.json",
    "resources/weights/SHA256SUMS",
    "resources/weights/sneaker-unet.safetensors",
)


class Failed(Exception):
    """The wheel is not what it should be; the text says how."""


def build_wheel(out: Path, scratch: Path) -> Path:
    """The wheel, made without a network: setuptools is there already.

    It is made from a copy: setuptools leaves a folder behind, and what lies in one of an earlier time goes in, too.
    """
    checkout = scratch / "checkout"
    for name in ("core", "gui", "resources"):
        shutil.copytree(CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(CHECKOUT / name, checkout / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    _run([*command, "--wheel-dir", str(out), str(checkout)])
    return next(out.glob("outsole-*.whl"))


def look_into(wheel: Path) -> str:
    """That everything is in it and nothing that is not the program; raises Failed."""
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Failed(f"{wheel.name} lacks {', '.join(missing)}.")
    foreign = {name.partition("/")[0] for name in names} - {"core", "gui", "resources"}
    strange = [name for name in foreign if not name.endswith(".dist-info")]
    strange += [name for name in names if name.endswith(".pyc")]
    if strange:
        raise Failed(f"{wheel.name} holds what is no part of the program: {', '.join(sorted(strange))}.")
    return f"{wheel.name}: {len(names)} files, {wheel.stat().st_size / 1e6:.1f} MB"


def install(wheel: Path, folder: Path) -> Path:
    """An environment with the wheel, and the libraries of this one behind it; the installed command."""
    venv.create(folder, with_pip=False)
    libraries = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-deps", str(wheel)]
    _run(command)
    # At the end of the path: the wheel's own packages come first, and an editable installation's hook is not run.
    (Path(libraries) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / ("Scripts/outsole.exe" if os.name == "nt" else "bin/outsole")


def _run(command: Sequence[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the installed program works, 1 with what failed."""
    parser = argparse.ArgumentParser(description="Build the wheel, install it and try it, off screen.")
    parser.add_argument("--out", type=Path, help="keep the wheel here")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="outsole-wheel-", ignore_cleanup_errors=True) as folder:
        try:
            wheel = build_wheel((options.out or Path(folder)).resolve(), Path(folder))
            print(look_into(wheel), flush=True)
            program = install(wheel, Path(folder) / "environment")
            _run([str(program), "new", str(Path(folder) / "shoes")])
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
        smoke = [sys.executable, str(CHECKOUT / "packaging" / "smoke_test.py"), str(program)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(smoke, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
