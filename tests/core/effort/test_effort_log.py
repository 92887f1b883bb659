"""The log on the disk: kept over restarts, put aside when damaged, forgotten when asked; never in the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.document.store import Store
from core.effort.effort_log import EffortLog, clear_all, joined, known_project_id, project_id, read_effort
from core.effort.meter import Spent
from core.effort.record import EffortRecord, Part, Way
from core.storage.database import create_project, open_project


def record(instance: str = "i", seconds: float = 2.0, part: Part = Part.OUTLINE) -> EffortRecord:
    return EffortRecord("2026-01-02T03:04:05+00:00", "p", instance, part, Way.HAND, Spent(seconds, 3.0))


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    EffortLog("abc", tmp_path).append([record(), record("k")])
    EffortLog("abc", tmp_path).append([record("m")])
    read = EffortLog("abc", tmp_path).read()
    assert [one.instance_id for one in read.records] == ["i", "k", "m"]
    assert not read.problem
    assert EffortLog("other", tmp_path).read().records == ()


HUGE = b'{"at":"a","photo":"p","instance":"","part":"other","way":"","seconds":1%s,"gestures":1}\n' % (b"0" * 400)
DEEP = b"[" * 100_000 + b"\n"


@pytest.mark.parametrize("damage", [b"\x00\xff\x00garbage\n", b'{"at": 3}\n', b"[]\n", b'"x"\n', b"{}\n", HUGE, DEEP])
def test_a_damaged_file_is_put_aside_and_the_rest_goes_on(tmp_path: Path, damage: bytes) -> None:
    log = EffortLog("abc", tmp_path)
    log.append([record()])
    log.file.write_bytes(log.file.read_bytes() + damage)
    log.append([record("k")])
    read = log.read()
    assert [one.instance_id for one in read.records] == ["i", "k"]
    (aside,) = tmp_path.glob("abc.damaged-*")
    assert damage in aside.read_bytes()
    assert str(aside) in read.problem
    assert "1 line" in read.problem
    again = log.read()
    assert again.records == read.records
    assert not again.problem


def test_nothing_but_damage_begins_anew(tmp_path: Path) -> None:
    log = EffortLog("abc", tmp_path)
    log.file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\n")
    assert "a new one was begun" in log.read().problem
    log.append([record()])
    assert len(log.read().records) == 1


def test_a_line_torn_by_a_killed_program_is_no_damage(tmp_path: Path) -> None:
    log = EffortLog("abc", tmp_path)
    log.append([record(), record("k")])
    log.file.write_bytes(log.file.read_bytes()[:-20])
    assert [one.instance_id for one in log.read().records] == ["i"]
    log.append([record("m")])
    read = log.read()
    assert [one.instance_id for one in read.records] == ["i", "m"]
    assert not read.problem


def test_a_log_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    log = EffortLog("abc", tmp_path)
    log.file.mkdir()
    assert "cannot be read" in log.read().problem


def test_times_are_forgotten_when_asked(tmp_path: Path) -> None:
    for name in ("abc", "def"):
        EffortLog(name, tmp_path).append([record()])
    (tmp_path / "abc.damaged-1").write_bytes(b"x")
    (tmp_path / "mine.txt").write_text("not ours")
    EffortLog("abc", tmp_path).clear()
    assert clear_all(tmp_path) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    assert clear_all(tmp_path / "nowhere") == 0


def test_neighbours_become_one_line() -> None:
    lines = joined([record(), record(), record("k"), record(), record(part=Part.POSE)])
    assert [one.spent.seconds for one in lines] == [4.0, 2.0, 2.0, 2.0]


def test_the_project_carries_a_name_and_no_times(tmp_path: Path) -> None:
    store: Store = create_project(tmp_path / "p.outsole")
    assert known_project_id(store) == ""
    assert read_effort(store, tmp_path).records == ()
    name = project_id(store)
    EffortLog(name, tmp_path).append([record(seconds=77.125)])
    assert len(read_effort(store, tmp_path).records) == 1
    store.close()
    assert b"77.125" not in (tmp_path / "p.outsole").read_bytes()
    store = open_project(tmp_path / "p.outsole")
    assert project_id(store) == name
    store.set_setting("project_id", "../../elsewhere")
    assert known_project_id(store) == ""
    store.close()


def test_each_line_is_json(tmp_path: Path) -> None:
    log = EffortLog("abc", tmp_path)
    log.append([record()])
    head, line = log.file.read_text(encoding="utf-8").splitlines()
    assert json.loads(head) == {"outsole": "effort", "version": 1}
    assert json.loads(line)["instance"] == "i"
