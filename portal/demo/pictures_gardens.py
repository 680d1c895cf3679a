"""Scenes in gardens, orchards and meadows."""

from __future__ import annotations

import math

from portal.demo.pictures_houses import house, row_of_houses
from portal.demo.pictures_land import far_town, flowers, ground, hills, path, sky
from portal.demo.pictures_palettes import PAINTS, mix
from portal.demo.pictures_scene import WIDTH, Scene
from portal.demo.pictures_things import grass_in_front, person, sunny_left, tree


def garden(scene: Scene) -> None:
    """Raised beds, a small greenhouse and a shed."""
    x: float
    sky(scene, 270)
    hills(scene, 270, 70, 0.2)
    row_of_houses(scene, 330, -20, 990, 0.86)
    scene.haze(150, 320, 380, 0.42)
    ground(scene, 330, tufts=160)
    for x in (60, 420, 500, 920):
        tree(scene, x + scene.between(-16, 16), 362, scene.between(150, 210))
    house(scene, 720, 412, 120, 104, scene.one_of(PAINTS), storeys=1, side=-44 if sunny_left(scene) else 44)
    # greenhouse
    gx, gy = 150.0, 420.0
    glass = mix(mix(scene.own((186, 214, 208)), scene.palette.sky[2], 0.4), scene.palette.grass[1], 0.18)
    scene.fade(
        [(gx, gy), (gx, gy - 92), (gx + 90, gy - 150), (gx + 180, gy - 92), (gx + 180, gy)],
        mix(glass, (255, 255, 255), 0.3),
        glass,
    )
    for _ in range(34):
        scene.disc(
            gx + scene.between(14, 166),
            gy - scene.between(6, 62),
            7,
            9,
            mix(scene.one_of(scene.palette.leaves[0]), glass, 0.35),
        )
    for _ in range(14):
        scene.disc(gx + scene.between(16, 164), gy - scene.between(10, 56), 3.4, 3.4, scene.own((222, 74, 56)))
    frame = scene.own((246, 242, 230))
    for step in range(7):
        x = gx + step * 30
        scene.line([(x, gy), (x, gy - 92 - 58 * (1 - abs(x - gx - 90) / 90))], frame, 2)
    scene.line(
        [(gx, gy), (gx, gy - 92), (gx + 90, gy - 150), (gx + 180, gy - 92), (gx + 180, gy), (gx, gy)], frame, 3.4
    )
    scene.line([(gx, gy - 92), (gx + 180, gy - 92)], frame, 2.4)
    path(scene, (470, 396), 30, (470, 620), 190)
    rows = ((404, 74, 22), (452, 104, 30), (520, 140, 42))
    beds = [(side, y, w, h) for y, w, h in rows for side in (-1, 1)]
    scene.shade(
        [
            [
                (480 + side * (w * 1.3) - w / 2, y + 4),
                (480 + side * (w * 1.3) + w / 2, y),
                (480 + side * (w * 1.3) + w / 2 + 34, y + 14),
                (480 + side * (w * 1.3) - w / 2 + 20, y + 16),
            ]
            for side, y, w, h in beds
        ],
        0.4,
    )
    for side, y, w, h in beds:
        x = 480 + side * (w * 1.32 + 14) - w / 2
        _bed(scene, x, y, w, h)
    person(scene, 300, 500, 102, walking=False)
    person(scene, 640, 470, 92, walking=False)
    person(scene, 486, 440, 78)
    # watering can
    can = scene.own((70, 120, 132))
    scene.poly([(424, 566), (456, 566), (452, 594), (428, 594)], can)
    scene.line([(454, 586), (476, 566)], can, 4)
    scene.ring(440, 562, 11, can, 2.6)
    flowers(scene, 540, 600, 110, 0, 250)
    flowers(scene, 540, 600, 110, 720, 960)
    grass_in_front(scene)


def _bed(scene: Scene, x: float, y: float, w: float, h: float) -> None:
    wood = scene.own((176, 126, 82), 1.02)
    scene.poly(
        [(x + 8, y - h - w * 0.16), (x + w - 8, y - h - w * 0.16), (x + w, y - h), (x, y - h)], scene.own((92, 68, 54))
    )
    kind = scene.random.random()
    for row in range(3):
        yy = y - h - w * 0.13 + row * w * 0.06
        for step in range(int(w / 9)):
            px = x + 8 + step * 9 + scene.between(-2, 2)
            tones = scene.palette.leaves[0]
            if kind < 0.35:
                scene.disc(px, yy - 3, 6.2, 5.4, mix(scene.one_of(tones), (196, 214, 120), 0.3))
            elif kind < 0.7:
                for lean in (-3, 0, 3):
                    scene.line([(px, yy), (px + lean, yy - 14)], scene.one_of(tones), 1.6)
                scene.disc(
                    px,
                    yy - 15,
                    3.4,
                    3.2,
                    scene.own(scene.one_of(((238, 90, 70), (252, 210, 92), (236, 130, 164), (250, 246, 234)))),
                )
            else:
                scene.line([(px, yy), (px, yy - 24)], scene.own((150, 112, 76)), 1.2)
                scene.disc(px, yy - 14, 4.6, 9, scene.one_of(tones))
                scene.disc(px + 1.5, yy - 12, 2.4, 2.4, scene.own((222, 70, 54)))
    scene.fade(
        [(x, y - h), (x + w, y - h), (x + w, y), (x, y)],
        mix(wood, scene.palette.sun, 0.14),
        mix(wood, scene.palette.shadow, 0.22),
    )
    for board in (0.34, 0.68):
        scene.line([(x, y - h + h * board), (x + w, y - h + h * board)], mix(wood, scene.palette.shadow, 0.35), 1.2)


