"""Pictures that simulated telephones take: a street with something broken in it, or mended."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 320, 240


def picture(rng: np.random.Generator, broken: float) -> bytes:
    """A street as a JPEG; `broken` is how much of what was wrong is still to be seen, from nothing to one."""
    tone = int(rng.integers(-20, 20))
    image = Image.new("RGB", (WIDTH, HEIGHT), (168 + tone, 186 + tone, 204 + tone))
    draw = ImageDraw.Draw(image)
    edge = int(rng.integers(90, 130))
    for left in range(0, WIDTH, 40):
        roof, grey = edge - int(rng.integers(20, 80)), int(rng.integers(110, 170))
        draw.rectangle((left, roof, left + 38, edge), fill=(grey, grey - 8, grey - 18))
    draw.rectangle((0, edge, WIDTH, HEIGHT), fill=(96 + tone, 98 + tone, 102 + tone))
    middle, low = int(rng.integers(110, 210)), int(rng.integers(165, 195))
    _patch(draw, (middle, low), 70, (122 + tone, 124 + tone, 126 + tone))
    if broken > 0:
        _patch(draw, (middle, low), 62 * broken, (38, 30, 26))
    return _jpeg(image, rng)


def _patch(draw: ImageDraw.ImageDraw, at: tuple[int, int], wide: float, colour: tuple[int, int, int]) -> None:
    draw.ellipse((at[0] - wide, at[1] - wide / 3, at[0] + wide, at[1] + wide / 3), fill=colour)


def _jpeg(image: Image.Image, rng: np.random.Generator) -> bytes:
    grain = rng.normal(0, 6, (HEIGHT, WIDTH, 1))
    pixels = np.clip(np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)), float) + grain, 0, 255)
    written = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(written, "JPEG", quality=70)
    return written.getvalue()
