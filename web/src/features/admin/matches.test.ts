import { expect, test } from "vitest";
import { matches } from "./matches";

test("a name is found by any part of it, whatever its accents and capitals", () => {
  expect(matches("jose", "José Ángel", "ja@clinica.example")).toBe(true);
  expect(matches("ÁNGEL ", "José Angel", "")).toBe(true);
  expect(matches("clinica", "José", "ja@clinica.example")).toBe(true);
  expect(matches("ana", "José", "ja@clinica.example")).toBe(false);
  expect(matches("  ", "José")).toBe(true);
});
