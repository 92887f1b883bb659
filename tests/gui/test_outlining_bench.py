from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from PIL import Image, ImageDraw
from pytestqt.qtbot import QtBot

from core.geometry.region import Region
from core.jobs.inline import InlineCore
from gui.bench import outlining_bench
from gui.bench.outlining_bench import Annotator, PhotoFigures, measure, run, summary
from gui.bench.outlining_plan import TrueEdge, VertexWork, fewest_corners, largest_wrong_piece
from gui.bench.outlining_truth import Goal, TruePhoto, TruthError, error_px, iou, true_photos
from gui.inference import Inference

LEFT, RIGHT = ellipse((110.0, 120.0), (70.0, 38.0)), ellipse((300.0, 130.0), (60.0, 40.0))
GOAL = Goal(1.5, 0.8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A COCO file with a photo of two shoes, one of a single shoe, and one of none."""
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for number, shoes in enumerate(((LEFT, RIGHT), (LEFT,), ())):
        name = f"images/{'pair' if len(shoes) == 2 else 'shoe'}_{number}.png"
        _paint(tmp_path / name, shoes)
        images.append({"id": number, "file_name": name, "width": 400, "height": 260})
        for shoe in shoes:
            flat = shoe.rings[0].points_px.ravel().tolist()
            annotations.append(
                {"id": len(annotations), "image_id": number, "category_id": 1, "iscrowd": 0, "segmentation": [flat]}
            )
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "sneaker"}]}
    (tmp_path / "true.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_the_truth_is_read_by_name_drawn_by_the_seed_and_close_to_what_was_labelled(data: Path) -> None:
    both = true_photos(data / "true.json", data)
    assert [len(photo.sneakers) for photo in both] == [2, 1]
    assert error_px(both[0].sneakers[0], LEFT) < 0.6 and iou(both[0].sneakers[0], LEFT) > 0.97
    (pair,) = true_photos(data / "true.json", data, only=["pair_*"])
    assert pair.file.is_file()
    assert len(true_photos(data / "true.json", data, count=1, seed=3)) == 1
    with pytest.raises(TruthError, match="no photo with a sneaker"):
        true_photos(data / "true.json", data, only=["boot_*"])


def test_the_fewest_corners_reach_the_goal_and_one_less_does_not() -> None:
    drawing = fewest_corners(LEFT, GOAL, noise_px=0.5, seed=1)
    assert drawing is not None and GOAL.reached(drawing.region, LEFT)
    assert 6 <= len(drawing.region.rings[0]) <= 12
    assert drawing.gestures == len(drawing.region.rings[0]) + 1
    loss = VertexWork(drawing.region, TrueEdge(LEFT), hold_px=0.0).cheapest_loss()
    assert loss is not None and not GOAL.reached(loss.applied(drawing.region), LEFT)


def test_the_best_change_is_on_the_vertex_that_is_off() -> None:
    ring = LEFT.rings[0].points_px[::20]
    off = Region.from_points(np.where(np.arange(len(ring))[:, None] == 5, ring + np.array([0.0, 25.0]), ring))
    work = VertexWork(off, TrueEdge(LEFT), hold_px=3.0)
    assert work.error_px == pytest.approx(error_px(off, LEFT), abs=0.3)
    change = work.best()
    assert change is not None and (change.kind, change.index) == ("move", 5)
    assert error_px(change.applied(off), LEFT) == pytest.approx(change.error_px, abs=0.3)
    assert change.error_px < work.error_px / 2


def test_a_wrong_piece_is_found_on_either_side() -> None:
    bump = ellipse((200.0, 120.0), (30.0, 20.0))
    much = largest_wrong_piece(LEFT.union(bump), LEFT)
    assert much is not None and not much.belongs and much.middle_px[0] > 180 and much.radius_px > 10
    assert iou(much.mended, LEFT) > 0.99
    little = largest_wrong_piece(LEFT.difference(ellipse((60.0, 120.0), (30.0, 20.0))), LEFT)
    assert little is not None and little.belongs and little.middle_px[0] < 95


def test_good_proposals_are_segmented_and_taken(qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FakeSneaker(LEFT), FakeSneaker(RIGHT))))
    (one,) = _measured(data, "pair_*")
    assert one.segmented.by_purpose == {"segment": 1, "accept": 1} and one.segmented.reached
    assert one.drawn.reached and one.drawn.by_purpose["outlines closed"] == 2
    assert one.drawn.gestures == sum(one.drawn.by_purpose.values()) and one.ratio == one.drawn.gestures / 2
    whole = summary([one], GOAL, cpu_s=2.0)
    assert whole.ratio == one.ratio and whole.untouched == 1.0 and whole.segmented_reached == 1.0


def test_a_wrong_proposal_goes_with_one_key(qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ellipse((300.0, 60.0), (30.0, 20.0))
    use_net(monkeypatch, FakeNet((FakeSneaker(LEFT), FakeSneaker(wrong))))
    (one,) = _measured(data, "shoe_*")
    assert one.segmented.by_purpose == {"segment": 1, "proposals thrown away": 1, "accept": 1}
    assert one.segmented.reached


def test_a_poor_outline_is_mended_and_a_missed_sneaker_is_boxed_or_drawn(
    qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shifted = LEFT.union(ellipse((110.0, 150.0), (30.0, 18.0)))
    use_net(monkeypatch, FakeNet((FakeSneaker(shifted),)))
    (one,) = _measured(data, "pair_*")
    assert one.segmented.reached and one.segmented.error_px <= GOAL.error_px
    spent = one.segmented.by_purpose
    assert spent.get("vertices", 0) + spent.get("clicks: this, not this", 0) >= 1
    assert spent.get("boxes", 0) + spent.get("corners drawn", 0) >= 1


@pytest.mark.parametrize(("proposed", "code"), [((LEFT,), 0), ((), 1)])
def test_the_command_answers_whether_the_goal_is_met(
    qtbot: QtBot,
    data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    proposed: tuple[Region, ...],
    code: int,
) -> None:
    use_net(monkeypatch, FakeNet(tuple(FakeSneaker(region) for region in proposed)))
    monkeypatch.setattr(outlining_bench, "RATIO_GOAL", 4.0)
    monkeypatch.setattr("gui.app.Inference", lambda: Inference(InlineCore()))
    arguments = ["--coco", str(data / "true.json"), "--only", "shoe_*", "--json"]
    assert run(arguments) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"]["photos"] == 1 and answer["photos"][0]["drawn"]["reached"]


def test_the_command_says_what_is_missing(data: Path, capsys: pytest.CaptureFixture[str], qtbot: QtBot) -> None:
    assert run(["--coco", str(data / "nothing.json")]) == 2
    assert "nothing.json" in capsys.readouterr().err


def _measured(data: Path, only: str) -> list[PhotoFigures]:
    photos: tuple[TruePhoto, ...] = true_photos(data / "true.json", data, only=[only])
    return list(measure(photos, Annotator(GOAL), inference=Inference(InlineCore())))


def _paint(file: Path, shoes: tuple[Region, ...]) -> None:
    file.parent.mkdir(exist_ok=True)
    picture = Image.new("RGB", (400, 260), (200, 190, 180))
    for shoe in shoes:
        ImageDraw.Draw(picture).polygon([tuple(point) for point in shoe.rings[0].points_px.tolist()], fill=(60, 30, 30))
    picture.save(file)
