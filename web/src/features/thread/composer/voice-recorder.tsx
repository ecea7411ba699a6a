/** Recording a voice message: how long, how loud; then listening to it before it goes. */

import { ActionIcon } from "@mantine/core";
import { IconPlayerStopFilled, IconSend2, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Voice, Waveform } from "../bubbles/voice";
import { latestBars, peaksOfLevels } from "../model/peaks";
import { composerMessages } from "./messages";
import type { Recording } from "./use-recorder";
import classes from "./voice-recorder.module.css";

interface VoiceRecorderProps {
  recording: Extract<Recording, { state: "asking" | "recording" | "done" }>;
  onFinish: () => void;
  onCancel: () => void;
  onSend: (blob: Blob, durationMs: number) => void;
}

export function VoiceRecorder({ recording, onFinish, onCancel, onSend }: VoiceRecorderProps) {
  const t = useMessages(composerMessages);
  const format = useFormat();
  const now = useNow(recording.state === "recording");
  // Sending while it still records ends it first.
  const sendWhenDone = useRef(false);
  useEffect(() => {
    if (recording.state === "done" && sendWhenDone.current) onSend(recording.blob, recording.durationMs);
  }, [recording, onSend]);
  const send = () => {
    if (recording.state === "done") return onSend(recording.blob, recording.durationMs);
    sendWhenDone.current = true;
    onFinish();
  };
  return (
    <section className={classes["recorder"]} aria-label={t.record}>
      <ActionIcon
        variant="subtle"
        color="red"
        size="lg"
        onClick={onCancel}
        aria-label={t.cancelRecording}
        title={t.cancelRecording}
      >
        <IconTrash size={20} />
      </ActionIcon>
      {recording.state === "done" ? (
        <div className={classes["heard"]}>
          <Voice
            of={null}
            url={recording.url}
            type={null}
            voice
            name={null}
            durationMs={recording.durationMs}
            peaks={peaksOfLevels(recording.levels)}
          />
        </div>
      ) : (
        <>
          <span className={classes["dot"]} />
          <span className={classes["time"]} role="timer">
            {recording.state === "recording" ? format.duration((now - recording.since) / 1000) : "…"}
          </span>
          <div className={classes["wave"]}>
            <Waveform bars={latestBars(recording.state === "recording" ? recording.levels : [])} part={1} />
          </div>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={onFinish}
            aria-label={t.stopRecording}
            title={t.stopRecording}
            disabled={recording.state !== "recording"}
          >
            <IconPlayerStopFilled size={20} />
          </ActionIcon>
        </>
      )}
      <ActionIcon
        size="lg"
        radius="xl"
        onClick={send}
        aria-label={t.sendRecording}
        title={t.sendRecording}
        disabled={recording.state === "asking"}
      >
        <IconSend2 size={20} />
      </ActionIcon>
    </section>
  );
}

function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
