"""Scenes in streets and squares."""

from __future__ import annotations

import math

from portal.demo.pictures_land import far_town, flowers, ground, hills, sky
from portal.demo.pictures_palettes import PAINTS, Colour, mix
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene, Spot
from portal.demo.pictures_things import (
    LAMP,
    PANE,
    bench,
    bush,
    crown,
    cyclist,
    grass_in_front,
    house,
    lamp,
    leaves_in_front,
    person,
    row_of_houses,
    sunny_left,
    tree,
    window,
    young_tree,
)


def _street_ground(scene: Scene, top: float, stone: Colour | None = None) -> None:
    """Paving from `top` down, with joints that run to the middle."""
    tone = stone or scene.palette.path
    scene.fade([(0, top), (WIDTH, top), (WIDTH, HEIGHT), (0, HEIGHT)], mix(tone, scene.palette.sky[2], 0.3), mix(tone, scene.palette.shadow, 0.2))
    for row in range(11):
        share = ((row + 1) / 11) ** 1.8
        y = top + (HEIGHT - top) * share
        scene.line([(0, y), (WIDTH, y)], mix(tone, scene.palette.shadow, 0.12 + 0.1 * share), 0.7 + share)
        previous = top + (HEIGHT - top) * (row / 11) ** 1.8
        gap = 26 + 70 * share
        x = (row % 2) * gap / 2 - gap
        while x < WIDTH:
            scene.line([(x, previous), (x + (x - WIDTH / 2) * 0.05, y)], mix(tone, scene.palette.shadow, 0.14), 0.8)
            x += gap
    for _ in range(40):
        share = scene.random.random() ** 1.6
        y = top + (HEIGHT - top) * share
        tint = mix(tone, scene.palette.sun, 0.25) if scene.random.random() < 0.5 else mix(tone, scene.palette.shadow, 0.2)
        scene.disc(scene.between(0, WIDTH), y, 10 + 40 * share, 1 + 4 * share, mix(mix(tone, tint, 0.6), scene.palette.path, 0.3))


def _behind(scene: Scene, horizon: float) -> None:
    sky(scene, horizon)
    hills(scene, horizon, 90, 0.1)
    far_town(scene, horizon + 6, 0, WIDTH, 1.2)
    hills(scene, horizon + 34, 60, 0.7, wood=True)
    scene.haze(horizon - 120, horizon + 10, horizon + 90, 0.5)


def trees(scene: Scene) -> None:
    """Young and old trees along a street of timber houses, with a bench."""
    _behind(scene, 250)
    row_of_houses(scene, 392, -20, 1000)
    _street_ground(scene, 392)
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
    scene.fade([(0, 548), (WIDTH, 548), (WIDTH, 600), (0, 600)], mix(scene.palette.road, scene.palette.sky[2], 0.12), scene.palette.road)
    scene.rect(0, 543, WIDTH, 7, scene.own((206, 200, 190)))


def bikelane(scene: Scene) -> None:
    """A red bike lane with cyclists in front of colourful houses."""
    _behind(scene, 236)
    row_of_houses(scene, 366, -30, 1000, 1.05)
    _street_ground(scene, 366)
    for x in (120, 420, 730):
        tree(scene, x + scene.between(-30, 30), 402, scene.between(170, 220))
    scene.fade([(0, 402), (WIDTH, 396), (WIDTH, 424), (0, 430)], scene.palette.grass[0], scene.palette.grass[1])
    flowers(scene, 404, 426, 60)
    red = scene.own((196, 92, 74))
    scene.fade([(0, 430), (WIDTH, 424), (WIDTH, 540), (0, 552)], mix(red, scene.palette.sky[2], 0.22), mix(red, scene.palette.shadow, 0.1))
    white = scene.own((248, 240, 226))
    scene.poly([(0, 432), (WIDTH, 426), (WIDTH, 429), (0, 436)], white)
    for index in range(9):
        x = index * 122 - 30 + scene.between(0, 4)
        scene.poly([(x, 489), (x + 62, 488), (x + 58, 494), (x - 5, 495)], white)
    scene.poly([(0, 552), (WIDTH, 540), (WIDTH, 552), (0, 566)], scene.own((214, 208, 198)))
    scene.fade([(0, 566), (WIDTH, 552), (WIDTH, HEIGHT), (0, HEIGHT)], scene.palette.road, mix(scene.palette.road, scene.palette.shadow, 0.3))
    first, second = scene.between(230, 330), scene.between(600, 720)
    scene.shade([[(first - 50, 528), (first + 60, 524), (first + 100, 540), (first - 10, 544)], [(second - 30, 466), (second + 40, 463), (second + 66, 472), (second, 475)]], 0.5)
    cyclist(scene, second, 470, 96, right=False)
    lamp(scene, 500 + scene.between(-40, 40), 432, 190)
    cyclist(scene, first, 536, 156)
    leaves_in_front(scene, left=not sunny_left(scene))


