"""Reads untrusted sound and films with FFmpeg; only inside the program that opens untrusted files (`examine`)."""

from array import array
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import av

_BARS: Final = 64
_RATE: Final = 8000  # Hz; enough to find peaks, which is all it is for
_STEP: Final = 400  # samples for one raw peak: 50 ms
_LOUDEST: Final = 32768
_OPUS_RATE: Final = 48000
# Bytes; a larger voice note has to be downloaded with a tap before the phone plays it [cloud-api 2.1, Dec 2025].
_PLAYED_AT_ONCE: Final = 512 * 1024
_OF_SOUND: Final = 0.85  # share of a small file that may be sound: Ogg needs the rest, and Opus exceeds its rate now and then
_USUAL_RATE: Final = 32_000  # bits a second
_LEAST_RATE: Final = 12_000  # speech is still understood at this rate


def look(path: str, container: str, thumbnail: str) -> dict[str, Any]:
    """Return what a recording tells, and write a thumbnail if it has a film."""
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
    """Return the first film and the first sound; a cover picture is neither, as it comes after the film."""
    return [*source.streams.video[:1], *source.streams.audio[:1]]


def _look_at_pictures(source: Any, thumbnail: str) -> dict[str, Any]:
    from curbe.media import pictures  # noqa: PLC0415 - what is heard alone has none

    stream = source.streams.video[0]
    told: dict[str, Any] = {"width": stream.codec_context.width, "height": stream.codec_context.height}
    if not 0 < told["width"] * told["height"] <= pictures.MOST_PIXELS:
        return told
    stream.codec_context.skip_frame = "NONKEY"
    for frame in source.decode(stream):
        # Phones film sideways and store by how much to turn the picture, which is not always exactly a quarter turn.
        quarters = round(frame.rotation / 90) % 4
        if quarters % 2:
            told["width"], told["height"] = told["height"], told["width"]
        pictures.save_small(frame.to_image().rotate(90 * quarters, expand=True), thumbnail)
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
    """Return the loudness as at most 64 bars, of which the loudest is 255."""
    bars = min(_BARS, len(raw))
    peaks = [max(raw[n * len(raw) // bars : (n + 1) * len(raw) // bars]) for n in range(bars)]
    loudest = max(*peaks, 1) if len(peaks) > 1 else max(peaks[0], 1)
    return bytes(min(255, peak * 255 // min(loudest, _LOUDEST)) for peak in peaks)


def to_voice(path: str, container: str, target: str) -> dict[str, Any]:
    """Write the sound of a file to ``target`` as mono Opus in Ogg: copied if it is that already, else encoded.

    A sound that is too large to be played at once is encoded at a lower rate, as long as speech is still understood.
    """
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
    """Return how long the sound lasts, by its packets, as browsers' recordings do not say so in their header."""
    with Path(path).open("rb") as file, av.open(file, mode="r", format=container) as source:
        packets = source.demux(source.streams.audio[0])
        return max((float(one.pts * one.time_base) for one in packets if one.pts is not None), default=0.0)


def _rate_for(seconds: float) -> int | None:
    """Return the bits a second at which a voice note of this length can be played at once; None if too few for speech."""
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
    # Constrained, because otherwise Opus uses half as much again for sound that is not speech.
    out = voice.add_stream("libopus", rate=_OPUS_RATE, layout="mono", options={"vbr": "constrained"})
    out.bit_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_RATE)
    for frame in source.decode(stream):
        for piece in resampler.resample(frame):
            voice.mux(out.encode(piece))
    for piece in resampler.resample(None):
        voice.mux(out.encode(piece))
    voice.mux(out.encode(None))
