/** The text field: grows with its words, sends by Enter (or not, as preferred), never while an input method is composing. */

import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useMessages } from "@/shared/i18n/language";
import { usePreferences } from "@/shared/lib/preferences";
import type { Conversation } from "@/shared/store/types";
import { tellFailed } from "@/shared/ui/notices";
import { CompletionList } from "./completion-list";
import classes from "./field.module.css";
import { composerMessages } from "./messages";
import { useCompletion } from "./use-completion";

export interface FieldHandle {
  focus: () => void;
  /** Puts a text where the caret is, and the caret behind it. */
  insert: (text: string) => void;
  /** Begins the name of a canned reply where the caret is. */
  beginCanned: () => void;
}

interface FieldProps {
  handle: Ref<FieldHandle>;
  conversation: Conversation;
  mode: "reply" | "note";
  value: string;
  placeholder: string;
  label: string;
  onChange: (text: string) => void;
  onSend: () => void;
  onFiles: (files: File[]) => void;
  /** The arrow up in an empty field. */
  onUp: () => void;
}

const LIST = "composer-suggestions";
const coarse = typeof matchMedia === "undefined" ? null : matchMedia("(pointer: coarse)");

export function Field(props: FieldProps) {
  const { handle, conversation, mode, value, placeholder, label, onChange, onSend, onFiles, onUp } = props;
  const t = useMessages(composerMessages);
  const { enterSends } = usePreferences();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(value.length);
  // Whoever comes back to a draft goes on at its end: left alone, a browser begins at its first letter.
  const pendingCaret = useRef<number | null>(value === "" ? null : value.length);

  const put = (text: string, at: number) => {
    pendingCaret.current = at;
    setCaret(at);
    onChange(text);
  };
  const completion = useCompletion({ text: value, caret, mode, conversation, onChange: put });

  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    if (pendingCaret.current !== null && current.value === value) {
      current.setSelectionRange(pendingCaret.current, pendingCaret.current);
      pendingCaret.current = null;
    }
    // As high as its words; the style sheet says how high at most.
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight}px`;
  }, [value]);

  // What was refused is refused as it stood: what is typed since is another.
  const [refusedAt, setRefusedAt] = useState<string | null>(null);

  const focus = () => field.current?.focus({ preventScroll: true });
  const insert = (text: string) => {
    const from = field.current?.selectionStart ?? value.length;
    const to = field.current?.selectionEnd ?? value.length;
    put(value.slice(0, from) + text + value.slice(to), from + text.length);
    focus();
  };
  useImperativeHandle(handle, () => ({
    focus,
    insert,
    beginCanned: () => insert(/(^|\s)$/.test(value.slice(0, field.current?.selectionStart)) ? "/" : " /"),
  }));

  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter and the arrows are its own.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (completion.onKey(event)) return event.preventDefault();
    if (event.key === "Enter" && sends(event, enterSends)) {
      event.preventDefault();
      if (completion.nothing !== null) setRefusedAt(value);
      else if (!event.repeat) onSend(); // whoever rests a finger on the key sends once
    } else if (event.key === "ArrowUp" && value === "") {
      event.preventDefault();
      onUp();
    }
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || isRichText(event.clipboardData)) return;
    event.preventDefault();
    if (mode === "note") tellFailed(t.noteFiles);
    else onFiles(files.map(named));
  };
  const look = () => setCaret(field.current?.selectionStart ?? 0);
  return (
    <div className={classes["around"]}>
      {completion.isOpen && (
        <CompletionList
          id={LIST}
          suggestions={completion.suggestions}
          nothing={completion.nothing}
          query={completion.query}
          refused={refusedAt === value}
          active={completion.active}
          onPick={completion.pick}
          onHover={completion.setActive}
        />
      )}
      <textarea
        ref={field}
        className={classes["field"]}
        rows={1}
        value={value}
        placeholder={placeholder}
        aria-label={label}
        dir="auto"
        role="combobox"
        aria-expanded={completion.isOpen}
        aria-autocomplete="list"
        aria-controls={completion.isOpen ? LIST : undefined}
        aria-activedescendant={
          completion.isOpen && completion.suggestions.length > 0 ? `${LIST}-${completion.active}` : undefined
        }
        onChange={(event) => {
          setCaret(event.currentTarget.selectionStart);
          onChange(event.currentTarget.value);
        }}
        onSelect={look}
        onKeyDown={keys}
        onPaste={paste}
      />
    </div>
  );
}

/** Ctrl+Enter always sends. On a touch screen Enter breaks the line, as there is a button beside it. */
function sends(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  if (coarse?.matches) return false;
  return enterSends ? !event.shiftKey && !event.altKey : event.shiftKey;
}

/**
 * Words and cells that were copied in an office program come with a picture of themselves; it is the words that are meant. A copied file
 * may bring its name as plain text, and a copied picture its address as HTML: neither has both.
 */
function isRichText(copied: DataTransfer): boolean {
  const isStyled = copied.types.includes("text/rtf") || copied.types.includes("text/html");
  return isStyled && copied.types.includes("text/plain") && copied.getData("text/plain").trim() !== "";
}

/** A picture from the clipboard is called "image.png" by everybody: the time tells them apart. */
function named(file: File): File {
  if (file.name !== "image.png") return file;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return new File([file], `${stamp}.png`, { type: file.type });
}
