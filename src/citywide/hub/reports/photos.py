"""Photos from strangers: known by their content, made small, and written anew without what a phone adds."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 2048
MOST = 4
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoError(ValueError):
    """A file that is not taken as a photo; says why."""


def scrubbed(body: bytes) -> bytes:
    """The picture as a JPEG of its own, upright, at most 2048 pixels long, with no metadata at all."""
    if len(body) > LARGEST_BYTES:
        raise PhotoError(f"the photo has {len(body) / 1e6:.1f} MB; at most 10 MB are taken")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _again(body)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise PhotoError(f"this is no photo that can be read: {error}") from error


def _again(body: bytes) -> bytes:
    with Image.open(BytesIO(body), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_PIXELS:
            raise PhotoError(f"{picture.width} × {picture.height} pixels; at most 60 million are taken")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)  # pixels only: a converted copy would still carry what the file said of itself
    written = BytesIO()
    bare.save(written, "JPEG", quality=85)
    return written.getvalue()
