"""Timber houses for the pictures: windows, doors, flower boxes, solar roofs and whole street fronts."""

from __future__ import annotations

from portal.demo.pictures_palettes import PAINTS, ROOFS, Colour, mix
from portal.demo.pictures_scene import Scene, Spot
from portal.demo.pictures_things import LAMP, PANE, sunny_left


def window(
    scene: Scene, x: float, y: float, w: float, h: float, wall: float = 1.0, frame: Colour = (246, 240, 226)
) -> None:
    """A framed window of four panes; lamps are on in as many as the hour asks for."""
    scene.rect(x - w * 0.16, y - w * 0.16, w * 1.32, h + w * 0.32, scene.own(frame, wall))
    if scene.random.random() < scene.palette.lit:
        glass = mix(LAMP, (255, 176, 92), scene.between(0, 0.6))
        scene.rect(x, y, w, h, glass)
        scene.rect(x, y + h * 0.55, w, h * 0.45, mix(glass, (214, 120, 70), 0.35))
    else:
        glass = mix(scene.own(PANE, wall * 0.86), scene.palette.sky[1], 0.25)
        scene.rect(x, y, w, h, glass)
        scene.poly(
            [(x, y + h), (x, y + h * 0.4), (x + w * 0.9, y), (x + w, y), (x + w, y + h * 0.15)],
            mix(glass, scene.palette.sky[2], 0.4),
        )
    bar = max(0.8, w * 0.09)
    scene.rect(x + w / 2 - bar / 2, y, bar, h, scene.own(frame, wall * 0.95))
    scene.rect(x, y + h * 0.42, w, bar, scene.own(frame, wall * 0.95))


def house(
    scene: Scene,
    x: float,
    y: float,
    w: float,
    h: float,
    paint: Colour | None = None,
    storeys: int = 2,
    panels: bool = False,
    door: bool = True,
    side: float = 0.0,
) -> None:
    """A timber house with its gable to us, foot at x, y. `side` is the width of its other wall (left if negative)."""
    colour = paint or scene.one_of(PAINTS)
    roof = scene.one_of(ROOFS)
    peak = w * scene.between(0.4, 0.56)
    left_lit = sunny_left(scene)
    front = 1.04 if abs(side) < 1 else (1.08 if (side > 0) == left_lit else 0.86)
    flank = 0.72 if front > 1 else 1.1
    if abs(side) >= 1:
        sx = x + w if side > 0 else x
        far = sx + side
        drop = peak * 0.06
        wall = scene.own(colour, flank)
        scene.poly([(sx, y), (sx, y - h), (far, y - h + drop), (far, y - drop * 0.8)], wall)
        mid = x + w / 2
        eave = -7 if side > 0 else 7
        top = (mid + side, y - h - peak + drop)
        tile = scene.own(roof, flank + 0.1)
        scene.poly([(sx - eave, y - h + 6), (mid, y - h - peak), top, (far - eave * 0.2, y - h + 6 + drop)], tile)
        if panels:
            _panels(scene, (mid, y - h - peak), top, (sx - eave, y - h + 6), (far - eave * 0.2, y - h + 6 + drop))
        steps = max(1, int(abs(side) / 34))
        for storey in range(storeys):
            for step in range(steps):
                px = sx + side * (step + 0.5) / steps - 7
                window(scene, px, y - h + 14 + storey * (h / storeys), 14, h / storeys * 0.42, flank)
    wall = scene.own(colour, front)
    low = scene.own(mix(colour, scene.palette.shadow, 0.16), front)
    scene.fade([(x, y), (x, y - h), (x + w / 2, y - h - peak), (x + w, y - h), (x + w, y)], wall, low)
    board = mix(wall, scene.palette.shadow, 0.1)
    for step in range(1, max(2, int(w / 8))):
        px = x + step * 8
        scene.line([(px, y), (px, y - h - max(0.0, peak * (1 - abs(px - x - w / 2) / (w / 2)) - 3))], board, 0.6)
    trim = scene.own((244, 238, 224), front)
    scene.rect(x, y - h, 3, h, trim)
    scene.rect(x + w - 3, y - h, 3, h, trim)
    scene.rect(x, y - 6, w, 6, scene.own((120, 116, 116), front * 0.9))
    edge = scene.own(roof, 1.0)
    scene.line([(x - 7, y - h + 6), (x + w / 2, y - h - peak), (x + w + 7, y - h + 6)], edge, 6)
    scene.line([(x - 6, y - h + 10), (x + w / 2, y - h - peak + 5), (x + w + 6, y - h + 10)], trim, 1.4)
    # smoke goes up from a chimney on the lit side
    cx = x + w * (0.28 if left_lit else 0.68)
    lift = peak * (1 - abs(cx - x - w / 2) / (w / 2))
    if abs(side) < 1:
        scene.rect(cx - 5, y - h - lift - 20, 10, 22, scene.own((150, 86, 70), 0.95))
        scene.rect(cx - 6.5, y - h - lift - 22, 13, 4, scene.own((96, 84, 84)))
    columns = 2 if w < 78 else 3
    tall = h / storeys
    ww, wh = min(17.0, w / columns * 0.42), tall * 0.46
    middle = columns // 2 if columns == 3 else 0
    for storey in range(storeys):
        for column in range(columns):
            px = x + w * (column + 0.5) / columns
            py = y - h + storey * tall + tall * 0.24
            if door and storey == storeys - 1 and column == middle:
                _door(scene, px, y, ww * 1.25, tall * 0.74, front)
            else:
                window(scene, px - ww / 2, py, ww, wh, front)
                if storey == storeys - 1 or scene.random.random() < 0.25:
                    _flower_box(scene, px, py + wh + 3, ww * 1.3)
    if peak > 26:
        window(scene, x + w / 2 - ww * 0.4, y - h - peak * 0.46, ww * 0.8, ww * 0.95, front)


