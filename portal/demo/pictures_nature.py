"""Scenes in parks, on hills, by the river and the sea."""

from __future__ import annotations

import math

from portal.demo.pictures_land import far_town, flowers, ground, hills, path, sky, water
from portal.demo.pictures_palettes import PAINTS, Colour, mix
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene, Spot
from portal.demo.pictures_things import (
    LAMP,
    PANE,
    bench,
    boat,
    bush,
    conifer,
    crown,
    grass_in_front,
    house,
    lamp,
    leaves_in_front,
    person,
    poplar,
    reeds,
    row_of_houses,
    sunny_left,
    tree,
    willow,
    window,
)


def _wood(scene: Scene, base: float, number: int, low: float, high: float) -> None:
    """A line of mixed trees at the back."""
    spots = sorted((scene.between(base - 10, base + 8), scene.between(-20, WIDTH + 20)) for _ in range(number))
    for y, x in spots:
        pick = scene.random.random()
        h = scene.between(low, high)
        if pick < 0.6:
            tree(scene, x, y, h)
        elif pick < 0.85:
            conifer(scene, x, y, h * 1.15)
        else:
            poplar(scene, x, y, h * 1.25)


def park(scene: Scene) -> None:
    """A park path with a bench under large trees by a pond."""
    sky(scene, 270)
    hills(scene, 270, 80, 0.15)
    far_town(scene, 276, 80, 880, 1.0)
    hills(scene, 300, 50, 0.7, wood=True)
    scene.haze(150, 280, 370, 0.55)
    _wood(scene, 322, 9, 90, 150)
    water(scene, 322, 430, 0.62, 1.4)
    left: list[Spot] = [(0, 372), (150, 366), (300, 392), (430, 404), (560, 428), (760, 408), (960, 392), (960, 600), (0, 600)]
    scene.fade(left, scene.palette.grass[0], scene.palette.grass[1])
    reeds(scene, 150, 420, 398, 54, 60)
    reeds(scene, 720, 940, 400, 60, 60)
    ground_tufts(scene, 430, 220)
    path(scene, (860, 404), 16, (250, 620), 260)
    flowers(scene, 436, 600, 120, 560, 960)
    scene.shade([[(60, 520), (260, 500), (420, 540), (150, 560)], [(690, 500), (820, 486), (940, 520), (760, 530)]], 0.46)
    tree(scene, 120, 524, scene.between(360, 430))
    tree(scene, 800, 500, scene.between(280, 340))
    bench(scene, 610, 508, 120)
    person(scene, 520, 500, 88)
    person(scene, 566, 494, 60)
    person(scene, 748, 438, 48)
    leaves_in_front(scene, left=False)
    grass_in_front(scene)


