import { expect, test } from "vitest";
import type { Template } from "@/shared/api/templates";
import type { Campaign } from "../api/campaigns";
import { contentOf, fillingsIn, firstFillings, lookOf, offered, openGaps } from "./composing";
import type { Filling } from "./filling";

const template = {
  id: "1",
  name: "hello",
  language: "es",
  status: "APPROVED",
  category: "MARKETING",
  components: [
    { type: "BODY", text: "Hola {{1}}, te esperamos el {{2}}.", example: { body_text: [["Ana", "lunes"]] } },
  ],
} as unknown as Template;

const fillings: Record<string, Filling> = {
  "body:1": { from: "column", column: "nombre", otherwise: "cliente" },
  "body:2": { from: "same", text: "martes" },
};

test("what each person has of their own is sent as a variable with what is said otherwise", () => {
  expect(contentOf(template, fillings, {})).toEqual({
    name: "hello",
    language: { code: "es", policy: "deterministic" },
    components: [
      {
        type: "body",
        parameters: [
          { type: "text", text: "{{nombre|cliente}}" },
          { type: "text", text: "martes" },
        ],
      },
    ],
  });
});

test("a campaign that is opened again has the same in its gaps", () => {
  const campaign = { template: contentOf(template, fillings, {}) } as Campaign;
  expect(fillingsIn(campaign, template.components)).toEqual(fillings);
});

test("gaps without a column are still open", () => {
  expect(openGaps(template, { "body:2": { from: "same", text: "x" } }, {})).toEqual(["body:1"]);
  expect(openGaps(template, fillings, {})).toEqual([]);
});

test("the preview says a person's values where they are known", () => {
  expect(lookOf(template.components, fillings, { nombre: "Eva" }).body).toBe(
    "Hola Eva, te esperamos el martes.",
  );
  expect(lookOf(template.components, firstFillings([])).body).toContain("{{1}}");
});

test("what Meta has not approved, and codes for signing in, are not offered", () => {
  const others = [
    { ...template, status: "PAUSED" },
    { ...template, category: "AUTHENTICATION" },
    { ...template, components: null },
  ] as Template[];
  expect(offered([...others, template])).toEqual([template]);
});

test("a coupon is filled from a column of any name, and measured by what is said of it, not by its braces", () => {
  const coupon = {
    ...template,
    components: [{ type: "BUTTONS", buttons: [{ type: "COPY_CODE", text: "Copiar", example: "VERANO" }] }],
  } as unknown as Template;
  const open = (filling: Filling) => openGaps(coupon, { "button:0": filling }, {});

  expect(open({ from: "column", column: "Código de descuento de la tienda", otherwise: "" })).toEqual([]);
  expect(open({ from: "column", column: "codigo", otherwise: "VERANO-PARA-TODOS-26" })).toEqual([]);
  expect(open({ from: "same", text: "VERANO-PARA-TODOS-26" })).toEqual([]);
  for (const filling of [
    { from: "column", column: "codigo", otherwise: "VERANO-PARA-TODOS-261" },
    { from: "same", text: "VERANO-PARA-TODOS-261" },
    { from: "column", column: "", otherwise: "VERANO" },
  ] as const)
    expect(open(filling)).toEqual(["button:0"]);
});