def street(scene: Scene) -> None:
    """A narrow old street that leads away between timber houses."""
    sky(scene, 330, 3)
    far_town(scene, 332, 400, 560, 1.0)
    hills(scene, 352, 40, 0.6)
    _street_ground(scene, 338, mix(scene.palette.path, scene.palette.road, 0.4))
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
    scene.shade([[(0, 470), (360, 360), (430, 400), (240, 600), (0, 600)]] if sunny_left(scene) else [[(960, 470), (600, 360), (530, 400), (720, 600), (960, 600)]], 0.4)
    # a smooth strip through the stones
    strip = mix(scene.palette.path, (255, 250, 236), 0.25)
    scene.fade([(472, 350), (488, 350), (600, 600), (430, 600)], mix(strip, scene.palette.sky[2], 0.2), mix(strip, scene.palette.shadow, 0.12))
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


def square(scene: Scene) -> None:
    """A market square with stalls, a fountain, trees and houses."""
    _behind(scene, 240)
    row_of_houses(scene, 372, -30, 1000, 1.1)
    _street_ground(scene, 372)
    for x in (70, 900):
        tree(scene, x + scene.between(-20, 20), 420, scene.between(210, 250))
    spots = [170 + index * 168 + scene.between(-10, 10) for index in range(4)]
    scene.shade([[(x - 66, 440), (x + 70, 440), (x + 104, 456), (x - 30, 458)] for x in spots] + [[(400, 540), (590, 536), (650, 556), (440, 566)]], 0.42)
    for index, x in enumerate(spots):
        if index == 1 and scene.random.random() < 0.3:
            continue
        _stall(scene, x, 446)
    for x, y, h in ((250, 462, 76), (352, 470, 80), (620, 466, 78), (716, 474, 84), (806, 470, 80), (306, 500, 92)):
        person(scene, x + scene.between(-14, 14), y, h, scene.random.random() < 0.6)
    _fountain(scene, 490, 540)
    person(scene, 690, 548, 112)
    person(scene, 742, 556, 88)


def _stall(scene: Scene, x: float, y: float) -> None:
    """A stall with a striped roof and boxes of fruit."""
    wood = scene.own((150, 108, 76))
    for side in (-58, 54):
        scene.rect(x + side, y - 92, 4, 92, wood)
    scene.rect(x - 60, y - 40, 120, 40, scene.own((190, 146, 100)))
    scene.rect(x - 60, y - 40, 120, 5, scene.own((222, 186, 136)))
    for box in range(5):
        tone = scene.own(scene.one_of(((214, 70, 54), (242, 182, 62), (112, 150, 70), (236, 132, 60), (150, 80, 120))))
        for _ in range(12):
            scene.disc(x - 50 + box * 24 + scene.between(-8, 10), y - 44 + scene.between(-4, 3), 3.4, 3.2, mix(tone, scene.palette.sun, scene.between(0, 0.3)))
    colour = scene.own(scene.one_of(((206, 76, 62), (46, 106, 124), (224, 164, 64), (92, 132, 92))), 1.05)
    white = scene.own((248, 242, 228), 1.05)
    for stripe in range(8):
        left, right = -70 + stripe * 17.5, -70 + (stripe + 1) * 17.5
        scene.poly([(x + left * 0.86, y - 114), (x + right * 0.86, y - 114), (x + right, y - 82), (x + left, y - 82)], colour if stripe % 2 else white)
        scene.disc(x + (left + right) / 2, y - 82, 8.8, 6, mix(colour if stripe % 2 else white, scene.palette.shadow, 0.12))


