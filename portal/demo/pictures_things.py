"""Trees, houses, people, boats and what stands in streets and parks, for the pictures."""

from __future__ import annotations

import math

from portal.demo.pictures_palettes import COATS, SKINS, Colour, Tones, mix
from portal.demo.pictures_scene import HEIGHT, WIDTH, Scene, Spot

PANE: Colour = (92, 126, 150)
LAMP: Colour = (255, 214, 128)


def sunny_left(scene: Scene) -> bool:
    """Whether light falls from the left."""
    return scene.palette.sun_at[0] < WIDTH / 2


def crown(scene: Scene, x: float, y: float, rx: float, ry: float, tones: Tones, blobs: int = 46) -> None:
    """Foliage in three tones: dark below, light where the sun falls, with loose leaves on top."""
    dark, middle, light = tones
    side = -1 if sunny_left(scene) else 1
    base = math.sqrt(rx * ry)
    for share, tone, shift, spread in (
        (0.34, dark, 0.0, 1.0),
        (0.36, middle, 0.13, 0.88),
        (0.30, light, 0.3, 0.64),
    ):
        for _ in range(int(blobs * share) + 3):
            turn = scene.between(0, 6.283)
            out = math.sqrt(scene.random.random()) * spread
            bx = x + math.cos(turn) * out * rx * 0.86 + side * shift * rx * 0.62
            by = y + math.sin(turn) * out * ry * 0.86 - shift * ry * 0.85
            size = scene.between(0.12, 0.25) * base * (1.1 - shift)
            colour = mix(tone, scene.one_of(tones), 0.16)
            scene.disc(bx, by, size * scene.between(0.9, 1.35), size, colour)
    for _ in range(int(base * 1.1)):
        turn = scene.between(0, 6.283)
        out = math.sqrt(scene.random.random())
        lx, ly = math.cos(turn) * out, math.sin(turn) * out
        sunny = max(0.0, min(1.0, 0.5 + side * lx * 0.45 - ly * 0.5))
        colour = mix(mix(dark, middle, min(1.0, sunny * 2)), light, max(0.0, sunny * 1.7 - 0.7))
        size = scene.between(0.8, 1.6) + base * 0.018
        tint = mix(colour, light if scene.random.random() < 0.55 else dark, 0.3)
        scene.disc(x + lx * rx * 0.9, y - ry * 0.06 + ly * ry * 0.9, size * 1.5, size, tint)


def tree(scene: Scene, x: float, y: float, h: float, tones: Tones | None = None) -> None:
    """A broad-leaved tree whose foot stands at x, y."""
    leaves = tones or scene.one_of(scene.palette.leaves)
    bark = scene.own((96, 74, 62), 0.8)
    w = h * scene.between(0.042, 0.06)
    lean = scene.between(-0.04, 0.04) * h
    scene.poly([(x - w, y), (x - w * 0.5 + lean, y - h * 0.55), (x + w * 0.5 + lean, y - h * 0.55), (x + w, y)], bark)
    for side in (-1, 1):
        scene.line([(x + lean * 0.7, y - h * 0.36), (x + side * h * 0.16 + lean, y - h * 0.6)], bark, max(1.0, w * 0.6))
    rx, ry = h * scene.between(0.27, 0.36), h * scene.between(0.3, 0.36)
    crown(scene, x + lean, y - h * 0.66, rx, ry, leaves, 40 if h < 120 else 74)


def young_tree(scene: Scene, x: float, y: float, h: float) -> None:
    """A young tree with its stake."""
    scene.line([(x + h * 0.05, y), (x + h * 0.05, y - h * 0.42)], scene.own((178, 142, 98)), 2)
    scene.line([(x, y), (x, y - h * 0.6)], scene.own((104, 82, 66)), max(1.6, h * 0.026))
    crown(scene, x, y - h * 0.68, h * 0.21, h * 0.29, scene.one_of(scene.palette.leaves), 38)


