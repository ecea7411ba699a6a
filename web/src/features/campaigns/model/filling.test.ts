import { expect, test } from "vitest";
import type { Field } from "@/shared/whatsapp/templates";
import { type Filling, fillingOf, firstFilling, sentFor, shownIn, variableName } from "./filling";

const body = (variable: string) =>
  ({
    id: `body:${variable}`,
    kind: "text",
    where: "body",
    variable,
    example: "María",
    most: 1024,
  }) as Field;

test("a column is called as the server calls it", () => {
  expect(variableName("Nombre completo")).toBe("nombre_completo");
  expect(variableName("  Código-postal ")).toBe("codigo_postal");
  expect(variableName("2nd name")).toBe("c_2nd_name");
  expect(variableName("¿?")).toBe("");
});

test("what fills a gap is the same after a round trip to the server", () => {
  const fillings: Filling[] = [
    { from: "same", text: "mañana" },
    { from: "column", column: "nombre", otherwise: "" },
    { from: "column", column: "nombre", otherwise: "cliente" },
  ];
  for (const filling of fillings) expect(fillingOf(sentFor(filling))).toEqual(filling);
});

test("braces that somebody types never become a variable", () => {
  expect(sentFor({ from: "same", text: "{{oops}}" })).toBe("oops");
  expect(sentFor({ from: "column", column: "nombre", otherwise: "a}b" })).toBe("{{nombre|ab}}");
});

test("a gap without a column is missing, not sent empty", () => {
  expect(sentFor({ from: "column", column: " ", otherwise: "cliente" })).toBe("");
});

test("a named variable suggests its column; a numbered one does not", () => {
  expect(firstFilling(body("first_name"))).toMatchObject({ from: "column", column: "first_name" });
  expect(firstFilling(body("1"))).toMatchObject({ from: "column", column: "" });
});

test("the preview says a person's own value, else what is said otherwise, else the example", () => {
  const filling: Filling = { from: "column", column: "Nombre", otherwise: "" };
  expect(shownIn(body("1"), filling, { nombre: "Ana" })).toBe("Ana");
  expect(shownIn(body("1"), { ...filling, otherwise: "cliente" }, { nombre: " " })).toBe("cliente");
  expect(shownIn(body("1"), filling)).toBe("María");
});
