"""Scenes of stages and skate parks."""

from __future__ import annotations

import math

from portal.demo.pictures_houses import row_of_houses
from portal.demo.pictures_land import backdrop, far_town, ground, hills, sky
from portal.demo.pictures_palettes import mix
from portal.demo.pictures_scene import WIDTH, Scene, Spot
from portal.demo.pictures_things import LAMP, crown, leaves_in_front, person, sunny_left, tree


def stage(scene: Scene) -> None:
    """An open-air stage with a curved roof, strings of lights and people."""
    x: float
    sky(scene, 340, 3)
    hills(scene, 340, 60, 0.3, wood=True)
    far_town(scene, 344, 0, WIDTH, 1.1)
    for x in (40, 130, 820, 910, 970):
        tree(scene, x + scene.between(-14, 14), 420, scene.between(240, 320))
    ground(scene, 400, tufts=120)
    scene.fade(
        [(200, 410), (760, 410), (960, 600), (0, 600)],
        mix(scene.palette.path, scene.palette.grass[0], 0.2),
        mix(scene.palette.path, scene.palette.shadow, 0.25),
    )
    arch: list[Spot] = []
    inner: list[Spot] = []
    for step in range(25):
        turn = math.pi * step / 24
        arch.append((480 - math.cos(turn) * 268, 410 - math.sin(turn) * 236))
        inner.append((480 - math.cos(turn) * 238, 410 - math.sin(turn) * 206))
    back = scene.own((120, 78, 62), 0.9)
    scene.fade(inner, mix(back, LAMP, 0.3), mix(back, LAMP, 0.85))
    for rib in range(1, 12):
        share = rib / 12
        x = 242 + 476 * share
        reach = math.sqrt(max(0.0, 1 - ((x - 480) / 238) ** 2)) * 206
        scene.line([(x, 410), (480 + (x - 480) * 0.86, 410 - reach)], mix(back, scene.palette.shadow, 0.25), 1.6)
    scene.poly([*arch, *reversed(inner)], scene.own((214, 172, 118), 1.05))
    for step in range(0, 24, 2):
        scene.line([arch[step], inner[step]], scene.own((166, 122, 80)), 1.4)
    scene.glow(480, 350, 230, (255, 232, 176), 0.75)
    scene.fade([(214, 396), (746, 396), (764, 436), (196, 436)], scene.own((190, 140, 96)), scene.own((120, 84, 62)))
    for x in range(214, 750, 22):
        scene.line([(x, 396), (x - 8 + (x - 480) * 0.04, 436)], scene.own((110, 78, 58)), 0.8)
    kinds = scene.one_of((5, 6, 7))
    for index in range(kinds):
        person(scene, 480 + (index - (kinds - 1) / 2) * 58, 400, scene.between(82, 96), walking=False)
    if scene.palette.lit > 0.25:
        for side in (-1, 1):
            for beam in range(2):
                scene.glow(480 + side * (90 + beam * 80), 240, 60, (255, 236, 190), 0.5)
    for start, end, sag in (
        ((40, 190), (262, 250), 50),
        ((262, 250), (480, 176), 36),
        ((480, 176), (700, 250), 36),
        ((700, 250), (930, 180), 54),
    ):
        _lights(scene, start, end, sag)
    for row in range(4):
        y = 492 + row * 34
        size = 58 + row * 13
        x = -20 + (row % 2) * 30
        while x < WIDTH + 20:
            if abs(x - 480) > 30 - row * 4 and scene.random.random() < 0.84:
                _frombackdrop(scene, x + scene.between(-8, 8), y, size)
            x += size * scene.between(0.8, 1.1)


def _lights(scene: Scene, start: Spot, end: Spot, sag: float) -> None:
    spots = []
    for step in range(13):
        share = step / 12
        spots.append(
            (
                start[0] + (end[0] - start[0]) * share,
                start[1] + (end[1] - start[1]) * share + math.sin(share * math.pi) * sag,
            )
        )
    scene.line(spots, scene.own((70, 66, 76)), 1.2)
    for x, y in spots[1:-1]:
        scene.glow(x, y + 4, 13, LAMP, 0.9)
        scene.disc(x, y + 4, 3.4, 4, (255, 240, 196))


