"""What a bundle's one program runs: the command `outsole`, or one of its modules when it is given `-m MODULE`.

The window starts the inference core, and some benches start their makers, as `sys.executable -m MODULE`. In a bundle
sys.executable is this program, so it answers to -m as Python does, for the modules of Outsole alone.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

OURS = ("core", "gui")
# The compiled kernels that a bundle brings along, and the file in it that names the build they belong to.
KERNELS = "kernels"
BUILD = "build"
# They are compiled for every processor since 2015, not for the one they were made on alone.
COMMON_PROCESSOR = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2,+f16c,+lzcnt,+movbe"}
_NEEDED_FLAGS = frozenset({"avx2", "fma", "bmi1", "bmi2", "f16c", "abm", "movbe"})


def main() -> int:
    """The exit code of what was asked for."""
    os.environ.update(kernel_environment(os.environ))
    words = sys.argv[1:]
    if words[:1] == ["-m"]:
        return run_module(words[1:])
    from core.cli import main as run_command

    return run_command(words)


def run_module(words: list[str]) -> int:
    """A module as `python -m` runs it; ends with the module's own exit code."""
    if not words or words[0].partition(".")[0] not in OURS:
        named = words[0] if words else "nothing"
        print(f"outsole: -m needs one of the program's own modules, not {named}.", file=sys.stderr)
        return 2
    sys.argv[1:] = words[1:]
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    return 0


def kernel_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What numba must be told so that it finds the kernels of this build, and keeps what it compiles itself.

    The user's folder begins as a copy of what the bundle brings: numba writes there, and a program's folder cannot
    be written to. A folder that somebody chose for numba gets one of this build in it: the kernels of another would
    be taken for these. What runs as a child of this program has been told already.
    """
    from core.render.kernel_cache import LOCATOR
    from core.resources import RESOURCES
    from core.storage.folders import cache_dir

    chosen = environment.get("NUMBA_CACHE_DIR")
    if chosen and environment.get("NUMBA_CACHE_LOCATOR_CLASSES") == LOCATOR:
        return COMMON_PROCESSOR if is_common_processor() else {}
    brought = RESOURCES.parent / KERNELS
    named = brought / BUILD
    build = named.read_text(encoding="utf-8") if named.exists() else _this_build()
    try:
        own = Path(chosen, "outsole", build) if chosen else cache_dir() / "numba" / build
    except ValueError:  # a variable that names no folder: the command itself has the sentence
        return {}
    if brought.is_dir() and not os.path.exists(own):  # noqa: PTH110 (Path's own raises where one may not look)
        begin_with(brought, own)
    told = COMMON_PROCESSOR if is_common_processor() else {}
    return {**told, "NUMBA_CACHE_LOCATOR_CLASSES": LOCATOR, "NUMBA_CACHE_DIR": str(own)}


def is_common_processor(description: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor runs what is compiled for COMMON_PROCESSOR; only Linux says so in a file."""
    try:
        lines = description.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return _NEEDED_FLAGS.issubset(flags)


def begin_with(brought: Path, own: Path) -> None:
    """Make the user's folder of kernels a copy of the ones brought, in one step; those of other builds go."""
    draft = own.with_name(f".{own.name}.{os.getpid()}")
    try:
        for older in own.parent.glob("*"):
            shutil.rmtree(older, ignore_errors=True)
        shutil.copytree(brought, draft)
        draft.rename(own)
    except OSError:
        # A full disk, or another process that was quicker: numba compiles what it misses.
        shutil.rmtree(draft, ignore_errors=True)


def _this_build() -> str:
    status = Path(sys.executable).stat()
    return f"{status.st_size:x}-{status.st_mtime_ns:x}"


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
