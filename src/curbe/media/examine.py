"""The program that opens strangers' files: ``python -m curbe.media.examine``, a process of its own with little memory and time.

What decodes a file may crash, hang or be taken over by it; here it takes nothing with it. Files are read through an open handle and as
the format that their first bytes showed, so nothing in them can make a decoder open a path or an address.
"""

import json
import resource
import sys
import warnings
from array import array
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import av
from PIL import Image, ImageOps

_MEMORY: Final = 2 * 2**30  # bytes of address space; FFmpeg's libraries alone map a few hundred MiB
_SECONDS: Final = 60  # of CPU
_LARGEST_FILE: Final = 110 * 2**20
_MOST_PIXELS: Final = 50_000_000
_EDGE: Final = 320  # pixels of a thumbnail's longer side
_BARS: Final = 64
_RATE: Final = 8000  # Hz for the peaks; the ear's business is done elsewhere
_STEP: Final = 400  # samples a raw peak: 50 ms
_LOUDEST: Final = 32768
_OPUS_RATE: Final = 48000
# Bytes; the phone first fetches what is larger, by a press [cloud-api 2.1, Dec 2025].
_PLAYED_AT_ONCE: Final = 512 * 1024
_OF_SOUND: Final = 0.85  # of a small file: Ogg wraps it in the rest, and Opus takes more for a while
_USUAL_RATE: Final = 32_000  # bits a second
_LEAST_RATE: Final = 12_000  # of which speech is still understood
_IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_CONTAINERS: Final = {
    "audio/ogg": "ogg",
    "video/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/mp4": "mov",
    "audio/3gpp": "mov",
    "video/mp4": "mov",
    "video/3gpp": "mov",
    "video/quicktime": "mov",
    "audio/webm": "matroska",
    "video/webm": "matroska",
}


def look(path: str, mime_type: str, thumbnail: str) -> dict[str, Any]:
    """Return what can be told of a file (width, height, duration_ms, peaks in base64), and write its thumbnail where it has one."""
    if mime_type in _IMAGES:
        return _look_at_image(path, _IMAGES[mime_type], thumbnail)
    if mime_type in _CONTAINERS:
        return _look_at_stream(path, _CONTAINERS[mime_type], thumbnail)
    return {}


def to_voice(path: str, mime_type: str, target: str) -> dict[str, Any]:
    """Write the sound of a file to ``target`` as Ogg with Opus, mono: copied where it is that already, else encoded anew.

    So is what is too large to be played at once, as far as less would do for speech.
    """
    container = _CONTAINERS[mime_type]
    with Path(path).open("rb") as file, av.open(file, mode="r", format=container) as source:
        sound = source.streams.audio[0]
        copied = sound.codec_context.name in {"opus", "libopus"} and sound.codec_context.channels == 1
        if copied:
            _copied(source, sound, target)
    if copied and Path(target).stat().st_size <= _PLAYED_AT_ONCE:
        return {"encoded": False}
    rate = _rate_for(_seconds(path, container))
    if copied and rate is None:
        return {"encoded": False}
    with (
        Path(path).open("rb") as file,
        av.open(file, mode="r", format=container) as source,
        av.open(target, "w", format="ogg") as voice,
    ):
        _encode(source, source.streams.audio[0], voice, rate=rate or _USUAL_RATE)
    return {"encoded": True}


def _seconds(path: str, container: str) -> float:
    """Return how long the sound lasts, by its packets: what a browser records does not say so at its head."""
    with Path(path).open("rb") as file, av.open(file, mode="r", format=container) as source:
        packets = source.demux(source.streams.audio[0])
        return max((float(one.pts * one.time_base) for one in packets if one.pts is not None), default=0.0)


def _rate_for(seconds: float) -> int | None:
    """Return how many bits a second keep so long a voice note small enough to be played at once; None where none that would do."""
    fits = int(_PLAYED_AT_ONCE * 8 * _OF_SOUND / max(seconds, 1.0))
    return min(_USUAL_RATE, fits) if fits >= _LEAST_RATE else None


def _copied(source: Any, stream: Any, target: str) -> None:
    with av.open(target, "w", format="ogg") as voice:
        out = voice.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = out
                voice.mux(packet)


