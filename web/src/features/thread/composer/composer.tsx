/** The field and everything about it: a reply or a note, files, a recording, a template, something to press. */

import { Suspense, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useShortcut } from "@/shared/keys/use-shortcut";
import { useTenant } from "@/shared/session/session-context";
import { useStore, useTopic } from "@/shared/store/hooks";
import type { Pending } from "@/shared/store/outbox";
import type { Conversation, Message } from "@/shared/store/types";
import { tellFailed } from "@/shared/ui/notices";
import { part } from "@/shared/ui/part";
import { quoteOfPending } from "../model/pending";
import type { ServiceWindow } from "../model/window";
import { useData } from "../thread-context";
import { AnsweredDialog } from "./answered-dialog";
import { AttachmentTray } from "./attachment-tray";
import classes from "./composer.module.css";
import { Field, type FieldHandle } from "./field";
import { composerMessages } from "./messages";
import type { Mode } from "./mode";
import { ModeTabs } from "./mode-tabs";
import { QuoteBar } from "./quote-bar";
import { SendRow } from "./send-row";
import { Shut } from "./shut";
import { TypingLine } from "./typing-line";
import { UnsentDraft } from "./unsent-draft";
import type { Attachments } from "./use-attachments";
import { useRecorder } from "./use-recorder";
import { useSend } from "./use-send";
import { useTyping } from "./use-typing";
import { VoiceRecorder } from "./voice-recorder";
import { ClosedWindow } from "./window-bar";

const TemplatePicker = part(
  async () => (await import("../templates/template-picker")).TemplatePicker,
  "over",
);
const InteractiveComposer = part(
  async () => (await import("./interactive-composer")).InteractiveComposer,
  "over",
);

export interface ComposerHandle {
  /** With the caret in the field. */
  setMode: (mode: Mode) => void;
  edit: (pending: Pending) => void;
  addFiles: (files: Iterable<File>) => void;
  openTemplates: () => void;
  chooseFiles: () => void;
}

interface ComposerProps {
  handle: React.RefObject<ComposerHandle | null>;
  conversation: Conversation;
  window: ServiceWindow;
  quote: Message | null;
  onQuote: (message: Message | null) => void;
  latest: Message | null;
  /** What the arrow up quotes. */
  latestToAnswer: Message | null;
  atEnd: boolean;
  attachments: Attachments;
  /** Something was sent: the reader wants to see it. */
  onSent: () => void;
}

