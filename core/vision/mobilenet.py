"""The MobileNetV2 encoder: five feature maps of a photo, at half to one thirty-second of its size."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Channels of the five feature maps, at strides 2, 4, 8, 16 and 32 (Sandler et al., "MobileNetV2", table 2, width 1).
MOBILENET_CHANNELS = (16, 24, 32, 96, 320)
# (expansion, channels, repeats, first stride) of each row of that table.
_ROWS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
# The blocks whose outputs are handed on: the last one before each halving.
_TAPS = (1, 3, 6, 13, 17)


class MobileNetV2Encoder(nn.Module):
    """Features of an image. Named as the usual ImageNet weights are (`features.N.conv…`), so that those load.

    Takes (B, 3, H, W) float, ImageNet-normalised RGB, H and W multiples of 32; gives five maps (B, C, H/s, W/s),
    C and s as in MOBILENET_CHANNELS.
    """

    channels = MOBILENET_CHANNELS

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = [_conv(3, 32, kernel=3, stride=2)]
        entering = 32
        for expansion, channels, repeats, first_stride in _ROWS:
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                blocks.append(_InvertedResidual(entering, channels, stride=stride, expansion=expansion))
                entering = channels
        self.features = nn.Sequential(*blocks)

    def forward(self, image: Tensor) -> list[Tensor]:
        """The five maps, largest first."""
        maps = []
        value = image
        for index, block in enumerate(self.features):
            value = block(value)
            if index in _TAPS:
                maps.append(value)
        return maps

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the weights of an ImageNet classifier; its last convolution and its classes are left out."""
        wanted = self.state_dict()
        missing = [name for name in wanted if name not in state]
        if missing:
            raise ValueError(f"These are no MobileNetV2 weights: {missing[0]} is missing.")
        self.load_state_dict({name: state[name] for name in wanted})


class _InvertedResidual(nn.Module):
    def __init__(self, entering: int, channels: int, *, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = entering * expansion
        layers: list[nn.Module] = [] if expansion == 1 else [_conv(entering, hidden, kernel=1)]
        layers += [
            _conv(hidden, hidden, kernel=3, stride=stride, groups=hidden),
            nn.Conv2d(hidden, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        ]
        self.conv = nn.Sequential(*layers)
        self._adds = stride == 1 and entering == channels

    def forward(self, value: Tensor) -> Tensor:
        out: Tensor = self.conv(value)
        return value + out if self._adds else out


def _conv(entering: int, channels: int, *, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(entering, channels, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU6(inplace=True),
    )


def imagenet_normalised(pixels: Tensor) -> Tensor:
    """(B, 3, H, W) uint8 RGB → float with ImageNet's mean and deviation taken out."""
    mean = torch.tensor((0.485, 0.456, 0.406), device=pixels.device).view(1, 3, 1, 1)
    deviation = torch.tensor((0.229, 0.224, 0.225), device=pixels.device).view(1, 3, 1, 1)
    return (pixels.float() / 255.0 - mean) / deviation