def ground_tufts(scene: Scene, top: float, number: int) -> None:
    """Strokes of grass on ground that is already there."""
    light, dark = scene.palette.grass
    for _ in range(number):
        near = scene.random.random()
        y = top + (HEIGHT - top) * near
        x = scene.between(0, WIDTH)
        tone = mix(mix(light, dark, near), scene.palette.sun if scene.random.random() < 0.5 else scene.palette.shadow, 0.22)
        scene.line([(x, y), (x + scene.between(-2, 3), y - 3 - 8 * near)], tone, 0.7 + near * 0.8)


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
    pit: list[Spot] = [(500 + math.cos(a / 18 * math.pi) * 420, 502 + math.sin(a / 18 * math.pi) * 86) for a in range(37)]
    scene.poly([(x, y + 7) for x, y in pit], scene.own((166, 120, 82)))
    scene.fade(pit, mix(sand, scene.palette.sky[2], 0.25), mix(sand, scene.palette.shadow, 0.1))
    wood, bright = scene.own((182, 130, 84), 1.05), scene.own(scene.one_of(((214, 78, 60), (44, 112, 130), (236, 172, 66))), 1.05)
    scene.shade([[(560, 500), (720, 486), (880, 520), (640, 530)], [(180, 510), (400, 500), (470, 528), (230, 534)]], 0.4)
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
    _wood(scene, 318, 14, 80, 140)
    green = mix(scene.palette.grass[1], scene.own((74, 148, 78)), 0.55)
    ground(scene, 312, tufts=40)
    for stripe in range(9):
        a0, a1 = 120 + stripe * 80, 120 + (stripe + 1) * 80
        b0, b1 = -420 + stripe * 200, -420 + (stripe + 1) * 200
        tone = mix(green, scene.palette.sun, 0.16) if stripe % 2 else green
        scene.fade([(a0, 340), (a1, 340), (b1, 600), (b0, 600)], mix(tone, scene.palette.sky[2], 0.22), mix(tone, scene.palette.shadow, 0.1))
    white = scene.own((250, 248, 238))
    scene.line([(120, 340), (840, 340)], white, 2.4)
    scene.line([(120, 340), (-140, 466)], white, 3)
    scene.line([(840, 340), (1100, 466)], white, 3)
    scene.line([(300, 340), (262, 384), (698, 384), (660, 340)], white, 2.6)
    ellipse: list[Spot] = [(480 + math.cos(a / 20 * math.pi) * 190, 566 + math.sin(a / 20 * math.pi) * 56) for a in range(41)]
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
            scene.disc(x - 24 + bulb * 16, 117, 6, 8, (255, 246, 214) if scene.palette.lit > 0.25 else scene.own((236, 236, 226)))
        if scene.palette.lit > 0.25:
            scene.glow(x, 117, 130, (255, 244, 206), 0.8)
    one, two = scene.own((214, 74, 58), 1.05), scene.own((40, 96, 140), 1.05)
    players = ((420, 372, 54, two), (520, 400, 62, one), (330, 430, 70, one), (640, 440, 74, two), (210, 500, 92, two), (470, 500, 94, one), (760, 520, 100, one), (566, 540, 104, two))
    scene.shade([[(x - 8, y), (x + 8, y - 2), (x + h * 0.6, y + 10), (x + h * 0.4, y + 13)] for x, y, h, _ in players], 0.5)
    for x, y, h, shirt in players:
        _player(scene, x + scene.between(-16, 16), y, h, shirt)
    scene.disc(500, 516, 7, 7, white)
    scene.disc(502, 518, 3, 3, scene.own((60, 60, 66)))
    leaves_in_front(scene, left=not sunny_left(scene))


def _player(scene: Scene, x: float, y: float, h: float, shirt: Colour) -> None:
    turn = 1 if scene.random.random() < 0.5 else -1
    skin = scene.own(scene.one_of(((236, 196, 166), (206, 158, 120), (150, 104, 76), (106, 72, 54))))
    scene.line([(x, y - h * 0.44), (x + turn * h * 0.12, y - h * 0.22), (x + turn * h * 0.06, y)], skin, h * 0.075)
    scene.line([(x, y - h * 0.44), (x - turn * h * 0.1, y - h * 0.24), (x - turn * h * 0.24, y - h * 0.1)], skin, h * 0.075)
    scene.poly([(x - h * 0.11, y - h * 0.34), (x - h * 0.1, y - h * 0.52), (x + h * 0.1, y - h * 0.52), (x + h * 0.11, y - h * 0.34)], scene.own((242, 238, 228)))
    scene.poly([(x - h * 0.11, y - h * 0.5), (x - h * 0.12, y - h * 0.8), (x + h * 0.12, y - h * 0.8), (x + h * 0.11, y - h * 0.5)], shirt)
    scene.line([(x - h * 0.1, y - h * 0.76), (x - h * 0.24, y - h * 0.6)], shirt, h * 0.06)
    scene.line([(x + h * 0.1, y - h * 0.76), (x + h * 0.23, y - h * 0.64)], shirt, h * 0.06)
    scene.disc(x, y - h * 0.89, h * 0.075, h * 0.09, skin)
    scene.disc(x, y - h * 0.94, h * 0.08, h * 0.05, scene.own((70, 50, 40)))