def conifer(scene: Scene, x: float, y: float, h: float) -> None:
    """A spruce of ragged storeys."""
    dark, middle, light = (
        scene.palette.leaves[0] if scene.palette.name != "autumn" else ((34, 66, 60), (58, 96, 74), (116, 140, 92))
    )
    scene.rect(x - h * 0.02, y - h * 0.1, h * 0.04, h * 0.1, scene.own((88, 66, 56), 0.8))
    side = -1 if sunny_left(scene) else 1
    for storey in range(7):
        share = storey / 6
        cy = y - h * (0.1 + 0.8 * share)
        wide = h * 0.24 * (1 - share * 0.86)
        tall = h * 0.2
        tone = mix(mix(dark, middle, 0.3), middle, share)
        spots: list[Spot] = [(x, cy - tall)]
        spots += [(x + wide * f, cy + scene.between(-0.02, 0.03) * h) for f in (1, 0.6, 0.2, -0.25, -0.6, -1)]
        scene.poly(spots, tone)
        scene.poly(
            [(x, cy - tall), (x + side * wide * 0.9, cy), (x + side * wide * 0.25, cy - 0.02 * h)],
            mix(tone, light, 0.4),
        )


def poplar(scene: Scene, x: float, y: float, h: float) -> None:
    """A tall slim tree."""
    scene.rect(x - h * 0.015, y - h * 0.16, h * 0.03, h * 0.16, scene.own((110, 90, 74), 0.8))
    crown(scene, x, y - h * 0.55, h * 0.12, h * 0.45, scene.one_of(scene.palette.leaves), 60)


def willow(scene: Scene, x: float, y: float, h: float) -> None:
    """A willow with hanging twigs."""
    dark, middle, light = scene.palette.leaves[-1]
    bark = scene.own((92, 76, 64), 0.8)
    scene.poly([(x - h * 0.05, y), (x - h * 0.03, y - h * 0.5), (x + h * 0.04, y - h * 0.5), (x + h * 0.06, y)], bark)
    crown(scene, x, y - h * 0.72, h * 0.38, h * 0.22, (dark, middle, light), 60)
    for _ in range(64):
        turn = scene.between(-1, 1)
        top = y - h * (0.9 - 0.3 * abs(turn)) + scene.between(0, 20)
        px = x + turn * h * 0.42
        long = h * scene.between(0.3, 0.62)
        tone = mix(scene.one_of((dark, middle, middle, light)), light, scene.between(0, 0.4))
        scene.line([(px, top), (px + turn * 6, top + long * 0.5), (px + turn * 4, min(y + 4, top + long))], tone, 1.6)


def bush(scene: Scene, x: float, y: float, w: float, tones: Tones | None = None) -> None:
    """A low round bush."""
    crown(scene, x, y - w * 0.3, w * 0.56, w * 0.36, tones or scene.one_of(scene.palette.leaves), 26)


def reeds(scene: Scene, left: float, right: float, base: float, tall: float, number: int) -> None:
    """Reeds with brown heads."""
    dark, middle, light = scene.palette.leaves[-1]
    for _ in range(number):
        x = scene.between(left, right)
        h = tall * scene.between(0.5, 1.0)
        lean = scene.between(-0.12, 0.2) * h
        tone = mix(scene.one_of((dark, middle, light)), scene.palette.sun, 0.12)
        foot = base + scene.between(-5, 6)
        scene.line([(x, foot), (x + lean * 0.4, foot - h * 0.6), (x + lean, foot - h)], tone, 1.5)
        if scene.random.random() < 0.22:
            scene.line([(x + lean * 0.9, foot - h * 0.96), (x + lean, foot - h * 1.12)], scene.own((122, 78, 52)), 3.2)


