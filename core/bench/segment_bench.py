"""`outsole bench segment`: milliseconds from a request to its proposal, by the net alone, the core, and GrabCut."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.jobs.client import ProcessCore
from core.jobs.messages import Failed, Message, NetChoice, PhotoRef, Result, SegmentMethod, SegmentRequest
from core.sneaker.shipped import SAMPLE_FOLDER
from core.storage.image_file import read_pixels
from core.vision.grabcut import grabcut_region
from core.vision.segmenter import Segmenter
from core.vision.threads import use_threads

Bytes = NDArray[np.uint8]

SIZES_PX = (256, 512)
PHOTO = SAMPLE_FOLDER / "sneaker_on_wood.jpg"
# The sneaker in the square middle of that photo, which is what is looked at: a square fills the net's whole input.
BOX_PX = (270.0, 325.0, 975.0, 885.0)
_UNMEASURED = 3
_PATIENCE_S = 120.0
_THREADS_VARIABLE = "OMP_NUM_THREADS"


class BenchError(ValueError):
    """A bench that cannot be run here; a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to a proposal: wall and CPU ms of n warm requests, and how many outlines each gave.

    cpu_ms is of all threads: the median where the work is done in this process, else the mean; None where unknown.
    """

    way: str
    size_px: int
    threads: int
    n: int
    wall_ms: float
    wall_ms_p95: float
    cpu_ms: float | None
    outlines: int


def run(arguments: Sequence[str]) -> int:
    """The command; prints a table, or one JSON object with --json. 0 when it ran. Raises ValueError with a sentence."""
    wanted = _parsed(arguments)
    pixels = square_photo(wanted.photo or PHOTO)
    lines: list[Line] = []
    for line in _lines(wanted, pixels):
        lines.append(line)
        if not wanted.json:
            _print_line(line)
    if wanted.json:
        json.dump({"net": wanted.net, "lines": [asdict(line) for line in lines]}, sys.stdout)
        sys.stdout.write("\n")
    return 0


def square_photo(file: Path) -> Bytes:
    """The square middle of a photo, (S, S, 3) uint8 RGB."""
    pixels = read_pixels(file)
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench segment", description=__doc__)
    parser.add_argument("--net", default="", help="a shipped net, or a .safetensors file")
    parser.add_argument("--size", metavar="PX", type=int, action="append", help="what the net sees (256 and 512)")
    parser.add_argument("--threads", type=int, default=2, help="processors the net may use (default 2)")
    parser.add_argument("--runs", type=int, default=20, help="requests measured of each kind (default 20)")
    parser.add_argument("--photo", type=Path, help="a photo of yours; its square middle is looked at")
    parser.add_argument("--no-core", action="store_true", help="leave the inference process out")
    parser.add_argument("--no-baseline", action="store_true", help="leave GrabCut out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args(arguments)
    wanted.size = wanted.size or list(SIZES_PX)
    if wanted.runs < 1 or wanted.threads < 1 or min(wanted.size) < 32:
        parser.error("--runs and --threads must be at least 1, --size at least 32")
    return wanted


def _lines(wanted: argparse.Namespace, pixels: Bytes) -> Iterator[Line]:
    segmenter = Segmenter.load(wanted.net, device="cpu")
    use_threads(wanted.threads)
    counts = {"threads": wanted.threads, "runs": wanted.runs}
    for size_px in wanted.size:
        for refine in (False, True):

            def found(size_px: int = size_px, refine: bool = refine) -> int:
                return len(segmenter.segment(pixels, longest_px=size_px, refine=refine))

            way = "net, two looks" if refine else "net, one look"
            yield _measured_here(way, size_px, found, **counts)
    if not wanted.no_core:
        yield from _through_core(pixels, wanted)
    if not wanted.no_baseline and wanted.photo is None:

        def by_colour() -> int:
            return int(not grabcut_region(pixels, BOX_PX).is_empty)

        yield _measured_here("GrabCut in a box", max(pixels.shape[:2]), by_colour, **counts)


def _measured_here(way: str, size_px: int, work: Callable[[], int], *, threads: int, runs: int) -> Line:
    outlines = 0
    for _ in range(_UNMEASURED):
        outlines = work()
    wall, cpu = [], []
    for _ in range(runs):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return _line(way, size_px, threads=threads, wall_s=wall, cpu_ms=1e3 * float(np.median(cpu)), outlines=outlines)


def _through_core(pixels: Bytes, wanted: argparse.Namespace) -> Iterator[Line]:
    """Requests as the window sends them: by file, to a process that keeps the photo and the net."""
    with tempfile.TemporaryDirectory() as folder, _environment(_THREADS_VARIABLE, str(wanted.threads)):
        photo = Path(folder) / "photo.png"
        Image.fromarray(pixels).save(photo)
        core = ProcessCore(log_file=Path(folder) / "inference.log")
        try:
            for size_px in wanted.size:
                net = NetChoice(wanted.net, "cpu", size_px)
                request = SegmentRequest(PhotoRef(str(photo)), "photo", method=SegmentMethod.NET, net=net)
                yield _asked_core(core, request, wanted)
        finally:
            core.close()


def _asked_core(core: ProcessCore, request: SegmentRequest, wanted: argparse.Namespace) -> Line:
    outlines = 0
    for _ in range(_UNMEASURED):
        outlines = _proposals(core, request)
    wall = []
    began_cpu = _cpu_s_of(core.process_id)
    for _ in range(wanted.runs):
        began = time.perf_counter()
        _proposals(core, request)
        wall.append(time.perf_counter() - began)
    ended_cpu = _cpu_s_of(core.process_id)
    cpu_ms = None if began_cpu is None or ended_cpu is None else 1e3 * (ended_cpu - began_cpu) / wanted.runs
    size_px = request.net.longest_px
    return _line(
        "inference core, two looks", size_px, threads=wanted.threads, wall_s=wall, cpu_ms=cpu_ms, outlines=outlines
    )


def _proposals(core: ProcessCore, request: SegmentRequest) -> int:
    """Ask, and wait; how many outlines came."""
    ended = threading.Event()
    last: list[Message] = []

    def listen(message: Message) -> None:
        if isinstance(message, Result | Failed):
            last.append(message)
            ended.set()

    core.submit(request, listen)
    if not ended.wait(_PATIENCE_S):
        raise BenchError(f"The inference core did not answer within {_PATIENCE_S:.0f} s.")
    answer = last[0]
    if isinstance(answer, Failed):
        raise BenchError(answer.sentence)
    assert isinstance(answer, Result)
    return len(getattr(answer.answer, "outlines", ()))


def _cpu_s_of(process_id: int | None) -> float | None:
    """CPU seconds of another process so far, where the system tells it without asking for more (Linux)."""
    status = Path(f"/proc/{process_id}/stat")
    if process_id is None or not status.is_file():
        return None
    # The second field is the program's name in parentheses, which may hold spaces.
    fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """A variable as a child process shall see it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _line(
    way: str, size_px: int, *, threads: int, wall_s: Sequence[float], cpu_ms: float | None, outlines: int
) -> Line:
    wall_ms = 1e3 * np.asarray(wall_s)
    median, p95 = float(np.median(wall_ms)), float(np.percentile(wall_ms, 95))
    return Line(way, size_px, threads, len(wall_s), median, p95, cpu_ms, outlines)


def _print_line(line: Line) -> None:
    cpu = "     -" if line.cpu_ms is None else f"{line.cpu_ms:6.1f}"
    print(
        f"{line.way:26s} {line.size_px:5d} px  {line.threads} threads  n={line.n:<3d}"
        f" wall {line.wall_ms:6.1f} ms (p95 {line.wall_ms_p95:6.1f})  cpu {cpu} ms  {line.outlines} outlines",
        flush=True,
    )
