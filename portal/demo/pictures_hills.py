"""Scenes on hills and among roofs."""

from __future__ import annotations

import math

from portal.demo.pictures_houses import house
from portal.demo.pictures_land import far_town, flowers, ground, ground_tufts, hills, path, sky, water
from portal.demo.pictures_palettes import PAINTS, mix
from portal.demo.pictures_scene import Scene, Spot
from portal.demo.pictures_things import (
    LAMP,
    bench,
    bush,
    conifer,
    grass_in_front,
    lamp,
    leaves_in_front,
    person,
    sunny_left,
    tree,
    wood_line,
)


def hillpath(scene: Scene) -> None:
    """A winding path with a handrail up a hill to a pavilion."""
    x: float
    y: float
    sky(scene, 380)
    hills(scene, 380, 60, 0.0)
    water(scene, 386, 560, 0.4)
    far_town(scene, 392, 0, 330, 1.1)
    scene.haze(260, 390, 470, 0.5)
    light, dark = scene.palette.grass
    hill: list[Spot] = [(0, 520)]
    for step in range(31):
        x = step * 32.0
        hill.append((x, 500 - 318 * math.exp(-(((x - 640) / 290) ** 2)) + scene.between(-2, 2)))
    hill += [(960, 600), (0, 600)]
    scene.fade(hill, mix(light, scene.palette.sun, 0.12), dark)
    ground_tufts(scene, 470, 160)
    for x, y, h in (
        (420, 392, 110),
        (470, 340, 96),
        (800, 330, 120),
        (850, 380, 140),
        (900, 440, 170),
        (360, 440, 130),
        (560, 260, 70),
    ):
        if scene.random.random() < 0.75:
            tree(scene, x + scene.between(-12, 12), y + 6, h)
        else:
            conifer(scene, x, y + 6, h * 1.2)
    _pavilion(scene, 646, 188)
    bends: list[Spot] = [(640, 190), (700, 224), (560, 268), (760, 330), (470, 410), (740, 480), (380, 610)]
    way: list[Spot] = []
    for index in range(len(bends) - 1):
        (x0, y0), (x1, y1) = bends[index], bends[index + 1]
        for step in range(12):
            share = step / 12
            ease = (1 - math.cos(share * math.pi)) / 2
            way.append((x0 + (x1 - x0) * ease, y0 + (y1 - y0) * share))
    tone = scene.palette.path
    for index in range(len(way) - 1):
        near = index / len(way)
        w = 9 + 66 * near**1.7
        (x0, y0), (x1, y1) = way[index], way[index + 1]
        scene.poly(
            [(x0 - w, y0), (x0 + w, y0), (x1 + w * 1.06, y1 + 1.5), (x1 - w * 1.06, y1 + 1.5)],
            mix(mix(tone, scene.palette.sky[2], 0.25), mix(tone, scene.palette.shadow, 0.12), near),
        )
    iron = scene.own((66, 74, 80))
    for index in range(2, len(way) - 2, 3):
        near = index / len(way)
        x, y = way[index]
        w, tall = 9 + 66 * near**1.7, 9 + 44 * near
        scene.line([(x + w, y), (x + w, y - tall)], iron, 0.9 + 2 * near)
    rail = [
        (x + 9 + 66 * (i / len(way)) ** 1.7, y - 9 - 44 * (i / len(way))) for i, (x, y) in enumerate(way) if i % 3 == 2
    ]
    scene.line(rail, iron, 2.0)
    for x, y, h in ((664, 230, 24), (620, 340, 42), (566, 392, 56), (660, 470, 84)):
        person(scene, x, y, h)
    if scene.palette.lit > 0.25:
        for index in (14, 28, 42, 56):
            x, y = way[min(index, len(way) - 1)]
            lamp(scene, x - 12 - 66 * (index / len(way)) ** 1.7, y, 30 + 90 * index / len(way))
    bench(scene, 800, 540, 110)
    tree(scene, 90, 590, scene.between(330, 390))
    flowers(scene, 500, 600, 120)
    grass_in_front(scene)


def _pavilion(scene: Scene, x: float, y: float) -> None:
    wall = scene.own((240, 230, 210), 1.05)
    scene.rect(x - 34, y - 4, 68, 6, scene.own((190, 184, 174)))
    for column in range(5):
        scene.rect(x - 28 + column * 13, y - 44, 4, 42, wall if column < 3 else mix(wall, scene.palette.shadow, 0.2))
    scene.rect(x - 32, y - 49, 64, 6, wall)
    dome: list[Spot] = [
        (x - math.cos(a / 12 * math.pi) * 30, y - 49 - math.sin(a / 12 * math.pi) * 24) for a in range(13)
    ]
    scene.fade(dome, scene.own((112, 158, 146), 1.1), scene.own((74, 116, 112)))
    scene.line([(x, y - 73), (x, y - 86)], wall, 2)


