/** The sound of a new message: two soft notes, made here. Browsers are silent until somebody has touched the page. */

const NOTES = [
  { at: 0, hertz: 659.3 },
  { at: 0.11, hertz: 987.8 },
] as const;
const LOUDNESS = 0.12;
const LENGTH = 0.42; // seconds
const APART = 2_000; // milliseconds between two of them, however much arrives

const RINGS = 1_000; // milliseconds, the way to the loudspeaker included

export class Chime {
  private context: AudioContext | null = null;
  private allowed = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private playedAt = Number.NEGATIVE_INFINITY;

  /** To be called from a gesture: from then on the browser lets it sound. */
  allow(): void {
    // A lone Ctrl or Alt is no gesture to a browser, and trying all the same only makes it warn.
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    if (!this.allowed) void this.wake();
  }

  /** Play it for whoever chooses it, in the gesture that asks for it. */
  sample(): void {
    this.allowed = true; // that press is the gesture
    this.play();
  }

  /** Let go of the browser's sound: there may be another chime after this one. */
  close(): void {
    clearTimeout(this.resting);
    void this.context?.close();
    this.context = null;
    this.allowed = false;
  }

  /** Play it. Returns false where the browser does not let it sound. */
  play(): boolean {
    if (!this.allowed) return false;
    if (Date.now() - this.playedAt < APART) return true;
    this.playedAt = Date.now();
    void this.wake().then((context) => {
      for (const note of NOTES) if (context) sound(context, note);
    });
    return true;
  }

  /** Let the browser's sound run for as long as the chime takes: where it always does, it keeps a core, and the machine, awake all day. */
  private async wake(): Promise<AudioContext | null> {
    this.context ??= newContext();
    const context = this.context;
    await context?.resume();
    if (!context || context !== this.context || context.state !== "running") return null;
    this.allowed = true;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => void context.suspend(), RINGS);
    return context;
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
