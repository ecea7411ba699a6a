import { describe, expect, it } from "vitest";
import { componentsOf, type Draft, EMPTY, mayAdd, nameOf, nextVariable, withButton } from "./draft";
import { placed } from "./findings";
import { beyond, draftOf, lookOf } from "./reading";

const WRITTEN: Draft = {
  ...EMPTY,
  name: "cita",
  header: { ...EMPTY.header, kind: "TEXT", text: "Cita {{1}}", example: "84" },
  body: "Hola {{2}}, te espera {{1}} mañana.",
  examples: { "1": "Eva", "2": "Ana" },
  footer: "Clínica",
  buttons: [
    { key: 1, type: "QUICK_REPLY", text: "Sí", url: "", phone: "", example: "" },
    {
      key: 2,
      type: "URL",
      text: "Ver",
      url: "https://example.org/{{1}}",
      phone: "",
      example: "https://example.org/8",
    },
  ],
};

describe("a draft", () => {
  it("becomes Meta's components, with the examples in the order of the numbers", () => {
    const { components, fields } = componentsOf(WRITTEN);

    expect(fields).toEqual(["header", "body", "footer", "buttons"]);
    expect(components[0]).toEqual({
      type: "HEADER",
      format: "TEXT",
      text: "Cita {{1}}",
      example: { header_text: ["84"] },
    });
    expect(components[1]).toMatchObject({ example: { body_text: [["Eva", "Ana"]] } });
  });

  it("is read back from a template as it was written", () => {
    const { components } = componentsOf(WRITTEN);
    const template = { waba_id: "1", name: "cita", language: "es", category: "UTILITY", components };

    expect(draftOf(template)).toEqual({ ...WRITTEN, wabaId: "1" });
    expect(beyond(components)).toEqual([]);
  });

  it("names the examples of named variables", () => {
    const named = { ...EMPTY, body: "Hola {{nombre}}.", examples: { nombre: "Ana" } };
    const { components } = componentsOf(named);

    expect(components[0]).toMatchObject({
      example: { body_text_named_params: [{ param_name: "nombre", example: "Ana" }] },
    });
    expect(lookOf(components).body).toBe("Hola Ana.");
  });

  it("keeps quick replies together and knows how many of each there may be", () => {
    const more = withButton(WRITTEN, "QUICK_REPLY");

    expect(more.buttons.map((one) => one.type)).toEqual(["QUICK_REPLY", "QUICK_REPLY", "URL"]);
    expect(mayAdd(withButton(WRITTEN, "URL"), "URL")).toBe(false);
    expect(mayAdd(WRITTEN, "COPY_CODE")).toBe(false);
    expect(mayAdd({ ...WRITTEN, category: "MARKETING" }, "COPY_CODE")).toBe(true);
  });

  it("inserts the next variable, and makes Meta's name of what is typed", () => {
    expect(nextVariable("Hola {{1}} y {{2}}", "variable")).toBe("3");
    expect(nextVariable("Hola {{nombre}}", "variable")).toBe("variable_1");
    expect(nextVariable("", "variable")).toBe("1");
    expect(nameOf("Recordatorio de Citación 2")).toBe("recordatorio_de_citacion_2");
  });

  it("leaves an authentication template's text to Meta", () => {
    const { components } = componentsOf({ ...EMPTY, category: "AUTHENTICATION", body: "Tu código" });

    expect(components[0]).toEqual({ type: "BODY", add_security_recommendation: true });
    expect(components.map((one) => one["type"])).toEqual(["BODY", "FOOTER", "BUTTONS"]);
  });
});

describe("what Meta's rules say", () => {
  it("stands at the field it is about", () => {
    const { fields } = componentsOf(WRITTEN);
    const at = (path: string) => [...placed([{ path }], fields, WRITTEN).at.keys()][0] ?? null;

    expect(at("name")).toBe("name");
    expect(at("components[1].text")).toBe("body");
    expect(at("components[1].example")).toBe("body.example");
    expect(at("components[3].buttons[1].url")).toBe("buttons.2.url");
    expect(at("components[3].buttons")).toBe("buttons");
    expect(at("message_send_ttl_seconds")).toBeNull();
  });
});
