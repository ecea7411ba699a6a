/** Emoji by group, by search, and those used lately; in the skin tone that was chosen. */

import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import { Absent } from "@/shared/ui/absent";
import { composerMessages } from "../composer/messages";
import {
  chooseTone,
  chosenTone,
  type Emoji,
  foundIn,
  loadEmoji,
  recentEmoji,
  rememberEmoji,
  TONES,
  toned,
} from "./emoji-data";
import classes from "./emoji-picker.module.css";

const GROUPS = ["😀", "👋", "", "🐻", "🍕", "🚗", "⚽", "💡", "🔣", "🏁"];
const COLUMNS = 8;
const MOST_FOUND = 96;

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const t = useMessages(composerMessages);
  const { language } = useLanguage();
  const {
    data: groups,
    error,
    refetch,
  } = useQuery({
    queryKey: ["emoji", language],
    queryFn: () => loadEmoji(language),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [query, setQuery] = useState("");
  const [tone, setTone] = useState(chosenTone);
  const [recent] = useState(recentEmoji);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => (groups ? foundIn(groups, query, MOST_FOUND) : []), [groups, query]);
  const pick = (emoji: string) => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  if (!groups && error) return <Absent again={() => refetch({ throwOnError: true })} />;
  if (!groups) return <Loader size="sm" m="lg" />;
  const names: Record<number, string> = t.emojiGroups;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows go from one button to the next
    <div className={classes["picker"]} onKeyDown={(event) => moveAmong(event, list.current)}>
      <input
        className={classes["search"]}
        type="search"
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        placeholder={t.searchEmoji}
        aria-label={t.searchEmoji}
        data-autofocus
      />
      {query === "" && (
        <nav className={classes["groups"]} aria-label={t.emojiGroupsLabel}>
          {groups.map(({ id }) => (
            <button
              type="button"
              key={id}
              title={names[id]}
              aria-label={names[id]}
              onClick={() => list.current?.querySelector(`[data-group="${id}"]`)?.scrollIntoView()}
            >
              {GROUPS[id]}
            </button>
          ))}
        </nav>
      )}
      <div className={classes["list"]} ref={list}>
        {query !== "" ? (
          <Grid emoji={found} tone={tone} onPick={pick} empty={t.noEmoji} />
        ) : (
          <>
            <h3>{t.recentEmoji}</h3>
            <div className={classes["grid"]}>
              {recent.map((emoji) => (
                <button type="button" key={emoji} onClick={() => pick(emoji)}>
                  {emoji}
                </button>
              ))}
            </div>
            {groups.map((group) => (
              <section key={group.id} data-group={group.id} className={classes["section"]}>
                <h3>{names[group.id]}</h3>
                <Grid emoji={group.emoji} tone={tone} onPick={pick} empty="" />
              </section>
            ))}
          </>
        )}
      </div>
      <div className={classes["tones"]} role="radiogroup" aria-label={t.skinTone}>
        {TONES.map((one) => (
          // biome-ignore lint/a11y/useSemanticElements: a row of small pictures to choose one of
          <button
            type="button"
            key={one}
            role="radio"
            aria-checked={tone === one}
            aria-label={`${t.skinTone} ${TONES.indexOf(one)}`}
            onClick={() => {
              chooseTone(one);
              setTone(one);
            }}
          >
            {`✋${one}`}
          </button>
        ))}
      </div>
    </div>
  );
}

function Grid(props: {
  emoji: readonly Emoji[];
  tone: string;
  onPick: (emoji: string) => void;
  empty: string;
}) {
  const { emoji, tone, onPick, empty } = props;
  if (emoji.length === 0) return <p className={classes["empty"]}>{empty}</p>;
  return (
    <div className={classes["grid"]}>
      {emoji.map((one) => (
        <button
          type="button"
          key={one.emoji}
          title={one.codes[0] ? `${one.name} :${one.codes[0]}:` : one.name}
          aria-label={one.name}
          onClick={() => onPick(toned(one, tone))}
        >
          {toned(one, tone)}
        </button>
      ))}
    </div>
  );
}

function moveAmong(event: KeyboardEvent, list: HTMLElement | null): void {
  if (event.nativeEvent.isComposing) return; // the input method's own
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: COLUMNS,
    ArrowUp: -COLUMNS,
  };
  const step = steps[event.key];
  const buttons = [...(list?.querySelectorAll<HTMLElement>("button") ?? [])];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (event.key === "Enter" && at < 0 && event.target instanceof HTMLInputElement) {
    event.preventDefault(); // the focus moves with the pick: the key must not go on in a field
    buttons[0]?.click();
  }
  if (step === undefined || (at < 0 && event.key !== "ArrowDown")) return;
  event.preventDefault();
  buttons[at < 0 ? 0 : Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
}
