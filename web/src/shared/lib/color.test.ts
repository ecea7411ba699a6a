import { expect, test } from "vitest";
import { avatarColors, initialsOf } from "./color";

test("initials are the first letters of the first and the last word that has any", () => {
  expect(initialsOf("Lucía Romero")).toBe("LR");
  expect(initialsOf("josé")).toBe("J");
  expect(initialsOf("  María del Carmen 🌻 ")).toBe("MC");
  expect(initialsOf("+34 611 000 001")).toBe("#");
  expect(initialsOf("")).toBe("#");
});

test("a person has the same colour everywhere", () => {
  expect(avatarColors("0190")).toEqual(avatarColors("0190"));
});
