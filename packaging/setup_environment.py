"""Knows what a fresh machine needs before Outsole runs, and installs it: system packages, .venv, pinned libraries.

Only the standard library, because it runs before anything is installed. `python3 packaging/setup_environment.py`
prepares for running, with `--for test` also what the tests need.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
# What the program loads first: a library these miss is better named now than by an abort of Qt later.
FIRST_IMPORTS = "PySide6.QtWidgets, PySide6.QtNetwork, cv2, vtkmodules.vtkRenderingOpenGL2, numba, torch"


class SetupFailed(Exception):
    """The set-up cannot go on; the text says why and what to do."""


class Requirement(NamedTuple):
    """A Debian package and the sign that it is there: a shared library, a program or a Python module."""

    package: str
    library: str = ""
    program: str = ""
    module: str = ""


TO_RUN = (
    Requirement(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv", module="ensurepip"),
    Requirement("libglib2.0-0", library="libglib-2.0.so.0"),
    Requirement("libgl1", library="libGL.so.1"),
    Requirement("libegl1", library="libEGL.so.1"),
    Requirement("libfontconfig1", library="libfontconfig.so.1"),
    Requirement("libdbus-1-3", library="libdbus-1.so.3"),
    Requirement("libxkbcommon0", library="libxkbcommon.so.0"),
    Requirement("libgssapi-krb5-2", library="libgssapi_krb5.so.2"),
    Requirement("libxkbcommon-x11-0", library="libxkbcommon-x11.so.0"),
    Requirement("libxcb-cursor0", library="libxcb-cursor.so.0"),
    Requirement("libxcb-icccm4", library="libxcb-icccm.so.4"),
    Requirement("libxcb-keysyms1", library="libxcb-keysyms.so.1"),
    Requirement("libxcb-shape0", library="libxcb-shape.so.0"),
)
TO_TEST = (Requirement("xvfb", program="Xvfb"), Requirement("xauth", program="xauth"))


def is_present(requirement: Requirement) -> bool:
    """Whether the requirement's library loads, its program is on the path and its module is there."""
    if requirement.library:
        try:
            ctypes.CDLL(requirement.library)
        except OSError:
            return False
    if requirement.program and not shutil.which(requirement.program):
        return False
    return not (requirement.module and importlib.util.find_spec(requirement.module) is None)


def missing_packages(
    requirements: Iterable[Requirement], probe: Callable[[Requirement], bool] = is_present
) -> list[str]:
    """The packages whose sign is absent, in the order given."""
    return [requirement.package for requirement in requirements if not probe(requirement)]


