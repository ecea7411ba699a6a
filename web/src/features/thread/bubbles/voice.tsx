/** A sound: play, a waveform to seek in, the time, the speed. */

import {
  IconDownload,
  IconMicrophone,
  IconMusic,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { useMemo } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { canPlay, useSound } from "../media/sound";
import { threadMessages } from "../messages";
import { barsOf, flatBars } from "../model/peaks";
import classes from "./voice.module.css";

interface VoiceProps {
  /** The message it is of: it plays on while it is scrolled out of sight. Null: it ends with what shows it. */
  of: string | null;
  url: string | null;
  type: string | null;
  voice: boolean;
  name: string | null;
  durationMs: number | undefined;
  peaks: string | undefined;
  /** A voice note that was listened to shows it, as on the phone. */
  played?: boolean;
}

export function Voice({ of, url, type, voice, name, durationMs, peaks, played = false }: VoiceProps) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const sound = useSound(of, url, (durationMs ?? 0) / 1000);
  const bars = useMemo(() => {
    const known = barsOf(peaks);
    return known.length ? known : flatBars();
  }, [peaks]);
  const part = sound.duration > 0 ? sound.position / sound.duration : 0;
  const isPlaying = sound.state === "playing" || sound.state === "loading";
  const isStarted = isPlaying || sound.position > 0;
  if (sound.state === "failed" || !canPlay(type)) return <CannotPlay url={url} name={name} />;
  return (
    <div className={classes["voice"]} data-played={played || undefined}>
      <button
        type="button"
        className={classes["play"]}
        onClick={sound.toggle}
        disabled={url === null}
        aria-label={isPlaying ? t.pause : t.play}
      >
        {isPlaying ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </button>
      <div className={classes["middle"]}>
        <div className={classes["wave"]}>
          <Waveform bars={bars} part={part} />
          <input
            type="range"
            min={0}
            max={1000}
            value={Math.round(part * 1000)}
            disabled={url === null || sound.duration === 0}
            onChange={(event) => sound.seek(Number(event.currentTarget.value) / 1000)}
            aria-label={t.seek}
            aria-valuetext={`${format.duration(sound.position)} / ${format.duration(sound.duration)}`}
          />
        </div>
        <div className={classes["time"]}>
          {voice ? (
            <IconMicrophone size={12} aria-hidden="true" />
          ) : (
            <IconMusic size={12} aria-hidden="true" />
          )}
          {sound.duration > 0 && format.duration(isStarted ? sound.position : sound.duration)}
          {!voice && name && <span className={classes["name"]}>{name}</span>}
        </div>
      </div>
      {isStarted && (
        <button
          type="button"
          className={classes["speed"]}
          onClick={sound.faster}
          aria-label={t.speed(format.number(sound.speed))}
        >
          {format.number(sound.speed)}×
        </button>
      )}
    </div>
  );
}

export function Waveform({ bars, part }: { bars: readonly number[]; part: number }) {
  const step = 4;
  return (
    <svg
      viewBox={`0 0 ${bars.length * step} 28`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className={classes["bars"]}
    >
      {bars.map((bar, index) => {
        const height = Math.max(3, bar * 26);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            x={index * step}
            y={14 - height / 2}
            width={2.4}
            height={height}
            rx={1.2}
            data-past={(index + 0.5) / bars.length <= part || undefined}
          />
        );
      })}
    </svg>
  );
}

function CannotPlay({ url, name }: { url: string | null; name: string | null }) {
  const t = useMessages(threadMessages);
  return (
    <div className={classes["cannot"]}>
      <IconMusic size={20} aria-hidden="true" />
      <span>
        {name && <strong>{name}</strong>}
        {t.cannotPlay}
      </span>
      {url && (
        <a href={url} download={name ?? true} aria-label={t.download} className={classes["download"]}>
          <IconDownload size={18} />
        </a>
      )}
    </div>
  );
}
