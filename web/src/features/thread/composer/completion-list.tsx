/** What could stand in place of what is being typed: canned replies, emoji, colleagues. The field keeps the focus. */

import { useEffect, useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import classes from "./completion-list.module.css";
import { composerMessages } from "./messages";

export type Suggestion =
  | { kind: "canned"; id: string; shortcut: string; title: string; text: string }
  | { kind: "emoji"; id: string; emoji: string; name: string; code: string; text: string }
  | { kind: "mention"; id: string; name: string; text: string };

/** Why no canned reply is offered for what looks like the name of one: it is not sent as it stands unless somebody means it. */
export type Nothing = "unknown" | "loading" | "failed";

interface CompletionListProps {
  id: string;
  suggestions: readonly Suggestion[];
  nothing: Nothing | null;
  /** The name that was typed. */
  query: string;
  /** Somebody tried to send it as it stands. */
  refused: boolean;
  active: number;
  onPick: (suggestion: Suggestion) => void;
  onHover: (index: number) => void;
}

export function CompletionList(props: CompletionListProps) {
  const { id, suggestions, nothing, query, refused, active, onPick, onHover } = props;
  const t = useMessages(composerMessages);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);
  if (nothing) {
    return (
      <p
        id={id}
        className={`${classes["list"]} ${classes["empty"]}`}
        data-refused={refused || undefined}
        role={refused ? "alert" : undefined}
      >
        <strong>{nothing === "unknown" ? t.noCanned(`/${query}`) : t.cannedMissing[nothing]}</strong>{" "}
        {t.sendSlash}
      </p>
    );
  }
  const labels = { canned: t.canned, emoji: t.emoji, mention: t.colleagues };
  const label = labels[suggestions[0]?.kind ?? "canned"];
  return (
    <div ref={list} id={id} className={classes["list"]} role="listbox" aria-label={label}>
      {suggestions.map((one, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the active one
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys do the same
        <div
          key={one.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          data-index={index}
          className={classes["option"]}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onHover(index)}
          onClick={() => onPick(one)}
        >
          <Option one={one} />
        </div>
      ))}
    </div>
  );
}

function Option({ one }: { one: Suggestion }) {
  switch (one.kind) {
    case "canned":
      return (
        <>
          <span className={classes["shortcut"]}>/{one.shortcut.replace(/^\//, "")}</span>
          <span className={classes["words"]}>
            <strong>{one.title}</strong>
            <span>{one.text}</span>
          </span>
        </>
      );
    case "emoji":
      return (
        <>
          <span className={classes["emoji"]}>{one.emoji}</span>
          <span className={classes["name"]}>{one.name}</span>
          {one.code && <code>:{one.code}:</code>}
        </>
      );
    default:
      return (
        <>
          <Avatar name={one.name} seed={`user:${one.id}`} size={24} />
          <span className={classes["name"]}>{one.name}</span>
        </>
      );
  }
}
