"""Sky, hills, ground and water of the pictures: what lies behind and below everything else."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw, ImageFilter

from portal.demo.pictures_palettes import Colour, mix
from portal.demo.pictures_scene import HEIGHT, SCALE, WIDTH, Scene, Spot, ramp, soft_disc


def sky(scene: Scene, horizon: float, clouds: int = 4) -> None:
    """Sky down to the horizon, with the sun or the moon, clouds and perhaps stars.

    All of it is soft, so it is painted at the picture's own size and doubled: a quarter of the pixels.
    """
    palette = scene.palette
    top, middle, low = palette.sky
    tall = int(horizon) + 3
    half = int(horizon * 0.55)
    small = Image.new("RGB", (WIDTH, tall), low)
    small.paste(ramp(top, middle, (WIDTH, half)), (0, 0))
    small.paste(ramp(middle, low, (WIDTH, tall - half)), (0, half))
    x, y = palette.sun_at
    small.paste(palette.sun, (int(x) - 260, int(y) - 260), soft_disc(520, 0.75))
    if y < horizon - 10 and palette.name not in {"summer", "spring"}:
        r = 24 if palette.stars else 34
        disc = Image.new("L", (r * 8, r * 8))
        ImageDraw.Draw(disc).ellipse((0, 0, r * 8 - 1, r * 8 - 1), fill=255)
        small.paste(mix(palette.sun, (255, 255, 250), 0.4), (int(x) - r, int(y) - r), disc.reduce(4))
    if clouds:
        _clouds(scene, small, clouds)
    scene.image.paste(small.resize((WIDTH * SCALE, tall * SCALE), Image.Resampling.NEAREST), (0, 0))
    if palette.stars:
        for _ in range(170):
            sx, sy = scene.between(0, WIDTH), scene.between(0, horizon * 0.92)
            size = scene.between(0.4, 1.5)
            scene.disc(sx, sy, size, size, mix(palette.sky[1], (255, 250, 226), scene.between(0.35, 1.0)))


def _clouds(scene: Scene, sky: Image.Image, number: int) -> None:
    """Soft heaps with a flat foot and a lit upper edge, drawn small and blurred."""
    w, h = WIDTH // 3, sky.height // 3
    body, foot = Image.new("L", (w, h)), Image.new("L", (w, h))
    upper, lower = ImageDraw.Draw(body), ImageDraw.Draw(foot)
    for _ in range(number):
        cx, cy = scene.between(-10, w), scene.between(14, h * 0.72)
        wide = scene.between(22, 58) * (0.6 + cy / 200)
        for step in range(9):
            share = step / 8
            bump = math.sin(math.pi * share) * wide * 0.26 * scene.between(0.6, 1.2) + 2.5
            x = cx - wide + 2 * wide * share
            upper.ellipse((x - bump * 1.7, cy - bump * 1.5, x + bump * 1.7, cy + 3), fill=225)
            lower.ellipse((x - bump * 1.7, cy - bump * 0.3, x + bump * 1.7, cy + 4), fill=120)
    palette = scene.palette
    for mask, colour, blur in (
        (body, palette.cloud, 1.6),
        (foot, mix(palette.sky[1], palette.shadow, 0.16), 2.4),
    ):
        soft = mask.filter(ImageFilter.GaussianBlur(blur)).resize((WIDTH, h * 3), Image.Resampling.BICUBIC)
        sky.paste(colour, (0, 0), soft)


def ridge(scene: Scene, base: float, height: float, rough: float = 1.0) -> list[Spot]:
    """A line of hills from left to right around the height `base`."""
    waves = [
        (scene.between(0.6, 1.4) / n, scene.between(0, 6.3), n * scene.between(0.8, 1.25)) for n in (1, 2, 3, 5, 9)
    ]
    spots: list[Spot] = []
    for step in range(61):
        x = step * WIDTH / 60
        lift = sum(a * math.sin(p + x / WIDTH * math.pi * 2 * f) for a, p, f in waves)
        spots.append((x, base - height * (0.5 + lift / 3.2) - scene.between(0, rough)))
    return spots


def hills(scene: Scene, base: float, height: float, depth: float, wood: bool = False) -> None:
    """A range of hills; `depth` 0 is far and blue, 1 is near. Wooded ones have tree tops on their line."""
    palette = scene.palette
    line = ridge(scene, base, height, 1.5)
    top = mix(palette.far, palette.hill, depth)
    low = mix(top, palette.sky[2], 0.45)
    scene.fade([*line, (WIDTH, base + 90), (0, base + 90)], top, low)
    if wood:
        dark = mix(top, palette.shadow, 0.16)
        for index in range(0, len(line) - 1):
            x, y = line[index]
            for _ in range(3):
                px = x + scene.between(0, 16)
                size = scene.between(3, 8) * (0.6 + depth * 0.6)
                scene.disc(px, y + 2, size, size * 1.15, mix(top, dark, scene.between(0, 1)))


def far_town(scene: Scene, base: float, left: float, right: float, size: float = 1.0) -> None:
    """A row of small houses far away, with a tower among them."""
    palette = scene.palette
    x = left
    while x < right:
        w = scene.between(12, 24) * size
        h = scene.between(10, 22) * size
        wall = mix(
            scene.own(scene.one_of(((232, 214, 184), (196, 110, 88), (220, 180, 120), (160, 168, 180)))),
            palette.far,
            0.45,
        )
        roof = mix(scene.own((138, 78, 66)), palette.far, 0.4)
        scene.rect(x, base - h, w, h + 2, wall)
        scene.poly([(x - 1, base - h), (x + w / 2, base - h - 9 * size), (x + w + 1, base - h)], roof)
        if scene.random.random() < max(0.25, palette.lit):
            glow = mix(wall, (255, 214, 130), 0.3 + palette.lit * 0.7)
            scene.rect(x + w * 0.35, base - h * 0.66, 2.4 * size, 3.4 * size, glow)
        x += w + scene.between(-2, 5)
    tower = left + (right - left) * scene.between(0.3, 0.7)
    wall = mix(scene.own((214, 196, 170)), palette.far, 0.4)
    scene.rect(tower, base - 44 * size, 9 * size, 44 * size, wall)
    spire = mix(scene.own((84, 112, 110)), palette.far, 0.35)
    scene.poly(
        [
            (tower - 2, base - 44 * size),
            (tower + 4.5 * size, base - 78 * size),
            (tower + 9 * size + 2, base - 44 * size),
        ],
        spire,
    )


def ground(scene: Scene, top: float, colours: tuple[Colour, Colour] | None = None, tufts: int = 260) -> None:
    """Grass from `top` down to the lower edge, with strokes that grow towards us."""
    light, dark = colours or scene.palette.grass
    bend = scene.between(-14, 14)
    edge = [(x, top + bend * math.sin(x / WIDTH * math.pi)) for x in range(0, WIDTH + 1, 60)]
    scene.fade([*edge, (WIDTH, HEIGHT), (0, HEIGHT)], light, dark)
    span = HEIGHT - top
    # broad light and dark patches first, then strokes
    for _ in range(26):
        near = scene.between(0.05, 1) ** 1.2
        y = top + 10 + (span - 10) * near
        here = mix(light, dark, near)
        tone = mix(here, light if scene.random.random() < 0.5 else scene.palette.shadow, 0.1)
        scene.disc(scene.between(0, WIDTH), y, 40 + 120 * near, 2 + 9 * near, tone)
    for _ in range(tufts):
        near = scene.random.random()
        y = top + 14 + (span - 14) * near
        x = scene.between(0, WIDTH)
        here = mix(light, dark, near)
        tone = (
            mix(here, scene.palette.sun, 0.28) if scene.random.random() < 0.5 else mix(here, scene.palette.shadow, 0.22)
        )
        lean = scene.between(-2, 3)
        tall = 2 + 8 * near
        scene.line([(x, y), (x + lean * near, y - tall)], tone, 0.6 + near * 0.9)


def flowers(scene: Scene, top: float, bottom: float, number: int, left: float = 0, right: float = WIDTH) -> None:
    """Dots of flowers, smaller and closer together far away."""
    colours: tuple[Colour, ...] = (
        (232, 88, 70),
        (252, 216, 92),
        (252, 248, 236),
        (150, 110, 190),
        (236, 132, 160),
        (90, 130, 210),
    )
    spots = sorted(scene.random.random() ** 1.4 for _ in range(number))
    for near in spots:
        y = top + (bottom - top) * near
        x = scene.between(left, right)
        size = 0.9 + 3.4 * near
        stem = mix(scene.palette.grass[1], scene.palette.shadow, 0.2)
        if near > 0.35:
            scene.line([(x, y + size * 3), (x, y)], stem, 0.8)
        colour = scene.own(scene.one_of(colours))
        scene.disc(x, y, size, size * 0.86, colour)
        if near > 0.55:
            scene.disc(x - size * 0.2, y - size * 0.2, size * 0.42, size * 0.4, mix(colour, (255, 244, 200), 0.6))


def path(
    scene: Scene, far: Spot, width_far: float, near: Spot, width_near: float, colour: Colour | None = None
) -> None:
    """A bending way from far to near."""
    tone = colour or scene.palette.path
    left: list[Spot] = []
    right: list[Spot] = []
    bend = scene.between(-70, 70)
    for step in range(17):
        share = step / 16
        ease = share * share * (3 - 2 * share)
        x = far[0] + (near[0] - far[0]) * ease + bend * math.sin(share * math.pi)
        y = far[1] + (near[1] - far[1]) * share**1.35
        w = width_far + (width_near - width_far) * share**1.5
        left.append((x - w / 2, y))
        right.append((x + w / 2, y))
    edge = mix(tone, scene.palette.grass[1], 0.45)
    scene.poly([*[(x - 3, y) for x, y in left], *[(x + 3, y) for x, y in reversed(right)]], edge)
    scene.fade([*left, *reversed(right)], mix(tone, scene.palette.sky[2], 0.25), mix(tone, scene.palette.shadow, 0.14))


def water(scene: Scene, top: float, bottom: float = HEIGHT, mirror: float = 0.5, fall: float = 1.0) -> None:
    """Water from `top` down, with what stands above it mirrored and broken by small waves."""
    palette = scene.palette
    light, dark = palette.water
    deep = bottom - top
    scene.band(top, bottom, light, dark)
    if mirror:
        reach = min(top, deep * fall)
        size = (WIDTH * SCALE, int(deep * SCALE))
        box = (0.0, (top - reach) * SCALE, float(WIDTH * SCALE), top * SCALE)
        small = scene.image.resize((WIDTH, size[1] // 2), Image.Resampling.NEAREST, box)
        small = small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.BoxBlur(2.2))
        fade = bytes(int(255 * mirror * (1 - row / size[1]) ** 0.7) for row in range(size[1]))
        mask = Image.frombytes("L", (1, size[1]), fade).resize(size, Image.Resampling.NEAREST)
        scene.image.paste(small.resize(size, Image.Resampling.NEAREST), (0, int(top * SCALE)), mask)
    sun_x = palette.sun_at[0]
    for _ in range(int(150 * min(1.0, deep / 200)) + 30):
        near = scene.random.random() ** 1.3
        y = top + 2 + (deep - 4) * near
        x = scene.between(-20, WIDTH)
        long = 6 + 60 * near * scene.random.random()
        here = mix(light, dark, near)
        bright = scene.random.random() < 0.55
        tone = mix(here, palette.sky[2], 0.4) if bright else mix(here, palette.shadow, 0.2)
        scene.line([(x, y), (x + long, y)], tone, 0.5 + 1.1 * near)
    for _ in range(46):
        near = scene.random.random()
        x = sun_x + scene.between(-1, 1) * (16 + 90 * near)
        y = top + 3 + (deep - 6) * near
        scene.line([(x, y), (x + 4 + 18 * near, y)], mix(palette.sun, palette.water[0], 0.25), 0.7 + near)


def ground_tufts(scene: Scene, top: float, number: int) -> None:
    """Strokes of grass on ground that is already there."""
    light, dark = scene.palette.grass
    for _ in range(number):
        near = scene.random.random()
        y = top + (HEIGHT - top) * near
        x = scene.between(0, WIDTH)
        tone = mix(
            mix(light, dark, near), scene.palette.sun if scene.random.random() < 0.5 else scene.palette.shadow, 0.22
        )
        scene.line([(x, y), (x + scene.between(-2, 3), y - 3 - 8 * near)], tone, 0.7 + near * 0.8)


def paving(scene: Scene, top: float, stone: Colour | None = None) -> None:
    """Paving from `top` down, with joints that run to the middle."""
    tone = stone or scene.palette.path
    scene.fade(
        [(0, top), (WIDTH, top), (WIDTH, HEIGHT), (0, HEIGHT)],
        mix(tone, scene.palette.sky[2], 0.3),
        mix(tone, scene.palette.shadow, 0.2),
    )
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
        tint = (
            mix(tone, scene.palette.sun, 0.25) if scene.random.random() < 0.5 else mix(tone, scene.palette.shadow, 0.2)
        )
        scene.disc(
            scene.between(0, WIDTH),
            y,
            10 + 40 * share,
            1 + 4 * share,
            mix(mix(tone, tint, 0.6), scene.palette.path, 0.3),
        )


def backdrop(scene: Scene, horizon: float) -> None:
    """Sky, hills and the far town, with haze before them."""
    sky(scene, horizon)
    hills(scene, horizon, 90, 0.1)
    far_town(scene, horizon + 6, 0, WIDTH, 1.2)
    hills(scene, horizon + 34, 60, 0.7, wood=True)
    scene.haze(horizon - 120, horizon + 10, horizon + 90, 0.5)
