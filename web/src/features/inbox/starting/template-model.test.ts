import { describe, expect, it } from "vitest";
import { filled, isWordsOnly, type Template, templateBody, variablesOf } from "./template-model";

const template = (change: Partial<Template> = {}): Template => ({
  id: "1",
  name: "appointment",
  language: "es",
  status: "APPROVED",
  components: [
    { type: "HEADER", format: "TEXT", text: "Hola {{1}}" },
    { type: "BODY", text: "Su cita es el {{1}} a las {{2}}." },
    { type: "FOOTER", text: "Clínica" },
  ],
  ...change,
});

describe("a template", () => {
  it("tells its variables, part by part", () => {
    expect(variablesOf(template()).map(({ part, name }) => `${part} ${name}`)).toEqual([
      "header 1",
      "body 1",
      "body 2",
    ]);
  });

  it("shows what it will say, with what is not filled in yet as it is written", () => {
    expect(filled(template(), "body", { "body.1": " lunes " })).toBe("Su cita es el lunes a las {{2}}.");
  });

  it("is posted with its values in order", () => {
    expect(templateBody(template(), { "header.1": "Ana", "body.1": "lunes", "body.2": "17:00" })).toEqual({
      name: "appointment",
      language: { code: "es" },
      components: [
        { type: "header", parameters: [{ type: "text", text: "Ana" }] },
        {
          type: "body",
          parameters: [
            { type: "text", text: "lunes" },
            { type: "text", text: "17:00" },
          ],
        },
      ],
    });
  });

  it("names its values where it names its variables, and has none where it has no variables", () => {
    const named = template({ components: [{ type: "BODY", text: "Hola {{name}}" }] });
    expect(templateBody(named, { "body.name": "Ana" })["components"]).toEqual([
      { type: "body", parameters: [{ type: "text", text: "Ana", parameter_name: "name" }] },
    ]);
    expect(templateBody(template({ components: [{ type: "BODY", text: "Hola" }] }), {})).not.toHaveProperty(
      "components",
    );
  });

  it("with a picture in its header needs more than words", () => {
    expect(isWordsOnly(template())).toBe(true);
    expect(isWordsOnly(template({ components: [{ type: "HEADER", format: "IMAGE" }] }))).toBe(false);
    const button = { type: "BUTTONS", buttons: [{ type: "URL", url: "https://example.com/{{1}}" }] };
    expect(isWordsOnly(template({ components: [button] }))).toBe(false);
  });
});