def _fountain(scene: Scene, x: float, y: float) -> None:
    stone, dark = scene.own((214, 206, 192), 1.05), scene.own((168, 160, 152))
    scene.disc(x, y, 96, 27, dark)
    scene.disc(x, y - 10, 96, 27, stone)
    scene.disc(x, y - 10, 84, 21, scene.palette.water[1])
    scene.disc(x, y - 11, 70, 15, mix(scene.palette.water[1], scene.palette.water[0], 0.6))
    scene.rect(x - 8, y - 72, 16, 62, stone)
    scene.disc(x, y - 72, 38, 9, dark)
    scene.disc(x, y - 76, 38, 9, mix(scene.palette.water[0], (255, 255, 255), 0.3))
    spray = mix(scene.palette.water[0], (255, 255, 255), 0.7)
    for side in (-1, 1):
        for jet in range(4):
            reach = 14 + jet * 12
            scene.line([(x, y - 104 + jet * 4), (x + side * reach * 0.5, y - 112 + jet * 6), (x + side * reach, y - 76)], spray, 1.6)
            scene.line([(x + side * (32 + jet), y - 74), (x + side * (46 + jet * 5), y - 12)], spray, 1.2)
    scene.line([(x, y - 76), (x, y - 122)], spray, 2.6)


def library(scene: Scene) -> None:
    """A library of timber and glass with lit shelves, on a square with trees."""
    sky(scene, 330)
    hills(scene, 330, 60, 0.3, wood=True)
    left, right, top, foot = 150.0, 830.0, 176.0, 420.0
    wall = scene.own((196, 138, 92), 1.02)
    scene.fade([(left, top), (right, top), (right, foot), (left, foot)], mix(wall, scene.palette.sun, 0.18), mix(wall, scene.palette.shadow, 0.18))
    for x in range(int(left), int(right), 9):
        scene.line([(x, top), (x, foot)], mix(wall, scene.palette.shadow, 0.13), 0.8)
    roof = scene.own((84, 92, 96))
    scene.poly([(left - 34, top), (left + 80, top - 42), (right - 40, top - 42), (right + 34, top)], roof)
    scene.rect(left - 34, top, right - left + 68, 9, scene.own((236, 228, 212)))
    bright = scene.palette.lit > 0.2
    inside = LAMP if bright else mix(scene.own((206, 190, 160)), scene.palette.sky[1], 0.2)
    for bay in range(6):
        x = left + 26 + bay * 107
        if bay == 3:
            continue
        scene.rect(x - 4, top + 26, 98, 190, scene.own((244, 238, 226)))
        scene.fade([(x, top + 30), (x + 90, top + 30), (x + 90, top + 212), (x, top + 212)], inside, mix(inside, (196, 120, 72), 0.45))
        for shelf in range(4):
            y = top + 66 + shelf * 42
            bx = x + 6
            while bx < x + 82:
                w, h = scene.between(3, 7), scene.between(16, 27)
                spine = mix(scene.own(scene.one_of(((172, 62, 52), (54, 92, 124), (220, 172, 86), (86, 120, 92), (236, 224, 200), (112, 74, 98)))), inside, 0.3)
                scene.rect(bx, y - h, w, h, spine)
                bx += w + 0.8
            scene.rect(x, y, 90, 3, mix((120, 84, 58), inside, 0.25))
        scene.rect(x + 44, top + 30, 3, 182, scene.own((244, 238, 226)))
        if not bright:
            scene.poly([(x, top + 120), (x + 60, top + 30), (x + 84, top + 30), (x, top + 160)], mix(inside, scene.palette.sky[2], 0.5))
    door = left + 26 + 3 * 107
    scene.rect(door - 6, top + 70, 102, foot - top - 70, scene.own((244, 238, 226)))
    scene.fade([(door, top + 78), (door + 90, top + 78), (door + 90, foot), (door, foot)], mix(inside, (255, 244, 214), 0.4), mix(inside, (190, 120, 80), 0.3))
    scene.rect(door + 43, top + 78, 4, foot - top - 78, scene.own((244, 238, 226)))
    _open_book(scene, door + 45, top + 46)
    _street_ground(scene, foot)
    if bright:
        for bay in range(6):
            scene.glow(left + 70 + bay * 107, foot + 30, 80, LAMP, 0.34)
    scene.poly([(door - 70, foot + 14), (door + 160, foot + 14), (door + 140, foot), (door - 50, foot)], scene.own((224, 216, 202)))
    scene.shade([[(60, 500), (180, 492), (230, 514), (90, 522)], [(780, 500), (900, 494), (960, 516), (820, 524)]], 0.4)
    tree(scene, 92 + scene.between(-16, 16), 506, scene.between(290, 340))
    tree(scene, 872 + scene.between(-16, 16), 506, scene.between(270, 330))
    bench(scene, 226, 506, 100)
    bench(scene, 640, 512, 100)
    for x, y, h in ((430, 470, 78), (560, 456, 72), (388, 500, 92)):
        person(scene, x + scene.between(-20, 20), y, h)
    bush(scene, 190, 560, 70)
    flowers(scene, 548, 590, 60, 60, 300)
    grass_in_front(scene)


