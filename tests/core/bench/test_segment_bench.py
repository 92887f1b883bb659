"""The bench of the segmenter with a small net of random weights: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.bench.segment_bench import run, square_photo
from core.vision.unet import EncoderKind, NetSpec, build_net
from core.vision.weights import WeightsError, save_weights


@pytest.fixture
def small_net(tmp_path: Path) -> Path:
    spec = NetSpec(encoder=EncoderKind.SMALL, widths=(16, 12, 8, 8, 8))
    file = tmp_path / "small.safetensors"
    save_weights(file, build_net(spec), card={})
    return file


def test_the_bench_prints_one_object(small_net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--net", str(small_net), "--size", "64", "--runs", "2", "--threads", "1", "--no-baseline", "--json"]
    assert run(words) == 0
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert [(line["way"], line["size_px"], line["n"]) for line in lines] == [
        ("net, one look", 64, 2),
        ("net, two looks", 64, 2),
        ("inference core, two looks", 64, 2),
    ]
    assert all(line["wall_ms"] > 0 and line["threads"] == 1 for line in lines)


def test_the_baseline_and_the_table(small_net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--net", str(small_net), "--size", "64", "--runs", "1", "--no-core"]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("GrabCut in a box") and last.endswith("1 outlines")


def test_no_such_net_and_no_such_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WeightsError, match="no weights at"):
        run(["--net", str(tmp_path / "gone.safetensors")])
    with pytest.raises(SystemExit):
        run(["--size", "8"])
    assert "at least 32" in capsys.readouterr().err


def test_the_photo_is_square() -> None:
    from core.bench.segment_bench import PHOTO

    assert square_photo(PHOTO).shape == (1200, 1200, 3)
