"""The commands that need a window: they run `python -m gui…` as a child and pass its exit code on."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from core.commands.console import PROBLEMS, Answer, CommandError
from core.commands.window_child import STOPPED_ON_PURPOSE, run_window
from core.commands.without_terminal import is_unheard, show_message
from core.doctor.children import end_of
from core.doctor.display import has_display

BENCHES = {
    "overlay": "gui.bench.overlay_bench",
    "ui": "gui.bench.ui_bench",
    "outlining": "gui.bench.outlining_bench",
    "posing": "gui.bench.posing_bench",
    "gestures": "gui.bench.gestures_bench",
    "start": "gui.bench.start_bench",
}
# Those that need no window, and run in this process.
BENCHES_HERE = {
    "agreement": "core.bench.agreement_bench",
    "fit": "core.bench.fit_bench",
    "segment": "core.bench.segment_bench",
}
_ROOT = Path(__file__).resolve().parents[2]


def open_window(arguments: argparse.Namespace) -> Answer:
    """The program itself, on a project if one is given."""
    return _window([arguments.project] if arguments.project else [])


def open_sample(arguments: argparse.Namespace) -> Answer:
    """The program on the bundled sample, copied into the user's folder the first time."""
    return _window(["--sample"])


def tour(arguments: argparse.Namespace) -> Answer:
    """Pictures of every view, drawn off screen into a folder."""
    return Answer("", code=_child("gui.tour", [arguments.out, *arguments.rest], off_screen=True))


def bench(arguments: argparse.Namespace) -> Answer:
    """One of the benches; what follows its name is its own."""
    rest = [*arguments.rest, *(["--json"] if arguments.json else [])]
    if arguments.name in BENCHES_HERE:
        return Answer("", code=import_module(BENCHES_HERE[arguments.name]).run(rest))
    return Answer("", code=_child(BENCHES[arguments.name], rest, off_screen=True))


def _window(rest: Sequence[str]) -> Answer:
    # What finds folders may be what is missing: `doctor` must start without it.
    from core.storage.folders import log_dir, wrong_variables

    wrong = wrong_variables()
    if wrong:
        raise CommandError(" ".join(wrong))
    if not has_display():
        raise CommandError(
            "There is no display here, so no window can open. `outsole tour OUT` draws every view into a folder "
            "instead, and `outsole --help` lists the commands that need no window."
        )
    ended = run_window(_command("gui", rest), _environment())
    if ended.did_not_open:
        return _explained(ended.code, ended.said)
    if ended.code not in STOPPED_ON_PURPOSE:
        sentence = f"The window {end_of(ended.code)}. What was committed until then is kept; the log is in {log_dir()}."
        print(f"outsole: {sentence}", file=sys.stderr)
        if is_unheard():
            show_message(sentence)
    return Answer("", code=_passed_on(ended.code))


def _explained(code: int, said: str) -> Answer:
    # Only now: a window that opens waits for none of this.
    from core.commands.doctor_command import explained, may_colour
    from core.doctor.examination import examine_window
    from core.storage.log import keep_words

    keep_words(f"The window {end_of(code)}. It said:\n{said}")
    findings = examine_window(code, said)
    if is_unheard():
        show_message(explained(findings, coloured=False))
    coloured = sys.stderr is not None and sys.stderr.isatty() and may_colour()
    print(explained(findings, coloured=coloured), file=sys.stderr)
    return Answer("", code=PROBLEMS)


def _child(module: str, rest: Sequence[str], *, off_screen: bool) -> int:
    environment = _environment()
    if off_screen and not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return _passed_on(subprocess.run(_command(module, rest), env=environment, check=False).returncode)


def _command(module: str, rest: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", module, *rest]


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    # The child finds the program also where it is run from its sources without being installed.
    paths = [str(_ROOT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def _passed_on(code: int) -> int:
    return code if code >= 0 else 128 - code