def _frombackdrop(scene: Scene, x: float, y: float, size: float) -> None:
    """Somebody in the audience."""
    coat = mix(
        scene.own(
            scene.one_of(((196, 92, 70), (46, 92, 120), (222, 172, 84), (88, 120, 92), (116, 80, 104), (216, 206, 190)))
        ),
        scene.palette.shadow,
        0.3,
    )
    hair = mix(
        scene.own(scene.one_of(((60, 42, 34), (140, 96, 56), (206, 172, 116), (190, 190, 190)))),
        scene.palette.shadow,
        0.2,
    )
    scene.disc(x, y + size * 0.42, size * 0.36, size * 0.4, coat)
    scene.disc(x, y, size * 0.17, size * 0.2, hair)
    side = -1 if sunny_left(scene) else 1
    scene.disc(x + side * size * 0.06, y - size * 0.05, size * 0.09, size * 0.1, mix(hair, LAMP, 0.3))


def skate(scene: Scene) -> None:
    """A skate park of curved concrete with young people."""
    backdrop(scene, 230)
    for x in (40, 150, 300, 680, 800, 930):
        tree(scene, x + scene.between(-20, 20), 350, scene.between(150, 220))
    row_of_houses(scene, 330, 380, 640, 0.8)
    ground(scene, 344, tufts=60)
    stone = scene.own((206, 200, 192), 1.04)
    scene.fade(
        [(0, 410), (140, 372), (820, 372), (960, 410), (960, 600), (0, 600)],
        mix(stone, scene.palette.sky[2], 0.25),
        mix(stone, scene.palette.shadow, 0.16),
    )
    bowl: list[Spot] = [
        (480 + math.cos(a / 20 * math.pi) * 250, 478 + math.sin(a / 20 * math.pi) * 84) for a in range(41)
    ]
    scene.fade(bowl, mix(stone, scene.palette.shadow, 0.34), mix(stone, scene.palette.sun, 0.25))
    inner: list[Spot] = [
        (480 + math.cos(a / 20 * math.pi) * 168, 494 + math.sin(a / 20 * math.pi) * 44) for a in range(41)
    ]
    scene.fade(inner, mix(stone, scene.palette.shadow, 0.16), mix(stone, scene.palette.sun, 0.15))
    scene.line([*bowl, bowl[0]], scene.own((196, 96, 70)), 3)
    for side in (-1, 1):
        foot = 480 + side * 420
        curve: list[Spot] = []
        for step in range(13):
            share = step / 12
            curve.append((foot - side * (170 * (1 - share)), 430 - 110 * share**2.2))
        shape = [*curve, (foot + side * 80, 320), (foot + side * 80, 436), (foot - side * 170, 436)]
        scene.fade(
            shape,
            mix(stone, scene.palette.sun, 0.2),
            mix(stone, scene.palette.shadow, 0.3 if (side < 0) == sunny_left(scene) else 0.12),
        )
        scene.line([curve[-1], (foot + side * 80, 320)], scene.own((60, 68, 78)), 4)
    rail = scene.own((60, 120, 130))
    scene.line([(150, 520), (150, 492), (300, 492), (300, 520)], rail, 4)
    paint = scene.own(scene.one_of(((222, 96, 70), (48, 124, 130), (236, 180, 72))))
    for index in range(3):
        x = 700 + index * 44
        scene.poly([(x, 545), (x + 26, 545), (x + 14, 575), (x - 16, 575)], mix(paint, stone, index * 0.25))
    skaters = ((300, 430, 88, 0), (566, 506, 96, 0), (800, 388, 86, 30), (430, 560, 120, 0))
    scene.shade([[(x - 20, y + 3), (x + 20, y), (x + 60, y + 14), (x + 20, y + 16)] for x, y, _, _ in skaters], 0.45)
    for x, y, h, up in skaters:
        px, py = x + scene.between(-14, 14), y - up
        scene.line([(px - h * 0.24, py - 1), (px + h * 0.24, py - 1)], scene.own((74, 60, 62)), 4)
        for wheel in (-0.16, 0.16):
            scene.disc(px + h * wheel, py + 3, 3, 3, scene.own((238, 230, 214)))
        person(scene, px, py - 3, h)
    person(scene, 152, 470, 84, walking=False)
    person(scene, 720, 470, 86, walking=False)
    leaves_in_front(scene, left=not sunny_left(scene))
    crown(scene, 40, 610, 120, 46, scene.one_of(scene.palette.leaves), 40)
    crown(scene, 930, 612, 130, 48, scene.one_of(scene.palette.leaves), 40)
