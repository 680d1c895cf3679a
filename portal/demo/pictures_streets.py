"""Scenes in streets."""

from __future__ import annotations

from portal.demo.pictures_houses import house, row_of_houses, window
from portal.demo.pictures_land import backdrop, far_town, flowers, ground, hills, paving, sky
from portal.demo.pictures_palettes import PAINTS, mix
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene, Spot
from portal.demo.pictures_things import (
    LAMP,
    PANE,
    bench,
    bush,
    cyclist,
    lamp,
    leaves_in_front,
    person,
    sunny_left,
    tree,
    young_tree,
)


def trees(scene: Scene) -> None:
    """Young and old trees along a street of timber houses, with a bench."""
    backdrop(scene, 250)
    row_of_houses(scene, 392, -20, 1000)
    paving(scene, 392)
    scene.fade([(0, 470), (WIDTH, 470), (WIDTH, 540), (0, 540)], scene.palette.grass[0], scene.palette.grass[1])
    flowers(scene, 476, 536, 70)
    shadows: list[list[Spot]] = []
    spots = [90 + index * 195 + scene.between(-24, 24) for index in range(5)]
    for x in spots:
        shadows.append([(x - 60, 512), (x + 50, 508), (x + 110, 524), (x - 10, 530)])
    scene.shade(shadows, 0.45)
    for index, x in enumerate(spots):
        if index % 2:
            young_tree(scene, x, 512, scene.between(170, 210))
        else:
            tree(scene, x, 514, scene.between(250, 320))
    bench(scene, spots[1] + 50, 530, 96)
    person(scene, spots[2] + 70, 468, 74)
    person(scene, spots[3] - 60, 462, 70)
    scene.fade(
        [(0, 548), (WIDTH, 548), (WIDTH, 600), (0, 600)],
        mix(scene.palette.road, scene.palette.sky[2], 0.12),
        scene.palette.road,
    )
    scene.rect(0, 543, WIDTH, 7, scene.own((206, 200, 190)))


def bikelane(scene: Scene) -> None:
    """A red bike lane with cyclists in front of colourful houses."""
    x: float
    backdrop(scene, 236)
    row_of_houses(scene, 366, -30, 1000, 1.05)
    paving(scene, 366)
    for x in (120, 420, 730):
        tree(scene, x + scene.between(-30, 30), 402, scene.between(170, 220))
    scene.fade([(0, 402), (WIDTH, 396), (WIDTH, 424), (0, 430)], scene.palette.grass[0], scene.palette.grass[1])
    flowers(scene, 404, 426, 60)
    red = scene.own((196, 92, 74))
    scene.fade(
        [(0, 430), (WIDTH, 424), (WIDTH, 540), (0, 552)],
        mix(red, scene.palette.sky[2], 0.22),
        mix(red, scene.palette.shadow, 0.1),
    )
    white = scene.own((248, 240, 226))
    scene.poly([(0, 432), (WIDTH, 426), (WIDTH, 429), (0, 436)], white)
    for index in range(9):
        x = index * 122 - 30 + scene.between(0, 4)
        scene.poly([(x, 489), (x + 62, 488), (x + 58, 494), (x - 5, 495)], white)
    scene.poly([(0, 552), (WIDTH, 540), (WIDTH, 552), (0, 566)], scene.own((214, 208, 198)))
    scene.fade(
        [(0, 566), (WIDTH, 552), (WIDTH, HEIGHT), (0, HEIGHT)],
        scene.palette.road,
        mix(scene.palette.road, scene.palette.shadow, 0.3),
    )
    first, second = scene.between(230, 330), scene.between(600, 720)
    scene.shade(
        [
            [(first - 50, 528), (first + 60, 524), (first + 100, 540), (first - 10, 544)],
            [(second - 30, 466), (second + 40, 463), (second + 66, 472), (second, 475)],
        ],
        0.5,
    )
    cyclist(scene, second, 470, 96, right=False)
    lamp(scene, 500 + scene.between(-40, 40), 432, 190)
    cyclist(scene, first, 536, 156)
    leaves_in_front(scene, left=not sunny_left(scene))