def garden(scene: Scene) -> None:
    """Raised beds, a small greenhouse and a shed."""
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
    scene.fade([(gx, gy), (gx, gy - 92), (gx + 90, gy - 150), (gx + 180, gy - 92), (gx + 180, gy)], mix(glass, (255, 255, 255), 0.3), glass)
    for _ in range(34):
        scene.disc(gx + scene.between(14, 166), gy - scene.between(6, 62), 7, 9, mix(scene.one_of(scene.palette.leaves[0]), glass, 0.35))
    for _ in range(14):
        scene.disc(gx + scene.between(16, 164), gy - scene.between(10, 56), 3.4, 3.4, scene.own((222, 74, 56)))
    frame = scene.own((246, 242, 230))
    for step in range(7):
        x = gx + step * 30
        scene.line([(x, gy), (x, gy - 92 - 58 * (1 - abs(x - gx - 90) / 90))], frame, 2)
    scene.line([(gx, gy), (gx, gy - 92), (gx + 90, gy - 150), (gx + 180, gy - 92), (gx + 180, gy), (gx, gy)], frame, 3.4)
    scene.line([(gx, gy - 92), (gx + 180, gy - 92)], frame, 2.4)
    path(scene, (470, 396), 30, (470, 620), 190)
    rows = ((404, 74, 22), (452, 104, 30), (520, 140, 42))
    beds = [(side, y, w, h) for y, w, h in rows for side in (-1, 1)]
    scene.shade([[(480 + side * (w * 1.3) - w / 2, y + 4), (480 + side * (w * 1.3) + w / 2, y), (480 + side * (w * 1.3) + w / 2 + 34, y + 14), (480 + side * (w * 1.3) - w / 2 + 20, y + 16)] for side, y, w, h in beds], 0.4)
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
    scene.poly([(x + 8, y - h - w * 0.16), (x + w - 8, y - h - w * 0.16), (x + w, y - h), (x, y - h)], scene.own((92, 68, 54)))
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
                scene.disc(px, yy - 15, 3.4, 3.2, scene.own(scene.one_of(((238, 90, 70), (252, 210, 92), (236, 130, 164), (250, 246, 234)))))
            else:
                scene.line([(px, yy), (px, yy - 24)], scene.own((150, 112, 76)), 1.2)
                scene.disc(px, yy - 14, 4.6, 9, scene.one_of(tones))
                scene.disc(px + 1.5, yy - 12, 2.4, 2.4, scene.own((222, 70, 54)))
    scene.fade([(x, y - h), (x + w, y - h), (x + w, y), (x, y)], mix(wood, scene.palette.sun, 0.14), mix(wood, scene.palette.shadow, 0.22))
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
    fruit = scene.own(scene.one_of(((214, 62, 50), (222, 84, 58), (236, 170, 66))))
    rows = ((350, 96, 9), (398, 144, 7), (472, 214, 5))
    for y, h, number in rows:
        gap = WIDTH / (number - 1)
        spots = [index * gap + scene.between(-14, 14) for index in range(number)]
        scene.shade([[(x - h * 0.2, y), (x + h * 0.2, y - 4), (x + h * 0.5, y + h * 0.08), (x, y + h * 0.11)] for x in spots], 0.34)
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
            scene.line([(x - 26 + line, y - 14 + line * 8), (x + 26 - line, y - 14 + line * 8)], scene.own((134, 92, 58)), 1.4)
        for _ in range(20):
            scene.disc(x + scene.between(-24, 24), y - 24 + scene.between(-6, 3), 5.4, 5.2, mix(fruit, (255, 220, 150), scene.between(0, 0.35)))
    person(scene, 566, 540, 122, walking=False)
    person(scene, 372, 530, 92)
    grass_in_front(scene)


def meadow(scene: Scene) -> None:
    """A flower meadow with beehives and hills behind."""
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
        paint = scene.own(scene.one_of(((240, 214, 150), (150, 180, 190), (214, 122, 92), (240, 232, 214), (160, 180, 132))), 1.03)
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


