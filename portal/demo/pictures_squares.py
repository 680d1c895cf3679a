"""Scenes on squares and at public houses."""

from __future__ import annotations

from portal.demo.pictures_houses import row_of_houses, window
from portal.demo.pictures_land import backdrop, flowers, hills, paving, sky
from portal.demo.pictures_palettes import mix
from portal.demo.pictures_scene import Scene
from portal.demo.pictures_things import LAMP, bench, bush, grass_in_front, person, sunny_left, tree


def square(scene: Scene) -> None:
    """A market square with stalls, a fountain, trees and houses."""
    x: float
    backdrop(scene, 240)
    row_of_houses(scene, 372, -30, 1000, 1.1)
    paving(scene, 372)
    for x in (70, 900):
        tree(scene, x + scene.between(-20, 20), 420, scene.between(210, 250))
    spots = [170 + index * 168 + scene.between(-10, 10) for index in range(4)]
    scene.shade(
        [[(x - 66, 440), (x + 70, 440), (x + 104, 456), (x - 30, 458)] for x in spots]
        + [[(400, 540), (590, 536), (650, 556), (440, 566)]],
        0.42,
    )
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
            scene.disc(
                x - 50 + box * 24 + scene.between(-8, 10),
                y - 44 + scene.between(-4, 3),
                3.4,
                3.2,
                mix(tone, scene.palette.sun, scene.between(0, 0.3)),
            )
    colour = scene.own(scene.one_of(((206, 76, 62), (46, 106, 124), (224, 164, 64), (92, 132, 92))), 1.05)
    white = scene.own((248, 242, 228), 1.05)
    for stripe in range(8):
        left, right = -70 + stripe * 17.5, -70 + (stripe + 1) * 17.5
        scene.poly(
            [(x + left * 0.86, y - 114), (x + right * 0.86, y - 114), (x + right, y - 82), (x + left, y - 82)],
            colour if stripe % 2 else white,
        )
        scene.disc(
            x + (left + right) / 2, y - 82, 8.8, 6, mix(colour if stripe % 2 else white, scene.palette.shadow, 0.12)
        )


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
            scene.line(
                [(x, y - 104 + jet * 4), (x + side * reach * 0.5, y - 112 + jet * 6), (x + side * reach, y - 76)],
                spray,
                1.6,
            )
            scene.line([(x + side * (32 + jet), y - 74), (x + side * (46 + jet * 5), y - 12)], spray, 1.2)
    scene.line([(x, y - 76), (x, y - 122)], spray, 2.6)


def library(scene: Scene) -> None:
    """A library of timber and glass with lit shelves, on a square with trees."""
    x: float
    bx: float
    sky(scene, 330)
    hills(scene, 330, 60, 0.3, wood=True)
    left, right, top, foot = 150.0, 830.0, 176.0, 420.0
    wall = scene.own((196, 138, 92), 1.02)
    scene.fade(
        [(left, top), (right, top), (right, foot), (left, foot)],
        mix(wall, scene.palette.sun, 0.18),
        mix(wall, scene.palette.shadow, 0.18),
    )
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
        scene.fade(
            [(x, top + 30), (x + 90, top + 30), (x + 90, top + 212), (x, top + 212)],
            inside,
            mix(inside, (196, 120, 72), 0.45),
        )
        for shelf in range(4):
            y = top + 66 + shelf * 42
            bx = x + 6
            while bx < x + 82:
                w, h = scene.between(3, 7), scene.between(16, 27)
                spine = mix(
                    scene.own(
                        scene.one_of(
                            (
                                (172, 62, 52),
                                (54, 92, 124),
                                (220, 172, 86),
                                (86, 120, 92),
                                (236, 224, 200),
                                (112, 74, 98),
                            )
                        )
                    ),
                    inside,
                    0.3,
                )
                scene.rect(bx, y - h, w, h, spine)
                bx += w + 0.8
            scene.rect(x, y, 90, 3, mix((120, 84, 58), inside, 0.25))
        scene.rect(x + 44, top + 30, 3, 182, scene.own((244, 238, 226)))
        if not bright:
            scene.poly(
                [(x, top + 120), (x + 60, top + 30), (x + 84, top + 30), (x, top + 160)],
                mix(inside, scene.palette.sky[2], 0.5),
            )
    door = left + 26 + 3 * 107
    scene.rect(door - 6, top + 70, 102, foot - top - 70, scene.own((244, 238, 226)))
    scene.fade(
        [(door, top + 78), (door + 90, top + 78), (door + 90, foot), (door, foot)],
        mix(inside, (255, 244, 214), 0.4),
        mix(inside, (190, 120, 80), 0.3),
    )
    scene.rect(door + 43, top + 78, 4, foot - top - 78, scene.own((244, 238, 226)))
    _open_book(scene, door + 45, top + 46)
    paving(scene, foot)
    if bright:
        for bay in range(6):
            scene.glow(left + 70 + bay * 107, foot + 30, 80, LAMP, 0.34)
    scene.poly(
        [(door - 70, foot + 14), (door + 160, foot + 14), (door + 140, foot), (door - 50, foot)],
        scene.own((224, 216, 202)),
    )
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


def workshop(scene: Scene) -> None:
    """A timber workshop with wide open doors and tools on the wall."""
    x: float
    sky(scene, 330)
    hills(scene, 330, 70, 0.4, wood=True)
    row_of_houses(scene, 372, -30, 180, 0.9)
    row_of_houses(scene, 372, 790, 1000, 0.9)
    paving(scene, 372, mix(scene.palette.path, scene.palette.road, 0.25))
    left, right, top, foot = 180.0, 790.0, 210.0, 440.0
    paint = scene.own(scene.one_of(((150, 62, 50), (72, 108, 112), (196, 150, 84), (112, 124, 92))), 1.03)
    scene.fade(
        [(left, foot), (left, top), (485, top - 108), (right, top), (right, foot)],
        mix(paint, scene.palette.sun, 0.12),
        mix(paint, scene.palette.shadow, 0.2),
    )
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
            scene.rect(
                x,
                iy + 52 + shelf * 40 - h,
                w,
                h,
                mix(
                    scene.one_of(((176, 70, 56), (56, 100, 118), (222, 180, 96), (92, 122, 90), (70, 66, 74))),
                    inside,
                    0.25,
                ),
            )
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
    scene.line(
        [
            (cyclist_x - 22, foot - 30),
            (cyclist_x - 8, foot - 58),
            (cyclist_x + 16, foot - 60),
            (cyclist_x + 26, foot - 30),
        ],
        (190, 74, 58),
        3,
    )
    scene.line([(cyclist_x - 8, foot - 58), (cyclist_x + 2, foot - 30), (cyclist_x + 16, foot - 60)], (190, 74, 58), 3)
    for side in (-1, 1):
        edge = ix - 8 if side < 0 else ix + iw + 8
        scene.poly(
            [(edge, iy - 8), (edge + side * 86, iy + 8), (edge + side * 86, foot + 26), (edge, foot)],
            mix(paint, scene.palette.sun, 0.1)
            if (side > 0) == sunny_left(scene)
            else mix(paint, scene.palette.shadow, 0.34),
        )
        trim = scene.own((244, 238, 224), 0.95)
        scene.line(
            [(edge, iy - 6), (edge + side * 84, iy + 10), (edge + side * 84, foot + 23), (edge, foot - 2)], trim, 4
        )
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
