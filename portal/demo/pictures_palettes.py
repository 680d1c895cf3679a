"""Hours and seasons of the pictures: each palette is one light in which a whole scene is painted."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]
Tones = tuple[Colour, Colour, Colour]  # dark, middle, light


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` (0..1) of the way from a to b."""
    return (
        int(a[0] + (b[0] - a[0]) * share),
        int(a[1] + (b[1] - a[1]) * share),
        int(a[2] + (b[2] - a[2]) * share),
    )


@dataclass(frozen=True, slots=True)
class Palette:
    """One light. `ambient` multiplies the own colour of things; `lit` is the share of windows with lamps on."""

    name: str
    sky: Tones  # top, middle, horizon
    sun: Colour
    sun_at: tuple[float, float]  # in picture units of 960 x 600
    cloud: Colour
    far: Colour
    hill: Colour
    grass: tuple[Colour, Colour]  # far, near
    leaves: tuple[Tones, ...]
    water: tuple[Colour, Colour]
    path: Colour
    road: Colour
    shadow: Colour
    ambient: tuple[float, float, float]
    lit: float
    glow: float
    stars: bool = False


_GREEN: Tones = ((38, 84, 66), (76, 128, 74), (150, 180, 92))
_DEEP: Tones = ((28, 72, 70), (54, 106, 84), (112, 152, 96))
_OLIVE: Tones = ((66, 92, 54), (116, 136, 64), (186, 190, 96))