def _open_book(scene: Scene, x: float, y: float) -> None:
    """The library's sign."""
    white = scene.own((250, 244, 230), 1.1)
    scene.poly([(x, y + 12), (x - 24, y + 6), (x - 24, y - 12), (x, y - 5)], white)
    scene.poly([(x, y + 12), (x + 24, y + 6), (x + 24, y - 12), (x, y - 5)], mix(white, scene.palette.shadow, 0.14))


def crossing(scene: Scene) -> None:
    """A raised zebra crossing with lamps and children in front of a school."""
    _behind(scene, 230)
    left, right, top, foot = 250.0, 760.0, 196.0, 372.0
    brick = scene.own((206, 142, 96), 1.03)
    scene.fade([(left, top), (right, top), (right, foot), (left, foot)], brick, mix(brick, scene.palette.shadow, 0.18))
    for row in range(14):
        scene.line([(left, top + row * 13), (right, top + row * 13)], mix(brick, scene.palette.shadow, 0.1), 0.7)
    scene.poly([(left - 14, top + 4), (left + 40, top - 50), (right - 40, top - 50), (right + 14, top + 4)], scene.own((112, 62, 56)))
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
    _street_ground(scene, 372)
    scene.fade([(0, 430), (WIDTH, 430), (WIDTH, 570), (0, 570)], mix(scene.palette.road, scene.palette.sky[2], 0.15), mix(scene.palette.road, scene.palette.shadow, 0.15))
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
    scene.shade([[(x - 10, y), (x + 10, y - 3), (x + h * 0.5, y + 8), (x + h * 0.3, y + 11)] for x, y, h in people], 0.5)
    for x, y, h in people:
        person(scene, x + scene.between(-12, 12), y, h)
    for x in (236, 724):
        lamp(scene, x, 432, 190)
    bush(scene, 120, 596, 120)
    bush(scene, 850, 600, 130)


def busstop(scene: Scene) -> None:
    """A bus shelter with a green roof, and a bus on the road."""
    _behind(scene, 240)
    for x in (40, 170, 300, 760, 880):
        h = scene.between(150, 220)
        house(scene, x - 40, 390, scene.between(84, 110), h, scene.one_of(PAINTS), storeys=3)
    ground(scene, 388, tufts=60)
    for x in (250, 420, 700, 930):
        tree(scene, x + scene.between(-20, 20), 412, scene.between(150, 210))
    scene.fade([(0, 424), (WIDTH, 424), (WIDTH, 500), (0, 500)], mix(scene.palette.road, scene.palette.sky[2], 0.2), scene.palette.road)
    for index in range(7):
        scene.rect(index * 150 + 20, 460, 70, 4, scene.own((248, 242, 230)))
    bus = scene.between(600, 690)
    scene.shade([[(bus - 180, 486), (bus + 180, 486), (bus + 200, 502), (bus - 160, 504)]], 0.55)
    _bus(scene, bus, 486)
    scene.rect(0, 498, WIDTH, 8, scene.own((222, 216, 206)))
    scene.fade([(0, 506), (WIDTH, 506), (WIDTH, HEIGHT), (0, HEIGHT)], mix(scene.palette.path, scene.palette.sky[2], 0.2), mix(scene.palette.path, scene.palette.shadow, 0.15))
    x, y = scene.between(150, 190), 556.0
    scene.shade([[(x, y), (x + 300, y), (x + 350, y + 20), (x + 60, y + 24)]], 0.45)
    iron = scene.own((58, 66, 74))
    scene.fade([(x + 14, y - 150), (x + 286, y - 150), (x + 286, y - 20), (x + 14, y - 20)], mix(scene.palette.sky[2], scene.own((150, 186, 190)), 0.5), mix(scene.own((140, 178, 186)), scene.palette.grass[0], 0.35))
    for pole in (8, 100, 194, 286):
        scene.rect(x + pole, y - 156, 6, 156, iron)
    scene.poly([(x + 30, y - 60), (x + 80, y - 150), (x + 98, y - 150), (x + 30, y - 30)], mix(scene.palette.sky[2], (255, 255, 255), 0.35))
    bench(scene, x + 116, y - 8, 112)
    person(scene, x + 70, y, 116, walking=False)
    scene.rect(x - 16, y - 168, 328, 14, scene.own((240, 234, 220)))
    for _ in range(80):
        scene.disc(x - 8 + scene.between(0, 312), y - 170 - scene.between(0, 8), 7, 6, scene.one_of(scene.one_of(scene.palette.leaves)))
    for _ in range(24):
        scene.disc(x - 4 + scene.between(0, 304), y - 176 - scene.between(0, 5), 2.6, 2.4, scene.own(scene.one_of(((250, 214, 100), (236, 120, 140), (252, 246, 236)))))
    scene.rect(x + 330, y - 190, 6, 190, iron)
    scene.disc(x + 333, y - 196, 24, 24, scene.own((40, 96, 122)))
    scene.rect(x + 322, y - 206, 22, 16, scene.own((250, 246, 236)))
    scene.rect(x + 325, y - 203, 16, 7, scene.own((40, 96, 122)))
    person(scene, x + 390, y + 4, 122)


