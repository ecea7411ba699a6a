"""Pictures of strangers, read by Pillow: in the program that opens strangers' files (`examine`), and nowhere else."""

import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

MOST_PIXELS: Final = 50_000_000
_EDGE: Final = 320  # pixels of a thumbnail's longer side


def look(path: str, format_name: str, thumbnail: str) -> dict[str, Any]:
    """Return what can be told of a picture, and write its thumbnail."""
    # A decompression bomb is a warning at first. Others say that a part of the file is broken which the picture does without.
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
    small.info.clear()  # no place, camera or comment of the original's
    small.save(thumbnail, "WEBP", quality=72, method=4, exif=b"")
