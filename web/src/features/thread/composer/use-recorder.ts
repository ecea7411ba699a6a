/** A recording from the microphone: its length, its loudness, and at the end its bytes. Whoever goes elsewhere leaves it to be kept. */

import { useCallback, useEffect, useRef, useState } from "react";

/** What browsers record; the server wraps it into what WhatsApp plays as a voice note. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const LEVEL_EVERY = 100;
const LONGEST = 15 * 60_000;

export interface Recorded {
  blob: Blob;
  durationMs: number;
  levels: readonly number[];
}

export type Recording =
  | { state: "idle" }
  | { state: "asking" }
  | { state: "recording"; since: number; levels: readonly number[] }
  | ({ state: "done"; url: string } & Recorded)
  | { state: "refused"; reason: "denied" | "missing" | "failed" };

/** Without HTTPS browsers have no microphone to offer. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== "undefined" && navigator.mediaDevices !== undefined;
}

/** As Opus at a rate of which speech needs no more, so that two minutes are played at once on the phone, without being encoded anew here. */
function recordedAs(type: string | undefined): MediaRecorderOptions {
  if (type === undefined) return {};
  return type.includes("opus") ? { mimeType: type, audioBitsPerSecond: 32_000 } : { mimeType: type };
}

/** What a recording of this type is called: the server goes by its bytes, people by its ending. */
export function recordingName(type: string): string {
  return `voice.${type.includes("mp4") ? "m4a" : type.includes("ogg") ? "ogg" : "webm"}`;
}

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  context: AudioContext;
  timer: ReturnType<typeof setInterval>;
}

/** @param onKeep takes a recording that was neither sent nor thrown away when the field closed, or that was put aside. */
export function useRecorder(onKeep: (recorded: Recorded) => void) {
  const [recording, setRecording] = useState<Recording>({ state: "idle" });
  const running = useRef<Running | null>(null);
  const done = useRef<(Recorded & { url: string }) | null>(null);
  /** The press of the button that still stands: while the browser asks, it may be taken back and another follow. */
  const wanted = useRef<symbol | null>(null);
  const closed = useRef(false);
  const keep = useRef(onKeep);
  keep.current = onKeep;

  const release = useCallback(() => {
    const { current } = running;
    running.current = null;
    if (!current) return;
    clearInterval(current.timer);
    for (const track of current.stream.getTracks()) track.stop();
    void current.context.close();
  }, []);

  const cancel = useCallback(() => {
    wanted.current = null;
    const { current } = running;
    if (current) {
      current.recorder.onstop = null;
      if (current.recorder.state !== "inactive") current.recorder.stop();
    }
    release();
    if (done.current) URL.revokeObjectURL(done.current.url);
    done.current = null;
    setRecording({ state: "idle" });
  }, [release]);

  /** Where the browser still asks whether it may, nothing begins any more. */
  const finish = useCallback(() => {
    wanted.current = null;
    if (running.current?.recorder.state === "recording") running.current.recorder.stop();
    else setRecording((now) => (now.state === "asking" ? { state: "idle" } : now));
  }, []);

  const putAside = useCallback(() => {
    if (done.current) keep.current(done.current);
    cancel();
  }, [cancel]);

  useEffect(() => {
    closed.current = false;
    return () => {
      closed.current = true;
      if (running.current) finish();
      else putAside();
    };
  }, [finish, putAside]);

  useEffect(() => {
    if (recording.state !== "recording" && recording.state !== "done") return;
    const leaving = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", leaving);
    return () => removeEventListener("beforeunload", leaving);
  }, [recording.state]);

  const start = useCallback(async () => {
    const press = Symbol();
    wanted.current = press;
    setRecording({ state: "asking" });
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
      });
    } catch (error) {
      if (wanted.current !== press) return;
      const missing = error instanceof DOMException && error.name === "NotFoundError";
      setRecording({ state: "refused", reason: missing ? "missing" : "denied" });
      return;
    }
    if (wanted.current !== press) return stop(stream);
    let listening: Listening;
    try {
      listening = listenTo(stream);
    } catch {
      stop(stream); // or the microphone would stay open, and nobody see why
      setRecording({ state: "refused", reason: "failed" });
      return;
    }
    const { recorder, context, analyser } = listening;
    const pieces: Blob[] = [];
    const levels: number[] = [];
    const since = Date.now();
    const timer = setInterval(() => {
      levels.push(levelOf(analyser));
      setRecording({ state: "recording", since, levels: [...levels] });
      if (Date.now() - since >= LONGEST) recorder.stop();
    }, LEVEL_EVERY);
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      const durationMs = Date.now() - since;
      release();
      const blob = new Blob(pieces, { type: recorder.mimeType || "audio/webm" });
      const recorded = { blob, durationMs, levels };
      if (closed.current) return keep.current(recorded);
      done.current = { ...recorded, url: URL.createObjectURL(blob) };
      setRecording({ state: "done", ...done.current });
    };
    running.current = { recorder, stream, context, timer };
    setRecording({ state: "recording", since, levels: [] });
  }, [release]);

  return { recording, start, finish, cancel, putAside };
}

interface Listening {
  recorder: MediaRecorder;
  context: AudioContext;
  analyser: AnalyserNode;
}

/** Begins to record a microphone. Throws where the browser has no format for its sound, or none to hear how loud it is. */
function listenTo(stream: MediaStream): Listening {
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, recordedAs(type));
  recorder.start(1_000);
  const context = new AudioContext();
  try {
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(stream).connect(analyser);
    return { recorder, context, analyser };
  } catch (error) {
    void context.close(); // a page may have only so many
    throw error;
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Loudness from 0 to 1, spread so that speech fills the height. */
function levelOf(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.min(1, Math.sqrt(mean) * 4.5);
}