def _bus(scene: Scene, x: float, y: float) -> None:
    paint = scene.own(scene.one_of(((52, 122, 116), (206, 92, 66), (54, 104, 150))), 1.04)
    scene.poly([(x - 176, y - 14), (x - 176, y - 112), (x - 164, y - 124), (x + 160, y - 124), (x + 176, y - 104), (x + 176, y - 14)], paint)
    scene.rect(x - 176, y - 44, 352, 30, mix(paint, scene.palette.shadow, 0.2))
    scene.rect(x - 176, y - 50, 352, 6, scene.own((250, 244, 230)))
    glass = LAMP if scene.palette.lit > 0.25 else mix(scene.own(PANE), scene.palette.sky[1], 0.25)
    for pane in range(6):
        left = x - 166 + pane * 55
        scene.rect(left, y - 112, 49, 54, glass)
        if scene.palette.lit <= 0.25:
            scene.poly([(left, y - 66), (left + 34, y - 112), (left + 46, y - 112), (left, y - 58)], mix(glass, scene.palette.sky[2], 0.5))
        if scene.random.random() < 0.7:
            scene.disc(left + 24, y - 76, 8, 9, mix(scene.own((90, 70, 62)), glass, 0.25))
            scene.disc(left + 24, y - 58, 13, 9, mix(scene.own((60, 80, 110)), glass, 0.25))
    scene.rect(x - 60, y - 112, 4, 92, scene.own((250, 244, 230)))
    for wheel in (-112, 108):
        scene.disc(x + wheel, y - 14, 23, 23, scene.own((44, 44, 52)))
        scene.disc(x + wheel, y - 14, 11, 11, scene.own((176, 176, 180)))


def stage(scene: Scene) -> None:
    """An open-air stage with a curved roof, strings of lights and people."""
    sky(scene, 340, 3)
    hills(scene, 340, 60, 0.3, wood=True)
    far_town(scene, 344, 0, WIDTH, 1.1)
    for x in (40, 130, 820, 910, 970):
        tree(scene, x + scene.between(-14, 14), 420, scene.between(240, 320))
    ground(scene, 400, tufts=120)
    scene.fade([(200, 410), (760, 410), (960, 600), (0, 600)], mix(scene.palette.path, scene.palette.grass[0], 0.2), mix(scene.palette.path, scene.palette.shadow, 0.25))
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
    for start, end, sag in (((40, 190), (262, 250), 50), ((262, 250), (480, 176), 36), ((480, 176), (700, 250), 36), ((700, 250), (930, 180), 54)):
        _lights(scene, start, end, sag)
    for row in range(4):
        y = 492 + row * 34
        size = 58 + row * 13
        x = -20 + (row % 2) * 30
        while x < WIDTH + 20:
            if abs(x - 480) > 30 - row * 4 and scene.random.random() < 0.84:
                _from_behind(scene, x + scene.between(-8, 8), y, size)
            x += size * scene.between(0.8, 1.1)


