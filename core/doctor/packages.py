"""Python and the installed packages against the ranges this program is known to work with, and known bad company."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from core.doctor.finding import Finding, bad, ok, warning

Versions = Callable[[str], str | None]

OLDEST_PYTHON = (3, 11)
_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*([^;]*)(;.*)?$")
_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|<|>)\s*([0-9][0-9A-Za-z.*+-]*)")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package and the versions of it that will do: clauses of an operator and a version, all of which must hold."""

    package: str
    clauses: tuple[tuple[str, str], ...] = ()

    @property
    def range(self) -> str:
        """As pyproject.toml writes it."""
        return ",".join(f"{operator}{version}" for operator, version in self.clauses)

    def allows(self, version: str) -> bool:
        """Whether a version lies in the range."""
        return all(_holds(version, operator, limit) for operator, limit in self.clauses)


def look_at_packages(versions: Versions | None = None, requirements: Sequence[Requirement] | None = None) -> Finding:
    """Which packages are missing or of a version nobody has tried."""
    if getattr(sys, "frozen", False) and requirements is None:
        return ok("Packages", "Those that were bundled with the program.")
    version_of, wanted = versions or installed_version, our_requirements() if requirements is None else requirements
    missing = [one for one in wanted if version_of(one.package) is None]
    outside = [(one, v) for one in wanted if (v := version_of(one.package)) is not None and not one.allows(v)]
    names = [f"{one.package}{one.range}" for one in (*missing, *(one for one, _ in outside))]
    remedy = f"Install what Outsole was tried with:\n    {pip_line(names)}"
    strange = ", ".join(f"{one.package} {v} (wants {one.range})" for one, v in outside)
    if missing:
        absent = f"{', '.join(one.package for one in missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        return bad("Packages", f"{absent}; of another version: {strange}." if strange else f"{absent}.", remedy)
    if outside:
        return warning("Packages", f"Outsole was not tried with {strange}.", remedy)
    if not wanted:
        return warning("Packages", "Nothing says which versions are wanted.", "Install Outsole anew with pip.")
    return ok("Packages", f"{len(wanted)} packages, each of a version that Outsole was tried with.")


def look_at_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether Python is new enough."""
    text, oldest = ".".join(map(str, version)), ".".join(map(str, OLDEST_PYTHON))
    if version < OLDEST_PYTHON:
        return bad("Python", f"This is Python {text}.", f"Install Python {oldest} or newer, and Outsole into it.")
    return ok("Python", f"{text} at {sys.executable}")


def look_at_qt(versions: Versions | None = None, python: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """The one pair of versions that is known to abort."""
    found = (versions or installed_version)("PySide6-Essentials")
    if found is None and getattr(sys, "frozen", False):
        return ok("PySide6", "That which was bundled with the program.")
    if found is None:
        return bad("PySide6", "It is not installed, so no window can open.", f"Type:\n    {pip_line([_QT])}")
    if _numbers(found)[:2] >= (6, 12) and python[:2] == (3, 11):
        return bad(
            "PySide6",
            f"PySide6 {found} on Python 3.11 loses a reference to None at nearly every call, and aborts after some "
            "5,200 of them: the window would vanish while you work.",
            f"Go back to the version before it, or use Python 3.12:\n    {pip_line([_QT])}",
        )
    return ok("PySide6", found)


def look_for_bad_company(versions: Versions | None = None) -> Iterator[Finding]:
    """Packages that are not ours and break those that are."""
    version_of = versions or installed_version
    rivals = [name for name in _RIVAL_OPENCV if version_of(name) is not None]
    if rivals:
        these = " and ".join(f"{name} {version_of(name)}" for name in rivals)
        names = " ".join((*rivals, "opencv-python-headless"))
        remedy = (
            "Keep the one without:\n"
            f"    {_PIP} uninstall -y {names}\n    {pip_line(['opencv-python-headless>=5.0,<6'])}"
        )
        yield warning(
            "A second OpenCV",
            f"{these} {'is' if len(rivals) == 1 else 'are'} installed over opencv-python-headless. It brings a Qt of "
            "its own and points our Qt at it.",
            remedy,
        )
    qts = [name for name in _OTHER_QT if version_of(name) is not None]
    if qts:
        yield ok("Other Qt bindings", f"{', '.join(qts)}: installed beside PySide6, not used.")


def our_requirements(pyproject: Path = _PYPROJECT) -> tuple[Requirement, ...]:
    """What the program needs: of the checkout it runs from, else of the package that was installed."""
    try:
        table = tomllib.loads(pyproject.read_text(encoding="utf-8"))
        if table["project"]["name"] == "outsole":
            return tuple(_requirements(table["project"]["dependencies"]))
    except (OSError, KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        pass  # an installed program has none
    try:
        return tuple(_requirements(metadata.requires("outsole") or ()))
    except metadata.PackageNotFoundError:
        return ()


def program_version() -> str:
    """The version of the program, "" where nothing says so."""
    return installed_version("outsole") or ""


def installed_version(package: str) -> str | None:
    """The version of an installed package; None when it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def pip_line(names: Sequence[str]) -> str:
    """What to type to install packages into this Python; a bundle takes no more in."""
    if getattr(sys, "frozen", False):
        return "install the program anew"
    return f"{_PIP} install {' '.join(chr(34) + name + chr(34) for name in names)}"


def _requirements(lines: Iterable[str]) -> Iterator[Requirement]:
    for line in lines:
        found = _REQUIREMENT.match(line.strip())
        if found and "extra" not in (found[3] or ""):
            yield Requirement(found[1], tuple(sorted(_CLAUSE.findall(found[2]), reverse=True)))


def _holds(version: str, operator: str, limit: str) -> bool:
    have, want = _numbers(version), _numbers(limit)
    if operator == "~=":
        return have >= want and have[: len(want) - 1] == want[:-1]
    size = max(len(have), len(want))
    a, b = (*have, *[0] * (size - len(have))), (*want, *[0] * (size - len(want)))
    if limit.endswith(".*"):
        a, b = a[: len(want)], b[: len(want)]
    return {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, "<": a < b, ">": a > b}[operator]


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: 2.13.0+cpu is (2, 13, 0)."""
    plain = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in plain[0].split(".")) if plain else ()


_QT = "PySide6-Essentials>=6.9,<6.12"
_PIP = f'"{sys.executable}" -m pip' if " " in sys.executable else f"{sys.executable} -m pip"
_RIVAL_OPENCV = ("opencv-python", "opencv-contrib-python")
_OTHER_QT = ("PyQt5", "PyQt6", "PySide2")
