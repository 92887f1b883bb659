"""`outsole bench fit`: how often, how exactly and how fast a shoe's pose is found from its outline."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.bench.fit_baselines import baseline_lines
from core.bench.fit_cases import DEFAULT_KINDS, KINDS, SIZES, Kind
from core.bench.fit_lines import measured
from core.bench.fit_masks import mask_line
from core.bench.fit_measures import Line
from core.bench.fit_page import read_runs, write_page
from core.bench.fit_report import json_of, text_of
from core.bench.fit_views import Subject
from core.fit.warm import warm_up

MASKS = "mask"
_MOST_MASKS = 20
_THREADS_VARIABLE, _RENDER_THREADS_VARIABLE = "OMP_NUM_THREADS", "LP_NUM_THREADS"
_CLOSE = SIZES[-1]


def run(arguments: Sequence[str]) -> int:
    """The command; prints a table, or one JSON object with --json. 0 when it ran. Raises ValueError with a sentence."""
    wanted = _parsed(arguments)
    if wanted.runs:
        write_page(wanted.page, read_runs(wanted.runs))
        return 0
    if _THREADS_VARIABLE not in os.environ:
        return _run_apart(arguments)
    subjects = [_subject(file) for file in wanted.model or [None]]
    other = _subject(wanted.other) if wanted.other else None
    warm_up()
    with _one_thread():
        told = _told(subjects, other, wanted=wanted)
    if wanted.page:
        write_page(wanted.page, told)
    if wanted.json:
        json.dump(told, sys.stdout)
        sys.stdout.write("\n")
    return 0


def _run_apart(arguments: Sequence[str]) -> int:
    """The same in a process of one thread: a pool of them waits busily, and its waiting would count as CPU time."""
    environment = {**os.environ, _THREADS_VARIABLE: "1", _RENDER_THREADS_VARIABLE: "1"}
    # The child finds the program also where it is run from its sources without being installed.
    paths = [str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", "core", "bench", "fit", *arguments], env=environment, check=False)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's loops on this thread alone: two would count twice in CPU time."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _told(
    subjects: Sequence[Subject], other: Subject | None, *, wanted: argparse.Namespace
) -> dict[str, list[dict[str, object]]]:
    """The JSON object; without --json each line is printed when it is known."""
    told: dict[str, list[dict[str, object]]] = {"lines": [], "baselines": [], "masks": []}
    for subject, next_subject in zip(subjects, [*subjects[1:], *subjects[:1]], strict=True):
        wrong = other or (next_subject if next_subject is not subject else None)
        for place, line in _lines(subject, wrong, wanted=wanted):
            told[place].append(json_of(line))
            if not wanted.json:
                print(text_of(line), flush=True)
    return told


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench fit", description=__doc__)
    parser.add_argument("--model", type=Path, action="append", help="mesh file of a shoe (default: our own sneaker)")
    parser.add_argument("--other", type=Path, help="mesh file of the shoe for wrong_mesh* (default: the next --model)")
    parser.add_argument("--cases", type=int, default=100, help="cases of each kind and size (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the cases (default 1)")
    parser.add_argument("--only", metavar="CASE", action="append", choices=[*KINDS, MASKS], help=_only_help())
    parser.add_argument("--size", metavar="WxH", type=_size, action="append", help="640x480 or 1280x960 (both)")
    parser.add_argument("--no-baseline", action="store_true", help="leave the slow baselines of refine out")
    parser.add_argument("--baseline-cases", type=int, default=10, help="cases of each baseline (default 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the tables into this page, and a picture")
    parser.add_argument("--runs", metavar="JSON", type=Path, nargs="+", help="with --page: of these runs instead")
    wanted = parser.parse_args(arguments)
    if wanted.runs and not wanted.page:
        parser.error("--runs needs --page, the page to write")
    if min(wanted.cases, wanted.baseline_cases) < 1 or wanted.seed < 0:
        parser.error("--cases and --baseline-cases must be at least 1, --seed at least 0")
    return wanted


def _only_help() -> str:
    return f"only this case, repeatable: {', '.join([*KINDS, MASKS])}"


def _size(text: str) -> tuple[int, int]:
    for size in SIZES:
        if text == f"{size[0]}x{size[1]}":
            return size
    raise argparse.ArgumentTypeError(f"{text} is neither 640x480 nor 1280x960")


def _subject(file: Path | None) -> Subject:
    """The right shoe of a mesh file, as the importer proposes it, or our own sneaker."""
    if file is None:
        from core.sneaker.sneaker import sneaker_mesh

        return Subject.of(sneaker_mesh(), "sneaker")
    from core.meshes.shoe_import import propose_import

    return Subject.of(propose_import(file).mesh, file.stem)


def _lines(subject: Subject, other: Subject | None, *, wanted: argparse.Namespace) -> Iterator[tuple[str, Line]]:
    """The lines of one shoe, with the list of the JSON object that each belongs in."""
    say: Callable[[str], None] = (lambda text: print(text, file=sys.stderr)) if wanted.json else print
    say(f"{subject.name}: {len(subject.mesh.faces)} triangles, seed {wanted.seed}")
    kinds = [KINDS[name] for name in wanted.only if name in KINDS] if wanted.only else list(DEFAULT_KINDS)
    for kind in kinds:
        if kind.is_of_another and other is None and not wanted.only:
            say(f"{kind.name} is left out: give another shoe by --other, or a second --model")
            continue
        for size in _sizes(kind, wanted.size):
            yield "lines", measured(subject, kind, size=size, count=wanted.cases, seed=wanted.seed, other=other)
    if not wanted.only or MASKS in wanted.only:
        yield "masks", mask_line(subject, count=min(_MOST_MASKS, wanted.cases), seed=wanted.seed)
    if not wanted.no_baseline and (not wanted.only or "refine" in wanted.only):
        for line in baseline_lines(subject, count=wanted.baseline_cases, seed=wanted.seed):
            yield "baselines", line


def _sizes(kind: Kind, wanted: Sequence[tuple[int, int]] | None) -> list[tuple[int, int]]:
    """Close-ups have one size."""
    sizes = [_CLOSE] if kind.is_close else list(SIZES)
    return [size for size in sizes if not wanted or size in wanted]