def apt_line(packages: Sequence[str]) -> str:
    """The line an administrator types to install the packages."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root: nothing as root, sudo if it asks no password, None if neither."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def ensure_system_packages(
    requirements: Sequence[Requirement],
    probe: Callable[[Requirement], bool] = is_present,
    *,
    prefix: Callable[[], list[str] | None] = root_prefix,
    apt: str | None = shutil.which("apt-get"),
    log: Path = CHECKOUT / "build" / "apt.log",
) -> None:
    """Installs the packages that are missing; raises SetupFailed with the exact apt-get line where it cannot."""
    missing = missing_packages(requirements, probe)
    if not missing:
        return
    if apt is None:
        signs = [r.library or r.program or r.module for r in requirements if r.package in missing]
        raise SetupFailed(
            f"This machine lacks {', '.join(signs)}. Install them with its package manager and try again."
        )
    remedy = f"Run this once, then try again:\n    {apt_line(missing)}"
    as_root = prefix()
    if as_root is None:
        raise SetupFailed(f"This machine lacks system packages, and installing them needs an administrator.\n{remedy}")
    say(f"Installing system packages: {' '.join(missing)}")
    command = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-q", "-o", "DPkg::Lock::Timeout=120"]
    with contextlib.suppress(SetupFailed):  # a stale list often still serves; the installation decides
        run_logged([*command, "update"], log, failure="")
    install = [*command, "install", "-y", "--no-install-recommends", *missing]
    run_logged(install, log, failure=f"apt-get could not install the system packages. {remedy}")
    still = missing_packages(requirements, probe)
    if still:
        raise SetupFailed(
            f"apt-get installed {' '.join(still)}, yet they cannot be loaded. Run this and read what it says:\n"
            f"    sudo apt-get install --reinstall {' '.join(still)}"
        )


def environment_key(checkout: Path) -> str:
    """What the environment was made from: its place (its scripts name it) and a hash of what was asked for."""
    wanted = [(checkout / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return f"{checkout}\n{hashlib.sha256(b'1'.join(wanted)).hexdigest()}\n"


class Environment:
    """The virtual environment of one checkout: whether it is ready, and how it is made."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.folder = checkout / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.log = self.folder / "setup.log"
        self.stamp = self.folder / "setup.stamp"
        self.halfway = self.folder / "setup.halfway"  # there while files are being written; stays when that is killed

    def is_ready(self) -> bool:
        """Whether it was made completely, here, from the files as they are now."""
        if self.halfway.exists() or not (self.python.exists() and self.stamp.exists()):
            return False
        return self.stamp.read_text(encoding="utf-8") == environment_key(self.checkout)

    def is_usable(self) -> bool:
        """Whether what is there can be built on: made here, by a Python new enough, and never left halfway."""
        if self.halfway.exists() or not self.python.exists():
            return False
        if self.stamp.exists() and self.stamp.read_text(encoding="utf-8").splitlines()[:1] != [str(self.checkout)]:
            return False
        check = f"import pip, sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
        return subprocess.run([self.python, "-c", check], capture_output=True, check=False).returncode == 0

    def make(self) -> None:
        """Makes or completes it; raises SetupFailed. What a killed run left halfway is made anew by the next."""
        began = time.monotonic()
        if not self.is_usable():
            self._begin_anew()
        self._install()
        say("Checking that the libraries load.")
        self._run([self.python, "-c", f"import {FIRST_IMPORTS}"], "The libraries are installed but do not load.")
        say("Compiling the numeric kernels, so that the first fit does not wait for them.")
        warm_up = "from core.fit.warm import warm_up; warm_up()"
        self._run([self.python, "-c", warm_up], "The numeric kernels could not be compiled.")
        self.stamp.write_text(environment_key(self.checkout), encoding="utf-8")
        say(f"The environment is ready ({time.monotonic() - began:.0f} s, log in {self.log}).")

    def _begin_anew(self) -> None:
        if self.folder.exists():
            say("Removing a .venv that is unfinished or was made elsewhere.")
            shutil.rmtree(self.folder)
        say(f"Making .venv with Python {sys.version.split()[0]}.")
        self.folder.mkdir()
        self.halfway.touch()
        self._run([sys.executable, "-m", "venv", self.folder], "Python could not make a virtual environment.")
        self.halfway.unlink()

    def _install(self) -> None:
        constraints = self.checkout / "constraints.txt"
        pip: list[str | Path] = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        torch = re.search(r"^torch==\S+$", constraints.read_text(encoding="utf-8"), re.MULTILINE)
        if torch and sys.platform.startswith("linux") and not Path("/proc/driver/nvidia").exists():
            # PyPI's Linux build brings several GB of CUDA; where there is no card the small one does the same.
            say("Installing torch for the processor (no NVIDIA card found).")
            small = [*pip, "--no-deps", "--retries", "0", "--index-url", CPU_TORCH_INDEX, torch.group()]
            with contextlib.suppress(SetupFailed):  # that index may be out of reach: then the next step takes PyPI's
                self._run(small, "")
        say("Installing the libraries (about 2.4 GB; one to ten minutes).")
        failure = "pip could not install the libraries. If the network failed, try again: what was fetched is kept."
        self._run([*pip, "--editable", ".[test,train,docs]", "--constraint", constraints], failure)
        self.halfway.unlink(missing_ok=True)

    def _run(self, command: Sequence[str | Path], failure: str) -> None:
        run_logged(command, self.log, failure=failure, cwd=self.checkout, on_line=self._watch)

    def _watch(self, line: str) -> None:
        if line.startswith("Installing collected packages"):  # until here pip only fetched, and could be killed
            self.halfway.touch()


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Waits until no other set-up of this checkout runs; a killed one holds nothing."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("a") as handle:
        if os.name == "nt":
            import msvcrt  # exists on Windows only

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl  # exists everywhere else

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up of this checkout is running; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    failure: str,
    cwd: Path | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> None:
    """Runs it, output into the log, now and then a line of progress; raises SetupFailed with the log's tail."""
    unwanted = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONPATH", "PYTHONHOME"}  # each sends packages elsewhere
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment.update(PYTHONUNBUFFERED="1", LC_ALL="C.UTF-8")
    lines: list[str] = []
    log.parent.mkdir(exist_ok=True)
    with log.open("a", encoding="utf-8") as handle:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        for line in child.stdout or ():
            lines.append(line)
            handle.write(line)
            on_line(line)
            progress = progress_of(line)
            if progress:
                say(f"  {progress}")
        child.wait()
    if child.returncode:
        tail = "".join(f"    {line}" for line in lines[-15:])
        raise SetupFailed(f"{failure}\nThe last lines of {log}:\n{tail}")


def progress_of(line: str) -> str:
    """What is worth showing of a line of pip: the large downloads and the long last step; else nothing."""
    large = re.match(r"\s*Downloading (\S+) \((\d{2,}(?:\.\d+)? MB|\S+ GB)\)", line)
    if large:
        return f"fetching {large[1].rpartition('/')[2].partition('-cp')[0].partition('-py')[0]} ({large[2]})"
    installing = re.match(r"Installing collected packages: (.*)", line)
    names = installing[1].split(",") if installing else []
    return f"installing {names[0] if len(names) == 1 else f'{len(names)} packages'}" if names else ""


def say(text: str) -> None:
    """One line of progress, shown at once."""
    print(text, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepares this checkout; 0 when it is ready, 1 with a sentence when not."""
    parser = argparse.ArgumentParser(description="Prepare this checkout for running Outsole.")
    parser.add_argument("--for", dest="purpose", choices=("run", "test"), default="run")
    purpose = parser.parse_args(arguments).purpose
    environment = Environment(CHECKOUT)
    try:
        if sys.platform.startswith("linux"):
            needed = TO_RUN if purpose == "run" else TO_RUN + TO_TEST
            ensure_system_packages(needed)
        if not environment.is_ready():
            with only_one(CHECKOUT / "build" / "setup.lock"):
                if not environment.is_ready():
                    environment.make()
    except SetupFailed as failed:
        print(f"\nOutsole cannot be set up. {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe set-up was interrupted; run it again and it goes on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Outsole needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    sys.exit(main())
