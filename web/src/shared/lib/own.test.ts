import { expect, it } from "vitest";
import { own } from "./own";

it("finds what a table has, and nothing that every object has", () => {
  const table = { poll: "A poll" };

  expect(own(table, "poll")).toBe("A poll");
  for (const word of ["__proto__", "constructor", "toString", "hasOwnProperty", "vote"]) {
    expect(own(table, word)).toBeUndefined();
  }
});
