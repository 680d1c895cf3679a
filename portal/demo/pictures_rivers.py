"""Scenes by the river."""

from __future__ import annotations

import math

from portal.demo.pictures_houses import house, row_of_houses
from portal.demo.pictures_land import far_town, flowers, hills, path, sky, water
from portal.demo.pictures_palettes import PAINTS, mix
from portal.demo.pictures_scene import HEIGHT, Scene, Spot
from portal.demo.pictures_things import (
    boat,
    bush,
    grass_in_front,
    leaves_in_front,
    person,
    reeds,
    tree,
    willow,
    wood_line,
)


def bridge(scene: Scene) -> None:
    """An arched timber footbridge over a river."""
    sky(scene, 270)
    hills(scene, 270, 90, 0.1)
    far_town(scene, 280, 120, 840, 1.1)
    hills(scene, 304, 46, 0.7, wood=True)
    scene.haze(150, 290, 370, 0.5)
    wood_line(scene, 330, 10, 90, 150)
    house(scene, 120, 352, 90, 84, scene.one_of(PAINTS), side=30)
    house(scene, 770, 350, 96, 88, scene.one_of(PAINTS), side=-30)
    light, dark = scene.palette.grass
    scene.fade([(0, 338), (960, 338), (960, 380), (0, 380)], light, mix(light, dark, 0.4))
    tree(scene, 60, 376, 190)
    tree(scene, 900, 376, 200)
    arch = [(150 + 660 * step / 30, 398 - 104 * math.sin(math.pi * step / 30)) for step in range(31)]
    wood = scene.own((164, 104, 70), 1.05)
    shade = mix(wood, scene.palette.shadow, 0.45)
    lower = [(x, y + 26 + 26 * (1 - math.sin(math.pi * i / 30))) for i, (x, y) in enumerate(arch)]
    scene.poly([*arch, *reversed(lower)], shade)
    scene.line(arch, wood, 12)
    for index in range(0, 31, 2):
        x, y = arch[index]
        scene.line([(x, y), (x, y - 40)], wood, 4)
    scene.line([(x, y - 40) for x, y in arch], mix(wood, scene.palette.sun, 0.25), 6)
    scene.line([(x, y - 22) for x, y in arch], wood, 3)
    for index, h in ((9, 62), (14, 66), (15, 52), (21, 60)):
        x, y = arch[index]
        person(scene, x, y - 4, h)
    scene.line([(x, y - 40) for x, y in arch], mix(wood, scene.palette.sun, 0.25), 5)
    water(scene, 384, HEIGHT, 0.66, 0.9)
    if scene.random.random() < 0.7:
        boat(scene, scene.between(380, 560), 486, 110)
    scene.fade([(0, 396), (130, 386), (210, 420), (150, 470), (70, 530), (0, 560)], light, dark)
    scene.fade([(960, 396), (830, 386), (756, 424), (830, 480), (900, 540), (960, 570)], light, dark)
    reeds(scene, 40, 200, 470, 70, 50)
    reeds(scene, 780, 940, 480, 74, 54)
    willow(scene, 40, 470, 330)
    bush(scene, 900, 430, 90)
    flowers(scene, 400, 520, 40, 0, 110)
    flowers(scene, 400, 520, 40, 850, 960)
    leaves_in_front(scene, left=False)


