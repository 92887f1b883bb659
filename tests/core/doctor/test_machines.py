"""What is said of VTK, torch, torchvision, the weights, the kernels and the core."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from core.doctor import machines
from core.doctor.children import Tried, end_of, module_command, try_command, try_module
from core.doctor.core_process import look_at_core
from core.doctor.display import look_at_window
from core.doctor.finding import Level
from core.doctor.machines import look_at_drawing, look_at_kernels, look_at_network_library, look_at_weights

LLVMPIPE = {
    "version": "9.7.2",
    "window": "vtkEGLRenderWindow",
    "renderer": "llvmpipe (LLVM 15)",
    "opengl": "4.5",
    "drawn": True,
}
TORCH = {"version": "2.13.0", "built_for": "", "card": "", "threads": 2, "counts": True, "torchvision": ""}


def answered(answer: dict[str, Any], **other: Any) -> Tried:
    return Tried(0, MappingProxyType({**answer, **other}))


def test_who_draws() -> None:
    alone = look_at_drawing(answered(LLVMPIPE), has_card=False)
    assert alone.level is Level.WARNING and "there is no graphics card" in alone.found and "(EGL)" in alone.found
    ignored = look_at_drawing(answered(LLVMPIPE), has_card=True)
    assert ignored.level is Level.WARNING and "driver" in ignored.remedy
    assert look_at_drawing(answered(LLVMPIPE, renderer="Mesa Intel(R) UHD 620")).level is Level.OK


def test_why_nothing_is_drawn() -> None:
    crashed = look_at_drawing(Tried(-11, said="vtkEGLRenderWindow.cxx:1 WARN| Failed to load EGL!"))
    assert crashed.level is Level.BAD and "crashed (SIGSEGV)" in crashed.found and "libegl1" in crashed.remedy
    blank = look_at_drawing(answered(LLVMPIPE, drawn=False))
    assert blank.level is Level.BAD and "blank" in blank.found


def test_a_busy_computer_is_not_a_broken_one() -> None:
    (torch,) = look_at_network_library(Tried(None))
    (window,) = look_at_window(Tried(None))
    for slow in (torch, window, look_at_drawing(Tried(None))):
        assert slow.level is Level.WARNING and "did not answer" in slow.found and "look again" in slow.remedy


def test_torch_and_its_card() -> None:
    (plain,) = look_at_network_library(answered(TORCH), has_card=False)
    assert plain.level is Level.OK and "on the processor, 2 threads" in plain.found
    (idle,) = look_at_network_library(answered(TORCH), has_card=True)
    assert idle.level is Level.WARNING and "NVIDIA" in idle.found
    (fast,) = look_at_network_library(answered(TORCH, card="RTX 4090", built_for="12.6"), has_card=True)
    assert fast.level is Level.OK and "RTX 4090" in fast.found
    (gone,) = look_at_network_library(Tried(1, said="ImportError: libgomp.so.1: cannot open shared object file"))
    assert gone.level is Level.BAD and "libgomp1" in gone.remedy


def test_the_small_edition_has_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = Tried(1, said="ModuleNotFoundError: No module named 'torch'")
    (broken,) = look_at_network_library(lacking)
    assert broken.level is Level.BAD
    monkeypatch.setattr(machines.sys, "frozen", True, raising=False)
    (small,) = look_at_network_library(lacking)
    assert small.level is Level.WARNING and "small edition" in small.found


def test_a_torchvision_of_another_build() -> None:
    said = "broken: RuntimeError: operator torchvision::nms does not exist\nmore"
    _, vision = look_at_network_library(answered(TORCH, torchvision=said), has_card=False)
    assert vision.level is Level.WARNING and "torchvision::nms does not exist)" in vision.found
    assert "uninstall -y torchvision" in vision.remedy
    _, good = look_at_network_library(answered(TORCH, torchvision="0.28.0"), has_card=False)
    assert good.level is Level.OK


def test_the_shipped_weights_are_those_that_were_shipped() -> None:
    assert look_at_weights().level is Level.OK


def test_weights_that_are_gone_or_changed(tmp_path: Path) -> None:
    sums, file = tmp_path / "SHA256SUMS", tmp_path / "net.safetensors"
    assert look_at_weights(sums).level is Level.BAD
    sums.write_text(f"{hashlib.sha256(b'whole').hexdigest()}  net.safetensors\n")
    assert "cannot be read" in look_at_weights(sums).found
    file.write_bytes(b"who")
    assert "is not the file that was shipped" in look_at_weights(sums).found
    file.write_bytes(b"whole")
    assert look_at_weights(sums).level is Level.OK


def test_compiled_kernels(tmp_path: Path) -> None:
    chosen = {"NUMBA_CACHE_DIR": str(tmp_path)}
    assert "None is compiled yet" in look_at_kernels(chosen).found
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "raster.mesh_mask-1.py311.nbi").touch()
    assert look_at_kernels(chosen).found == f"1 is compiled, in {tmp_path}."


def test_kernels_of_a_program_that_is_installed_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """numba goes to the user's own caches when it may not write beside the sources."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    real = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: "locked" not in str(place) and real(place, mode))
    (tmp_path / "locked").mkdir()
    kept = look_at_kernels({}, (tmp_path / "locked" / "__pycache__",))
    assert kept.level is Level.OK and "so they are kept in" in kept.found
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert look_at_kernels({}, (tmp_path / "locked" / "__pycache__",)).level is Level.WARNING
    monkeypatch.setattr(os.path, "exists", lambda _: False)  # a drive that is not there
    assert look_at_kernels({"NUMBA_CACHE_DIR": str(tmp_path)}).level is Level.WARNING


def test_a_core_that_starts(tmp_path: Path) -> None:
    server = "import sys\nfrom core.jobs import server, tasks\ntasks.warm_up = lambda: None\nsys.exit(server.main())"
    assert look_at_core((sys.executable, "-c", server)).level is Level.OK


def test_cores_that_do_not(tmp_path: Path) -> None:
    dies = look_at_core((sys.executable, "-c", "import sys; sys.exit('no numpy here')"))
    assert dies.level is Level.BAD and "no numpy here" in dies.found
    slow = look_at_core((sys.executable, "-c", "import sys; sys.stdin.read()"), patience_s=0.2)
    assert slow.level is Level.WARNING and "first start compiles" in slow.remedy


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "did not answer in time"),
        (-6, "aborted"),
        (134, "aborted"),
        (-11, "crashed (SIGSEGV)"),
        (139, "crashed (SIGSEGV)"),
        (3, "ended with code 3"),
    ],
)
def test_ends_in_words(code: int | None, words: str) -> None:
    assert end_of(code) == words


def test_trying_in_a_child() -> None:
    good = try_command([sys.executable, "-c", "print('noise'); print('{\"a\": 1}')"])
    assert good.went_well and good.answer["a"] == 1
    aborted = try_command(
        [sys.executable, "-c", "import os, sys; print('why', file=sys.stderr, flush=True); os.abort()"]
    )
    assert not aborted.went_well and aborted.said.strip() == "why"
    assert try_command([sys.executable, "-c", "print(1)"]).answer == {}
    assert try_command([sys.executable, "-c", "while True: pass"], patience_s=0.1).code is None
    assert not try_command(["/no/such/program"]).went_well
    assert module_command("core")[-2:] == ["-m", "core"]


def test_vtk_draws_here() -> None:
    tried = try_module("core.render.vtk_probe", patience_s=60)
    assert tried.went_well and tried.answer["drawn"], tried.said
