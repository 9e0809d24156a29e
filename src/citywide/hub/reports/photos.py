"""Photos from strangers: known by their content, made small, and written anew without what a phone adds."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 2048
MOST = 4
FORMATS = ("JPEG", "PNG", "WEBP")
HEIF = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}  # as iPhones write
TOO_MANY_PIXELS = f"the picture is too large; at most {LARGEST_PIXELS // 1_000_000} million pixels are taken"


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
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise PhotoError(_what_it_is(body)) from error
    except (OSError, SyntaxError, ValueError, Warning) as error:
        raise PhotoError(f"the photo is broken: {error}") from error


def _what_it_is(body: bytes) -> str:
    """Why a file is not taken, in words that help who sent it."""
    if body[4:8] == b"ftyp" and body[8:12] in HEIF:
        return "this is a HEIC photo; set the camera to the most compatible format, or send a copy as JPEG"
    return "the file is empty" if not body else "this file is no photo"


def _again(body: bytes) -> bytes:
    with Image.open(BytesIO(body), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_PIXELS:
            raise PhotoError(TOO_MANY_PIXELS)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)  # pixels only: a converted copy would still carry what the file said of itself
    written = BytesIO()
    bare.save(written, "JPEG", quality=85)
    return written.getvalue()