def hillpath(scene: Scene) -> None:
    """A winding path with a handrail up a hill to a pavilion."""
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
    for x, y, h in ((420, 392, 110), (470, 340, 96), (800, 330, 120), (850, 380, 140), (900, 440, 170), (360, 440, 130), (560, 260, 70)):
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
        scene.poly([(x0 - w, y0), (x0 + w, y0), (x1 + w * 1.06, y1 + 1.5), (x1 - w * 1.06, y1 + 1.5)], mix(mix(tone, scene.palette.sky[2], 0.25), mix(tone, scene.palette.shadow, 0.12), near))
    iron = scene.own((66, 74, 80))
    for index in range(2, len(way) - 2, 3):
        near = index / len(way)
        x, y = way[index]
        w, tall = 9 + 66 * near**1.7, 9 + 44 * near
        scene.line([(x + w, y), (x + w, y - tall)], iron, 0.9 + 2 * near)
    rail = [(x + 9 + 66 * (i / len(way)) ** 1.7, y - 9 - 44 * (i / len(way))) for i, (x, y) in enumerate(way) if i % 3 == 2]
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
    dome: list[Spot] = [(x - math.cos(a / 12 * math.pi) * 30, y - 49 - math.sin(a / 12 * math.pi) * 24) for a in range(13)]
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
    hill = [(0.0, 560.0), *[(x * 32.0, 530 - 190 * math.exp(-(((x * 32 - 600) / 300) ** 2))) for x in range(31)], (960.0, 600.0), (0.0, 600.0)]
    scene.fade(hill, light, dark)
    for x, y, h in ((330, 470, 120), (390, 440, 100), (830, 440, 130), (890, 470, 150), (780, 410, 90)):
        conifer(scene, x, y, h) if scene.random.random() < 0.6 else tree(scene, x, y, h)
    scene.fade([(520, 350), (680, 350), (680, 258), (520, 258)], scene.own((236, 226, 206), 1.2), scene.own((190, 176, 160)))
    scene.rect(620, 258, 60, 92, scene.own((196, 184, 170), 0.85))
    for x in (536, 574, 640):
        scene.rect(x, 288, 20, 30, LAMP)
        scene.glow(x + 10, 303, 40, LAMP, 0.5)
    scene.rect(594, 306, 26, 46, LAMP)
    scene.rect(508, 250, 184, 10, scene.own((214, 204, 190), 1.1))
    dome: list[Spot] = [(600 - math.cos(a / 20 * math.pi) * 84, 252 - math.sin(a / 20 * math.pi) * 88) for a in range(21)]
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
    _wood(scene, 356, 8, 90, 150)
    side = 96 if not sunny_left(scene) else -96
    for x, y, w, h in ((60, 410, 96, 96), (330, 402, 92, 90), (620, 404, 96, 92), (860, 412, 92, 96)):
        house(scene, x, y, w, h, scene.one_of(PAINTS), panels=True, side=side * 0.8)
    scene.shade([[(160, 500), (420, 490), (500, 516), (230, 524)], [(560, 506), (820, 498), (900, 522), (640, 530)]], 0.35)
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


def bridge(scene: Scene) -> None:
    """An arched timber footbridge over a river."""
    sky(scene, 270)
    hills(scene, 270, 90, 0.1)
    far_town(scene, 280, 120, 840, 1.1)
    hills(scene, 304, 46, 0.7, wood=True)
    scene.haze(150, 290, 370, 0.5)
    _wood(scene, 330, 10, 90, 150)
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
        scene.line([(300 + 170 * share, 470 - 8 * share), (320 + 200 * share, 502 - 10 * share)], mix(wood, scene.palette.shadow, 0.3), 1)
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
    _wood(scene, 348, 9, 110, 180)
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
        scene.poly([(root[0] - across[0], root[1] - across[1]), (tip[0] - across[0], tip[1] - across[1]), (tip[0] + across[0] * 2, tip[1] + across[1] * 2), (root[0] + across[0] * 2, root[1] + across[1] * 2)], wood)
    scene.ring(cx, cy, r, wood, 9)
    scene.ring(cx, cy, r * 0.62, wood, 6)
    scene.disc(cx, cy, 15, 15, deep)
    foam = mix(scene.palette.water[0], (255, 255, 255), 0.65)
    for _ in range(60):
        x = scene.between(cx - 30, cx + 190)
        y = scene.between(452, 520)
        scene.disc(x, y, scene.between(4, 15), scene.between(1.2, 3), mix(foam, scene.palette.water[1], scene.between(0, 0.6)))
    for _ in range(26):
        scene.line([(scene.between(640, 690), scene.between(380, 400)), (scene.between(676, 706), scene.between(446, 470))], foam, 1.6)
    scene.poly([(690, 384), (960, 372), (960, 390), (690, 400)], mix(wood, scene.palette.sun, 0.2))
    scene.poly([(690, 400), (960, 390), (960, 412), (690, 416)], mix(wood, scene.palette.shadow, 0.4))
    scene.fade([(0, 420), (160, 414), (260, 450), (190, 520), (60, 580), (0, 600)], light, dark)
    reeds(scene, 60, 260, 500, 76, 60)
    reeds(scene, 820, 960, 560, 90, 50)
    person(scene, 150, 452, 76)
    flowers(scene, 440, 540, 60, 0, 180)
    leaves_in_front(scene, left=False)


