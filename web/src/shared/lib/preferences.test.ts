import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules());

test("what is stored is kept, what is no longer understood gives way to the usual", async () => {
  localStorage.setItem("curbe.preferences", '{"sound":"all","enterSends":"yes","colour":"red"}');
  const { preferences, USUAL } = await import("./preferences");

  expect(preferences()).toEqual({ ...USUAL, sound: "all" });
});

test("a browser that forbids storage has preferences for as long as the page lives", async () => {
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const { preferences, setPreferences } = await import("./preferences");

  setPreferences({ shortcuts: false });

  expect(preferences().shortcuts).toBe(false);
});
