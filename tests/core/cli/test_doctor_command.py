"""The command doctor, and what a window says that did not open."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.cli import main
from core.commands import doctor_command, window_child, without_terminal
from core.commands.doctor_command import explained, may_colour, system_line
from core.commands.window_child import Ended, run_window
from core.doctor import examination
from core.doctor.children import Tried
from core.doctor.finding import (
    Finding,
    Level,
    bad,
    finding_from_json,
    finding_to_json,
    ok,
    report_text,
    summary,
    warning,
)
from core.storage.folders import log_dir

FINE = ok("Python", "3.11.7")
SLOW = warning("Drawing", "The processor draws.", "Nothing is wrong.")
LACKING = bad(
    "System libraries", "libEGL.so.1 is not on this computer.", "Install it:\n    sudo apt-get install libegl1"
)


def found(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> list[Path | None]:
    """Have the examination find just that; whose projects were asked about."""
    asked: list[Path | None] = []

    def examine(project: Path | None = None) -> Sequence[Finding]:
        asked.append(project)
        return findings

    monkeypatch.setattr(examination, "examine", examine)
    return asked


def test_a_line_for_each_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = found(monkeypatch, FINE, SLOW, LACKING)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("Outsole ") and "\x1b" not in out
    assert "ok       Python            3.11.7" in out
    assert "bad      System libraries" in out
    assert "→ Install it:" in out and "    sudo apt-get install libegl1" in out
    assert out.rstrip().endswith("1 thing is bad and must be mended; 1 more is worth knowing.")
    assert asked == [None]


def test_the_exit_code_is_about_what_cannot_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = found(monkeypatch, FINE, SLOW)
    assert main(["doctor", str(tmp_path / "shoes")]) == 0
    assert main(["doctor", str(tmp_path)]) == 0
    assert asked == [tmp_path / "shoes.outsole", tmp_path]


def test_one_object_for_programs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found(monkeypatch, FINE, LACKING)
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False and told["system"] == system_line()
    assert [finding_from_json(one) for one in told["findings"]] == [FINE, LACKING]


def test_findings_as_values() -> None:
    assert finding_from_json(finding_to_json(SLOW)) == SLOW
    for wrong in ({}, None, {**finding_to_json(SLOW), "level": "odd"}):
        with pytest.raises(ValueError):
            finding_from_json(wrong)


def test_the_summary() -> None:
    assert summary([FINE]) == "Everything is as it should be."
    assert summary([FINE, SLOW]) == "Everything works; 1 thing is worth knowing."
    assert summary([LACKING, LACKING]) == "2 things are bad and must be mended."


def test_colours_and_long_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    text = report_text([warning("Drawing", "word " * 60, "do " * 60)], width=80, coloured=True)
    assert "\x1b[33mwarning" in text
    assert all(len(line) <= 80 + len("\x1b[33m\x1b[0m") for line in text.splitlines())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not may_colour()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(doctor_command.sys, "platform", "linux")
    assert may_colour()


def test_a_window_that_does_not_open_is_explained_by_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "_versions", lambda: [FINE, SLOW])
    monkeypatch.setattr(examination, "look_for_libraries", lambda: FINE)
    monkeypatch.setattr(examination, "_try_qt", lambda: Tried(0, {"version": "6", "platform": "xcb", "screens": [],
                                                                  "fonts": 3, "font": "f"}))  # fmt: skip
    (lacking,) = examination.examine_window(1, "ImportError: libGL.so.1: cannot open shared object file: No such")
    assert lacking.about == "System libraries" and "libgl1" in lacking.remedy
    (odd,) = examination.examine_window(1, "Traceback\nKeyError: 'theme'\n")
    assert "The window ended with code 1: KeyError: 'theme'" in odd.found and str(log_dir()) in odd.remedy
    (silent,) = examination.examine_window(-11, "")
    assert "crashed (SIGSEGV)" in silent.found
    (qt,) = examination.examine_window(-6, 'qt.qpa.plugin: Could not find the Qt platform plugin "odd" in ""')
    assert "platform plugin “odd”" in qt.found
    monkeypatch.setattr(examination, "look_for_libraries", lambda: LACKING)
    assert examination.examine_window(-6, "") == (LACKING,)
    text = explained([LACKING], coloured=False)
    assert text.startswith("outsole: The window could not open.") and "libegl1" in text and "bad and must" not in text


@pytest.mark.parametrize(
    ("code", "took_s", "failed"),
    [(0, 1, False), (1, 1, True), (-6, 1, True), (-6, 90, False), (130, 1, False), (-15, 1, False), (3, 90, False)],
)
def test_which_end_means_that_it_did_not_open(code: int, took_s: float, failed: bool) -> None:
    assert Ended(code, "", took_s).did_not_open is failed
    assert not Ended(code, "", took_s, opened=True).did_not_open


def test_what_a_window_says_is_held_back_until_it_is_known_to_be_open(capsys: pytest.CaptureFixture[str]) -> None:
    words = "import sys; sys.stderr.write('qt.qpa: no\\n'); sys.exit({})"
    ended = run_window([sys.executable, "-c", words.format(4)], {})
    assert (ended.code, ended.said.strip()) == (4, "qt.qpa: no")
    assert capsys.readouterr().err == ""
    ended = run_window([sys.executable, "-c", words.format(0)], {})
    assert ended.code == 0 and "qt.qpa: no" in capsys.readouterr().err


def test_doctor_starts_where_a_library_is_missing() -> None:
    block = (
        "import sys\n"
        "for name in ('numpy', 'sqlalchemy', 'msgspec', 'PySide6', 'shapely'): sys.modules[name] = None\n"
        "from core.cli import main\n"
    )
    import_doctor = "import core.commands.doctor_command, core.doctor.examination, core.doctor.display\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{block}{import_doctor}sys.exit(main(['info', 'shoes']))"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "cannot be loaded" in done.stderr and "outsole doctor" in done.stderr


def test_levels_have_words_of_their_own() -> None:
    assert [str(level) for level in Level] == ["ok", "warning", "bad"]


def test_a_desktop_is_told_by_a_message_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert without_terminal.is_unheard({"DESKTOP_STARTUP_ID": "x"})
    assert not without_terminal.is_unheard({})
    monkeypatch.setattr(without_terminal.sys, "platform", "linux")
    monkeypatch.setattr(without_terminal.shutil, "which", lambda name: f"/bin/{name}" if name == "kdialog" else None)
    command = without_terminal.message_command("It's so.")
    assert command is not None and command[0] == "/bin/kdialog" and command[-1] == "It's so."
    monkeypatch.setattr(without_terminal.shutil, "which", lambda name: None)
    assert without_terminal.message_command("It's so.") is None and not without_terminal.show_message("It's so.")
    monkeypatch.setattr(without_terminal.sys, "platform", "win32")
    command = without_terminal.message_command("It's so.")
    assert command is not None and "It''s so." in command[-1]
    command = without_terminal.message_command("It\u2019s so.")  # a quote to PowerShell as well
    assert command is not None and "It\u2019\u2019s so." in command[-1]
    monkeypatch.setattr(without_terminal.sys, "platform", "darwin")
    command = without_terminal.message_command('Say "so".')
    assert command is not None and 'Say \\"so\\".' in command[-1]


def test_a_check_that_fails_costs_no_other() -> None:
    def fail() -> Finding:
        raise KeyError("renderer")

    (told,) = examination._looked("Drawing", fail)
    assert told.level is Level.WARNING and "KeyError: 'renderer'" in told.found
    assert examination._looked("Python", lambda: [FINE, SLOW]) == (FINE, SLOW)


def test_a_window_goes_on_when_its_terminal_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says must still be taken out of the pipe: a window that finds it full stands still."""

    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(window_child, "OPENING_S", 0.0)
    talk = "import sys\nfor _ in range(9000): sys.stderr.write('a' * 50 + '\\n')\nsys.stderr.write('end\\n')"
    assert run_window([sys.executable, "-c", talk], os.environ).said.endswith("end\n")
