"""What goes into a bundle exists, its program answers to -m, and its kernels are found wherever it is started."""

from __future__ import annotations

import ast
import os
import shutil
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging_scripts import PACKAGING, script

CHECKOUT = PACKAGING.parent
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ELF files and /proc are Linux's")
ADDITION = """
from numba import njit


@njit(cache=True)
def plus(a, b):
    return a + b


plus(1, 2)
print(plus.stats.cache_hits)
"""

parts = script("bundle_parts")
entry = script("bundle_entry")
making = script("make_bundle")


def test_spec_is_python_and_what_it_names_exists() -> None:
    spec = (PACKAGING / "outsole.spec").read_text(encoding="utf-8")
    names = {node.attr for node in ast.walk(ast.parse(spec)) if isinstance(node, ast.Attribute) and _is_part(node)}
    assert names
    assert all(hasattr(parts, name) for name in names)
    assert parts.ENTRY.is_file()
    assert parts.ICON.is_file()
    for place, _ in parts.data_files():
        assert Path(place).exists()


def _is_part(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "parts"


def test_nothing_that_the_program_is_made_of_is_left_out() -> None:
    for with_torch in (True, False):
        excluded = parts.excluded_modules(with_torch=with_torch)
        needed = ["numpy", "scipy", "numba", "vtkmodules", "cv2", "PySide6", "PySide6.QtSvg", "PySide6.QtTest", "PIL"]
        assert not set(needed) & set(excluded)
        assert ("torch" in excluded) is not with_torch
    for name in parts.HIDDEN_MODULES:
        assert find_spec(name) is not None


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/lib/libQt6Qml.so.6", False),
        ("PySide6/Qt/lib/libQt6WaylandClient.so.6", True),
        ("resources/sample/sneaker_on_wood.jpg", True),
        ("torch/bin/protoc", False),
        ("torch/bin/torch_shm_manager", True),
    ],
)
def test_unused_plugins_stay_out(place: str, wanted: bool) -> None:
    assert parts.is_wanted(place) is wanted


def test_program_describes_the_packages_it_stands_on() -> None:
    names = parts.described_packages()
    assert names[0] == "outsole"
    assert {"PySide6-Essentials", "numpy", "torch"} <= set(names)


def test_only_own_modules_answer_to_the_switch(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.run_module(["http.server"]) == 2
    assert "not http.server" in capsys.readouterr().err
    assert entry.run_module([]) == 2


def test_module_runs_as_python_runs_it() -> None:
    command = [sys.executable, str(PACKAGING / "bundle_entry.py"), "-m", "core", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0
    assert done.stdout.startswith("usage: outsole")


def test_kernels_begin_as_a_copy_and_older_ones_go(tmp_path: Path) -> None:
    brought, kept = tmp_path / "brought", tmp_path / "numba"
    (brought / "core.fit").mkdir(parents=True)
    (brought / "core.fit" / "a.nbi").write_bytes(b"1")
    (kept / "older").mkdir(parents=True)
    entry.begin_with(brought, kept / "newer")
    assert [file.name for file in kept.iterdir()] == ["newer"]
    assert (kept / "newer" / "core.fit" / "a.nbi").read_bytes() == b"1"


def test_a_chosen_folder_for_kernels_is_respected() -> None:
    told = entry.kernel_environment({"NUMBA_CACHE_DIR": "/somewhere"})
    own = Path(told["NUMBA_CACHE_DIR"])
    assert Path("/somewhere") in own.parents  # one of this build: kernels of another are never taken for these
    assert "NUMBA_CACHE_DIR" not in entry.kernel_environment(told), "a child has been told"
    assert entry.kernel_environment({})["NUMBA_CACHE_DIR"].startswith(os.environ["OUTSOLE_CACHE_DIR"])


def test_a_variable_that_names_no_folder_is_left_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", "~nobody-of-this-name/cache")
    assert entry.kernel_environment({}) == {}


def test_processor_is_known_by_its_flags(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor : 0\nflags\t\t: fpu avx2 fma bmi1 bmi2 f16c abm movbe sse2\n")
    assert entry.is_common_processor(told)
    told.write_text("flags\t\t: fpu sse2\n")
    assert not entry.is_common_processor(told)
    assert not entry.is_common_processor(tmp_path / "none")


def test_kernels_are_found_from_any_folder(tmp_path: Path) -> None:
    """As in a bundle the kernel's file has no place of its own; the second program must compile nothing."""
    environment = _environment() | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    environment |= {"NUMBA_CACHE_LOCATOR_CLASSES": "core.render.kernel_cache.KernelFolder"}
    hits = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "addition.py").write_text(ADDITION)
        command = [sys.executable, "-c", "import addition"]
        paths = os.pathsep.join([str(CHECKOUT), str(folder)])
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=folder, env=environment | {"PYTHONPATH": paths}
        )
        hits.append("(int64, int64): 1" in done.stdout)
    assert hits == [False, True]


@LINUX_ONLY
def test_libraries_whose_segments_are_off_the_page_are_told(tmp_path: Path) -> None:
    import _ctypes

    real = Path(_ctypes.__file__)
    assert making.is_loadable(real)
    content = bytearray(real.read_bytes())
    start = struct.unpack_from("<Q", content, 32)[0]
    size, count = struct.unpack_from("<HH", content, 54)
    for number in range(count):
        at = start + number * size
        if struct.unpack_from("<I", content, at)[0] == 1:
            struct.pack_into("<Q", content, at + 16, struct.unpack_from("<Q", content, at + 16)[0] + 8)
    broken = tmp_path / "broken.so"
    broken.write_bytes(content)
    assert not making.is_loadable(broken)


@LINUX_ONLY
@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_stripped_libraries_stay_loadable(tmp_path: Path) -> None:
    import _ctypes

    copy = tmp_path / "lib.so"
    shutil.copy(_ctypes.__file__, copy)
    (tmp_path / "link.so").symlink_to(copy)
    (tmp_path / "no.so").write_text("text")
    assert list(making.libraries(tmp_path)) == [copy]
    making.strip_libraries(tmp_path)
    assert making.is_loadable(copy)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["lib.so", "link.so", "no.so"]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}