export function Composer(props: ComposerProps) {
  const { handle, conversation, window, quote, onQuote, attachments, onSent } = props;
  const t = useMessages(composerMessages);
  const store = useStore();
  const tenant = useTenant();
  const { contactName, quoted: quotedBy } = useData();
  const { id } = conversation;
  const [mode, setMode] = useState<Mode>("reply");
  const [texts, setTexts] = useDrafts(id);
  const [over, setOver] = useState<"template" | "interactive" | null>(null);
  const field = useRef<FieldHandle>(null);
  const files = useRef<HTMLInputElement>(null);
  const recorder = useRecorder(attachments.addRecording);
  const isOpen = window.state === "open";
  const canWrite = tenant.can("messages:send");
  const isShut = conversation.state === "blocked" || conversation.state === "archived";
  const tell = useTyping(id, isOpen && canWrite);
  const text = texts[mode];
  /** A quote that nobody sees is kept, and goes out with nothing. */
  const quoted = mode === "reply" && isOpen ? quote : null;

  const write = (to: Mode, words: string) => {
    setTexts((now) => ({ ...now, [to]: words }));
    store.drafts.set(id, to, words);
  };
  /** It may come back long after this was drawn, when another field stands here. */
  const putBack = (to: Mode, words: string) => {
    store.drafts.putBack(id, to, words);
    store.topics.flush();
  };
  const sending = useSend({
    ...props,
    quote: quoted,
    isWriting: texts.reply !== "",
    onCleared: (cleared) => write(cleared, ""),
    onRestored: putBack,
    onSent: (how) => {
      if (how === "reply" && quoted) onQuote(null);
      onSent();
    },
  });
  const send = () => {
    if (mode === "note") void sending.note(texts.note);
    else if (isOpen) sending.reply(texts.reply);
    field.current?.focus();
  };
  const change = (words: string) => {
    write(mode, words);
    tell(mode, words);
  };

  const focus = () => requestAnimationFrame(() => field.current?.focus()); // once it is drawn
  /** The button that was pressed is gone: without a mouse one goes on in the field. */
  const goOn = () => {
    if (!isTouched()) focus();
  };
  const stopQuoting = () => {
    onQuote(null);
    goOn();
  };
  const { recording } = recorder;
  const isRecording =
    recording.state === "asking" || recording.state === "recording" || recording.state === "done";
  const first =
    mode === "note" ? null : isRecording ? () => leaveRecording(recorder) : quoted && (() => onQuote(null));
  useShortcut("leave", first);

  const show = (to: Mode) => {
    setMode(to);
    if (to === "note") recorder.finish(); // nothing listens out of sight
  };
  const { finish } = recorder;
  useEffect(() => {
    if (isShut || !canWrite) finish();
  }, [isShut, canWrite, finish]);
  const turnTo = (to: Mode) => {
    show(to);
    focus();
  };
  /** Files go to the person: what is chosen while a note is written shows where it will go from. */
  const addFiles = (chosen: Iterable<File>) => {
    if (!isOpen) return tellFailed(t.dropClosed);
    attachments.add(chosen);
    turnTo("reply");
  };

  const makeNote = () => {
    putBack("note", texts.reply);
    write("reply", "");
    turnTo("note");
  };

  /** What was not sent goes back into the field, with what it answers. */
  const edit = (pending: Pending) => {
    store.outbox.discard(pending.client_id);
    putBack("reply", pending.text ?? "");
    turnTo("reply");
    if (quote === null) onQuote(quoteOfPending(pending, store.me, quotedBy));
  };

  useImperativeHandle(handle, () => ({
    setMode: turnTo,
    edit,
    addFiles,
    openTemplates: () => {
      if (!canWrite || isShut) tellFailed(t.dropShut);
      else setOver("template");
    },
    chooseFiles: () => {
      if (!canWrite || isShut) tellFailed(t.dropShut);
      else if (isOpen) files.current?.click();
      else tellFailed(t.dropClosed);
    },
  }));
  // Whoever opens a conversation writes next.
  useEffect(() => {
    if (!isTouched()) field.current?.focus();
  }, []);
  const closeOver = () => {
    setOver(null);
    goOn();
  };
  if (isShut || !canWrite) return <Shut conversation={conversation} canWrite={canWrite} />;

  const isReply = mode === "reply";
  return (
    <section className={classes["composer"]} aria-label={t.composer}>
      <TypingLine conversationId={id} />
      <div className={classes["box"]} data-mode={mode}>
        <ModeTabs
          mode={mode}
          onMode={show}
          onChosen={turnTo}
          window={window}
          drafts={{ reply: texts.reply !== "", note: texts.note !== "" }}
        />
        {isReply && isRecording ? (
          <VoiceRecorder
            recording={recording}
            onFinish={recorder.finish}
            onCancel={recorder.cancel}
            onSend={(blob, durationMs) => {
              sending.voice(blob, durationMs);
              recorder.cancel();
            }}
          />
        ) : isReply && window.state !== "open" ? (
          <>
            <ClosedWindow window={window} onTemplate={() => setOver("template")} />
            <AttachmentTray attachments={attachments} onLeave={focus} onRemoved={goOn} />
            {text !== "" && <UnsentDraft text={text} onNote={makeNote} />}
          </>
        ) : (
          <>
            {quoted && <QuoteBar message={quoted} onClose={stopQuoting} />}
            {isReply && <AttachmentTray attachments={attachments} onLeave={focus} onRemoved={goOn} />}
            <Field
              key={mode}
              handle={field}
              conversation={conversation}
              mode={mode}
              value={text}
              placeholder={isReply ? t.replyTo(contactName) : t.notePlaceholder}
              label={isReply ? t.replyTo(contactName) : t.note}
              onChange={change}
              onSend={send}
              onFiles={addFiles}
              onUp={() => props.latestToAnswer && onQuote(props.latestToAnswer)}
            />
            <SendRow
              mode={mode}
              text={text}
              fileCount={isReply ? attachments.list.length : 0}
              filesRefused={attachments.list.some((one) => one.objection !== null)}
              busy={sending.busy}
              refused={recording.state === "refused" ? recording.reason : null}
              onEmoji={(emoji) => field.current?.insert(emoji)}
              onEmojiClosed={() => field.current?.focus()}
              onFiles={() => files.current?.click()}
              onCanned={() => field.current?.beginCanned()}
              onTemplate={() => setOver("template")}
              onInteractive={() => setOver("interactive")}
              onRecord={() => void recorder.start()}
              onSend={send}
            />
          </>
        )}
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          addFiles(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
      <AnsweredDialog conversationId={id} onEdit={edit} />
      <Suspense fallback={null}>
        {over === "template" && (
          <TemplatePicker
            conversation={conversation}
            onClose={closeOver}
            onSend={(template, words) => {
              sending.template(template, words);
              closeOver();
            }}
          />
        )}
        {over === "interactive" && (
          <InteractiveComposer
            onClose={closeOver}
            onSend={(interactive, words) => {
              sending.interactive(interactive, words);
              closeOver();
            }}
          />
        )}
      </Suspense>
    </section>
  );
}

/** On a touch screen a caret in the field would open the keyboard. */
const isTouched = (): boolean => matchMedia("(pointer: coarse)").matches;

/** What stands in the field in each mode. What comes from elsewhere (a merge, another tab) takes the place of what was there. */
function useDrafts(conversationId: string) {
  const { drafts } = useStore();
  const arrivals = useTopic(`draft/${conversationId}`, () => drafts.arrivals(conversationId));
  const read = () => ({
    reply: drafts.get(conversationId, "reply"),
    note: drafts.get(conversationId, "note"),
  });
  const state = useState(read);
  const [taken, setTaken] = useState(arrivals);
  if (taken !== arrivals) {
    setTaken(arrivals);
    state[1](read());
  }
  return state;
}

/** Escape ends a recording step by step and loses nothing of it: it is stopped, then put with the files. */
function leaveRecording({ recording, finish, cancel, putAside }: ReturnType<typeof useRecorder>): void {
  if (recording.state === "recording") finish();
  else if (recording.state === "done") putAside();
  else cancel();
}
