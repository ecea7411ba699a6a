import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stayAboveKeyboard } from "./keyboard-room";

let seen: EventTarget & { height: number; scale: number };

beforeEach(() => {
  seen = Object.assign(new EventTarget(), { height: 844, scale: 1 });
  vi.stubGlobal("visualViewport", seen);
  vi.stubGlobal("innerHeight", 844);
  vi.spyOn(window, "scrollTo").mockReturnValue();
  stayAboveKeyboard();
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.documentElement.removeAttribute("style");
});

function becomes(to: { height: number; scale?: number }): string {
  Object.assign(seen, to);
  seen.dispatchEvent(new Event("resize"));
  return document.documentElement.style.getPropertyValue("--seen");
}

test("while a keyboard lies over the page it is as high as what is left to be seen", () => {
  expect(becomes({ height: 508 })).toBe("508px");
  expect(window.scrollTo).toHaveBeenLastCalledWith(0, 0);
  expect(becomes({ height: 844 })).toBe("");
});

test("the bars of the browser and two fingers that zoom make no page lower", () => {
  expect(becomes({ height: 760 })).toBe("");
  expect(becomes({ height: 422, scale: 2 })).toBe("");
  expect(window.scrollTo).not.toHaveBeenCalled();
});
