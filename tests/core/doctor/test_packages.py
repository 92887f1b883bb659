"""Versions against ranges, and the packages that are known to do harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.doctor import packages
from core.doctor.finding import Level
from core.doctor.packages import (
    Requirement,
    look_at_packages,
    look_at_python,
    look_at_qt,
    look_for_bad_company,
    our_requirements,
)

NUMPY = Requirement("numpy", ((">=", "2.1"), ("<", "2.5")))


def installed(**versions: str) -> Callable[[str], str | None]:
    """What is installed, by name; _ stands for -."""
    known = {name.replace("_", "-"): version for name, version in versions.items()}
    return known.get


@pytest.mark.parametrize(
    ("version", "is_allowed"),
    [("2.1", True), ("2.1.0", True), ("2.4.6", True), ("2.0.9", False), ("2.5", False), ("2.5.0rc1", False)],
)
def test_a_range(version: str, is_allowed: bool) -> None:
    assert NUMPY.allows(version) is is_allowed


@pytest.mark.parametrize(
    ("clause", "version", "is_allowed"),
    [
        (("==", "2.0.8"), "2.0.8", True),
        (("==", "2.0.*"), "2.0.9", True),
        (("!=", "2.3"), "2.3.0", False),
        (("~=", "2.3"), "2.9", True),
        (("~=", "2.3"), "3.0", False),
        (("<", "2.14"), "2.13.0+cpu", True),
    ],
)
def test_other_clauses(clause: tuple[str, str], version: str, is_allowed: bool) -> None:
    assert Requirement("p", (clause,)).allows(version) is is_allowed


def test_what_is_missing_and_what_is_of_another_version() -> None:
    wanted = [NUMPY, Requirement("vtk", ((">=", "9.7"),))]
    missing = look_at_packages(installed(numpy="2.4.6"), wanted)
    assert missing.level is Level.BAD and missing.found == "vtk is not installed."
    assert '"vtk>=9.7"' in missing.remedy and "pip install" in missing.remedy
    outside = look_at_packages(installed(numpy="3.0", vtk="9.7.2"), wanted)
    assert outside.level is Level.WARNING and "numpy 3.0 (wants >=2.1,<2.5)" in outside.found
    both = look_at_packages(installed(numpy="3.0"), wanted)
    assert both.level is Level.BAD and "numpy 3.0" in both.found and "vtk" in both.found
    assert look_at_packages(installed(numpy="2.4", vtk="9.8"), wanted).level is Level.OK


def test_what_is_installed_here_is_as_wanted() -> None:
    assert {"numpy", "PySide6-Essentials", "torch"} <= {one.package for one in our_requirements()}
    assert look_at_packages().level is Level.OK


def test_without_a_checkout_the_installed_package_says_what_it_needs(tmp_path: Path) -> None:
    names = {one.package for one in our_requirements(tmp_path / "pyproject.toml")}
    assert "numpy" in names and "pytest" not in names
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert {one.package for one in our_requirements(tmp_path / "pyproject.toml")} == names


def test_the_pyside_that_aborts() -> None:
    found = look_at_qt(installed(PySide6_Essentials="6.12.0"), (3, 11, 7))
    assert found.level is Level.BAD and "5,200" in found.found and "6.12" in found.remedy
    assert look_at_qt(installed(PySide6_Essentials="6.12.0"), (3, 12, 1)).level is Level.OK
    assert look_at_qt(installed(PySide6_Essentials="6.11.3"), (3, 11, 7)).level is Level.OK
    assert look_at_qt(installed(), (3, 11, 7)).level is Level.BAD


def test_an_old_python() -> None:
    assert look_at_python((3, 10, 4)).level is Level.BAD
    assert look_at_python((3, 11, 0)).level is Level.OK


def test_a_second_opencv_and_another_qt() -> None:
    assert list(look_for_bad_company(installed(opencv_python_headless="5.0"))) == []
    rival, other = look_for_bad_company(installed(opencv_python="5.0.0.93", PyQt6="6.9"))
    assert rival.level is Level.WARNING and "opencv-python 5.0.0.93" in rival.found and "uninstall" in rival.remedy
    assert other.level is Level.OK


def test_a_bundle_brings_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.sys, "frozen", True, raising=False)
    assert look_at_packages(installed()).level is Level.OK
    assert look_at_qt(installed(), (3, 11, 7)).level is Level.OK
    assert "pip" not in packages.pip_line(["numpy"])
