/** An entry of the audit log as a sentence, with names for ids. Pure. */

import type { Translated } from "@/shared/i18n/catalogue";
import type { AuditRow, Names } from "../api/audit";
import type { auditMessages } from "./messages";

type Words = Translated<(typeof auditMessages)["en"]>;

/** Who acted: `user:<id>`, `key:<id>`, `system:<part>`, `cli`, `anybody`. */
export function actorOf(actor: string, names: Names, t: Words): string {
  const [kind = "", id = ""] = actor.split(":");
  const name = names.get(id);
  switch (kind) {
    case "user":
      return name ?? t.somebody;
    case "key":
      return name ? t.keyNamed(name) : t.akey;
    case "system":
      return t.byItself;
    case "cli":
      return t.cli;
    default:
      return t.anybodyActor;
  }
}

const THINGS: Record<string, keyof Words["thing"]> = {
  connection: "connection",
  person: "person",
  user: "person",
  operator: "person",
  sessions: "person",
  password: "person",
  factor: "person",
  identity: "person",
  embed: "person",
  key: "key",
  team: "team",
  label: "label",
  canned_reply: "canned_reply",
  template: "template",
};

export function sentenceOf(row: AuditRow, names: Names, t: Words): string {
  const who = capital(actorOf(row.actor, names, t));
  const say: Record<string, (who: string, what: string) => string> = t.say;
  const known = say[row.action];
  if (!known) return t.unknown(who, row.action);
  const category = row.action.split(".")[0] ?? "";
  const name = row.subject ? names.get(row.subject) : undefined;
  const named = name && category === "key" ? t.keyNamed(name) : name;
  return capital(known(who, named ?? t.thing[THINGS[category] ?? "workspace"]));
}

/** What belongs to the sentence: from what to what, to whom; empty where nothing does. */
export function extraOf(row: AuditRow, names: Names, t: Words): string {
  const { detail } = row;
  const word = (value: unknown, words: Record<string, string>) =>
    typeof value === "string" ? (words[value] ?? value) : "";
  switch (row.action) {
    case "person.role_changed":
      return `${word(detail["from"], t.roles)} → ${word(detail["to"], t.roles)}`;
    case "person.invited":
      return word(detail["role"], t.roles);
    case "conversation.state_changed":
      return `${word(detail["from"], t.states)} → ${word(detail["to"], t.states)}`;
    case "conversation.assigned":
    case "conversation.team_changed":
      return typeof detail["to"] === "string" ? (names.get(detail["to"]) ?? "") : t.nobody;
    case "template.created":
    case "template.edited":
    case "template.deleted":
      return `${detail["name"]} (${detail["language"]})`;
    case "notification.rule_saved":
    case "notification.rule_deleted":
      return typeof detail["event"] === "string" ? detail["event"] : "";
    case "automation.saved":
    case "automation.deleted":
      return word(detail["kind"], t.automations);
    default:
      return nameOf(row);
  }
}

/** What has a name of its own, also where it was deleted since: a campaign, and the server that an outgoing webhook leads to. */
function nameOf({ action, detail }: AuditRow): string {
  const name = action.startsWith("campaign.")
    ? detail["name"]
    : action.startsWith("outgoing_webhook.") && detail["host"];
  return typeof name === "string" ? name : "";
}

/** Everything else that was written down, as name and value; ids have their names. */
export function detailsOf(row: AuditRow, names: Names): { name: string; value: string }[] {
  const shown = Object.entries(row.detail).map(([name, value]) => ({
    name: name.replaceAll("_", " "),
    value: (Array.isArray(value) ? value : [value]).map((one) => named(one, names)).join(", "),
  }));
  if (row.subject) shown.push({ name: "id", value: row.subject });
  return shown.filter((one) => one.value !== "");
}

function named(value: unknown, names: Names): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return names.get(text) ?? text;
}

function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
