/** The suggestions for what is being typed, and the keys that choose one. */

import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { useLanguage } from "@/shared/i18n/language";
import { useSession, useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { useCannedReplies } from "../api/canned";
import { byCode, type EmojiGroup, foundIn, loadEmoji } from "../emoji/emoji-data";
import { type CannedValues, filledIn, fitting } from "../model/canned";
import { codeAt, completingAt, replaced } from "../model/completing";
import { folded } from "../model/folded";
import type { Nothing, Suggestion } from "./completion-list";

const MOST = 8;
const MOST_CANNED = 30;

interface Field {
  text: string;
  caret: number;
  mode: "reply" | "note";
  conversation: Conversation;
  onChange: (text: string, caret: number) => void;
}

export function useCompletion({ text, caret, mode, conversation, onChange }: Field) {
  const { language } = useLanguage();
  const { user } = useSession();
  const tenant = useTenant();
  const people = useDirectory("people");
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [emoji, setEmoji] = useState<EmojiGroup[] | null>(null);
  const completing = useMemo(() => completingAt(text, caret, mode), [text, caret, mode]);
  const isCanned = completing?.kind === "canned";
  const { data: canned, isError } = useCannedReplies(tenant.tenant_id, isCanned);
  const { contact } = conversation;

  const wantsEmoji = completing?.kind === "emoji" || codeAt(text, caret) !== null;
  useEffect(() => {
    if (wantsEmoji) void loadEmoji(language).then(setEmoji);
  }, [wantsEmoji, language]);
  // A whole :shortcode: is its emoji.
  useEffect(() => {
    const found = codeAt(text, caret);
    const one = found && emoji ? byCode(emoji, found.code) : null;
    if (!found || !one) return;
    const now = replaced(text, found.from, caret, one);
    onChange(now.text, now.caret);
  }, [text, caret, emoji, onChange]);

  const suggestions = useMemo((): Suggestion[] => {
    switch (completing?.kind) {
      case "canned": {
        const values: CannedValues = {
          contact_name: contact.name ?? "",
          contact_phone: contact.phone ?? "",
          agent_name: user.name,
          business_name: tenant.tenant_name,
        };
        return fitting(canned ?? [], completing.query, MOST_CANNED).map(({ id, shortcut, title, body }) => ({
          kind: "canned",
          id,
          shortcut,
          title,
          text: filledIn(body, values),
        }));
      }
      case "emoji":
        return foundIn(emoji ?? [], completing.query, MOST).map((one) => ({
          kind: "emoji",
          id: one.emoji,
          emoji: one.emoji,
          name: one.name,
          code: one.codes[0] ?? "",
          text: `${one.emoji} `,
        }));
      case "mention": {
        const wanted = folded(completing.query);
        return [...people.values()]
          .filter((one) => !one.disabled && one.user_id !== user.id)
          .filter((one) =>
            folded(one.name)
              .split(" ")
              .some((_, at, words) => words.slice(at).join(" ").startsWith(wanted)),
          )
          .slice(0, MOST)
          .map((one) => ({ kind: "mention", id: one.user_id, name: one.name, text: `@${one.name} ` }));
      }
      default:
        return [];
    }
  }, [completing, canned, emoji, people, contact, user, tenant.tenant_name]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other suggestions begin at their first
  useEffect(() => setActive(0), [completing?.kind, completing?.query]);
  // What was put off is put off for as long as it is being typed.
  useEffect(() => {
    if (completing === null) setDismissed(null);
  }, [completing]);

  const place = completing === null ? null : `${completing.kind}/${completing.from}`;
  const isOpen = completing !== null && dismissed !== place && (suggestions.length > 0 || isCanned);
  const nothing: Nothing | null =
    !isOpen || suggestions.length > 0 ? null : canned ? "unknown" : isError ? "failed" : "loading";

  const pick = (one: Suggestion) => {
    if (completing === null) return;
    const now = replaced(text, completing.from, caret, one.text);
    onChange(now.text, now.caret);
  };
  /** True where the key was for the list. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (!isOpen) return false;
    const count = suggestions.length;
    if (event.key === "Escape") {
      setDismissed(place);
      return true;
    }
    if (count === 0) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setActive((active + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
      return true;
    }
    const chosen = suggestions[active];
    if ((event.key === "Enter" || event.key === "Tab") && chosen) {
      pick(chosen);
      return true;
    }
    return false;
  };
  return { isOpen, suggestions, nothing, query: completing?.query ?? "", active, setActive, pick, onKey };
}
