"""Reads untrusted pictures with Pillow; only inside the program that opens untrusted files (`examine`)."""

import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

MOST_PIXELS: Final = 50_000_000
_EDGE: Final = 320  # pixels of a thumbnail's longer side


def look(path: str, format_name: str, thumbnail: str) -> dict[str, Any]:
    """Return what a picture tells, and write its thumbnail."""
    # Pillow only warns of a decompression bomb at first. Its other warnings are about broken parts that the picture can do without.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Path(path).open("rb") as file, Image.open(file, formats=[format_name]) as image:
        width, height = image.size
        codings = [image.mode.lower()]
        if width * height > MOST_PIXELS:
            return {"width": width, "height": height, "codings": codings}
        image.draft("RGB", (2 * _EDGE, 2 * _EDGE))
        upright = ImageOps.exif_transpose(image)
        if upright.size != image.size and image.getexif().get(0x0112, 1) in {5, 6, 7, 8}:
            width, height = height, width
        save_small(upright, thumbnail)
    return {"width": width, "height": height, "codings": codings, "thumbnail": True}


def save_small(image: Any, thumbnail: str) -> None:
    """Write a picture's thumbnail."""
    small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    small.thumbnail((_EDGE, _EDGE))
    small.info.clear()  # without the original's location, camera and comments
    small.save(thumbnail, "WEBP", quality=72, method=4, exif=b"")
