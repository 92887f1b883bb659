"""The command check names photos that are cut off, whether they were before they were added or have become so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main


def photo(folder: Path, name: str) -> Path:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (60, 90, 3), dtype=np.uint8)).save(folder / name)
    return folder / name


def cut_in_half(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def test_a_cut_off_photo_is_named_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo(tmp_path, "whole.jpg")
    before, after = photo(tmp_path, "before.jpg"), photo(tmp_path, "after.jpg")
    after.write_bytes(after.read_bytes() + b"another")  # no twin of the others
    cut_in_half(before)
    assert main(["new", str(tmp_path / "shoes")]) == 0
    assert main(["add-photos", str(tmp_path / "shoes"), str(tmp_path)]) == 0
    cut_in_half(after)
    capsys.readouterr()
    assert main(["check", str(tmp_path / "shoes"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["photo"]) for one in told["problems"]] == [
        ("unreadable", "after.jpg"),
        ("unreadable", "before.jpg"),
    ]
    for problem in told["problems"]:
        assert str(tmp_path / problem["photo"]) in problem["reason"]
        assert "cut off" in problem["reason"] and "Copy it again from where it came" in problem["reason"]
