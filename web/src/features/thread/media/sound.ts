/**
 * The sounds of the page: one at a time, and each goes on when what shows it is scrolled out of sight, as a list keeps only the rows that
 * are seen. Whoever leaves the conversation pauses it, and finds it where it stood.
 */

import { useCallback, useEffect, useSyncExternalStore } from "react";

/** How many paused sounds are kept where they stood, out of sight. */
const MOST_PAUSED = 8;

export const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** What is known of a sound; another object whenever it changed. */
interface Hearing {
  state: "idle" | "loading" | "playing" | "paused" | "failed";
  /** Seconds. */
  position: number;
  /** As the browser tells it; 0 before it has. */
  measured: number;
  speed: Speed;
}

interface Player {
  audio: HTMLAudioElement;
  now: Hearing;
}

const players = new Map<string, Player>();
const listeners = new Map<string, Set<() => void>>();
let lastSpeed: Speed = 1;
let idle: Hearing = { state: "idle", position: 0, measured: 0, speed: lastSpeed };

export interface Sound extends Omit<Hearing, "measured"> {
  duration: number;
  toggle: () => void;
  /** @param part from 0 to 1. */
  seek: (part: number) => void;
  faster: () => void;
}

/**
 * @param key the message it is of, by which it goes on out of sight; null: it ends with what shows it.
 * @param length seconds, as the server knows it: the browser's own is not there before it plays, and never for some recordings.
 */
export function useSound(key: string | null, url: string | null, length: number): Sound {
  const name = key ?? url ?? "";
  const subscribe = useCallback((listener: () => void) => listen(name, listener), [name]);
  const { measured, ...now } = useSyncExternalStore(subscribe, () => players.get(name)?.now ?? idle);
  useEffect(() => (key === null ? () => forget(name) : undefined), [key, name]);
  const duration = length || measured;
  return {
    ...now,
    duration,
    toggle: () => {
      const player = playerOf(name, url);
      if (player === null) return;
      if (player.audio.paused) play(name, player);
      else player.audio.pause();
    },
    seek: (part) => {
      const player = duration ? playerOf(name, url) : null;
      if (player === null) return;
      player.audio.currentTime = Math.min(1, Math.max(0, part)) * duration;
      tell(name, player, { position: player.audio.currentTime });
    },
    faster: () => faster(name),
  };
}

/** Pause what plays: what it belongs to is left. */
export function pauseSounds(): void {
  for (const { audio } of players.values()) audio.pause();
}

/** Whether this browser plays such a file: Chromium has no AMR, Safari no Ogg before 18.4. */
export function canPlay(type: string | null | undefined): boolean {
  if (!type || typeof Audio === "undefined") return true;
  return new Audio().canPlayType(type) !== "";
}

function listen(name: string, listener: () => void): () => void {
  const those = listeners.get(name) ?? new Set();
  listeners.set(name, those.add(listener));
  return () => {
    those.delete(listener);
    if (those.size > 0 || listeners.get(name) !== those) return;
    listeners.delete(name);
    if (players.get(name)?.now.state === "failed") forget(name); // whoever looks at it again may have better luck
    forgetOldest();
  };
}

/** Each holds a file: only those that were played last are kept. */
function forgetOldest(): void {
  const paused = [...players].filter(([name, { audio }]) => audio.paused && !listeners.has(name));
  for (const [name] of paused.slice(0, -MOST_PAUSED)) forget(name);
}

function tell(name: string, player: Player, change: Partial<Hearing>): void {
  player.now = { ...player.now, ...change };
  heard(name);
}

function heard(name: string): void {
  for (const listener of [...(listeners.get(name) ?? [])]) listener();
}

function playerOf(name: string, url: string | null): Player | null {
  const known = players.get(name);
  if (known || url === null) return known ?? null;
  const audio = new Audio(url);
  const player: Player = { audio, now: { ...idle } };
  audio.preload = "metadata";
  audio.addEventListener("timeupdate", () => tell(name, player, { position: audio.currentTime }));
  audio.addEventListener("loadedmetadata", () => {
    if (Number.isFinite(audio.duration)) tell(name, player, { measured: audio.duration });
  });
  audio.addEventListener("playing", () => tell(name, player, { state: "playing" }));
  audio.addEventListener("waiting", () => tell(name, player, { state: "loading" }));
  audio.addEventListener(
    "pause",
    () => player.now.state !== "failed" && tell(name, player, { state: "paused" }),
  );
  audio.addEventListener("error", () => tell(name, player, { state: "failed" }));
  audio.addEventListener("ended", () => {
    if (players.get(name) !== player) return;
    players.delete(name); // from the beginning, when it is played again
    heard(name);
  });
  players.set(name, player);
  return player;
}

function play(name: string, player: Player): void {
  for (const other of players.values()) if (other !== player) other.audio.pause();
  players.delete(name);
  players.set(name, player); // the last one played is the last one forgotten
  lastSpeed = player.now.speed;
  idle = { ...idle, speed: lastSpeed };
  player.audio.playbackRate = lastSpeed;
  tell(name, player, { state: "loading" });
  player.audio.play().catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === "AbortError"))
      tell(name, player, { state: "failed" });
  });
}

function faster(name: string): void {
  const player = players.get(name);
  if (!player) return;
  lastSpeed = SPEEDS[(SPEEDS.indexOf(player.now.speed) + 1) % SPEEDS.length] ?? 1;
  idle = { ...idle, speed: lastSpeed };
  player.audio.playbackRate = lastSpeed;
  tell(name, player, { speed: lastSpeed });
}

function forget(name: string): void {
  players.get(name)?.audio.pause();
  players.delete(name);
}
