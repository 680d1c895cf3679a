"""Scenes in parks, gardens and on pitches."""

from __future__ import annotations

import math

from portal.demo.pictures_houses import row_of_houses
from portal.demo.pictures_land import far_town, flowers, ground, ground_tufts, hills, path, sky, water
from portal.demo.pictures_palettes import Colour, mix
from portal.demo.pictures_scene import Scene, Spot
from portal.demo.pictures_things import (
    bench,
    grass_in_front,
    leaves_in_front,
    person,
    reeds,
    sunny_left,
    tree,
    wood_line,
)


def park(scene: Scene) -> None:
    """A park path with a bench under large trees by a pond."""
    sky(scene, 270)
    hills(scene, 270, 80, 0.15)
    far_town(scene, 276, 80, 880, 1.0)
    hills(scene, 300, 50, 0.7, wood=True)
    scene.haze(150, 280, 370, 0.55)
    wood_line(scene, 322, 9, 90, 150)
    water(scene, 322, 430, 0.62, 1.4)
    left: list[Spot] = [
        (0, 372),
        (150, 366),
        (300, 392),
        (430, 404),
        (560, 428),
        (760, 408),
        (960, 392),
        (960, 600),
        (0, 600),
    ]
    scene.fade(left, scene.palette.grass[0], scene.palette.grass[1])
    reeds(scene, 150, 420, 398, 54, 60)
    reeds(scene, 720, 940, 400, 60, 60)
    ground_tufts(scene, 430, 220)
    path(scene, (860, 404), 16, (250, 620), 260)
    flowers(scene, 436, 600, 120, 560, 960)
    scene.shade(
        [[(60, 520), (260, 500), (420, 540), (150, 560)], [(690, 500), (820, 486), (940, 520), (760, 530)]], 0.46
    )
    tree(scene, 120, 524, scene.between(360, 430))
    tree(scene, 800, 500, scene.between(280, 340))
    bench(scene, 610, 508, 120)
    person(scene, 520, 500, 88)
    person(scene, 566, 494, 60)
    person(scene, 748, 438, 48)
    leaves_in_front(scene, left=False)
    grass_in_front(scene)


