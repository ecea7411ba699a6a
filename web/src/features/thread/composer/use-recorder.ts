/** A recording from the microphone: its length, its loudness, and at the end its bytes. */

import { useCallback, useEffect, useRef, useState } from "react";

/** What browsers record; the server wraps it into what WhatsApp plays as a voice note. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const LEVEL_EVERY = 100;
const LONGEST = 15 * 60_000;

export type Recording =
  | { state: "idle" }
  | { state: "asking" }
  | { state: "recording"; since: number; levels: readonly number[] }
  | { state: "done"; blob: Blob; url: string; durationMs: number; levels: readonly number[] }
  | { state: "refused"; reason: "denied" | "missing" };

/** Without HTTPS browsers have no microphone to offer. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== "undefined" && navigator.mediaDevices !== undefined;
}

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  context: AudioContext;
  timer: ReturnType<typeof setInterval>;
}

export function useRecorder() {
  const [recording, setRecording] = useState<Recording>({ state: "idle" });
  const running = useRef<Running | null>(null);
  const url = useRef<string | null>(null);
  const wanted = useRef(false);

  const release = useCallback(() => {
    const { current } = running;
    running.current = null;
    if (!current) return;
    clearInterval(current.timer);
    for (const track of current.stream.getTracks()) track.stop();
    void current.context.close();
  }, []);

  const cancel = useCallback(() => {
    wanted.current = false;
    const { current } = running;
    if (current) {
      current.recorder.onstop = null;
      if (current.recorder.state !== "inactive") current.recorder.stop();
    }
    release();
    if (url.current) URL.revokeObjectURL(url.current);
    url.current = null;
    setRecording({ state: "idle" });
  }, [release]);

  useEffect(() => cancel, [cancel]);

  const start = useCallback(async () => {
    wanted.current = true;
    setRecording({ state: "asking" });
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
      });
    } catch (error) {
      const missing = error instanceof DOMException && error.name === "NotFoundError";
      setRecording({ state: "refused", reason: missing ? "missing" : "denied" });
      return;
    }
    if (!wanted.current) return stop(stream);
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, type === undefined ? {} : { mimeType: type });
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(stream).connect(analyser);
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
      url.current = URL.createObjectURL(blob);
      setRecording({ state: "done", blob, url: url.current, durationMs, levels });
    };
    running.current = { recorder, stream, context, timer };
    recorder.start(1_000);
    setRecording({ state: "recording", since, levels: [] });
  }, [release]);

  const finish = useCallback(() => {
    if (running.current?.recorder.state === "recording") running.current.recorder.stop();
  }, []);

  return { recording, start, finish, cancel };
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
