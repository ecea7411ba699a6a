import { expect, test } from "vitest";
import { inserted, pieces, unknownIn } from "./variables";

const VALUES = { contact_name: "Lucía", contact_phone: "+34600", agent_name: "Ana", business_name: "Sol" };
const text = (body: string) =>
  pieces(body, VALUES)
    .map((one) => one.text)
    .join("");

test("what is left open is filled in, with or without spaces inside the braces", () => {
  expect(text("Hola {{contact_name}}, soy {{ agent_name }} de {{business_name}}.")).toBe(
    "Hola Lucía, soy Ana de Sol.",
  );
  expect(pieces("{{contact_name}}!", VALUES)).toEqual([
    { text: "Lucía", variable: "contact_name" },
    { text: "!", variable: null },
  ]);
});

test("a name that nobody knows stands as it is, and is told", () => {
  expect(text("Hola {{contact_nane}} y {{}}")).toBe("Hola {{contact_nane}} y {{}}");
  expect(unknownIn("{{a}} {{contact_name}} {{ a }} {{b}}")).toEqual(["a", "b"]);
});

test("a text of nothing but space after an opening is read at once", () => {
  const began = performance.now();
  expect(unknownIn(`{{${" ".repeat(4_000)}`)).toEqual([]);
  expect(text(`{{${" ".repeat(4_000)}`)).toHaveLength(4_002);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("a variable replaces what is selected, and the cursor stands behind it", () => {
  expect(inserted("Hola NAME!", { start: 5, end: 9 }, "contact_name")).toEqual({
    body: "Hola {{contact_name}}!",
    cursor: 21,
  });
});
