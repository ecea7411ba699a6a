/** The sound of a new message: two soft notes, made here. Browsers are silent until somebody has touched the page. */

const NOTES = [
  { at: 0, hertz: 659.3 },
  { at: 0.11, hertz: 987.8 },
] as const;
const LOUDNESS = 0.12;
const LENGTH = 0.42; // seconds
const APART = 2_000; // milliseconds between two of them, however much arrives

export class Chime {
  private context: AudioContext | null = null;
  private playedAt = Number.NEGATIVE_INFINITY;

  /** To be called from a gesture: from then on the browser lets it sound. */
  allow(): void {
    // A lone Ctrl or Alt is no gesture to a browser, and trying all the same only makes it warn.
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    this.context ??= newContext();
    if (this.context?.state === "suspended") void this.context.resume();
  }

  /** Play it for whoever chooses it, in the gesture that asks for it. */
  async sample(): Promise<void> {
    this.context ??= newContext();
    await this.context?.resume();
    this.play();
  }

  /** Let go of the browser's sound: there may be another chime after this one. */
  close(): void {
    void this.context?.close();
    this.context = null;
  }

  /** Play it. Returns false where the browser does not let it sound. */
  play(): boolean {
    if (this.context?.state !== "running") return false;
    if (Date.now() - this.playedAt < APART) return true;
    this.playedAt = Date.now();
    for (const note of NOTES) sound(this.context, note);
    return true;
  }
}

function newContext(): AudioContext | null {
  try {
    return new AudioContext();
  } catch {
    return null; // a machine without a sound card
  }
}

function sound(context: AudioContext, { at, hertz }: { at: number; hertz: number }): void {
  const start = context.currentTime + at;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = "sine";
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + LENGTH);
}