def _encode(source: Any, stream: Any, voice: Any, *, rate: int) -> None:
    # Left to itself Opus takes half as much again where the sound is not speech.
    out = voice.add_stream("libopus", rate=_OPUS_RATE, layout="mono", options={"vbr": "constrained"})
    out.bit_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE)
    for frame in source.decode(stream):
        for piece in resampler.resample(frame):
            voice.mux(out.encode(piece))
    for piece in resampler.resample(None):
        voice.mux(out.encode(piece))
    voice.mux(out.encode(None))


def _look_at_image(path: str, format_name: str, thumbnail: str) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with Path(path).open("rb") as file, Image.open(file, formats=[format_name]) as image:
        width, height = image.size
        codings = [image.mode.lower()]
        if width * height > _MOST_PIXELS:
            return {"width": width, "height": height, "codings": codings}
        image.draft("RGB", (2 * _EDGE, 2 * _EDGE))
        upright = ImageOps.exif_transpose(image)
        if upright.size != image.size and image.getexif().get(0x0112, 1) in {5, 6, 7, 8}:
            width, height = height, width
        _save_small(upright, thumbnail)
    return {"width": width, "height": height, "codings": codings, "thumbnail": True}


def _save_small(image: Any, thumbnail: str) -> None:
    small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    small.thumbnail((_EDGE, _EDGE))
    small.info.clear()  # no place, camera or comment of the original's
    small.save(thumbnail, "WEBP", quality=72, method=4, exif=b"")


def _look_at_stream(path: str, container: str, thumbnail: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    with Path(path).open("rb") as file, av.open(file, mode="r", format=container) as source:
        if source.duration:
            told["duration_ms"] = round(source.duration / 1000)
        if source.streams.video:
            told["codings"] = [stream.codec_context.codec.canonical_name for stream in _played(source)]
            told |= _look_at_pictures(source, thumbnail)
    if "width" in told:
        return told
    with Path(path).open("rb") as file, av.open(file, mode="r", format=container) as source:
        if source.streams.audio:
            told |= _listen(source)
    return told


def _played(source: Any) -> list[Any]:
    """Return the streams that are seen or heard first: a cover among the pictures is none of them, as it comes behind the film."""
    return [*source.streams.video[:1], *source.streams.audio[:1]]


def _look_at_pictures(source: Any, thumbnail: str) -> dict[str, Any]:
    stream = source.streams.video[0]
    told: dict[str, Any] = {"width": stream.codec_context.width, "height": stream.codec_context.height}
    if not 0 < told["width"] * told["height"] <= _MOST_PIXELS:
        return told
    stream.codec_context.skip_frame = "NONKEY"
    for frame in source.decode(stream):
        # A phone films lying on its side and says by how much it is to be turned, a hair more or less than a quarter.
        quarters = round(frame.rotation / 90) % 4
        if quarters % 2:
            told["width"], told["height"] = told["height"], told["width"]
        _save_small(frame.to_image().rotate(90 * quarters, expand=True), thumbnail)
        return {**told, "thumbnail": True}
    return told


def _listen(source: Any) -> dict[str, Any]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    raw: list[int] = []
    rest = array("h")
    count = 0
    for frame in source.decode(source.streams.audio[0]):
        for piece in resampler.resample(frame):
            rest.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
            count += piece.samples
        while len(rest) >= _STEP:
            step, rest = rest[:_STEP], rest[_STEP:]
            raw.append(_peak(step))
    if rest:
        raw.append(_peak(rest))
    return (
        {"duration_ms": round(count * 1000 / _RATE), "peaks": b64encode(_bars(raw)).decode()} if count else {}
    )


def _peak(samples: "array[int]") -> int:
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest)


def _bars(raw: list[int]) -> bytes:
    """Return the loudness in at most 64 bars, the loudest being 255."""
    bars = min(_BARS, len(raw))
    peaks = [max(raw[n * len(raw) // bars : (n + 1) * len(raw) // bars]) for n in range(bars)]
    loudest = max(*peaks, 1) if len(peaks) > 1 else max(peaks[0], 1)
    return bytes(min(255, peak * 255 // min(loudest, _LOUDEST)) for peak in peaks)


def _hold_back() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Do ``look|voice PATH MIME_TYPE TARGET`` and write what was found as one JSON object.

    Raises:
        Exception: whatever a decoder raises: the file cannot be read as what it says it is.
    """
    _hold_back()
    # A decompression bomb is a warning at first. Others say that a part of the file is broken which the picture does without.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    task, path, mime_type, target = arguments
    found = (look if task == "look" else to_voice)(path, mime_type, target)
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