def _lights(scene: Scene, start: Spot, end: Spot, sag: float) -> None:
    spots = []
    for step in range(13):
        share = step / 12
        spots.append((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share + math.sin(share * math.pi) * sag))
    scene.line(spots, scene.own((70, 66, 76)), 1.2)
    for x, y in spots[1:-1]:
        scene.glow(x, y + 4, 13, LAMP, 0.9)
        scene.disc(x, y + 4, 3.4, 4, (255, 240, 196))


def _from_behind(scene: Scene, x: float, y: float, size: float) -> None:
    """Somebody in the audience."""
    coat = mix(scene.own(scene.one_of(((196, 92, 70), (46, 92, 120), (222, 172, 84), (88, 120, 92), (116, 80, 104), (216, 206, 190)))), scene.palette.shadow, 0.3)
    hair = mix(scene.own(scene.one_of(((60, 42, 34), (140, 96, 56), (206, 172, 116), (190, 190, 190)))), scene.palette.shadow, 0.2)
    scene.disc(x, y + size * 0.42, size * 0.36, size * 0.4, coat)
    scene.disc(x, y, size * 0.17, size * 0.2, hair)
    side = -1 if sunny_left(scene) else 1
    scene.disc(x + side * size * 0.06, y - size * 0.05, size * 0.09, size * 0.1, mix(hair, LAMP, 0.3))


def workshop(scene: Scene) -> None:
    """A timber workshop with wide open doors and tools on the wall."""
    sky(scene, 330)
    hills(scene, 330, 70, 0.4, wood=True)
    row_of_houses(scene, 372, -30, 180, 0.9)
    row_of_houses(scene, 372, 790, 1000, 0.9)
    _street_ground(scene, 372, mix(scene.palette.path, scene.palette.road, 0.25))
    left, right, top, foot = 180.0, 790.0, 210.0, 440.0
    paint = scene.own(scene.one_of(((150, 62, 50), (72, 108, 112), (196, 150, 84), (112, 124, 92))), 1.03)
    scene.fade([(left, foot), (left, top), (485, top - 108), (right, top), (right, foot)], mix(paint, scene.palette.sun, 0.12), mix(paint, scene.palette.shadow, 0.2))
    for x in range(int(left), int(right), 15):
        reach = 108 * (1 - abs(x - 485) / 305)
        scene.line([(x, foot), (x, top - reach)], mix(paint, scene.palette.shadow, 0.16), 1.0)
    scene.line([(left - 26, top + 12), (485, top - 116), (right + 26, top + 12)], scene.own((74, 70, 76)), 13)
    window(scene, 448, top - 58, 74, 40)
    inside = mix(LAMP, (226, 150, 86), 0.3)
    ix, iw, iy = 310.0, 350.0, 262.0
    scene.rect(ix - 8, iy - 8, iw + 16, foot - iy + 8, scene.own((244, 238, 224)))
    scene.fade([(ix, iy), (ix + iw, iy), (ix + iw, foot), (ix, foot)], inside, mix(inside, (120, 70, 50), 0.5))
    for shelf in range(2):
        scene.rect(ix + 14, iy + 52 + shelf * 40, iw - 28, 4, (132, 88, 58))
        x = ix + 22
        while x < ix + iw - 34:
            w, h = scene.between(9, 22), scene.between(10, 28)
            scene.rect(x, iy + 52 + shelf * 40 - h, w, h, mix(scene.one_of(((176, 70, 56), (56, 100, 118), (222, 180, 96), (92, 122, 90), (70, 66, 74))), inside, 0.25))
            x += w + scene.between(3, 14)
    for index in range(9):
        x = ix + 30 + index * 36
        scene.line([(x, iy + 8), (x, iy + 26)], (96, 70, 56), 3)
        scene.rect(x - 5, iy + 6, 10, 5, (96, 92, 96))
    for x in (ix + 110, ix + 240):
        scene.line([(x, iy), (x, iy + 14)], (60, 54, 56), 1.4)
        scene.glow(x, iy + 22, 70, (255, 240, 200), 0.7)
        scene.poly([(x - 15, iy + 24), (x - 6, iy + 12), (x + 6, iy + 12), (x + 15, iy + 24)], (60, 62, 68))
    scene.rect(ix + 40, foot - 52, 190, 9, (150, 100, 64))
    for x in (ix + 52, ix + 212):
        scene.rect(x, foot - 44, 9, 44, (112, 76, 52))
    person(scene, ix + 90, foot - 2, 112, walking=False)
    person(scene, ix + 190, foot - 2, 106, walking=False)
    cyclist_x = ix + 290
    scene.ring(cyclist_x - 22, foot - 30, 22, (58, 54, 60), 2.4)
    scene.ring(cyclist_x + 26, foot - 30, 22, (58, 54, 60), 2.4)
    scene.line([(cyclist_x - 22, foot - 30), (cyclist_x - 8, foot - 58), (cyclist_x + 16, foot - 60), (cyclist_x + 26, foot - 30)], (190, 74, 58), 3)
    scene.line([(cyclist_x - 8, foot - 58), (cyclist_x + 2, foot - 30), (cyclist_x + 16, foot - 60)], (190, 74, 58), 3)
    for side in (-1, 1):
        edge = ix - 8 if side < 0 else ix + iw + 8
        scene.poly([(edge, iy - 8), (edge + side * 86, iy + 8), (edge + side * 86, foot + 26), (edge, foot)], mix(paint, scene.palette.sun, 0.1) if (side > 0) == sunny_left(scene) else mix(paint, scene.palette.shadow, 0.34))
        trim = scene.own((244, 238, 224), 0.95)
        scene.line([(edge, iy - 6), (edge + side * 84, iy + 10), (edge + side * 84, foot + 23), (edge, foot - 2)], trim, 4)
        scene.line([(edge + side * 6, foot - 4), (edge + side * 80, iy + 14)], trim, 4)
    scene.glow(485, foot + 40, 190, LAMP, 0.4 if scene.palette.lit > 0.2 else 0.22)
    scene.shade([[(180, 470), (330, 452), (250, 480), (120, 500)]], 0.3)
    tree(scene, 100, 500, scene.between(260, 310))
    bench(scene, 690, 516, 110)
    person(scene, 620, 510, 110)
    person(scene, 250, 540, 118)
    for x in (820, 880):
        bush(scene, x, 548, 74)
    flowers(scene, 530, 566, 44, 780, 930)


