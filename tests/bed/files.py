"""Files as phones and browsers make them: pictures, sounds, a film; made here, so that nothing is shipped."""

import io
from collections.abc import Iterator
from functools import cache
from typing import Final

import av
import av.filter
from PIL import Image

RATE: Final = 48000


def picture(kind: str = "PNG", *, size: tuple[int, int] = (640, 400), **options: object) -> bytes:
    """Return an image with something in it."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture_for_print() -> bytes:
    """Return a JPEG whose colours are those of a printer."""
    file = io.BytesIO()
    Image.linear_gradient("L").convert("CMYK").save(file, "JPEG")
    return file.getvalue()


def moving_webp() -> bytes:
    """Return an animated sticker of two pictures."""
    first = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=[first.rotate(90)], duration=100)
    return file.getvalue()


def photo_from_a_phone(*, size: tuple[int, int] = (800, 600)) -> bytes:
    """Return a JPEG that lies on its side, with the place it was taken at."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "A maker of phones"
    exif.get_ifd(0x8825)[2] = (41.0, 23.0, 12.0)
    return picture("JPEG", size=size, exif=exif)


@cache
def sound(
    container: str, codec: str, *, layout: str = "mono", seconds: float = 2.0, bit_rate: int | None = None
) -> bytes:
    """Return a tone that grows louder, as ``container`` with ``codec``."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=RATE, layout=layout, options={"vbr": "off"} if bit_rate else {})
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        frame_size = stream.codec_context.frame_size or 960
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name, layout=layout, rate=RATE, frame_size=frame_size
        )
        for frame in _tone(layout, seconds=seconds):
            for piece in resampler.resample(frame):
                out.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return file.getvalue()


def photo_with_a_broken_note() -> bytes:
    """Return a JPEG whose EXIF says that a note of its maker's lies where there is nothing: the picture itself is whole."""
    exif = Image.Exif()
    exif[0x010F] = "A maker of phones"  # longer than four bytes: it lies elsewhere
    content = picture("JPEG", exif=exif)
    at = content.index(b"A maker of phones") - content.index(b"Exif\0\0") - 6
    return content.replace(at.to_bytes(4, "big"), (60_000).to_bytes(4, "big"), 1)


def film(
    *, size: tuple[int, int] = (320, 240), frames: int = 25, turned: int = 0, codec: str = "libx264"
) -> bytes:
    """Return an MP4 of a second, without sound, light at the bottom; to be ``turned`` by so many degrees against the clock."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if turned:
            stream.set_display_rotation(turned)
        image = Image.linear_gradient("L").resize(size).convert("RGB")
        for _ in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_image(image)))
        out.mux(stream.encode(None))
    return file.getvalue()


def codec_of(content: bytes) -> tuple[str, str, int]:
    """Return container, codec and channels of a sound."""
    with av.open(io.BytesIO(content)) as source:
        stream = source.streams.audio[0]
        return source.format.name, stream.codec_context.name, stream.codec_context.channels


def _tone(layout: str, *, seconds: float) -> Iterator[av.AudioFrame]:
    """Yield a tone of 440 Hz that grows louder, made by FFmpeg: it takes ten times as long sample by sample in Python."""
    one = f"0.61*sin(2*PI*440*t)*t/{seconds}"
    every = "|".join([one] * {"mono": 1, "stereo": 2}[layout])
    graph = av.filter.Graph()
    source = graph.add("aevalsrc", f"exprs={every}:s={RATE}:n=960:d={seconds}:c={layout}")
    source.link_to(graph.add("abuffersink"))
    graph.configure()
    while True:
        try:
            yield graph.pull()
        except av.EOFError:
            return