def person(scene: Scene, x: float, y: float, h: float, walking: bool = True) -> None:
    """Somebody standing or walking, foot at x, y."""
    coat = scene.own(scene.one_of(COATS))
    skin = scene.own(scene.one_of(SKINS))
    trousers = scene.own(scene.one_of(((48, 58, 82), (92, 84, 82), (70, 88, 74), (126, 104, 88))))
    step = h * 0.13 if walking else h * 0.05
    scene.line([(x - step, y), (x, y - h * 0.46), (x + step, y)], trousers, h * 0.085)
    scene.poly(
        [
            (x - h * 0.13, y - h * 0.38),
            (x - h * 0.11, y - h * 0.8),
            (x + h * 0.11, y - h * 0.8),
            (x + h * 0.14, y - h * 0.38),
        ],
        coat,
    )
    side = 1 if sunny_left(scene) else -1
    scene.poly(
        [(x, y - h * 0.38), (x, y - h * 0.8), (x + side * h * 0.11, y - h * 0.8), (x + side * h * 0.14, y - h * 0.38)],
        mix(coat, scene.palette.shadow, 0.22),
    )
    scene.line([(x - h * 0.1, y - h * 0.74), (x - h * 0.17, y - h * 0.46)], coat, h * 0.06)
    scene.line([(x + h * 0.1, y - h * 0.74), (x + h * 0.18, y - h * 0.48)], coat, h * 0.06)
    scene.disc(x, y - h * 0.89, h * 0.075, h * 0.09, skin)
    hair = scene.own(scene.one_of(((60, 42, 34), (150, 102, 56), (214, 180, 118), (200, 200, 200), (178, 60, 54))))
    scene.disc(x, y - h * 0.945, h * 0.082, h * 0.05, hair)


def cyclist(scene: Scene, x: float, y: float, h: float, right: bool = True) -> None:
    """Somebody on a bicycle; y is the ground, h the height of the rider above it."""
    turn = 1 if right else -1
    r = h * 0.21
    frame = scene.own(scene.one_of(((44, 96, 120), (206, 76, 58), (58, 58, 72), (232, 178, 70))))
    dark = scene.own((52, 50, 60))
    back, front = x - turn * h * 0.3, x + turn * h * 0.3
    for wheel in (back, front):
        scene.ring(wheel, y - r, r, dark, max(1.3, h * 0.02))
        scene.disc(wheel, y - r, 1.4, 1.4, dark)
    seat, bar = (x - turn * h * 0.14, y - h * 0.48), (x + turn * h * 0.22, y - h * 0.54)
    crank = (x - turn * h * 0.02, y - r)
    width = max(1.6, h * 0.026)
    scene.line([(back, y - r), crank, bar], frame, width)
    scene.line([seat, crank], frame, width)
    scene.line([(back, y - r), seat], frame, width)
    scene.line([seat, (bar[0] - turn * h * 0.03, bar[1] + h * 0.05)], frame, width)
    scene.line([bar, (front, y - r)], frame, width)
    scene.line([bar, (bar[0] - turn * h * 0.06, bar[1] - h * 0.04)], dark, width)
    coat = scene.own(scene.one_of(COATS))
    legs = scene.own((52, 60, 84))
    hip = (seat[0], seat[1] - h * 0.03)
    knee = (x + turn * h * 0.1, y - h * 0.36)
    scene.line([hip, knee, (crank[0] + turn * h * 0.02, y - h * 0.08)], legs, h * 0.07)
    shoulder = (x + turn * h * 0.03, y - h * 0.8)
    scene.line([hip, shoulder], coat, h * 0.15)
    scene.line(
        [shoulder, (x + turn * h * 0.12, y - h * 0.62), (bar[0] - turn * h * 0.05, bar[1] - h * 0.03)],
        mix(coat, scene.palette.shadow, 0.15),
        h * 0.055,
    )
    scene.disc(x + turn * h * 0.07, y - h * 0.91, h * 0.07, h * 0.08, scene.own(scene.one_of(SKINS)))
    scene.poly(
        [
            (x + turn * h * 0.07 - h * 0.09, y - h * 0.92),
            (x + turn * h * 0.07 - h * 0.05, y - h),
            (x + turn * h * 0.07 + h * 0.05, y - h),
            (x + turn * h * 0.07 + h * 0.09, y - h * 0.92),
        ],
        scene.own(scene.one_of(((240, 236, 226), (214, 84, 62), (44, 96, 120)))),
    )