def harbour(scene: Scene) -> None:
    """Boats at a quay in front of colourful houses, a lighthouse far off."""
    sky(scene, 300)
    hills(scene, 300, 70, 0.0)
    scene.haze(180, 300, 360, 0.5)
    _tower(scene, 880, 330, 96)
    scene.poly([(800, 330), (960, 324), (960, 340), (800, 338)], scene.own((120, 116, 116)))
    row_of_houses(scene, 350, -30, 790, 1.0)
    quay = scene.own((196, 186, 170))
    scene.fade([(0, 348), (800, 344), (800, 372), (0, 386)], quay, mix(quay, scene.palette.shadow, 0.35))
    scene.poly([(0, 346), (800, 342), (800, 349), (0, 355)], mix(quay, scene.palette.sun, 0.3))
    for x, h in ((120, 48), (170, 52), (330, 46), (520, 48), (556, 50), (690, 44)):
        person(scene, x + scene.between(-16, 16), 352, h)
    for x in (60, 260, 460, 640):
        lamp(scene, x, 350, 120)
    water(scene, 376, HEIGHT, 0.7, 1.15)
    scene.shade([[(0, 386), (800, 372), (800, 380), (0, 398)]], 0.5)
    boat(scene, 180 + scene.between(-20, 20), 424, 120)
    boat(scene, 470 + scene.between(-20, 20), 416, 106)
    boat(scene, 690 + scene.between(-14, 14), 408, 90)
    boat(scene, 850, 396, 70, sail=True)
    boat(scene, 330 + scene.between(-24, 24), 510, 190)
    boat(scene, 740 + scene.between(-30, 30), 492, 160, sail=scene.random.random() < 0.6)
    rope = scene.own((150, 120, 90))
    for x in (40, 900):
        scene.poly([(x - 14, 600), (x - 10, 520), (x + 10, 520), (x + 14, 600)], scene.own((110, 80, 62)))
        scene.disc(x, 520, 10, 4, scene.own((168, 130, 98)))
        scene.line([(x - 12, 540), (x + 12, 544)], rope, 4)
    _gulls(scene)


def _gulls(scene: Scene) -> None:
    for _ in range(5):
        x, y, s = scene.between(120, 840), scene.between(50, 190), scene.between(5, 11)
        white = mix((255, 255, 255), scene.palette.sky[2], 0.3)
        scene.line([(x - s, y - s * 0.35), (x - s * 0.3, y), (x, y + s * 0.12), (x + s * 0.3, y), (x + s, y - s * 0.4)], white, 1.8)


def _tower(scene: Scene, x: float, y: float, h: float) -> None:
    """A striped lighthouse, foot at x, y."""
    w0, w1 = h * 0.13, h * 0.085
    red, white = scene.own((200, 64, 52), 1.03), scene.own((250, 244, 232), 1.03)
    for band in range(5):
        a, b = band / 5, (band + 1) / 5
        wa, wb = w0 + (w1 - w0) * a, w0 + (w1 - w0) * b
        ya, yb = y - h * 0.8 * a, y - h * 0.8 * b
        tone = red if band % 2 == 0 else white
        scene.poly([(x - wa, ya), (x - wb, yb), (x + wb, yb), (x + wa, ya)], tone)
        edge = 1 if sunny_left(scene) else -1
        for share, dark in ((0.1, 0.12), (0.45, 0.28)):
            scene.poly([(x + edge * wa * share, ya), (x + edge * wb * share, yb), (x + edge * wb, yb), (x + edge * wa, ya)], mix(tone, scene.palette.shadow, dark))
    top = y - h * 0.8
    scene.rect(x - w1 * 1.5, top - h * 0.02, w1 * 3, h * 0.025, scene.own((60, 66, 74)))
    glass = LAMP if scene.palette.lit > 0.2 else mix(scene.own(PANE), scene.palette.sky[2], 0.4)
    scene.rect(x - w1 * 0.75, top - h * 0.11, w1 * 1.5, h * 0.09, glass)
    for bar in (-0.75, -0.25, 0.25, 0.7):
        scene.rect(x + w1 * bar, top - h * 0.11, max(0.8, w1 * 0.06), h * 0.09, scene.own((60, 66, 74)))
    scene.poly([(x - w1, top - h * 0.11), (x, top - h * 0.19), (x + w1, top - h * 0.11)], scene.own((170, 52, 46)))
    scene.line([(x, top - h * 0.18), (x, top - h * 0.22)], scene.own((60, 66, 74)), max(1.0, h * 0.008))
    if scene.palette.lit > 0.2:
        scene.glow(x, top - h * 0.065, h * 0.42, (255, 232, 170), 0.85)


