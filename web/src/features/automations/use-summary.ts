/** An automation in words: what it is called, and what it does. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import type { Rule } from "./api/automations";
import { automationMessages } from "./messages";
import { hoursInWords } from "./model/hours";

interface Summary {
  name: (rule: Rule) => string;
  about: (rule: Rule) => string;
}

export function useSummary(): Summary {
  const t = useMessages(automationMessages);
  const format = useFormat();
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  const labels = useDirectory("labels");
  const names = (ids: readonly string[] | undefined, of: ReadonlyMap<string, { name: string }>) =>
    (ids ?? [])
      .map((id) => of.get(id)?.name)
      .filter(Boolean)
      .join(", ");

  return {
    name: (rule) =>
      (rule.kind === "keyword_reply" || rule.kind === "priority") && rule.words?.length
        ? rule.words.join(", ")
        : t.one[rule.kind],
    about: (rule) => {
      switch (rule.kind) {
        case "keyword_reply":
          return rule.answer;
        case "away":
          return `${hoursInWords(rule.hours, format.locale) || t.always} · ${rule.message}`;
        case "welcome":
          return rule.again_after_days
            ? `${rule.message} · ${t.again(format.number(rule.again_after_days))}`
            : rule.message;
        case "assign": {
          const who = names(rule.user_ids, people);
          const team = rule.team_id ? teams.get(rule.team_id)?.name : undefined;
          const about = names(rule.label_ids, labels);
          return (
            [who && t.inTurn(who), team && t.toTeam(team), about && t.labelled(about)]
              .filter(Boolean)
              .join(" · ") || t.nobodyKnown
          );
        }
        case "priority": {
          const about = names(rule.label_ids, labels);
          return [t.becomes(t.priorities[rule.priority]), about && t.labelled(about)]
            .filter(Boolean)
            .join(" · ");
        }
      }
    },
  };
}
