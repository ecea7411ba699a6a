import { expect, test } from "vitest";
import { mayChange, rolesToGive } from "./roles";

test("roles are given up to one's own, and by an operator all", () => {
  expect(rolesToGive("admin", false)).toEqual(["agent", "supervisor", "admin"]);
  expect(rolesToGive("owner", false)).toContain("owner");
  expect(rolesToGive("agent", true)).toContain("owner");
});

test("nobody is offered to change themselves, or somebody above them", () => {
  const me = { role: "admin", user_id: "me", isOperator: false } as const;
  expect(mayChange({ role: "agent", user_id: "you" }, me)).toBe(true);
  expect(mayChange({ role: "owner", user_id: "you" }, me)).toBe(false);
  expect(mayChange({ role: "admin", user_id: "me" }, me)).toBe(false);
  expect(mayChange({ role: "owner", user_id: "you" }, { ...me, isOperator: true })).toBe(true);
});