def skate(scene: Scene) -> None:
    """A skate park of curved concrete with young people."""
    _behind(scene, 230)
    for x in (40, 150, 300, 680, 800, 930):
        tree(scene, x + scene.between(-20, 20), 350, scene.between(150, 220))
    row_of_houses(scene, 330, 380, 640, 0.8)
    ground(scene, 344, tufts=60)
    stone = scene.own((206, 200, 192), 1.04)
    scene.fade([(0, 410), (140, 372), (820, 372), (960, 410), (960, 600), (0, 600)], mix(stone, scene.palette.sky[2], 0.25), mix(stone, scene.palette.shadow, 0.16))
    bowl: list[Spot] = [(480 + math.cos(a / 20 * math.pi) * 250, 478 + math.sin(a / 20 * math.pi) * 84) for a in range(41)]
    scene.fade(bowl, mix(stone, scene.palette.shadow, 0.34), mix(stone, scene.palette.sun, 0.25))
    inner: list[Spot] = [(480 + math.cos(a / 20 * math.pi) * 168, 494 + math.sin(a / 20 * math.pi) * 44) for a in range(41)]
    scene.fade(inner, mix(stone, scene.palette.shadow, 0.16), mix(stone, scene.palette.sun, 0.15))
    scene.line([*bowl, bowl[0]], scene.own((196, 96, 70)), 3)
    for side in (-1, 1):
        foot = 480 + side * 420
        curve: list[Spot] = []
        for step in range(13):
            share = step / 12
            curve.append((foot - side * (170 * (1 - share)), 430 - 110 * share**2.2))
        shape = [*curve, (foot + side * 80, 320), (foot + side * 80, 436), (foot - side * 170, 436)]
        scene.fade(shape, mix(stone, scene.palette.sun, 0.2), mix(stone, scene.palette.shadow, 0.3 if (side < 0) == sunny_left(scene) else 0.12))
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
