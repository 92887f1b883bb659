"""The set-up names what is missing, installs it where it may, and notices what changed; no network, no root."""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "setup_environment.py"


@pytest.fixture(scope="module")
def setup() -> ModuleType:
    """The script as a module; it is no part of a package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("setup_environment", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An environment that looks finished, with this Python for its own."""
    # By the link it is the system's Python, which on a bare Debian has no pip.
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "pip.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("torch==1.0\n")
    made = setup.Environment(tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(sys.executable)
    made.stamp.write_text(setup.environment_key(tmp_path))
    return made


def lacking(*packages: str) -> Any:
    return lambda requirement: requirement.package not in packages


def test_nothing_missing_asks_for_nothing(setup: ModuleType) -> None:
    def never() -> list[str] | None:
        raise AssertionError("asked for root although nothing is missing")

    setup.ensure_system_packages(setup.TO_RUN + setup.TO_TEST, lacking(), prefix=never)


def test_without_root_the_message_is_the_line_to_type(setup: ModuleType) -> None:
    with pytest.raises(setup.SetupFailed) as failed:
        setup.ensure_system_packages(
            setup.TO_RUN, lacking("libegl1", "libxcb-cursor0"), prefix=lambda: None, apt="/usr/bin/apt-get"
        )
    assert "\n    sudo apt-get install -y --no-install-recommends libegl1 libxcb-cursor0" in str(failed.value)


def test_a_missing_venv_module_names_the_package_of_this_python(setup: ModuleType) -> None:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    with pytest.raises(setup.SetupFailed, match=f"--no-install-recommends {package}$"):
        setup.ensure_system_packages(setup.TO_RUN, lacking(package), prefix=lambda: None, apt="/usr/bin/apt-get")


def test_without_apt_the_message_names_what_is_missing(setup: ModuleType) -> None:
    with pytest.raises(setup.SetupFailed, match=r"lacks libEGL\.so\.1, Xvfb\."):
        setup.ensure_system_packages(setup.TO_RUN + setup.TO_TEST, lacking("libegl1", "xvfb"), apt=None)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for apt-get is a shell script")
def test_with_root_exactly_the_missing_packages_are_installed(setup: ModuleType, tmp_path: Path) -> None:
    apt = tmp_path / "apt-get"
    calls = tmp_path / "calls"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
    apt.chmod(apt.stat().st_mode | stat.S_IXUSR)

    def installed(requirement: Any) -> bool:
        return requirement.package != "xauth" or calls.exists()

    setup.ensure_system_packages(
        setup.TO_TEST, installed, prefix=lambda: [], apt=str(apt), log=tmp_path / "log" / "apt.log"
    )
    update, install = calls.read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends xauth")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for apt-get is a shell script")
def test_an_apt_failure_shows_its_last_words_and_the_remedy(setup: ModuleType, tmp_path: Path) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho 'E: Unable to locate package xauth'\nexit 100\n")
    apt.chmod(apt.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(setup.SetupFailed) as failed:
        setup.ensure_system_packages(
            setup.TO_TEST, lacking("xauth"), prefix=lambda: [], apt=str(apt), log=tmp_path / "apt.log"
        )
    assert "E: Unable to locate package xauth" in str(failed.value)
    assert "sudo apt-get install -y --no-install-recommends xauth" in str(failed.value)


def test_probe_tells_present_from_absent(setup: ModuleType) -> None:
    assert setup.is_present(setup.Requirement("venv", module="venv"))
    assert not setup.is_present(setup.Requirement("none", module="no_such_module_here"))
    assert not setup.is_present(setup.Requirement("none", library="libno-such-library.so.9"))
    assert not setup.is_present(setup.Requirement("none", program="no-such-program-here"))


def test_a_finished_environment_is_ready(setup: ModuleType, environment: Any) -> None:
    assert environment.is_ready()
    assert environment.is_usable()


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_of_libraries_is_noticed(environment: Any, name: str) -> None:
    (environment.checkout / name).write_text("changed\n")
    assert not environment.is_ready()
    assert environment.is_usable()


def test_a_killed_installation_is_begun_anew(environment: Any) -> None:
    environment._watch("Collecting numpy\n")
    assert environment.is_usable()
    environment._watch("Installing collected packages: numpy, vtk\n")
    assert not environment.is_ready()
    assert not environment.is_usable()


def test_an_environment_made_elsewhere_is_begun_anew(environment: Any) -> None:
    environment.stamp.write_text("/somewhere/else\nhash\n")
    assert not environment.is_ready()
    assert not environment.is_usable()


def test_a_failing_command_shows_its_last_words(setup: ModuleType, tmp_path: Path) -> None:
    log = tmp_path / "setup.log"
    command = [sys.executable, "-c", "print('no matching distribution'); raise SystemExit(1)"]
    with pytest.raises(setup.SetupFailed) as failed:
        setup.run_logged(command, log, failure="pip could not install.")
    assert str(failed.value).startswith("pip could not install.\n")
    assert "no matching distribution" in str(failed.value)
    assert log.read_text() == "no matching distribution\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Collecting numpy==2.4.6", ""),
        ("  Downloading six-1.16.0-py2.py3-none-any.whl (11 kB)", ""),
        ("  Downloading https://x.org/vtk-9.7.2-cp311-cp311-linux.whl (139.6 MB)", "fetching vtk-9.7.2 (139.6 MB)"),
        ("Installing collected packages: numpy, vtk", "installing 2 packages"),
        ("Installing collected packages: torch", "installing torch"),
    ],
)
def test_only_the_long_steps_are_shown(setup: ModuleType, line: str, shown: str) -> None:
    assert setup.progress_of(line) == shown