def street(scene: Scene) -> None:
    """A narrow old street that leads away between timber houses."""
    sky(scene, 330, 3)
    far_town(scene, 332, 400, 560, 1.0)
    hills(scene, 352, 40, 0.6)
    paving(scene, 338, mix(scene.palette.path, scene.palette.road, 0.4))
    # houses from far to near on both sides
    for share in (0.0, 0.26, 0.56, 1.0):
        w = 58 + 150 * share
        h = 74 + 170 * share
        y = 348 + 120 * share
        left = 418 - 350 * share
        house(scene, left - w, y, w, h, scene.one_of(PAINTS), storeys=2 if share < 0.9 else 3, side=(16 + 66 * share))
        right = 545 + 360 * share
        house(scene, right, y, w, h, scene.one_of(PAINTS), storeys=2 if share < 0.9 else 3, side=-(16 + 66 * share))
    scene.haze(230, 340, 410, 0.4)
    scene.shade(
        [[(0, 470), (360, 360), (430, 400), (240, 600), (0, 600)]]
        if sunny_left(scene)
        else [[(960, 470), (600, 360), (530, 400), (720, 600), (960, 600)]],
        0.4,
    )
    # a smooth strip through the stones
    strip = mix(scene.palette.path, (255, 250, 236), 0.25)
    scene.fade(
        [(472, 350), (488, 350), (600, 600), (430, 600)],
        mix(strip, scene.palette.sky[2], 0.2),
        mix(strip, scene.palette.shadow, 0.12),
    )
    person(scene, 452, 420, 66)
    person(scene, 530, 452, 84)
    person(scene, 384, 470, 92)
    for x, y in ((250, 486), (726, 480)):
        lamp(scene, x, y, 210)
    for x in (150, 196, 790, 838):
        bush(scene, x, 540 + scene.between(-6, 6), 54)
        scene.poly([(x - 20, 536), (x + 20, 536), (x + 15, 562), (x - 15, 562)], scene.own((174, 96, 70)))
    flowers(scene, 516, 536, 40, 130, 220)
    flowers(scene, 516, 536, 40, 770, 860)


def crossing(scene: Scene) -> None:
    """A raised zebra crossing with lamps and children in front of a school."""
    backdrop(scene, 230)
    left, right, top, foot = 250.0, 760.0, 196.0, 372.0
    brick = scene.own((206, 142, 96), 1.03)
    scene.fade([(left, top), (right, top), (right, foot), (left, foot)], brick, mix(brick, scene.palette.shadow, 0.18))
    for row in range(14):
        scene.line([(left, top + row * 13), (right, top + row * 13)], mix(brick, scene.palette.shadow, 0.1), 0.7)
    scene.poly(
        [(left - 14, top + 4), (left + 40, top - 50), (right - 40, top - 50), (right + 14, top + 4)],
        scene.own((112, 62, 56)),
    )
    mid = (left + right) / 2
    scene.poly([(mid - 66, top - 10), (mid, top - 84), (mid + 66, top - 10)], mix(brick, scene.palette.sun, 0.12))
    scene.disc(mid, top - 36, 16, 16, scene.own((250, 244, 230)))
    scene.line([(mid, top - 36), (mid, top - 47)], scene.own((60, 60, 70)), 2)
    scene.line([(mid, top - 36), (mid + 8, top - 32)], scene.own((60, 60, 70)), 2)
    for storey in range(2):
        for column in range(8):
            x = left + 32 + column * 62
            if storey == 1 and column in {3, 4}:
                continue
            window(scene, x - 15, top + 20 + storey * 82, 32, 46)
    scene.rect(mid - 34, foot - 72, 68, 72, scene.own((244, 238, 224)))
    scene.rect(mid - 29, foot - 67, 58, 67, scene.own((54, 96, 104)))
    scene.rect(mid - 2, foot - 67, 3, 67, scene.own((244, 238, 224)))
    for x in (90, 190, 830, 920):
        tree(scene, x + scene.between(-16, 16), 384, scene.between(170, 230))
    paving(scene, 372)
    scene.fade(
        [(0, 430), (WIDTH, 430), (WIDTH, 570), (0, 570)],
        mix(scene.palette.road, scene.palette.sky[2], 0.15),
        mix(scene.palette.road, scene.palette.shadow, 0.15),
    )
    scene.rect(0, 424, WIDTH, 8, scene.own((218, 212, 202)))
    scene.rect(0, 566, WIDTH, 9, scene.own((218, 212, 202)))
    lift = scene.own((188, 110, 86))
    scene.poly([(300, 432), (660, 432), (760, 566), (200, 566)], lift)
    white = scene.own((250, 246, 236))
    for stripe in range(7):
        a, b = 322 + stripe * 47.5, 322 + stripe * 47.5 + 27
        c, d = 232 + stripe * 73, 232 + stripe * 73 + 42
        scene.poly([(a, 436), (b, 436), (d, 562), (c, 562)], white)
    people = ((420, 470, 74), (470, 480, 70), (520, 474, 92), (576, 500, 82), (440, 520, 96))
    scene.shade(
        [[(x - 10, y), (x + 10, y - 3), (x + h * 0.5, y + 8), (x + h * 0.3, y + 11)] for x, y, h in people], 0.5
    )
    for x, y, h in people:
        person(scene, x + scene.between(-12, 12), y, h)
    for x in (236, 724):
        lamp(scene, x, 432, 190)
    bush(scene, 120, 596, 120)
    bush(scene, 850, 600, 130)


