"""One thing a look at this computer found: what it is about, how bad it is, and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """OK: as it should be. WARNING: it works, with a loss that is named. BAD: something cannot work."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """about: a word or two. found: what is there. remedy: what to do, "" when there is nothing to do."""

    about: str
    level: Level
    found: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """What was found, and what to do."""
        return f"{self.found} {self.remedy}".strip()


_COLOURS = {Level.OK: "32", Level.WARNING: "33", Level.BAD: "1;31"}
_ABOUT_WIDTH = 18


def ok(about: str, found: str) -> Finding:
    """All is well."""
    return Finding(about, Level.OK, found)


def warning(about: str, found: str, remedy: str = "") -> Finding:
    """It works, with a loss."""
    return Finding(about, Level.WARNING, found, remedy)


def bad(about: str, found: str, remedy: str = "") -> Finding:
    """It cannot work."""
    return Finding(about, Level.BAD, found, remedy)


def any_bad(findings: Iterable[Finding]) -> bool:
    """Whether something cannot work."""
    return any(finding.level is Level.BAD for finding in findings)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Plain values, by the names of the fields."""
    return {**asdict(finding), "level": str(finding.level)}


def finding_from_json(value: Any) -> Finding:
    """Its inverse; raises ValueError for anything else."""
    try:
        return Finding(str(value["about"]), Level(value["level"]), str(value["found"]), str(value["remedy"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{value!r} is no finding") from error


def summary(findings: Sequence[Finding]) -> str:
    """How many are how."""
    worse, less = (sum(one.level is level for one in findings) for level in (Level.BAD, Level.WARNING))
    if worse:
        broken = "1 thing is bad and must be mended" if worse == 1 else f"{worse} things are bad and must be mended"
        return f"{broken}; {less} more {_are(less)} worth knowing." if less else f"{broken}."
    if less:
        return f"Everything works; {less} {'thing is' if less == 1 else 'things are'} worth knowing."
    return "Everything is as it should be."


def report_text(findings: Sequence[Finding], *, width: int = 100, coloured: bool = False) -> str:
    """The findings as lines for people, their remedies indented below them, and the summary."""
    margin = " " * (9 + _ABOUT_WIDTH)
    lines = []
    for one in findings:
        word = f"{one.level:<9}"
        word = f"\x1b[{_COLOURS[one.level]}m{word}\x1b[0m" if coloured else word
        found = textwrap.wrap(one.found, max(width - len(margin), 30), break_on_hyphens=False) or [""]
        lines.append(f"{word}{one.about:<{_ABOUT_WIDTH}}{found[0]}")
        lines += [margin + more for more in found[1:]]
        lines += _remedy_lines(one.remedy, margin, width)
    return "\n".join([*lines, "", summary(findings)])


def _remedy_lines(remedy: str, margin: str, width: int) -> list[str]:
    """A remedy may hold lines to type, which begin with spaces and are never broken."""
    lines: list[str] = []
    for line in remedy.splitlines():
        if line.startswith(" "):
            lines.append(f"{margin}  {line}")
        else:
            wrapped = textwrap.wrap(line, max(width - len(margin) - 2, 30), break_on_hyphens=False)
            lines += [f"{margin}{'→' if at == 0 else ' '} {part}" for at, part in enumerate(wrapped)]
    return lines


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
