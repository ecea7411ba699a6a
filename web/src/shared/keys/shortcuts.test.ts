import { describe, expect, it } from "vitest";
import { capsOf, type Press, SHORTCUTS, shortcutOf } from "./shortcuts";

const nothing: Press = {
  code: "",
  key: "",
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  altGraph: false,
  composing: false,
  inField: false,
  writing: false,
};
const on = { enabled: true, mac: false };

describe("shortcuts", () => {
  it("are the same keys on every layout", () => {
    const french = { ...nothing, code: "KeyA", key: "q", altKey: true };
    expect(shortcutOf(french, on)).toBe("assign");
  });

  it("find a sign wherever the layout has it, but not inside a field", () => {
    const spanish = { ...nothing, code: "Digit7", key: "/" };
    expect(shortcutOf(spanish, on)).toBe("search");
    expect(shortcutOf({ ...spanish, inField: true }, on)).toBeNull();
  });

  it("with a modifier work inside a field too", () => {
    expect(shortcutOf({ ...nothing, code: "KeyJ", altKey: true, inField: true }, on)).toBe("next");
  });

  it("leave AltGr alone, which writes € and @ on Spanish and Portuguese keyboards", () => {
    const euro = { ...nothing, code: "KeyE", key: "€", altKey: true, ctrlKey: true, altGraph: true };
    expect(shortcutOf(euro, on)).toBeNull();
  });

  it("work with the Option key of a Mac, which Firefox tells as AltGr", () => {
    const option = { ...nothing, code: "KeyJ", key: "∆", altKey: true, altGraph: true };
    expect(shortcutOf(option, { ...on, mac: true })).toBe("next");
  });

  it("leave the Option key of a Mac alone in the middle of a text, where it writes accents, € and @", () => {
    const mac = { ...on, mac: true };
    const accent = { ...nothing, code: "KeyE", key: "Dead", altKey: true, inField: true, writing: true };
    expect(shortcutOf(accent, mac)).toBeNull();
    expect(shortcutOf({ ...accent, key: "€" }, mac)).toBeNull();
    expect(shortcutOf({ ...accent, code: "KeyL", key: "@" }, mac)).toBeNull();
    expect(shortcutOf({ ...accent, writing: false }, mac)).toBe("resolve");
    expect(shortcutOf({ ...accent, code: "KeyJ", key: "∆" }, mac)).toBe("next");
  });

  it("need Ctrl and Alt together for nothing, as a keyboard may write a sign with them", () => {
    for (const combinations of Object.values(SHORTCUTS)) {
      expect(combinations.some((combination) => !("alt" in combination && "control" in combination))).toBe(
        true,
      );
    }
  });

  it("mean nothing while something is being composed", () => {
    expect(shortcutOf({ ...nothing, code: "KeyJ", altKey: true, composing: true }, on)).toBeNull();
  });

  it("can be turned off; the palette and Escape stay", () => {
    const off = { enabled: false, mac: false };
    expect(shortcutOf({ ...nothing, code: "KeyJ", altKey: true }, off)).toBeNull();
    expect(shortcutOf({ ...nothing, key: "?" }, off)).toBeNull();
    expect(shortcutOf({ ...nothing, code: "KeyK", ctrlKey: true }, off)).toBe("palette");
    expect(shortcutOf({ ...nothing, code: "KeyK", metaKey: true }, off)).toBe("palette");
    expect(shortcutOf({ ...nothing, code: "Escape" }, off)).toBe("leave");
  });

  it("mean one thing each", () => {
    const all = Object.values(SHORTCUTS).flatMap((combinations) =>
      combinations.map((combination) => capsOf(combination, false).join("+")),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain("Ctrl+Alt+E");
  });

  it("are never a bare letter", () => {
    for (const combination of Object.values(SHORTCUTS).flat()) {
      if ("code" in combination && combination.code.startsWith("Key")) {
        expect("alt" in combination || "control" in combination).toBe(true);
      }
    }
  });
});