SUMMER = Palette(
    name="summer",
    sky=((78, 146, 190), (148, 198, 212), (240, 236, 208)),
    sun=(255, 246, 214),
    sun_at=(760, 70),
    cloud=(254, 249, 236),
    far=(136, 174, 186),
    hill=(104, 150, 128),
    grass=((168, 190, 104), (84, 132, 74)),
    leaves=(_GREEN, _DEEP, _OLIVE),
    water=((150, 198, 204), (44, 108, 136)),
    path=(232, 212, 174),
    road=(142, 142, 150),
    shadow=(30, 58, 84),
    ambient=(1.0, 1.0, 0.98),
    lit=0.06,
    glow=0.28,
)
MORNING = Palette(
    name="morning",
    sky=((122, 170, 196), (226, 208, 192), (255, 224, 178)),
    sun=(255, 232, 182),
    sun_at=(210, 190),
    cloud=(255, 238, 220),
    far=(174, 182, 196),
    hill=(128, 158, 146),
    grass=((196, 194, 124), (96, 134, 84)),
    leaves=(((50, 92, 76), (104, 142, 84), (204, 196, 112)), ((44, 80, 78), (86, 126, 92), (170, 178, 112)), _OLIVE),
    water=((232, 204, 180), (78, 128, 148)),
    path=(240, 212, 176),
    road=(158, 150, 154),
    shadow=(56, 66, 104),
    ambient=(1.03, 0.97, 0.92),
    lit=0.12,
    glow=0.42,
)
GOLDEN = Palette(
    name="golden",
    sky=((84, 122, 158), (228, 172, 132), (255, 214, 138)),
    sun=(255, 222, 140),
    sun_at=(720, 226),
    cloud=(255, 206, 168),
    far=(168, 140, 146),
    hill=(136, 124, 106),
    grass=((214, 176, 92), (96, 108, 62)),
    leaves=(((56, 70, 54), (120, 114, 56), (228, 172, 82)), ((44, 66, 60), (92, 104, 62), (196, 158, 84))),
    water=((244, 192, 140), (74, 96, 124)),
    path=(238, 200, 152),
    road=(150, 132, 132),
    shadow=(58, 44, 84),
    ambient=(1.06, 0.94, 0.8),
    lit=0.3,
    glow=0.55,
)
DUSK = Palette(
    name="dusk",
    sky=((34, 50, 96), (128, 98, 142), (250, 174, 128)),
    sun=(255, 190, 130),
    sun_at=(300, 300),
    cloud=(206, 130, 142),
    far=(104, 92, 132),
    hill=(70, 76, 108),
    grass=((96, 104, 96), (36, 60, 70)),
    leaves=(((22, 40, 56), (42, 70, 76), (92, 108, 92)), ((30, 40, 62), (56, 70, 84), (104, 110, 104))),
    water=((224, 152, 136), (36, 54, 98)),
    path=(150, 128, 140),
    road=(88, 86, 108),
    shadow=(16, 20, 54),
    ambient=(0.62, 0.58, 0.72),
    lit=0.82,
    glow=0.4,
)
NIGHT = Palette(
    name="night",
    sky=((12, 22, 54), (30, 48, 96), (104, 104, 146)),
    sun=(236, 232, 206),
    sun_at=(240, 110),
    cloud=(70, 80, 126),
    far=(48, 60, 102),
    hill=(32, 46, 82),
    grass=((44, 66, 84), (18, 34, 52)),
    leaves=(((12, 26, 44), (24, 44, 60), (48, 72, 80)), ((16, 26, 48), (32, 46, 68), (56, 72, 88))),
    water=((84, 92, 138), (16, 28, 64)),
    path=(96, 100, 126),
    road=(56, 62, 90),
    shadow=(4, 8, 30),
    ambient=(0.44, 0.48, 0.64),
    lit=0.7,
    glow=0.22,
    stars=True,
)
AUTUMN = Palette(
    name="autumn",
    sky=((104, 152, 180), (188, 206, 204), (250, 230, 190)),
    sun=(255, 240, 200),
    sun_at=(640, 110),
    cloud=(252, 242, 226),
    far=(150, 168, 176),
    hill=(150, 138, 104),
    grass=((206, 184, 108), (122, 124, 70)),
    leaves=(
        ((124, 50, 34), (196, 92, 42), (238, 164, 70)),
        ((126, 86, 28), (206, 152, 48), (246, 210, 104)),
        ((72, 84, 50), (130, 130, 62), (200, 184, 92)),
    ),
    water=((176, 204, 202), (62, 110, 128)),
    path=(232, 206, 166),
    road=(146, 142, 144),
    shadow=(54, 52, 84),
    ambient=(1.02, 0.97, 0.9),
    lit=0.14,
    glow=0.36,
)
SPRING = Palette(
    name="spring",
    sky=((108, 176, 210), (176, 214, 222), (246, 240, 222)),
    sun=(255, 250, 226),
    sun_at=(300, 80),
    cloud=(255, 252, 244),
    far=(152, 186, 190),
    hill=(134, 174, 128),
    grass=((192, 208, 116), (106, 160, 86)),
    leaves=(
        ((78, 126, 74), (136, 178, 92), (210, 220, 138)),
        ((186, 104, 130), (234, 160, 172), (254, 220, 218)),
        ((62, 112, 78), (112, 160, 92), (186, 208, 122)),
    ),
    water=((168, 210, 214), (62, 130, 152)),
    path=(236, 218, 184),
    road=(150, 150, 156),
    shadow=(40, 64, 96),
    ambient=(1.0, 1.0, 1.0),
    lit=0.05,
    glow=0.3,
)
MIST = Palette(
    name="mist",
    sky=((138, 160, 170), (192, 206, 206), (238, 232, 212)),
    sun=(255, 246, 222),
    sun_at=(480, 150),
    cloud=(232, 232, 224),
    far=(176, 190, 192),
    hill=(130, 156, 148),
    grass=((172, 182, 124), (86, 118, 88)),
    leaves=(((48, 82, 76), (90, 122, 94), (158, 172, 116)), ((64, 84, 70), (112, 130, 86), (182, 182, 112))),
    water=((196, 208, 204), (84, 122, 132)),
    path=(222, 210, 184),
    road=(146, 148, 152),
    shadow=(44, 62, 84),
    ambient=(0.97, 0.98, 0.97),
    lit=0.25,
    glow=0.34,
)

DAYLIGHT = (SUMMER, MORNING, AUTUMN, SPRING, MIST, GOLDEN)
GROWING = (SUMMER, MORNING, SPRING, GOLDEN, SUMMER)
EVENING = (DUSK, GOLDEN, DUSK)
SHORE = (SUMMER, MORNING, GOLDEN, MIST, DUSK)

PAINTS: tuple[Colour, ...] = (
    (166, 58, 46),
    (226, 172, 78),
    (60, 118, 124),
    (240, 226, 196),
    (98, 136, 170),
    (146, 164, 122),
    (206, 104, 78),
    (242, 238, 228),
    (178, 132, 92),
    (120, 78, 96),
)
ROOFS: tuple[Colour, ...] = ((82, 70, 76), (158, 78, 56), (104, 96, 100), (66, 78, 92), (134, 64, 54))
COATS: tuple[Colour, ...] = (
    (214, 84, 62),
    (38, 92, 124),
    (238, 186, 74),
    (84, 124, 92),
    (122, 76, 104),
    (232, 224, 208),
    (52, 62, 82),
    (206, 132, 98),
)
SKINS: tuple[Colour, ...] = ((240, 204, 176), (216, 168, 130), (168, 116, 82), (112, 74, 54))
