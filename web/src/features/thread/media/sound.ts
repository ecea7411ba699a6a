/** One sound at a time in the whole page: who presses play stops what was playing. */

import { useCallback, useEffect, useRef, useState } from "react";

export const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

let playing: HTMLAudioElement | null = null;
let lastSpeed: Speed = 1;

export interface Sound {
  state: "idle" | "loading" | "playing" | "paused" | "failed";
  /** Seconds. */
  position: number;
  duration: number;
  speed: Speed;
  toggle: () => void;
  /** @param part from 0 to 1. */
  seek: (part: number) => void;
  faster: () => void;
}

/** @param length seconds, as the server knows it: the browser's own is not there before it plays, and never for some recordings. */
export function useSound(url: string | null, length: number): Sound {
  const audio = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState<Sound["state"]>("idle");
  const [position, setPosition] = useState(0);
  const [measured, setMeasured] = useState(0);
  const [speed, setSpeed] = useState<Speed>(lastSpeed);

  useEffect(
    () => () => {
      audio.current?.pause();
      if (playing === audio.current) playing = null;
      audio.current = null;
    },
    [],
  );

  const element = useCallback((): HTMLAudioElement | null => {
    if (audio.current || url === null) return audio.current;
    const made = new Audio(url);
    made.preload = "metadata";
    made.addEventListener("timeupdate", () => setPosition(made.currentTime));
    made.addEventListener("loadedmetadata", () => {
      if (Number.isFinite(made.duration)) setMeasured(made.duration);
    });
    made.addEventListener("playing", () => setState("playing"));
    made.addEventListener("waiting", () => setState("loading"));
    made.addEventListener("pause", () => setState((was) => (was === "failed" ? was : "paused")));
    made.addEventListener("ended", () => {
      setState("idle");
      setPosition(0);
      made.currentTime = 0;
    });
    made.addEventListener("error", () => setState("failed"));
    audio.current = made;
    return made;
  }, [url]);

  const toggle = useCallback(() => {
    const sound = element();
    if (!sound) return;
    if (!sound.paused) return sound.pause();
    if (playing && playing !== sound) playing.pause();
    playing = sound;
    lastSpeed = speed;
    sound.playbackRate = speed;
    setState("loading");
    sound.play().catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) setState("failed");
    });
  }, [element, speed]);

  const duration = length || measured;
  const seek = useCallback(
    (part: number) => {
      const sound = element();
      if (!sound || !duration) return;
      sound.currentTime = Math.min(1, Math.max(0, part)) * duration;
      setPosition(sound.currentTime);
    },
    [element, duration],
  );

  const faster = useCallback(() => {
    setSpeed((was) => {
      const next = SPEEDS[(SPEEDS.indexOf(was) + 1) % SPEEDS.length] ?? 1;
      lastSpeed = next;
      if (audio.current) audio.current.playbackRate = next;
      return next;
    });
  }, []);

  return { state, position, duration, speed, toggle, seek, faster };
}

/** Whether this browser plays such a file: Chromium has no AMR, Safari no Ogg before 18.4. */
export function canPlay(type: string | null | undefined): boolean {
  if (!type || typeof Audio === "undefined") return true;
  return new Audio().canPlayType(type) !== "";
}
