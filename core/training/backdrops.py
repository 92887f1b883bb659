"""Backgrounds painted from nothing: floors, walls, tables and clutter on which cut-outs are laid.

Each painter takes a random generator and a size (width, height) in px, and gives (H, W, 3) float32 RGB of 0..1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from core.training.textures import (
    Floats,
    Random,
    between,
    blob,
    cloud_noise,
    colour,
    filled,
    smooth_noise,
    speckle,
    tinted,
)

Size = tuple[int, int]
Painter = Callable[[Random, Size], Floats]


def seen_from_above(random: Random, size_px: Size) -> Floats:
    """A floor or a table looked down at, turned by any angle."""
    painter = _chosen(random, FROM_ABOVE)
    return _turned(random, painter, size_px)


def seen_from_the_front(random: Random, size_px: Size) -> Floats:
    """A floor that runs away from the viewer, and above it, mostly, a wall; size (width, height) in px."""
    width, height = size_px
    horizon = random.uniform(-0.25, 0.55) * height
    floor = _in_perspective(random, _chosen(random, FLOORS), size_px, horizon)
    if horizon <= 2:
        return floor
    behind = _chosen(random, WALLS)(random, size_px)
    if random.uniform() < 0.5:
        behind = cv2.GaussianBlur(behind, (0, 0), random.uniform(0.8, 6))
    edge = int(horizon)
    picture = floor
    picture[:edge] = behind[:edge]
    if random.uniform() < 0.5:  # a kerb or a skirting board
        depth = max(2, int(random.uniform(0.01, 0.06) * height))
        board = colour(random, saturation=(0, 0.3), value=(0.1, 0.9))
        picture[max(0, edge - depth) : edge] = board * random.uniform(0.9, 1.0, (1, width, 1))
    seam = np.exp(-np.abs(np.arange(height) - edge) / random.uniform(1, 8)).astype(np.float32)
    return np.asarray(picture * (1 - random.uniform(0, 0.5) * seam)[:, None, None], dtype=np.float32)


def painted_by(random: Random, painters: Sequence[tuple[Painter, float]], size_px: Size) -> Floats:
    """What one of some painters makes, each chosen as often as its weight says."""
    return _chosen(random, painters)(random, size_px)


def tiles(random: Random, size_px: Size) -> Floats:
    """Square or oblong tiles with joints; plain, in two tones, or each a little different."""
    width, height = size_px
    tile = random.uniform(0.08, 0.6) * max(size_px)
    across, along = tile, tile * random.choice([1.0, 1.0, 2.0, 0.5])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    row = np.floor(y / along)
    x = x + (row % 2) * across * random.choice([0.0, 0.0, 0.5])
    column = np.floor(x / across)
    tone = _cell_tones(random, row, column)
    base = colour(random, saturation=(0, 0.35), value=(0.25, 0.95))
    picture = tinted(tone, base, contrast=random.choice([0.02, 0.06, 0.2]))
    if random.uniform() < 0.25:
        picture = between(picture, colour(random, value=(0.1, 1)), ((row + column) % 2).astype(np.float32))
    picture *= 1 + random.uniform(0.02, 0.12) * cloud_noise(random, size_px, tile / 3)[..., None]
    joint_px = random.uniform(0.004, 0.03) * tile + 0.7
    gap = np.minimum(np.minimum(x % across, across - x % across), np.minimum(y % along, along - y % along))
    joint = colour(random, saturation=(0, 0.2), value=(0.1, 0.9))
    return between(picture, joint, random.uniform(0.3, 1) * np.clip(joint_px - gap, 0, 1))


def planks(random: Random, size_px: Size) -> Floats:
    """Boards of wood along x."""
    width, height = size_px
    board = random.uniform(0.06, 0.3) * height
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    row = np.floor(y / board)
    length = board * random.uniform(4, 12)
    column = np.floor((x + row * 0.37 * length) / length)
    tone = _cell_tones(random, row, column)
    rings = np.sin(
        (y % board) / board * random.uniform(8, 30)
        + 4 * smooth_noise(random, size_px, board / 2, stretch=12)
        + 9 * tone
    )
    fibres = smooth_noise(random, size_px, 1.5, stretch=random.uniform(12, 40))
    light = np.array([0.78, 0.58, 0.38], dtype=np.float32) * random.uniform(0.45, 1.2)
    if random.uniform() < 0.3:
        light = colour(random, saturation=(0, 0.4), value=(0.25, 0.95))
    dark = light * np.array([0.62, 0.5, 0.4], dtype=np.float32)
    picture = between(light, dark, 0.4 + 0.25 * rings * random.uniform(0.2, 1) + 0.15 * fibres + 0.3 * tone)
    gap = np.minimum(y % board, board - y % board)
    return np.asarray(picture * (1 - random.uniform(0.2, 0.8) * np.clip(1.4 - gap, 0, 1))[..., None], dtype=np.float32)


def asphalt(random: Random, size_px: Size) -> Floats:
    """Concrete, asphalt or plaster: grey, coarse-grained, with clouds, sometimes a crack or a painted line."""
    base = colour(random, saturation=(0, 0.18), value=(0.15, 0.85))
    clouds = cloud_noise(random, size_px, random.uniform(0.1, 0.6) * max(size_px))
    grain = cv2.GaussianBlur(speckle(random, size_px), (0, 0), random.uniform(0.4, 1.4))
    picture = tinted(0.7 * clouds, base, contrast=random.uniform(0.05, 0.3))
    picture += random.uniform(0.02, 0.16) * grain[..., None]
    if random.uniform() < 0.4:
        start = random.uniform(0, 1, 2) * size_px
        steps = random.normal(0, 0.03, (40, 2)).cumsum(axis=0) * max(size_px)
        drift = np.linspace(0, 1, 40)[:, None] * random.uniform(-1, 1, 2) * size_px
        crack = np.zeros(picture.shape[:2], dtype=np.uint8)
        cv2.polylines(crack, [np.round(start + steps + drift).astype(np.int32)], False, 255, 1, cv2.LINE_AA)
        picture *= 1 - random.uniform(0.2, 0.7) * (crack.astype(np.float32) / 255)[..., None]
    if random.uniform() < 0.2:
        painted = _band(random, size_px) * (0.8 + 0.3 * np.clip(clouds, -1, 1))
        picture = between(picture, colour(random, saturation=(0, 0.8), value=(0.7, 1)), painted)
    return np.asarray(picture, dtype=np.float32)


def cobbles(random: Random, size_px: Size) -> Floats:
    """Rounded stones in rows, or in the disorder of a Voronoi pattern."""
    width, height = size_px
    stone = random.uniform(0.03, 0.14) * max(size_px)
    cell = max(4, int(stone))
    rows, columns = height // cell + 3, width // cell + 3
    jitter = random.uniform(0.05, 0.45)
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).astype(np.float32)
    grid[..., 0] += 0.5 * (np.arange(rows)[:, None] % 2)
    centres = (grid - 0.5 + random.uniform(-jitter, jitter, grid.shape)) * cell
    seeds = np.full((height, width), 255, dtype=np.uint8)
    points = np.round(centres.reshape(-1, 2)).astype(int)
    inside = (points >= 0).all(axis=1) & (points < (width, height)).all(axis=1)
    points = points[inside]
    seeds[points[:, 1], points[:, 0]] = 0
    distance, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    tones = random.uniform(-1, 1, int(labels.max()) + 1).astype(np.float32)[labels]
    base = colour(random, saturation=(0, 0.3), value=(0.25, 0.8))
    picture = tinted(tones, base, contrast=random.uniform(0.05, 0.35))
    dome = np.clip(1 - (distance / (0.62 * cell)) ** 2, 0, 1)
    picture *= (1 - random.uniform(0.3, 0.8) * (1 - dome))[..., None]
    picture *= 1 + random.uniform(0.03, 0.12) * speckle(random, size_px)[..., None]
    return np.asarray(picture, dtype=np.float32)


def plain(random: Random, size_px: Size) -> Floats:
    """One colour, a little lighter here and there."""
    base = colour(random, saturation=(0, 0.9), value=(0.1, 1))
    return tinted(smooth_noise(random, size_px, max(size_px)), base, contrast=random.uniform(0, 0.25))


def gradient(random: Random, size_px: Size) -> Floats:
    """From one colour to another, along a line or round a point."""
    width, height = size_px
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = random.uniform(0, 2 * np.pi)
    share = ((x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)) / 1.2 + 0.5
    if random.uniform() < 0.4:
        share = np.hypot(x / width - random.uniform(), y / height - random.uniform())
    return between(colour(random), colour(random), share)


def cloth(random: Random, size_px: Size) -> Floats:
    """Carpet or cloth: folds, a weave, sometimes stripes or checks."""
    width, height = size_px
    base = colour(random, saturation=(0, 0.9), value=(0.15, 0.95))
    folds = smooth_noise(random, size_px, random.uniform(0.1, 0.5) * max(size_px), stretch=random.uniform(1, 4))
    picture = tinted(folds, base, contrast=random.uniform(0.05, 0.35))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = random.uniform(2.5, 6)
    weave = np.sin(2 * np.pi * x / pitch) * np.sin(2 * np.pi * y / pitch)
    picture *= (1 + random.uniform(0, 0.15) * weave + random.uniform(0, 0.1) * speckle(random, size_px))[..., None]
    if random.uniform() < 0.5:
        step = random.uniform(0.02, 0.2) * max(size_px)
        stripes = (np.sin(2 * np.pi * x / step) > random.uniform(-0.5, 0.9)).astype(np.float32)
        if random.uniform() < 0.5:
            stripes = np.maximum(stripes, (np.sin(2 * np.pi * y / step) > 0.3).astype(np.float32)) * 0.7
        picture = between(picture, tinted(folds, colour(random), contrast=0.2), stripes)
    return picture


def table(random: Random, size_px: Size) -> Floats:
    """A table top of one colour whose edges may show, the room around it, and things lying at its rim."""
    room = painted_by(random, ((clutter, 1), (tiles, 1), (plain, 1), (asphalt, 1)), size_px)
    top = plain(random, size_px)
    if random.uniform() < 0.3:
        top = planks(random, size_px)
    reach = random.uniform(0.8, 1.7)
    angle = random.normal(0, 0.25) + random.choice([0, np.pi / 2])
    corners = np.array([[-1, -0.75], [1, -0.75], [1, 0.75], [-1, 0.75]]) * reach * random.uniform(0.8, 1.15, (4, 1))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if random.uniform() < 0.15:
        around = np.linspace(0, 2 * np.pi, 60)
        corners = np.stack([np.cos(around), np.sin(around)], axis=1) * reach
    middle = random.uniform(0.3, 0.7, 2) * size_px
    points = corners @ turn.T * max(size_px) * 0.5 + middle
    mask = filled(size_px, points)
    shade = cv2.GaussianBlur(mask, (0, 0), random.uniform(2, 14))
    room *= (1 - random.uniform(0.2, 0.7) * shade)[..., None]
    return between(room, top, mask)


def clutter(random: Random, size_px: Size) -> Floats:
    """A collage of rectangles, blobs, lines and lettering over one another."""
    longest = max(size_px)
    picture = np.clip(gradient(random, size_px) * 255, 0, 255).astype(np.uint8)
    for _ in range(int(random.integers(8, 45))):
        ink = tuple(float(one) for one in colour(random) * 255)
        scale = longest * random.uniform(0.02, 0.3)
        at = random.uniform(-0.1, 1.1, 2) * size_px
        kind = random.uniform()
        if kind < 0.45:
            box = cv2.boxPoints((tuple(at), (scale, scale * random.uniform(0.15, 1.5)), random.uniform(0, 180)))
            cv2.fillPoly(picture, [np.round(box * 16).astype(np.int32)], ink, cv2.LINE_AA, 4)
        elif kind < 0.65:
            shape = np.round((blob(random) * scale / 2 + at) * 16).astype(np.int32)
            cv2.fillPoly(picture, [shape], ink, cv2.LINE_AA, 4)
        elif kind < 0.9:
            points = at + random.normal(0, 0.6, (int(random.integers(2, 7)), 2)).cumsum(axis=0) * scale
            thick = int(random.integers(1, max(2, int(scale / 12) + 2)))
            cv2.polylines(picture, [np.round(points).astype(np.int32)], False, ink, thick, cv2.LINE_AA)
        else:
            letters = "".join(chr(int(code)) for code in random.integers(48, 91, 6))
            place = (int(at[0]), int(at[1]))
            cv2.putText(picture, letters, place, cv2.FONT_HERSHEY_SIMPLEX, scale / 70, ink, 2, cv2.LINE_AA)
    shade = 1 + random.uniform(0, 0.2) * cloud_noise(random, size_px, 0.3 * longest)
    return np.asarray(picture.astype(np.float32) * (shade / 255)[..., None])


def bricks(random: Random, size_px: Size) -> Floats:
    """A wall of bricks."""
    width, height = size_px
    brick = random.uniform(0.03, 0.12) * height
    long = brick * random.uniform(2, 3.4)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    row = np.floor(y / brick)
    x = x + (row % 2) * long / 2
    column = np.floor(x / long)
    base = np.array([0.62, 0.32, 0.24], dtype=np.float32) * random.uniform(0.5, 1.3)
    if random.uniform() < 0.4:
        base = colour(random, saturation=(0, 0.3), value=(0.3, 0.95))
    picture = tinted(_cell_tones(random, row, column), base, contrast=random.uniform(0.05, 0.3))
    gap = np.minimum(np.minimum(x % long, long - x % long), np.minimum(y % brick, brick - y % brick))
    joint = colour(random, saturation=(0, 0.15), value=(0.4, 0.9))
    picture = between(picture, joint, np.clip(0.06 * brick + 0.5 - gap, 0, 1))
    return np.asarray(picture * (1 + 0.08 * speckle(random, size_px))[..., None], dtype=np.float32)


def grass(random: Random, size_px: Size) -> Floats:
    """Grass, gravel or leaves: strokes of many tones."""
    base = np.array([0.3, 0.45, 0.15], dtype=np.float32) * random.uniform(0.5, 1.4)
    if random.uniform() < 0.5:
        base = colour(random, saturation=(0.05, 0.5), value=(0.2, 0.7))
    strokes = smooth_noise(random, size_px, random.uniform(1.2, 4), stretch=random.choice([0.2, 0.4, 1.0]))
    patches = cloud_noise(random, size_px, 0.3 * max(size_px))
    picture = tinted(0.7 * strokes + 0.4 * patches, base, contrast=random.uniform(0.3, 0.8))
    return np.asarray(picture + 0.1 * smooth_noise(random, size_px, 3)[..., None] * colour(random), dtype=np.float32)


FLOORS: tuple[tuple[Painter, float], ...] = (
    (tiles, 1.2), (planks, 0.8), (asphalt, 1.4), (cobbles, 1.0), (plain, 0.3), (cloth, 0.4), (grass, 0.4),
    (bricks, 0.4),
)  # fmt: skip
WALLS: tuple[tuple[Painter, float], ...] = (
    (bricks, 1), (clutter, 1.2), (plain, 0.8), (gradient, 0.7), (asphalt, 1), (planks, 0.5), (grass, 0.6), (tiles, 0.5),
)  # fmt: skip
FROM_ABOVE: tuple[tuple[Painter, float], ...] = (
    (table, 2.2), (tiles, 1.2), (planks, 1), (asphalt, 1), (cobbles, 0.5), (plain, 0.5), (gradient, 0.4),
    (cloth, 1), (clutter, 0.9), (grass, 0.3),
)  # fmt: skip


def _chosen(random: Random, painters: Sequence[tuple[Painter, float]]) -> Painter:
    weights = np.array([weight for _, weight in painters])
    return painters[int(random.choice(len(painters), p=weights / weights.sum()))][0]


def _cell_tones(random: Random, row: Floats, column: Floats) -> Floats:
    """(H, W) of -1..1, one value for each pair of row and column."""
    table_of_tones = random.uniform(-1, 1, 997).astype(np.float32)
    index = (row.astype(np.int64) * 131 + column.astype(np.int64) * 37) % len(table_of_tones)
    return np.asarray(table_of_tones[index])


def _band(random: Random, size_px: Size) -> Floats:
    middle, angle = random.uniform(0.2, 0.8, 2) * size_px, random.uniform(0, 180)
    half = random.uniform(0.02, 0.12) * max(size_px)
    box = cv2.boxPoints((tuple(middle), (4.0 * max(size_px), 2 * half), angle))
    return filled(size_px, box)


def _turned(random: Random, painter: Painter, size_px: Size) -> Floats:
    """What a painter makes, seen after any turn in the plane: painted on a larger square, then cut out."""
    if painter in (table, gradient, clutter) or random.uniform() < 0.3:
        return painter(random, size_px)
    width, height = size_px
    side = int(np.hypot(width, height)) + 2
    picture = painter(random, (side, side))
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), random.uniform(0, 360), 1)
    matrix[:, 2] -= (side - width) / 2, (side - height) / 2
    return np.asarray(cv2.warpAffine(picture, matrix, size_px, flags=cv2.INTER_LINEAR), dtype=np.float32)


def _in_perspective(random: Random, painter: Painter, size_px: Size, horizon_px: float) -> Floats:
    """What a painter makes, as a floor that vanishes at the horizon."""
    width, height = size_px
    far = horizon_px + random.uniform(0.0, 0.05) * height
    drawn = painter(random, (width, height))
    shrink = random.uniform(0.25, 0.8)
    side = random.uniform(-0.2, 0.2) * width
    top = ((1 / shrink - 1) / 2) * width
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    target = np.array([[side, far], [width + side, far], [width + top, height], [-top, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    flags = cv2.INTER_LINEAR
    return np.asarray(
        cv2.warpPerspective(drawn, matrix, size_px, flags=flags, borderMode=cv2.BORDER_REFLECT), dtype=np.float32
    )