def busstop(scene: Scene) -> None:
    """A bus shelter with a green roof, and a bus on the road."""
    x: float
    backdrop(scene, 240)
    for x in (40, 170, 300, 760, 880):
        h = scene.between(150, 220)
        house(scene, x - 40, 390, scene.between(84, 110), h, scene.one_of(PAINTS), storeys=3)
    ground(scene, 388, tufts=60)
    for x in (250, 420, 700, 930):
        tree(scene, x + scene.between(-20, 20), 412, scene.between(150, 210))
    scene.fade(
        [(0, 424), (WIDTH, 424), (WIDTH, 500), (0, 500)],
        mix(scene.palette.road, scene.palette.sky[2], 0.2),
        scene.palette.road,
    )
    for index in range(7):
        scene.rect(index * 150 + 20, 460, 70, 4, scene.own((248, 242, 230)))
    bus = scene.between(600, 690)
    scene.shade([[(bus - 180, 486), (bus + 180, 486), (bus + 200, 502), (bus - 160, 504)]], 0.55)
    _bus(scene, bus, 486)
    scene.rect(0, 498, WIDTH, 8, scene.own((222, 216, 206)))
    scene.fade(
        [(0, 506), (WIDTH, 506), (WIDTH, HEIGHT), (0, HEIGHT)],
        mix(scene.palette.path, scene.palette.sky[2], 0.2),
        mix(scene.palette.path, scene.palette.shadow, 0.15),
    )
    x, y = scene.between(150, 190), 556.0
    scene.shade([[(x, y), (x + 300, y), (x + 350, y + 20), (x + 60, y + 24)]], 0.45)
    iron = scene.own((58, 66, 74))
    scene.fade(
        [(x + 14, y - 150), (x + 286, y - 150), (x + 286, y - 20), (x + 14, y - 20)],
        mix(scene.palette.sky[2], scene.own((150, 186, 190)), 0.5),
        mix(scene.own((140, 178, 186)), scene.palette.grass[0], 0.35),
    )
    for pole in (8, 100, 194, 286):
        scene.rect(x + pole, y - 156, 6, 156, iron)
    scene.poly(
        [(x + 30, y - 60), (x + 80, y - 150), (x + 98, y - 150), (x + 30, y - 30)],
        mix(scene.palette.sky[2], (255, 255, 255), 0.35),
    )
    bench(scene, x + 116, y - 8, 112)
    person(scene, x + 70, y, 116, walking=False)
    scene.rect(x - 16, y - 168, 328, 14, scene.own((240, 234, 220)))
    for _ in range(80):
        scene.disc(
            x - 8 + scene.between(0, 312),
            y - 170 - scene.between(0, 8),
            7,
            6,
            scene.one_of(scene.one_of(scene.palette.leaves)),
        )
    for _ in range(24):
        scene.disc(
            x - 4 + scene.between(0, 304),
            y - 176 - scene.between(0, 5),
            2.6,
            2.4,
            scene.own(scene.one_of(((250, 214, 100), (236, 120, 140), (252, 246, 236)))),
        )
    scene.rect(x + 330, y - 190, 6, 190, iron)
    scene.disc(x + 333, y - 196, 24, 24, scene.own((40, 96, 122)))
    scene.rect(x + 322, y - 206, 22, 16, scene.own((250, 246, 236)))
    scene.rect(x + 325, y - 203, 16, 7, scene.own((40, 96, 122)))
    person(scene, x + 390, y + 4, 122)


def _bus(scene: Scene, x: float, y: float) -> None:
    paint = scene.own(scene.one_of(((52, 122, 116), (206, 92, 66), (54, 104, 150))), 1.04)
    scene.poly(
        [
            (x - 176, y - 14),
            (x - 176, y - 112),
            (x - 164, y - 124),
            (x + 160, y - 124),
            (x + 176, y - 104),
            (x + 176, y - 14),
        ],
        paint,
    )
    scene.rect(x - 176, y - 44, 352, 30, mix(paint, scene.palette.shadow, 0.2))
    scene.rect(x - 176, y - 50, 352, 6, scene.own((250, 244, 230)))
    glass = LAMP if scene.palette.lit > 0.25 else mix(scene.own(PANE), scene.palette.sky[1], 0.25)
    for pane in range(6):
        left = x - 166 + pane * 55
        scene.rect(left, y - 112, 49, 54, glass)
        if scene.palette.lit <= 0.25:
            scene.poly(
                [(left, y - 66), (left + 34, y - 112), (left + 46, y - 112), (left, y - 58)],
                mix(glass, scene.palette.sky[2], 0.5),
            )
        if scene.random.random() < 0.7:
            scene.disc(left + 24, y - 76, 8, 9, mix(scene.own((90, 70, 62)), glass, 0.25))
            scene.disc(left + 24, y - 58, 13, 9, mix(scene.own((60, 80, 110)), glass, 0.25))
    scene.rect(x - 60, y - 112, 4, 92, scene.own((250, 244, 230)))
    for wheel in (-112, 108):
        scene.disc(x + wheel, y - 14, 23, 23, scene.own((44, 44, 52)))
        scene.disc(x + wheel, y - 14, 11, 11, scene.own((176, 176, 180)))