def playground(scene: Scene) -> None:
    """Swings, a slide with a tower, a sand pit, trees and houses."""
    sky(scene, 280)
    hills(scene, 280, 70, 0.2)
    row_of_houses(scene, 336, -20, 990, 0.82)
    scene.haze(160, 320, 380, 0.4)
    ground(scene, 330, tufts=200)
    for x in (30, 150, 520, 850, 950):
        tree(scene, x + scene.between(-20, 20), 366 + scene.between(-6, 8), scene.between(190, 260))
    sand = mix(scene.palette.path, (255, 232, 178), 0.3)
    pit: list[Spot] = [
        (500 + math.cos(a / 18 * math.pi) * 420, 502 + math.sin(a / 18 * math.pi) * 86) for a in range(37)
    ]
    scene.poly([(x, y + 7) for x, y in pit], scene.own((166, 120, 82)))
    scene.fade(pit, mix(sand, scene.palette.sky[2], 0.25), mix(sand, scene.palette.shadow, 0.1))
    wood, bright = (
        scene.own((182, 130, 84), 1.05),
        scene.own(scene.one_of(((214, 78, 60), (44, 112, 130), (236, 172, 66))), 1.05),
    )
    scene.shade(
        [[(560, 500), (720, 486), (880, 520), (640, 530)], [(180, 510), (400, 500), (470, 528), (230, 534)]], 0.4
    )
    # tower with roof and slide
    tx = 640.0
    for leg in (0, 96):
        scene.rect(tx + leg, 300, 10, 206, wood)
        scene.rect(tx + leg + 6, 300, 4, 206, mix(wood, scene.palette.shadow, 0.3))
    scene.rect(tx - 8, 386, 122, 12, mix(wood, scene.palette.sun, 0.2))
    for rail in range(7):
        scene.rect(tx + 4 + rail * 15, 350, 5, 38, wood)
    scene.rect(tx - 4, 346, 114, 7, wood)
    scene.poly([(tx - 24, 304), (tx + 53, 240), (tx + 130, 304)], bright)
    scene.poly([(tx + 53, 240), (tx + 130, 304), (tx + 53, 304)], mix(bright, scene.palette.shadow, 0.2))
    scene.line([(tx + 53, 240), (tx + 53, 214)], wood, 3)
    scene.poly([(tx + 53, 214), (tx + 84, 222), (tx + 53, 231)], scene.own((250, 214, 96)))
    steel = scene.own((216, 222, 224), 1.05)
    slide: list[Spot] = [(tx + 104, 384), (tx + 150, 404), (tx + 196, 470), (tx + 246, 508), (tx + 268, 510)]
    scene.line(slide, mix(steel, scene.palette.shadow, 0.35), 20)
    scene.line([(x, y - 4) for x, y in slide], steel, 13)
    for rung in range(7):
        scene.line([(tx - 44 + rung * 6.4, 496 - rung * 17), (tx - 22 + rung * 4, 500 - rung * 17)], wood, 4)
    scene.line([(tx - 52, 506), (tx + 2, 386)], wood, 5)
    scene.line([(tx - 26, 508), (tx + 18, 390)], wood, 5)
    # swings
    for foot, top in ((180, 208), (236, 208), (404, 386), (456, 386)):
        scene.line([(foot, 516), (top, 322)], wood, 8)
    scene.line([(196, 324), (398, 324)], mix(wood, scene.palette.sun, 0.15), 9)
    for x, lean in ((262, scene.between(-34, -14)), (338, scene.between(12, 40))):
        seat = (x + lean, 462 - abs(lean) * 0.3)
        for side in (-9, 9):
            scene.line([(x + side, 326), (seat[0] + side, seat[1])], scene.own((90, 88, 94)), 1.5)
        scene.line([(seat[0] - 13, seat[1]), (seat[0] + 13, seat[1])], bright, 5)
        person(scene, seat[0], seat[1] + 20, 64)
    person(scene, tx + 52, 388, 60, walking=False)
    person(scene, 520, 520, 72)
    person(scene, 470, 548, 60)
    person(scene, 905, 520, 118, walking=False)
    bench(scene, 40, 520, 110)
    flowers(scene, 560, 600, 60)
    grass_in_front(scene)


