"""The command `doctor`: a look at this computer, as lines for people or one object for programs."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from core.commands.console import OK, PROBLEMS, SUFFIX, Answer, project_path
from core.doctor.finding import Finding, any_bad, finding_to_json, report_text, summary
from core.doctor.packages import program_version

_WIDEST = 110


def doctor(arguments: argparse.Namespace) -> Answer:
    """Look at everything; the exit code is 1 when something cannot work."""
    from core.doctor.examination import examine

    if sys.stderr is not None and sys.stderr.isatty() and not arguments.json:  # Windows' outsole.exe has none
        print("Looking at this computer; this takes a few seconds.", file=sys.stderr)
    findings = examine(_project(arguments.project) if arguments.project else None)
    heading = system_line()
    coloured = sys.stdout is not None and sys.stdout.isatty() and may_colour()
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    text = f"{heading}\n\n{report_text(findings, width=width, coloured=coloured)}"
    content = {"system": heading, "findings": [finding_to_json(one) for one in findings], "summary": summary(findings)}
    return Answer(text, content, PROBLEMS if any_bad(findings) else OK)


def explained(findings: Sequence[Finding], *, coloured: bool) -> str:
    """Findings that keep a window from opening, as lines for the terminal."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    lines = report_text(findings, width=width, coloured=coloured).rpartition("\n\n")[0]
    return f"outsole: The window could not open.\n\n{lines}\n\n`outsole doctor` looks at everything."


def system_line() -> str:
    """The program, the system and Python, in one line."""
    program = f"Outsole {program_version()}".strip()
    python = f"Python {platform.python_version()}"
    return f"{program} on {_system()} ({platform.machine()}), {python}, {os.cpu_count()} processors"


def may_colour() -> bool:
    """Whether a terminal understands colours, and wants them."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.platform != "win32" or bool(os.environ.get("WT_SESSION") or os.environ.get("ANSICON"))


def _system() -> str:
    if sys.platform.startswith("linux"):
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            pass
    return f"{platform.system()} {platform.release()}"


def _project(text: str) -> Path:
    path = Path(text).expanduser()
    return path if path.is_dir() and path.suffix != SUFFIX else project_path(text)