def orchard(scene: Scene) -> None:
    """Rows of fruit trees on a meadow, with baskets."""
    sky(scene, 280)
    hills(scene, 280, 90, 0.1)
    hills(scene, 310, 60, 0.6, wood=True)
    far_town(scene, 312, 560, 900, 0.9)
    scene.haze(160, 300, 380, 0.5)
    ground(scene, 320, tufts=240)
    fruit = scene.own(scene.one_of(((214, 62, 50), (222, 84, 58), (196, 48, 58))))
    rows = ((350, 96, 9), (398, 144, 7), (472, 214, 5))
    for y, h, number in rows:
        gap = WIDTH / (number - 1)
        spots = [index * gap + scene.between(-14, 14) for index in range(number)]
        scene.shade(
            [[(x - h * 0.2, y), (x + h * 0.2, y - 4), (x + h * 0.5, y + h * 0.08), (x, y + h * 0.11)] for x in spots],
            0.34,
        )
        for x in spots:
            if abs(x - 480) < 40 and h > 200:
                continue
            tree(scene, x, y, h)
            for _ in range(int(h / 11)):
                turn, out = scene.between(0, 6.28), math.sqrt(scene.random.random())
                px, py = x + math.cos(turn) * out * h * 0.27, y - h * 0.64 + math.sin(turn) * out * h * 0.25
                size = h * 0.021
                scene.disc(px, py, size, size, fruit)
                scene.disc(px - size * 0.3, py - size * 0.3, size * 0.4, size * 0.4, mix(fruit, (255, 240, 210), 0.5))
    flowers(scene, 420, 600, 180)
    for x, y in ((430, 540), (500, 552)):
        scene.poly([(x - 28, y - 22), (x + 28, y - 22), (x + 21, y + 10), (x - 21, y + 10)], scene.own((178, 128, 80)))
        for line in range(3):
            scene.line(
                [(x - 26 + line, y - 14 + line * 8), (x + 26 - line, y - 14 + line * 8)], scene.own((134, 92, 58)), 1.4
            )
        for _ in range(20):
            scene.disc(
                x + scene.between(-24, 24),
                y - 24 + scene.between(-6, 3),
                5.4,
                5.2,
                mix(fruit, (255, 220, 150), scene.between(0, 0.35)),
            )
    person(scene, 566, 540, 122, walking=False)
    person(scene, 372, 530, 92)
    grass_in_front(scene)


def meadow(scene: Scene) -> None:
    """A flower meadow with beehives and hills behind."""
    x: float
    y: float
    sky(scene, 270)
    hills(scene, 270, 110, 0.05)
    hills(scene, 296, 80, 0.45)
    far_town(scene, 300, 120, 420, 0.9)
    hills(scene, 326, 50, 0.85, wood=True)
    scene.haze(150, 296, 380, 0.5)
    ground(scene, 328, tufts=300)
    for x in (50, 170, 890):
        tree(scene, x + scene.between(-20, 20), 356, scene.between(110, 190))
    flowers(scene, 340, 470, 420)
    path(scene, (470, 336), 8, (360, 620), 120, mix(scene.palette.path, scene.palette.grass[0], 0.35))
    spots = [(600 + index * 74 + scene.between(-8, 8), 416 + (index % 2) * 16) for index in range(4)]
    scene.shade([[(x - 30, y), (x + 30, y - 2), (x + 64, y + 12), (x, y + 14)] for x, y in spots], 0.4)
    for x, y in spots:
        paint = scene.own(
            scene.one_of(((240, 214, 150), (150, 180, 190), (214, 122, 92), (240, 232, 214), (160, 180, 132))), 1.03
        )
        for leg in (-22, 18):
            scene.rect(x + leg, y - 10, 4, 12, scene.own((120, 90, 66)))
        scene.rect(x - 28, y - 62, 56, 54, paint)
        scene.rect(x + 8 if sunny_left(scene) else x - 28, y - 62, 20, 54, mix(paint, scene.palette.shadow, 0.14))
        scene.rect(x - 28, y - 36, 56, 2, mix(paint, scene.palette.shadow, 0.35))
        scene.rect(x - 33, y - 70, 66, 9, scene.own((126, 120, 118)))
        scene.rect(x - 12, y - 16, 24, 4, scene.own((60, 46, 40)))
        for _ in range(5):
            scene.disc(x + scene.between(-44, 44), y - scene.between(10, 90), 1.6, 1.2, scene.own((92, 66, 30)))
    person(scene, 540, 440, 96, walking=False)
    person(scene, 388, 470, 84)
    flowers(scene, 470, 606, 330)
    grass_in_front(scene)