def pitch(scene: Scene) -> None:
    """A football pitch with goals, floodlights and players."""
    sky(scene, 262)
    hills(scene, 262, 80, 0.15)
    row_of_houses(scene, 300, -20, 990, 0.66)
    scene.haze(150, 290, 350, 0.45)
    wood_line(scene, 318, 14, 80, 140)
    green = mix(scene.palette.grass[1], scene.own((74, 148, 78)), 0.55)
    ground(scene, 312, tufts=40)
    for stripe in range(9):
        a0, a1 = 120 + stripe * 80, 120 + (stripe + 1) * 80
        b0, b1 = -420 + stripe * 200, -420 + (stripe + 1) * 200
        tone = mix(green, scene.palette.sun, 0.16) if stripe % 2 else green
        scene.fade(
            [(a0, 340), (a1, 340), (b1, 600), (b0, 600)],
            mix(tone, scene.palette.sky[2], 0.22),
            mix(tone, scene.palette.shadow, 0.1),
        )
    white = scene.own((250, 248, 238))
    scene.line([(120, 340), (840, 340)], white, 2.4)
    scene.line([(120, 340), (-140, 466)], white, 3)
    scene.line([(840, 340), (1100, 466)], white, 3)
    scene.line([(300, 340), (262, 384), (698, 384), (660, 340)], white, 2.6)
    ellipse: list[Spot] = [
        (480 + math.cos(a / 20 * math.pi) * 190, 566 + math.sin(a / 20 * math.pi) * 56) for a in range(41)
    ]
    scene.line(ellipse, white, 4)
    scene.line([(-100, 566), (1060, 566)], white, 4)
    # goal
    net = mix(white, green, 0.4)
    for step in range(13):
        x = 398 + step * 13.7
        scene.line([(x, 342), (x + (480 - x) * 0.14, 290), (x, 282)], net, 0.8)
    for row in range(5):
        scene.line([(398, 290 + row * 11), (562, 290 + row * 11)], net, 0.8)
    scene.line([(396, 344), (396, 280), (564, 280), (564, 344)], white, 4.5)
    for x in (70, 890):
        scene.rect(x - 3, 120, 6, 210, scene.own((84, 92, 100)))
        scene.rect(x - 32, 104, 64, 26, scene.own((70, 78, 86)))
        for bulb in range(4):
            scene.disc(
                x - 24 + bulb * 16,
                117,
                6,
                8,
                (255, 246, 214) if scene.palette.lit > 0.25 else scene.own((236, 236, 226)),
            )
        if scene.palette.lit > 0.25:
            scene.glow(x, 117, 130, (255, 244, 206), 0.8)
    one, two = scene.own((214, 74, 58), 1.05), scene.own((40, 96, 140), 1.05)
    players = (
        (420, 372, 54, two),
        (520, 400, 62, one),
        (330, 430, 70, one),
        (640, 440, 74, two),
        (210, 500, 92, two),
        (470, 500, 94, one),
        (760, 520, 100, one),
        (566, 540, 104, two),
    )
    scene.shade(
        [[(x - 8, y), (x + 8, y - 2), (x + h * 0.6, y + 10), (x + h * 0.4, y + 13)] for x, y, h, _ in players], 0.5
    )
    for x, y, h, shirt in players:
        _player(scene, x + scene.between(-16, 16), y, h, shirt)
    scene.disc(500, 516, 7, 7, white)
    scene.disc(502, 518, 3, 3, scene.own((60, 60, 66)))
    leaves_in_front(scene, left=not sunny_left(scene))


def _player(scene: Scene, x: float, y: float, h: float, shirt: Colour) -> None:
    turn = 1 if scene.random.random() < 0.5 else -1
    skin = scene.own(scene.one_of(((236, 196, 166), (206, 158, 120), (150, 104, 76), (106, 72, 54))))
    scene.line([(x, y - h * 0.44), (x + turn * h * 0.12, y - h * 0.22), (x + turn * h * 0.06, y)], skin, h * 0.075)
    scene.line(
        [(x, y - h * 0.44), (x - turn * h * 0.1, y - h * 0.24), (x - turn * h * 0.24, y - h * 0.1)], skin, h * 0.075
    )
    scene.poly(
        [
            (x - h * 0.11, y - h * 0.34),
            (x - h * 0.1, y - h * 0.52),
            (x + h * 0.1, y - h * 0.52),
            (x + h * 0.11, y - h * 0.34),
        ],
        scene.own((242, 238, 228)),
    )
    scene.poly(
        [
            (x - h * 0.11, y - h * 0.5),
            (x - h * 0.12, y - h * 0.8),
            (x + h * 0.12, y - h * 0.8),
            (x + h * 0.11, y - h * 0.5),
        ],
        shirt,
    )
    scene.line([(x - h * 0.1, y - h * 0.76), (x - h * 0.24, y - h * 0.6)], shirt, h * 0.06)
    scene.line([(x + h * 0.1, y - h * 0.76), (x + h * 0.23, y - h * 0.64)], shirt, h * 0.06)
    scene.disc(x, y - h * 0.89, h * 0.075, h * 0.09, skin)
    scene.disc(x, y - h * 0.94, h * 0.08, h * 0.05, scene.own((70, 50, 40)))