def _panels(scene: Scene, top_near: Spot, top_far: Spot, low_near: Spot, low_far: Spot) -> None:
    """Solar panels on a roof's slope."""

    def at(u: float, v: float) -> Spot:
        ax, ay = top_near[0] + (top_far[0] - top_near[0]) * u, top_near[1] + (top_far[1] - top_near[1]) * u
        bx, by = low_near[0] + (low_far[0] - low_near[0]) * u, low_near[1] + (low_far[1] - low_near[1]) * u
        return ax + (bx - ax) * v, ay + (by - ay) * v

    columns = max(3, int(abs(top_far[0] - top_near[0]) / 22))
    for row in range(2):
        for column in range(columns):
            u0, u1 = 0.07 + 0.86 * column / columns, 0.07 + 0.86 * (column + 0.92) / columns
            v0, v1 = 0.14 + 0.36 * row, 0.14 + 0.36 * (row + 0.92)
            cell = scene.own((34, 58, 108), 1.05)
            scene.poly([at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)], cell)
            shine = mix(cell, scene.palette.sky[2], 0.42)
            scene.poly([at(u0, v0), at(u0 + (u1 - u0) * 0.7, v0), at(u0, v0 + (v1 - v0) * 0.7)], shine)


def _door(scene: Scene, x: float, y: float, w: float, h: float, wall: float) -> None:
    scene.rect(x - w / 2 - 2.5, y - h - 3, w + 5, h + 3, scene.own((244, 238, 224), wall))
    scene.rect(
        x - w / 2, y - h, w, h, scene.own(scene.one_of(((60, 92, 84), (44, 62, 92), (126, 54, 48), (92, 70, 54))), wall)
    )
    glass = LAMP if scene.palette.lit > 0.25 else mix(scene.own(PANE), scene.palette.sky[2], 0.3)
    scene.rect(x - w * 0.28, y - h * 0.86, w * 0.56, h * 0.3, glass)
    scene.disc(x + w * 0.32, y - h * 0.42, 1.2, 1.2, scene.own((230, 196, 110)))


def _flower_box(scene: Scene, x: float, y: float, w: float) -> None:
    scene.rect(x - w / 2, y, w, 3.4, scene.own((120, 84, 62)))
    for _ in range(7):
        tone = scene.own(scene.one_of(((226, 76, 70), (250, 206, 96), (252, 236, 228), (84, 130, 76), (84, 130, 76))))
        scene.disc(x + scene.between(-0.5, 0.5) * w, y - scene.between(0, 2.4), 2, 1.8, tone)


def row_of_houses(scene: Scene, base: float, left: float, right: float, size: float = 1.0) -> None:
    """A street front of timber houses of different widths and heights."""
    x = left
    last = -1
    while x < right:
        w = scene.between(62, 102) * size
        h = scene.between(84, 140) * size
        pick = int(scene.random.random() * len(PAINTS))
        if pick == last:
            pick = (pick + 1) % len(PAINTS)
        last = pick
        house(scene, x, base, w, h, PAINTS[pick], storeys=2 if h < 112 * size else 3)
        x += w + scene.between(-1, 5)
