"""The segmenter around a net that sees by colour: views, second looks, boxes, cancel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.render.region_raster import region_mask
from core.vision.segmenter import Segmenter, SegmenterCancelled, SegmenterError
from core.vision.unet import EncoderKind, NetSpec, build_net
from core.vision.weights import read_weights, save_weights

Pixels = NDArray[np.uint8]


class RedIsSneaker(nn.Module):
    """A net that takes red for sneaker, and the middle of all red it sees for the one centre."""

    def forward(self, image: Tensor) -> Tensor:
        red = torch.sigmoid(4 * (image[:, 0] - image[:, 1]) - 6)
        rows = torch.arange(image.shape[2], dtype=torch.float32)[None, :, None].expand(red.shape)
        columns = torch.arange(image.shape[3], dtype=torch.float32)[None, None].expand(red.shape)
        y = (rows * red).sum((1, 2), keepdim=True) / red.sum((1, 2), keepdim=True).clamp(min=1)
        x = (columns * red).sum((1, 2), keepdim=True) / red.sum((1, 2), keepdim=True).clamp(min=1)
        heat = 4 - ((rows - y) ** 2 + (columns - x) ** 2) / 9
        return torch.stack([torch.logit(red, 1e-4), heat, (x - columns) / 32, (y - rows) / 32, red * 3], dim=1)


@pytest.fixture
def segmenter(tmp_path: Path) -> Segmenter:
    file = tmp_path / "red.safetensors"
    save_weights(file, build_net(NetSpec(encoder=EncoderKind.SMALL, widths=(8, 8, 8, 8, 8))), card={})
    made = Segmenter(read_weights(file), device="cpu")
    made._net = RedIsSneaker()  # type: ignore[assignment]
    return made


def photo(*, width: int = 900, height: int = 601) -> tuple[Pixels, NDArray[np.bool_]]:
    rows, columns = np.mgrid[:height, :width]
    mask = ((columns - 300) / 90) ** 2 + ((rows - 220) / 40) ** 2 < 1
    pixels = np.full((height, width, 3), 90, np.uint8)
    pixels[mask] = (230, 20, 20)
    return pixels, mask


def iou(region_of: object, mask: NDArray[np.bool_]) -> float:
    found = region_mask(region_of, mask.shape[1], mask.shape[0])  # type: ignore[arg-type]
    return float((found & mask).sum() / (found | mask).sum())


@pytest.mark.parametrize("refine", [False, True])
def test_the_outline_is_where_the_shoe_is(segmenter: Segmenter, refine: bool) -> None:
    pixels, mask = photo()
    (shoe,) = segmenter.segment(pixels, refine=refine)
    assert iou(shoe.region, mask) > 0.96
    assert shoe.score > 0.9 and shoe.side.value == "left" and shoe.box_px == shoe.region.bounds_px
    assert len(shoe.region.rings[0]) < 80


def test_a_second_look_is_nearer_to_the_truth(segmenter: Segmenter) -> None:
    pixels, mask = photo()
    (first,), (second,) = (
        segmenter.segment(pixels, longest_px=256, refine=False),
        segmenter.segment(pixels, longest_px=256),
    )
    assert iou(second.region, mask) > iou(first.region, mask)


class RedFarAwayIsSneaker(RedIsSneaker):
    """A net that a shape of one colour fools from far only: nothing but red close by is no sneaker to it."""

    def forward(self, image: Tensor) -> Tensor:
        maps = super().forward(image)
        if max(image.shape[2:]) == 256 and (image[:, 0] > image[:, 1] + 1).float().mean() > 0.2:
            maps[:, 0] = -4.0
        return maps


def test_a_shoe_that_is_not_seen_again_from_closer_is_less_sure(segmenter: Segmenter) -> None:
    pixels, mask = photo()
    (sure,) = segmenter.segment(pixels)
    segmenter._net = RedFarAwayIsSneaker()  # type: ignore[assignment]
    (doubted,) = segmenter.segment(pixels)
    assert doubted.score < 0.75 * sure.score
    assert iou(doubted.region, mask) > 0.9


def test_in_a_box_only_what_lies_there(segmenter: Segmenter) -> None:
    pixels, mask = photo()
    (shoe,) = segmenter.segment(pixels, box_px=(200, 170, 400, 270))
    assert iou(shoe.region, mask) > 0.97
    assert segmenter.segment(pixels, box_px=(500, 400, 700, 550)) == ()


def test_a_coarser_tolerance_leaves_fewer_corners(segmenter: Segmenter) -> None:
    (shoe,) = segmenter.segment(photo()[0])
    assert len(shoe.with_tolerance(4.0).region.rings[0]) < len(shoe.with_tolerance(0.5).region.rings[0])


@pytest.mark.parametrize("box", [(0, 0, 2, 2), (2000, 100, 2100, 200), (300, 300, 200, 200)])
def test_a_box_that_holds_nothing_is_refused(segmenter: Segmenter, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(SegmenterError, match="The box"):
        segmenter.segment(photo()[0], box_px=box)


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (40, 2000)])
def test_photos_of_any_size_are_looked_at(segmenter: Segmenter, size: tuple[int, int]) -> None:
    assert segmenter.segment(np.full((*size, 3), 90, np.uint8)) == ()


def test_it_stops_when_asked_to(segmenter: Segmenter) -> None:
    with pytest.raises(SegmenterCancelled):
        segmenter.segment(photo()[0], on_step=lambda fraction: False)


def test_cuda_is_refused_where_there_is_none(segmenter: Segmenter, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(SegmenterError, match="no CUDA device"):
        Segmenter.load(str(tmp_path / "red.safetensors"), device="cuda")
