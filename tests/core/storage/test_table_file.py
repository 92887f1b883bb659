"""A table is kept also where nobody can be kept out."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.storage.table_file import change_table, read_table


@pytest.mark.parametrize("trouble", [NotImplementedError("no flock"), OSError("no locks"), TimeoutError("held")])
def test_a_drive_without_locks_keeps_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    change_table(tmp_path / "table.json", lambda table: {"was": table, "theme": "light"})
    assert read_table(tmp_path / "table.json") == {"was": None, "theme": "light"}
