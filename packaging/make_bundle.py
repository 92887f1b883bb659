"""Makes the bundle, a folder with the program and all it needs: PyInstaller, then what PyInstaller leaves to do.

`python packaging/make_bundle.py [--without-torch] [--out FOLDER]`; the folder is FOLDER/outsole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
sys.path.insert(0, str(PACKAGING))

import bundle_entry  # noqa: E402  (this folder is no package)
import bundle_parts  # noqa: E402

_ELF = b"\x7fELF\x02\x01"  # 64 bits, the low byte first
_LOADED = 1
_PAGE = 4096


def make_bundle(out: Path, *, with_torch: bool, work: Path) -> Path:
    """The folder of a bundle made anew."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(out), "--workpath", str(work), str(PACKAGING / "outsole.spec")]
    subprocess.run(
        [*command, *([] if with_torch else ["--", "--without-torch"])], check=True, cwd=bundle_parts.CHECKOUT
    )
    bundle = out / bundle_parts.NAME
    if sys.platform.startswith("linux") and shutil.which("strip"):
        strip_libraries(bundle)
    bring_kernels(bundle)
    return bundle


def bring_kernels(bundle: Path) -> bool:
    """Compile the numeric kernels into the bundle, so that its first start has none to compile; whether it could."""
    if not (sys.platform.startswith("linux") and bundle_entry.is_common_processor()):
        return False
    from core.render.kernel_cache import LOCATOR  # of the checkout: a bundle's program has it in itself

    program = bundle / bundle_parts.NAME
    kernels = bundle / "_internal" / bundle_entry.KERNELS
    # A fresh cache: what the user of this computer has in his, the program would not compute, nor compile for it.
    with tempfile.TemporaryDirectory(prefix="outsole-kernels-") as fresh:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(kernels), "OUTSOLE_CACHE_DIR": fresh}
        environment["NUMBA_CACHE_LOCATOR_CLASSES"] = LOCATOR  # that folder itself, not one of this build in it
        subprocess.run([program, "-m", "core.fit.warm"], check=True, env=environment, cwd=bundle)
    build = hashlib.sha256(program.read_bytes()).hexdigest()[:16]
    (kernels / bundle_entry.BUILD).write_text(build, encoding="utf-8")
    return True


def strip_libraries(bundle: Path) -> int:
    """Take symbols nobody looks up out of all libraries that stand it; how many bytes that saved.

    What was given longer paths after it was linked, as wheels do with the libraries they bring, comes out of `strip`
    unloadable: its segments no longer lie on pages. Such a library stays as it was.
    """
    saved = 0
    for library in sorted(libraries(bundle)):
        draft = library.with_name(library.name + ".stripped")
        done = subprocess.run(["strip", "--strip-unneeded", "-o", draft, library], capture_output=True, check=False)
        if done.returncode == 0 and is_loadable(draft) and draft.stat().st_size < library.stat().st_size:
            saved += library.stat().st_size - draft.stat().st_size
            shutil.copymode(library, draft)
            draft.replace(library)
        draft.unlink(missing_ok=True)
    return saved


def libraries(bundle: Path) -> Iterator[Path]:
    """The shared libraries of a bundle, links not counted; the program itself carries an archive and is none."""
    for file in bundle.rglob("*.so*"):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as opened:
                if opened.read(len(_ELF)) == _ELF:
                    yield file


def is_loadable(library: Path) -> bool:
    """Whether all segments of an ELF file lie as the loader wants them: place and address alike within a page."""
    with library.open("rb") as opened:
        header = opened.read(64)
        start, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
        opened.seek(start)
        table = opened.read(size * count)
    for number in range(count):
        kind, _, offset, address = struct.unpack_from("<IIQQ", table, number * size)
        if kind == _LOADED and (offset - address) % _PAGE:
            return False
    return True


def size_mb(folder: Path) -> float:
    """What a folder takes on the disk, in MB of 10^6 bytes, links not counted."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the bundle and says where it is and how large."""
    parser = argparse.ArgumentParser(description="Make the bundle of Outsole.")
    parser.add_argument("--without-torch", action="store_true", help="leave the network out; a third of the size")
    parser.add_argument("--out", type=Path, default=bundle_parts.CHECKOUT / "dist", help="(default: dist)")
    parser.add_argument("--work", type=Path, default=bundle_parts.CHECKOUT / "build" / "bundle", help="scratch folder")
    options = parser.parse_args(arguments)
    try:
        bundle = make_bundle(options.out.resolve(), with_torch=not options.without_torch, work=options.work.resolve())
    except subprocess.CalledProcessError as failed:
        print(f"{Path(failed.cmd[0]).name} failed ({failed.returncode}); its lines above say why.", file=sys.stderr)
        return 1
    print(f"{bundle}: {size_mb(bundle):.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