def bench(scene: Scene, x: float, y: float, w: float) -> None:
    """A bench with back and armrests, foot at x, y."""
    wood, iron = scene.own((178, 124, 78), 1.05), scene.own((58, 62, 70))
    h = w * 0.46
    for leg in (0.06, 0.94):
        scene.line([(x + w * leg, y), (x + w * leg, y - h)], iron, w * 0.04)
        scene.line([(x + w * leg, y - h * 0.66), (x + w * leg + w * 0.07, y - h * 0.62)], iron, w * 0.04)
    for row in range(3):
        scene.rect(x, y - h + row * h * 0.16, w, h * 0.1, mix(wood, scene.palette.shadow, row * 0.07))
    scene.rect(x - w * 0.02, y - h * 0.44, w * 1.04, h * 0.13, mix(wood, scene.palette.sun, 0.2))
    scene.rect(x - w * 0.02, y - h * 0.33, w * 1.04, h * 0.06, mix(wood, scene.palette.shadow, 0.4))


def lamp(scene: Scene, x: float, y: float, h: float) -> None:
    """A street lamp; it shines when the hour asks for it."""
    iron = scene.own((50, 58, 66))
    scene.line([(x, y), (x, y - h)], iron, max(2.0, h * 0.022))
    scene.rect(x - h * 0.02, y - h * 0.06, h * 0.04, h * 0.06, iron)
    if scene.palette.lit > 0.25:
        scene.glow(x, y - h, h * 0.34, LAMP, 0.7)
    scene.poly(
        [
            (x - h * 0.045, y - h * 0.98),
            (x - h * 0.03, y - h * 1.07),
            (x + h * 0.03, y - h * 1.07),
            (x + h * 0.045, y - h * 0.98),
        ],
        LAMP if scene.palette.lit > 0.25 else scene.own((236, 232, 214)),
    )
    scene.poly([(x - h * 0.06, y - h * 1.07), (x, y - h * 1.11), (x + h * 0.06, y - h * 1.07)], iron)


def boat(scene: Scene, x: float, y: float, w: float, sail: bool = False) -> None:
    """A wooden boat on the water line y, with a cabin or a sail."""
    paint = scene.own(scene.one_of(((236, 230, 214), (44, 92, 118), (190, 64, 52), (70, 110, 96), (226, 170, 82))))
    h = w * 0.2
    turn = 1 if scene.random.random() < 0.5 else -1
    bow = x + turn * w * 0.5
    stern = x - turn * w * 0.46
    scene.poly(
        [
            (stern, y - h),
            (bow + turn * w * 0.06, y - h * 1.25),
            (bow - turn * w * 0.1, y + h * 0.1),
            (stern + turn * w * 0.05, y + h * 0.1),
        ],
        paint,
    )
    scene.poly(
        [
            (stern + turn * 2, y - h * 0.3),
            (bow - turn * w * 0.05, y - h * 0.3),
            (bow - turn * w * 0.1, y + h * 0.1),
            (stern + turn * w * 0.05, y + h * 0.1),
        ],
        mix(paint, scene.palette.shadow, 0.3),
    )
    scene.line([(stern, y - h), (bow + turn * w * 0.06, y - h * 1.25)], scene.own((246, 240, 226)), max(1.2, w * 0.02))
    mast = x + turn * w * 0.06
    wood = scene.own((140, 100, 70))
    if sail:
        tall = w * 1.05
        scene.line([(mast, y - h), (mast, y - tall)], wood, max(1.4, w * 0.018))
        cloth = scene.own((248, 240, 222), 1.05)
        scene.poly(
            [(mast - turn * 3, y - tall * 0.97), (mast - turn * 3, y - h * 1.7), (mast - turn * w * 0.4, y - h * 1.6)],
            cloth,
        )
        scene.poly(
            [(mast + turn * 3, y - tall * 0.9), (mast + turn * 3, y - h * 1.5), (mast + turn * w * 0.38, y - h * 1.5)],
            mix(cloth, scene.own((206, 92, 66)), 0.55),
        )
    else:
        scene.line([(mast, y - h), (mast, y - w * 0.72)], wood, max(1.2, w * 0.016))
        scene.line([(mast, y - w * 0.7), (bow, y - h * 1.2)], mix(wood, scene.palette.sky[2], 0.3), 0.8)
        scene.line([(mast, y - w * 0.7), (stern, y - h)], mix(wood, scene.palette.sky[2], 0.3), 0.8)
        cabin = x - turn * w * 0.16
        scene.rect(cabin - w * 0.13, y - h * 2.1, w * 0.26, h * 1.15, scene.own((240, 232, 214)))
        scene.rect(cabin - w * 0.15, y - h * 2.3, w * 0.3, h * 0.28, scene.own((150, 66, 56)))
        scene.rect(
            cabin - w * 0.08, y - h * 1.85, w * 0.16, h * 0.45, LAMP if scene.palette.lit > 0.5 else scene.own(PANE)
        )
    for row in range(5):
        yy = y + h * 0.2 + row * h * 0.3
        scene.line(
            [(x - w * (0.4 - row * 0.06) + scene.between(-4, 4), yy), (x + w * (0.4 - row * 0.06), yy)],
            mix(paint, scene.palette.water[1], 0.45 + row * 0.09),
            1.6,
        )