def river(scene: Scene) -> None:
    """A path beside a calm river with reeds, trees and houses on the far bank."""
    sky(scene, 280)
    hills(scene, 280, 80, 0.15)
    hills(scene, 306, 40, 0.6, wood=True)
    row_of_houses(scene, 342, 280, 860, 0.66)
    scene.haze(160, 300, 370, 0.5)
    light, dark = scene.palette.grass
    scene.fade([(0, 332), (960, 332), (960, 362), (0, 362)], light, mix(light, dark, 0.4))
    for x in (60, 150, 250, 420, 640, 880):
        tree(scene, x + scene.between(-20, 20), 352, scene.between(100, 170))
    water(scene, 360, HEIGHT, 0.68, 0.95)
    if scene.random.random() < 0.75:
        boat(scene, scene.between(420, 620), 430, 84)
    bank: list[Spot] = [(960, 392), (860, 404), (760, 436), (660, 470), (560, 520), (470, 600), (960, 600)]
    scene.fade(bank, light, dark)
    path(scene, (940, 410), 12, (700, 620), 190)
    reeds(scene, 480, 660, 540, 74, 70)
    reeds(scene, 640, 800, 458, 56, 50)
    wood = scene.own((176, 128, 88), 1.05)
    scene.poly([(300, 470), (470, 462), (520, 492), (320, 502)], mix(wood, scene.palette.sun, 0.15))
    scene.poly([(320, 502), (520, 492), (520, 502), (320, 512)], mix(wood, scene.palette.shadow, 0.4))
    for step in range(1, 12):
        share = step / 12
        scene.line(
            [(300 + 170 * share, 470 - 8 * share), (320 + 200 * share, 502 - 10 * share)],
            mix(wood, scene.palette.shadow, 0.3),
            1,
        )
    for x, y in ((312, 504), (410, 500), (508, 496)):
        scene.rect(x, y - 30, 6, 50, mix(wood, scene.palette.shadow, 0.25))
    person(scene, 790, 490, 94)
    person(scene, 834, 486, 62)
    tree(scene, 900, 506, scene.between(280, 330))
    willow(scene, 60, 470, 300)
    scene.fade([(0, 440), (90, 446), (150, 480), (110, 530), (0, 560)], light, dark)
    reeds(scene, 0, 150, 520, 90, 60)
    flowers(scene, 500, 600, 90, 600, 960)
    grass_in_front(scene)


def mill(scene: Scene) -> None:
    """An old timber mill with a water wheel on the river."""
    sky(scene, 280)
    hills(scene, 280, 90, 0.1)
    hills(scene, 310, 50, 0.6, wood=True)
    scene.haze(160, 300, 380, 0.5)
    wood_line(scene, 348, 9, 110, 180)
    light, dark = scene.palette.grass
    scene.fade([(0, 346), (960, 346), (960, 410), (0, 410)], light, dark)
    house(scene, 210, 408, 190, 150, (166, 58, 46), storeys=2, side=150)
    house(scene, 90, 404, 110, 96, (226, 172, 78), storeys=1)
    tree(scene, 830, 404, 240)
    tree(scene, 40, 404, 210)
    water(scene, 404, HEIGHT, 0.6, 1.0)
    cx, cy, r = 590.0, 392.0, 104.0
    wood, deep = scene.own((138, 94, 64), 1.02), scene.own((82, 58, 46))
    for spoke in range(12):
        turn = spoke * math.pi / 6 + scene.between(-0.02, 0.02)
        scene.line([(cx, cy), (cx + math.cos(turn) * r, cy + math.sin(turn) * r)], deep, 6)
        tip = (cx + math.cos(turn) * (r + 16), cy + math.sin(turn) * (r + 16))
        root = (cx + math.cos(turn) * (r - 16), cy + math.sin(turn) * (r - 16))
        across = (-math.sin(turn) * 4, math.cos(turn) * 4)
        scene.poly(
            [
                (root[0] - across[0], root[1] - across[1]),
                (tip[0] - across[0], tip[1] - across[1]),
                (tip[0] + across[0] * 2, tip[1] + across[1] * 2),
                (root[0] + across[0] * 2, root[1] + across[1] * 2),
            ],
            wood,
        )
    scene.ring(cx, cy, r, wood, 9)
    scene.ring(cx, cy, r * 0.62, wood, 6)
    scene.disc(cx, cy, 15, 15, deep)
    foam = mix(scene.palette.water[0], (255, 255, 255), 0.65)
    for _ in range(60):
        x = scene.between(cx - 30, cx + 190)
        y = scene.between(452, 520)
        scene.disc(
            x, y, scene.between(4, 15), scene.between(1.2, 3), mix(foam, scene.palette.water[1], scene.between(0, 0.6))
        )
    for _ in range(26):
        scene.line(
            [(scene.between(640, 690), scene.between(380, 400)), (scene.between(676, 706), scene.between(446, 470))],
            foam,
            1.6,
        )
    scene.poly([(690, 384), (960, 372), (960, 390), (690, 400)], mix(wood, scene.palette.sun, 0.2))
    scene.poly([(690, 400), (960, 390), (960, 412), (690, 416)], mix(wood, scene.palette.shadow, 0.4))
    scene.fade([(0, 420), (160, 414), (260, 450), (190, 520), (60, 580), (0, 600)], light, dark)
    reeds(scene, 60, 260, 500, 76, 60)
    reeds(scene, 820, 960, 560, 90, 50)
    person(scene, 150, 452, 76)
    flowers(scene, 440, 540, 60, 0, 180)
    leaves_in_front(scene, left=False)