def lighthouse(scene: Scene) -> None:
    """A striped lighthouse at the end of a mole above the sea."""
    sky(scene, 350, 5)
    hills(scene, 350, 46, 0.0)
    far_town(scene, 352, 20, 360, 0.8)
    water(scene, 350, HEIGHT, 0.35, 0.8)
    for _ in range(70):
        near = scene.random.random() ** 1.2
        y = 362 + 220 * near
        x = scene.between(-40, WIDTH)
        w = 16 + 60 * near
        crest = mix(scene.palette.water[0], (255, 255, 255), 0.45)
        scene.line([(x, y), (x + w * 0.5, y - 1 - 3 * near), (x + w, y)], mix(crest, scene.palette.water[1], 0.4), 1 + near)
    boat(scene, 250 + scene.between(-50, 50), 398, 80, sail=True)
    boat(scene, 110 + scene.between(-30, 30), 374, 44, sail=True)
    stone, dark = scene.own((170, 162, 152), 1.04), scene.own((104, 100, 104))
    scene.fade([(1000, 470), (560, 430), (520, 444), (540, 474), (1000, 600)], stone, dark)
    scene.poly([(1000, 452), (570, 420), (526, 432), (560, 444), (1000, 500)], mix(stone, scene.palette.sun, 0.3))
    for _ in range(90):
        share = scene.random.random()
        x = 530 + 440 * share
        y = 452 + 46 * share + scene.between(0, 20 + 90 * share)
        size = 7 + 22 * share
        rock = mix(stone, dark, scene.between(0, 1))
        scene.poly([(x - size, y + size * 0.4), (x - size * 0.6, y - size * 0.4), (x + size * 0.4, y - size * 0.5), (x + size, y + size * 0.2), (x + size * 0.3, y + size * 0.6)], rock)
        scene.poly([(x - size * 0.6, y - size * 0.4), (x + size * 0.4, y - size * 0.5), (x, y)], mix(rock, scene.palette.sun, 0.25))
    foam = mix(scene.palette.water[0], (255, 255, 255), 0.7)
    for _ in range(70):
        share = scene.random.random()
        scene.disc(516 + 350 * share + scene.between(-16, 10), 470 + 130 * share + scene.between(-6, 10), scene.between(3, 13), scene.between(1, 3.4), mix(foam, scene.palette.water[1], scene.between(0, 0.5)))
    house(scene, 676, 448, 84, 58, (240, 226, 196), storeys=1, side=34 if not sunny_left(scene) else -34)
    _tower(scene, 620, 444, 330)
    scene.rect(612, 416, 16, 28, scene.own((70, 84, 96)))
    for y in (350, 280):
        scene.rect(615, y, 9, 14, LAMP if scene.palette.lit > 0.2 else scene.own(PANE))
    for x, y, h in ((800, 470, 58), (836, 476, 62), (900, 486, 50)):
        person(scene, x, y, h)
    _gulls(scene)


