import { expect, test } from "vitest";
import type { AuditRow } from "../api/audit";
import { auditMessages } from "./messages";
import { actorOf, detailsOf, extraOf, sentenceOf } from "./sentences";

const NAMES = new Map([
  ["u1", "Ana Torres"],
  ["u2", "Luis Vega"],
  ["k1", "CRM"],
  ["n1", "Sandbox Spain"],
]);
const en = auditMessages.en;
const row = (change: Partial<AuditRow>): AuditRow => ({
  id: 1,
  at: "2026-11-20T12:00:00Z",
  actor: "user:u1",
  action: "person.role_changed",
  subject: "u2",
  detail: {},
  ...change,
});

test("who acted has a name, or a word that says what they are", () => {
  expect(
    ["user:u1", "user:gone", "key:k1", "key:gone", "system:apply", "cli", "anybody"].map((actor) =>
      actorOf(actor, NAMES, en),
    ),
  ).toEqual([
    "Ana Torres",
    "somebody",
    "the key CRM",
    "an API key",
    "Curbe",
    "the command line",
    "somebody unknown",
  ]);
});

test("an entry is a sentence, in each language", () => {
  const changed = row({ detail: { from: "agent", to: "admin" } });
  expect(sentenceOf(changed, NAMES, en)).toBe("Ana Torres changed the role of Luis Vega");
  expect(extraOf(changed, NAMES, en)).toBe("agent → administrator");
  expect(sentenceOf(changed, NAMES, auditMessages.es)).toBe("Ana Torres cambió el rol de Luis Vega");
  expect(sentenceOf(row({ action: "key.revoked", subject: "k1" }), NAMES, en)).toBe(
    "Ana Torres revoked the key CRM",
  );
  expect(
    sentenceOf(row({ actor: "key:k1", action: "connection.paused", subject: "n1" }), NAMES, auditMessages.pt),
  ).toBe("A chave CRM pausou Sandbox Spain");
});

test("campaigns, automations and what people agreed to are told in words too", () => {
  const said = (action: string, language: "en" | "es" | "pt") =>
    sentenceOf(row({ action, subject: null }), NAMES, auditMessages[language]);
  expect(said("campaign.start", "es")).toBe("Ana Torres inició una campaña");
  expect(said("automation.saved", "pt")).toBe("Ana Torres salvou uma automação");
  expect(said("consent.imported", "en")).toBe("Ana Torres brought a list of consents");
  const rule = row({ action: "notification.rule_saved", detail: { event: "order.shipped" } });
  expect(extraOf(rule, NAMES, en)).toBe("order.shipped");
});

test("which campaign and which automation it was is said, also of one that was deleted", () => {
  const gone = row({ action: "campaign.deleted", subject: "c1", detail: { name: "Flu jab" } });
  expect(extraOf(gone, NAMES, en)).toBe("Flu jab");
  const older = row({ action: "campaign.start", subject: "c1", detail: { state: "running" } });
  expect(extraOf(older, NAMES, en)).toBe("");
  const away = row({ action: "automation.saved", subject: "a1", detail: { kind: "away" } });
  expect(extraOf(away, NAMES, en)).toBe("Away message");
  expect(extraOf(away, NAMES, auditMessages.es)).toBe("Mensaje fuera de horario");
});

test("an outgoing webhook is told by the server it tells", () => {
  const made = row({
    action: "outgoing_webhook.created",
    subject: "w1",
    detail: { host: "crm.example.com" },
  });
  expect(sentenceOf(made, NAMES, en)).toBe("Ana Torres made an outgoing webhook");
  expect(extraOf(made, NAMES, en)).toBe("crm.example.com");
  for (const deed of ["changed", "secret_changed", "tested", "replayed", "disabled", "deleted"])
    expect(extraOf({ ...made, action: `outgoing_webhook.${deed}` }, NAMES, en)).toBe("crm.example.com");
  expect(extraOf(row({ action: "outgoing_webhook.tested", detail: {} }), NAMES, en)).toBe("");
});

test("a deed that nobody wrote words for yet is told by its own name", () => {
  expect(sentenceOf(row({ action: "thing.happened" }), NAMES, en)).toBe("Ana Torres: thing.happened");
});

test("details show names for ids, and the id of what it was about", () => {
  expect(detailsOf(row({ detail: { from: null, to: "u1", codes: ["1", "2"] } }), NAMES)).toEqual([
    { name: "to", value: "Ana Torres" },
    { name: "codes", value: "1, 2" },
    { name: "id", value: "u2" },
  ]);
});

test("a person whose company account it was is a person, also where their name is gone", () => {
  const said = (action: string, language: "en" | "es" | "pt") =>
    sentenceOf(row({ action, subject: "gone" }), NAMES, auditMessages[language]);
  expect(said("identity.unlinked", "en")).toBe(
    `Ana Torres untied ${en.thing.person} from their company's account`,
  );
  expect(said("identity.refused", "es")).toBe(
    `Se rechazó otra cuenta de empresa con la dirección de ${auditMessages.es.thing.person}`,
  );
});
