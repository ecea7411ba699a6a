import { expect, test } from "vitest";
import { fieldsOf } from "@/shared/whatsapp/templates";
import type { Rule } from "../api/notifications";
import { beyondIn, type Draft, delayIn, draftOf, EMPTY, faultsIn, placeOf, ruleOf, slotOf } from "./draft";
import { guessed, lookOf, sampleFor, sampleIn } from "./sample";

const COMPONENTS = [
  { type: "HEADER", format: "IMAGE" },
  { type: "BODY", text: "Hola {{first_name}}, tu cita es el {{day}}." },
  { type: "BUTTONS", buttons: [{ type: "URL", text: "Ver", url: "https://example.com/{{1}}" }] },
];
const FIELDS = fieldsOf(COMPONENTS);
const EVENT = {
  candidate: { phone: "608684495", first_name: "Paco", age: 31 },
  day: "lunes",
  code: "a1",
};

const written: Draft = {
  ...EMPTY,
  event: "interview.scheduled",
  template: { name: "interview", language: "es_ES" },
  recipient: "$.candidate.phone",
  gaps: {
    first_name: { from: "event", path: "$.candidate.first_name", otherwise: "candidato" },
    day: { from: "event", path: "$.day", otherwise: "" },
    button_0: { from: "same", text: "cita" },
  },
  conditions: [{ key: 0, path: "$.candidate.age", test: "greater", value: "30" }],
  delay: { amount: 2, unit: "hours" },
};

test("the server knows each gap by its own name", () => {
  expect(FIELDS.map(slotOf)).toEqual(["header", "first_name", "day", "button_0"]);
});

test("what is written is what is sent, and comes back as it was", () => {
  expect(faultsIn(written, FIELDS)).toEqual({});
  const rule = ruleOf(written, FIELDS, EVENT);

  expect(rule.variables).toEqual({
    first_name: { path: "$.candidate.first_name", default: "candidato" },
    day: { path: "$.day" },
    button_0: { value: "cita" },
  });
  expect(rule.conditions).toEqual([{ path: "$.candidate.age", test: "greater", value: 30 }]);
  expect(rule.delay_seconds).toBe(7200);
  expect(draftOf(rule)).toMatchObject(written);
});

test("a rule that is opened and saved means what it meant", () => {
  const conditions: Rule["conditions"] = [
    { path: "$.code", test: "differs", value: "31" },
    { path: "$.age", test: "differs", value: 31 },
    { path: "$.zip", test: "equals", value: "08001" },
    { path: "$.vip", test: "equals", value: "true" },
    { path: "$.part", test: "in", value: ["31", 32, "a, b"] },
    { path: "$.words", test: "contains", value: " no " },
    { path: "$.gone", test: "missing" },
  ];
  const rule = { ...ruleOf(written, FIELDS, EVENT), conditions };

  for (const sample of [sampleFor(rule), null, { part: 1, zip: 8001 }])
    expect(ruleOf(draftOf(rule), FIELDS, sample).conditions).toEqual(conditions);
});

test("what stays of a list that is changed keeps its kind", () => {
  const rule = ruleOf(written, FIELDS, EVENT);
  const opened = draftOf({ ...rule, conditions: [{ path: "$.a", test: "in", value: ["31", 32] }] });
  const changed = opened.conditions.map((one) => ({ ...one, value: "31, 32, 33" }));

  expect(ruleOf({ ...opened, conditions: changed }, FIELDS, null).conditions?.[0]?.value).toEqual([
    "31",
    32,
    33,
  ]);
});

const retyped = (condition: object, value: string, sample: unknown, isMade = false) => {
  const opened = draftOf({
    ...ruleOf(written, FIELDS, EVENT),
    conditions: [condition] as Rule["conditions"],
  });
  const conditions = opened.conditions.map((one) => ({ ...one, value, isTyped: true }));
  return ruleOf({ ...opened, conditions }, FIELDS, sample, isMade).conditions?.[0]?.value;
};

test.each([
  ["differs", "31", "32", "32"],
  ["differs", 31, "32", 32],
  ["in", ["31"], "31, 32", ["31", "32"]],
  ["equals", "true", "false", "false"],
])(
  "what %s %j and is changed keeps its kind where nobody has shown an event",
  (check, value, text, meant) => {
    expect(retyped({ path: "$.code", test: check, value }, text, null)).toEqual(meant);
    expect(retyped({ path: "$.code", test: check, value }, text, { code: true }, true)).toEqual(meant);
  },
);