def observatory(scene: Scene) -> None:
    """An observatory with a white dome on a hill under the stars."""
    sky(scene, 430, 1)
    for _ in range(240):
        share = scene.random.random()
        x, y = 80 + 820 * share + scene.between(-60, 60), 330 - 300 * share + scene.between(-46, 46)
        scene.disc(x, y, 0.7, 0.7, mix(scene.palette.sky[1], (240, 236, 230), scene.between(0.3, 0.8)))
    hills(scene, 430, 60, 0.1)
    far_town(scene, 440, 0, 400, 1.2)
    hills(scene, 466, 50, 0.6, wood=True)
    light, dark = scene.palette.grass
    hill = [
        (0.0, 560.0),
        *[(x * 32.0, 530 - 190 * math.exp(-(((x * 32 - 600) / 300) ** 2))) for x in range(31)],
        (960.0, 600.0),
        (0.0, 600.0),
    ]
    scene.fade(hill, light, dark)
    for x, y, h in ((330, 470, 120), (390, 440, 100), (830, 440, 130), (890, 470, 150), (780, 410, 90)):
        conifer(scene, x, y, h) if scene.random.random() < 0.6 else tree(scene, x, y, h)
    scene.fade(
        [(520, 350), (680, 350), (680, 258), (520, 258)], scene.own((236, 226, 206), 1.2), scene.own((190, 176, 160))
    )
    scene.rect(620, 258, 60, 92, scene.own((196, 184, 170), 0.85))
    for x in (536, 574, 640):
        scene.rect(x, 288, 20, 30, LAMP)
        scene.glow(x + 10, 303, 40, LAMP, 0.5)
    scene.rect(594, 306, 26, 46, LAMP)
    scene.rect(508, 250, 184, 10, scene.own((214, 204, 190), 1.1))
    dome: list[Spot] = [
        (600 - math.cos(a / 20 * math.pi) * 84, 252 - math.sin(a / 20 * math.pi) * 88) for a in range(21)
    ]
    scene.fade(dome, scene.own((250, 250, 250), 1.25), scene.own((176, 184, 200)))
    scene.poly([(590, 250), (586, 190), (560, 174), (572, 166), (612, 166), (616, 250)], (30, 34, 60))
    scene.line([(602, 236), (556, 150)], scene.own((214, 190, 130), 1.4), 10)
    scene.line([(560, 158), (552, 142)], scene.own((236, 220, 170), 1.4), 13)
    for step in range(5):
        scene.line([(520 + step * 42, 252), (536 + step * 32, 178)], scene.own((160, 170, 190)), 0.8)
    path(scene, (606, 352), 12, (430, 620), 170)
    scene.glow(606, 360, 80, LAMP, 0.4)
    for x, y, h in ((560, 404, 48), (590, 408, 50), (520, 452, 66), (548, 456, 60)):
        person(scene, x, y, h)
    tree(scene, 80, 600, 330)
    grass_in_front(scene, flowers=False)
    leaves_in_front(scene, left=False)


def solar(scene: Scene) -> None:
    """Houses with solar panels on their roofs in front of green hills."""
    sky(scene, 290)
    hills(scene, 290, 120, 0.05)
    hills(scene, 320, 80, 0.5, wood=True)
    scene.haze(160, 300, 390, 0.45)
    ground(scene, 330, tufts=160)
    wood_line(scene, 356, 8, 90, 150)
    side = 96 if not sunny_left(scene) else -96
    for x, y, w, h in ((60, 410, 96, 96), (330, 402, 92, 90), (620, 404, 96, 92), (860, 412, 92, 96)):
        house(scene, x, y, w, h, scene.one_of(PAINTS), panels=True, side=side * 0.8)
    scene.shade(
        [[(160, 500), (420, 490), (500, 516), (230, 524)], [(560, 506), (820, 498), (900, 522), (640, 530)]], 0.35
    )
    for x in (30, 300, 560, 800):
        bush(scene, x + scene.between(-10, 10), 430, 70)
    house(scene, 180, 506, 150, 140, scene.one_of(PAINTS), panels=True, side=side * 1.4)
    house(scene, 600, 512, 156, 144, scene.one_of(PAINTS), panels=True, side=side * 1.4)
    tree(scene, 500, 500, 170)
    path(scene, (480, 480), 26, (470, 620), 220)
    tree(scene, 930, 540, scene.between(250, 300))
    person(scene, 440, 540, 94)
    person(scene, 500, 552, 66)
    flowers(scene, 510, 600, 160)
    grass_in_front(scene)
