"""Scenes by the sea and in the harbour."""

from __future__ import annotations

from portal.demo.pictures_houses import house, row_of_houses
from portal.demo.pictures_land import far_town, hills, sky, water
from portal.demo.pictures_palettes import mix
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene, Spot
from portal.demo.pictures_things import LAMP, PANE, boat, bush, lamp, person, reeds, sunny_left


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
        scene.line(
            [(x - s, y - s * 0.35), (x - s * 0.3, y), (x, y + s * 0.12), (x + s * 0.3, y), (x + s, y - s * 0.4)],
            white,
            1.8,
        )


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
            scene.poly(
                [(x + edge * wa * share, ya), (x + edge * wb * share, yb), (x + edge * wb, yb), (x + edge * wa, ya)],
                mix(tone, scene.palette.shadow, dark),
            )
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
        scene.line(
            [(x, y), (x + w * 0.5, y - 1 - 3 * near), (x + w, y)], mix(crest, scene.palette.water[1], 0.4), 1 + near
        )
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
        scene.poly(
            [
                (x - size, y + size * 0.4),
                (x - size * 0.6, y - size * 0.4),
                (x + size * 0.4, y - size * 0.5),
                (x + size, y + size * 0.2),
                (x + size * 0.3, y + size * 0.6),
            ],
            rock,
        )
        scene.poly(
            [(x - size * 0.6, y - size * 0.4), (x + size * 0.4, y - size * 0.5), (x, y)],
            mix(rock, scene.palette.sun, 0.25),
        )
    foam = mix(scene.palette.water[0], (255, 255, 255), 0.7)
    for _ in range(70):
        share = scene.random.random()
        scene.disc(
            516 + 350 * share + scene.between(-16, 10),
            470 + 130 * share + scene.between(-6, 10),
            scene.between(3, 13),
            scene.between(1, 3.4),
            mix(foam, scene.palette.water[1], scene.between(0, 0.5)),
        )
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
    scene.fade(
        [(548, 366), (580, 366), (560, 520), (380, 520)],
        mix(wood, scene.palette.sky[2], 0.25),
        mix(wood, scene.palette.sun, 0.08),
    )
    for step in range(22):
        share = (step / 22) ** 1.5
        y = 368 + 150 * share
        scene.line(
            [(548 - 166 * (y - 366) / 154, y), (580 - 20 * (y - 366) / 154, y)],
            mix(wood, scene.palette.shadow, 0.24),
            1,
        )
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
    shore: list[Spot] = [
        (0, 470),
        (120, 486),
        (260, 500),
        (420, 512),
        (600, 508),
        (780, 484),
        (960, 452),
        (960, 600),
        (0, 600),
    ]
    scene.poly(
        [(x, y - 5) for x, y in shore[:7]] + [(960, 600), (0, 600)], mix(scene.palette.water[0], (255, 255, 255), 0.6)
    )
    scene.fade(shore, mix(sand, scene.palette.sky[2], 0.2), mix(sand, scene.palette.shadow, 0.12))
    for _ in range(120):
        x, y = scene.between(0, WIDTH), scene.between(516, 600)
        scene.disc(
            x,
            y,
            scene.between(1, 4),
            0.9,
            mix(sand, scene.palette.shadow if scene.random.random() < 0.5 else scene.palette.sun, 0.25),
        )
    huts = [(690 + index * 72, 506 - index * 6) for index in range(4)]
    scene.shade(
        [[(x, y), (x + 56, y - 2), (x + 92, y + 14), (x + 30, y + 18)] for x, y in huts]
        + [[(150, 560), (260, 556), (300, 572), (190, 578)]],
        0.36,
    )
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