test("what is typed again is of the kind of the event that was shown; what is not touched stays", () => {
  const condition = { path: "$.age", test: "equals", value: "31" };
  expect(retyped(condition, "31", { age: 31 })).toBe(31);
  expect(retyped(condition, "31", { age: "31" })).toBe("31");
  expect(retyped(condition, "31", { age: true }, true)).toBe("31");
  expect(retyped({ ...condition, test: "in", value: ["31", 32] }, "31, 32", { age: 31 })).toEqual([31, 32]);
  expect(retyped({ ...condition, test: "in", value: ["a, b"] }, "a, b", { age: "a" })).toEqual(["a, b"]);
});

test.each(["08001", "0x1F", "1e3", "12345678901234567890"])("%s stays a text", (value) => {
  const conditions: Draft["conditions"] = [{ key: 0, path: "$.zip", test: "equals", value }];
  expect(ruleOf({ ...written, conditions }, FIELDS, null).conditions?.[0]?.value).toBe(value);
});

test("a number is compared as the event has it", () => {
  const same = (value: string, path: string) =>
    ruleOf({ ...written, conditions: [{ key: 0, path, test: "equals", value }] }, FIELDS, EVENT)
      .conditions?.[0]?.value;

  expect(same("31", "$.candidate.age")).toBe(31);
  expect(same("31", "$.candidate.phone")).toBe("31");
  expect(same("true", "$.vip")).toBe(true);
});

test("what is wrong is told at its field", () => {
  const faults = faultsIn(
    {
      ...written,
      event: "two words",
      template: null,
      recipient: "phone",
      gaps: { first_name: { from: "event", path: "", otherwise: "x" }, day: { from: "same", text: " " } },
      conditions: [{ key: 0, path: "$.a", test: "greater", value: "many" }],
      delay: { amount: 91, unit: "days" },
    },
    FIELDS,
  );

  expect(faults).toEqual({
    event: "event",
    template: "template",
    recipient: "path",
    "variables.first_name": "missing",
    "variables.day": "missing",
    "variables.button_0": "missing",
    "conditions[0].value": "number",
    delay_seconds: "long",
  });
});

test.each([
  ["variables.first_name.path", "variables.first_name"],
  ["variables.day", "variables.day"],
  ["conditions[0].path", "conditions[0]"],
  ["conditions[0].value", "conditions[0].value"],
  ["variables[first_name].value", "variables.first_name"],
  ["recipient", "recipient"],
])("the server's %s is the form's %s", (told, place) => {
  expect(placeOf(told)).toBe(place);
});

test("a delay is told in its largest whole unit", () => {
  expect([0, 90, 3600, 5400, 172_800].map(delayIn)).toEqual([
    { amount: 0, unit: "minutes" },
    { amount: 1.5, unit: "minutes" },
    { amount: 1, unit: "hours" },
    { amount: 90, unit: "minutes" },
    { amount: 2, unit: "days" },
  ]);
});

test("a sample fills in what it makes plain, and nothing that was written", () => {
  const draft = guessed({ ...EMPTY, gaps: { day: { from: "same", text: "hoy" } } }, FIELDS, EVENT);

  expect(draft.recipient).toBe("$.candidate.phone");
  expect(draft.gaps["first_name"]).toEqual({
    from: "event",
    path: "$.candidate.first_name",
    otherwise: "",
  });
  expect(draft.gaps["day"]).toEqual({ from: "same", text: "hoy" });
});

test("a whole event is taken for its data and its name", () => {
  expect(sampleIn('{"event": "e.x", "id": "1", "data": {"a": 1}}')).toEqual({ data: { a: 1 }, event: "e.x" });
  expect(sampleIn('{"a": 1}')).toEqual({ data: { a: 1 }, event: null });
  expect(sampleIn("[1]")).toBeNull();
  expect(sampleIn("{")).toBeNull();
});

test("a sample made for a rule is one that the rule tells of", () => {
  const rule = ruleOf(written, FIELDS, EVENT) as Rule;
  const sample = sampleFor(rule);

  expect(sample).toEqual({
    candidate: { phone: "+34600000001", age: 31, first_name: "first_name" },
    day: "day",
  });
  expect(lookOf(COMPONENTS, written, sample).body).toBe("Hola first_name, tu cita es el day.");
});

test("the message is shown with the sample's values, and a gap where it has none", () => {
  const look = lookOf(COMPONENTS, written, { candidate: {} });

  expect(look.body).toBe("Hola candidato, tu cita es el {{day}}.");
  expect(look.buttons[0]?.url).toBe("https://example.com/cita");
});

test("what a rule cannot fill in is told", () => {
  expect(beyondIn(COMPONENTS)).toEqual([]);
  expect(beyondIn([{ type: "HEADER", format: "LOCATION" }])).toEqual(["LOCATION"]);
});

test("a list of commas alone is no value to compare with", () => {
  const conditions: Draft["conditions"] = [{ key: 0, path: "$.day", test: "in", value: " , ," }];

  expect(faultsIn({ ...written, conditions }, FIELDS)).toEqual({ "conditions[0].value": "missing" });
});
