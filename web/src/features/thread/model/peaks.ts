/** The loudness of a sound over its duration, as bars to draw. */

const BARS = 44;
const FLOOR = 0.08;

/** The bars of `peaks` (base64, one byte a bar), each from 0 to 1; none where there are none. */
export function barsOf(peaks: string | undefined): number[] {
  if (!peaks) return [];
  const bytes = bytesOf(peaks);
  return bytes.length === 0 ? [] : resampled(normal([...bytes].map((byte) => byte / 255)), BARS);
}

/** The bars of a recording under way: its levels from 0 to 1, the latest last. */
export function latestBars(levels: readonly number[], count = BARS): number[] {
  const latest = levels.slice(-count);
  return [
    ...new Array<number>(count - latest.length).fill(FLOOR),
    ...latest.map((level) => Math.max(FLOOR, level)),
  ];
}

/** `bars` bars where nothing is known: a flat line still shows how far it has played. */
export function flatBars(): number[] {
  return new Array<number>(BARS).fill(FLOOR * 2);
}

/** The levels of a finished recording as `peaks`. */
export function peaksOfLevels(levels: readonly number[]): string {
  const bars = resampled(levels.length ? levels : [0], 64);
  return btoa(String.fromCharCode(...bars.map((bar) => Math.round(bar * 255))));
}

export function resampled(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * values.length) / count));
    return Math.max(FLOOR, ...values.slice(from, to));
  });
}

/** A quiet recording is drawn nearly as high as a loud one, and silence as silence. */
function normal(values: readonly number[]): number[] {
  const most = Math.max(...values, 0.3);
  return values.map((value) => value / most);
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array(); // not base64: no peaks
  }
}