def leaves_in_front(scene: Scene, left: bool) -> None:
    """A dark bough hanging into the upper corner: it gives depth."""
    dark, middle, light = scene.one_of(scene.palette.leaves)
    deep, soft = mix(dark, scene.palette.shadow, 0.3), mix(dark, middle, 0.55)
    sign = 1.0 if left else -1.0
    edge = -10.0 if left else WIDTH + 10.0
    bark = mix(scene.own((70, 54, 48)), scene.palette.shadow, 0.4)
    for sx, sy, long, drop in ((edge, 18.0, 250.0, 46.0), (edge, 74.0, 170.0, 54.0), (edge, -10.0, 330.0, 20.0)):
        long, drop = long * scene.between(0.85, 1.1), drop * scene.between(0.7, 1.2)
        scene.line([(sx, sy), (sx + sign * long * 0.5, sy + drop * 0.3), (sx + sign * long, sy + drop)], bark, 2.6)
        for step in range(26):
            share = (step + 0.5) / 26
            px = sx + sign * long * share
            py = sy + drop * share * (0.6 + 0.4 * share)
            for _ in range(2):
                size = scene.between(15, 26) * (1.15 - share * 0.45)
                turn = scene.between(-1.2, 1.5)
                ax, ay = sign * math.cos(turn), math.sin(turn) * 0.85 + 0.25
                tip = (px + ax * size, py + ay * size)
                bend = (-ay * size * 0.27, ax * size * 0.27)
                mid = (px + ax * size * 0.45, py + ay * size * 0.45)
                tone = scene.one_of((deep, deep, soft, mix(soft, light, 0.35)))
                scene.poly(
                    [(px, py), (mid[0] + bend[0], mid[1] + bend[1]), tip, (mid[0] - bend[0], mid[1] - bend[1])], tone
                )
                scene.line([(px, py), tip], mix(tone, deep, 0.5), 0.7)


def grass_in_front(scene: Scene, flowers: bool = True) -> None:
    """Tall dark grass along the lower edge, with a few flowers."""
    dark, middle, light = scene.palette.leaves[0]
    for _ in range(130):
        x = scene.between(-10, WIDTH + 10)
        rim = abs(x - WIDTH / 2) / (WIDTH / 2)
        h = scene.between(12, 34) + 46 * rim**2 * scene.random.random()
        lean = scene.between(-0.3, 0.3) * h
        tone = mix(mix(dark, scene.palette.shadow, 0.25), scene.one_of((middle, light)), scene.between(0, 0.4))
        scene.poly([(x - 2, HEIGHT + 2), (x + lean, HEIGHT - h), (x + 2.4, HEIGHT + 2)], tone)
        if flowers and scene.random.random() < 0.1:
            colour = scene.own(scene.one_of(((238, 92, 74), (252, 218, 100), (252, 246, 236), (164, 124, 200))))
            scene.disc(x + lean, HEIGHT - h, 4.2, 3.8, colour)
            scene.disc(x + lean, HEIGHT - h, 1.5, 1.4, scene.own((250, 214, 110)))


def wood_line(scene: Scene, base: float, number: int, low: float, high: float) -> None:
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