def beach(scene: Scene) -> None:
    """A timber pier in calm sea with changing huts on the sand."""
    sky(scene, 300, 4)
    hills(scene, 300, 40, 0.0)
    far_town(scene, 302, 640, 940, 0.8)
    water(scene, 300, HEIGHT, 0.45, 0.9)
    boat(scene, 220 + scene.between(-40, 40), 330, 54, sail=True)
    boat(scene, 400 + scene.between(-40, 40), 318, 36, sail=True)
    wood = scene.own((184, 140, 98), 1.06)
    for index in range(8):
        share = index / 7
        x, y = 560 - 130 * share, 372 + 90 * share
        for side in (-1, 1):
            w = 16 + 36 * share
            scene.rect(x + side * w - 2, y, 4 + 3 * share, 26 + 30 * share, mix(wood, scene.palette.shadow, 0.5))
    scene.fade([(548, 366), (580, 366), (560, 520), (380, 520)], mix(wood, scene.palette.sky[2], 0.25), mix(wood, scene.palette.sun, 0.08))
    for step in range(22):
        share = (step / 22) ** 1.5
        y = 368 + 150 * share
        scene.line([(548 - 166 * (y - 366) / 154, y), (580 - 20 * (y - 366) / 154, y)], mix(wood, scene.palette.shadow, 0.24), 1)
    scene.fade([(500, 360), (640, 360), (646, 376), (494, 376)], mix(wood, scene.palette.sky[2], 0.2), wood)
    scene.rect(494, 376, 152, 7, mix(wood, scene.palette.shadow, 0.5))
    steel = scene.own((226, 228, 226))
    for x in (626, 638):
        scene.line([(x, 392), (x, 346), (x + 6, 342)], steel, 2.4)
    for rung in range(4):
        scene.line([(626, 356 + rung * 10), (638, 356 + rung * 10)], steel, 1.6)
    # ramp with handrail into the water
    scene.poly([(500, 364), (500, 376), (400, 398), (404, 386)], mix(wood, scene.palette.sun, 0.2))
    scene.line([(500, 340), (404, 366)], steel, 2.4)
    for x, y in ((496, 366), (450, 378), (408, 390)):
        scene.line([(x, y), (x, y - 25)], steel, 2)
    sand = mix(scene.palette.path, (255, 230, 176), 0.35)
    shore: list[Spot] = [(0, 470), (120, 486), (260, 500), (420, 512), (600, 508), (780, 484), (960, 452), (960, 600), (0, 600)]
    scene.poly([(x, y - 5) for x, y in shore[:7]] + [(960, 600), (0, 600)], mix(scene.palette.water[0], (255, 255, 255), 0.6))
    scene.fade(shore, mix(sand, scene.palette.sky[2], 0.2), mix(sand, scene.palette.shadow, 0.12))
    for _ in range(120):
        x, y = scene.between(0, WIDTH), scene.between(516, 600)
        scene.disc(x, y, scene.between(1, 4), 0.9, mix(sand, scene.palette.shadow if scene.random.random() < 0.5 else scene.palette.sun, 0.25))
    huts = [(690 + index * 72, 506 - index * 6) for index in range(4)]
    scene.shade([[(x, y), (x + 56, y - 2), (x + 92, y + 14), (x + 30, y + 18)] for x, y in huts] + [[(150, 560), (260, 556), (300, 572), (190, 578)]], 0.36)
    for index, (x, y) in enumerate(huts):
        _hut(scene, x, y, index)
    for x, y, h in ((520, 366, 50), (596, 366, 48), (470, 470, 74), (300, 540, 96), (346, 548, 70), (610, 552, 102)):
        person(scene, x + scene.between(-8, 8), y, h, scene.random.random() < 0.6)
    for x, y in ((250, 404), (310, 430), (690, 410)):
        scene.disc(x, y - 4, 5, 6, scene.own((222, 170, 132)))
        scene.line([(x - 14, y + 2), (x + 14, y + 2)], mix(scene.palette.water[0], (255, 255, 255), 0.6), 2)
    towel = scene.own(scene.one_of(((214, 84, 62), (44, 110, 130), (236, 182, 74))))
    scene.poly([(150, 556), (232, 552), (250, 574), (160, 580)], towel)
    scene.poly([(176, 555), (190, 554), (202, 577), (186, 578)], scene.own((250, 244, 230)))
    bush(scene, 20, 590, 90)
    reeds(scene, 0, 110, 600, 84, 50)
    reeds(scene, 880, 960, 604, 80, 36)
    _gulls(scene)


def _hut(scene: Scene, x: float, y: float, index: int) -> None:
    paint = scene.own(((206, 84, 66), (72, 126, 140), (236, 188, 92), (146, 168, 128))[index % 4], 1.04)
    white = scene.own((250, 244, 230), 1.04)
    scene.rect(x, y - 78, 58, 78, paint)
    for stripe in range(3):
        scene.rect(x + 6 + stripe * 19, y - 78, 9, 78, white)
    scene.rect(x + 40 if sunny_left(scene) else x, y - 78, 18, 78, mix(paint, scene.palette.shadow, 0.22))
    scene.poly([(x - 7, y - 76), (x + 29, y - 112), (x + 65, y - 76)], scene.own((92, 84, 88)))
    scene.poly([(x + 4, y - 79), (x + 29, y - 104), (x + 54, y - 79)], white)
    scene.rect(x + 18, y - 54, 22, 54, mix(paint, scene.palette.shadow, 0.35))
    scene.disc(x + 29, y - 88, 4.4, 4.4, paint)


__all__ = [
    "beach", "bridge", "crown", "garden", "harbour", "hillpath", "lighthouse", "meadow", "mill", "observatory",
    "orchard", "park", "pitch", "playground", "river", "solar", "window",
]
