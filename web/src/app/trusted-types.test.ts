import { expect, test } from "vitest";
import { ownScript, withoutMarkup } from "./trusted-types";

test("CSS passes, markup does not", () => {
  expect(withoutMarkup(":root{--bg:#fff}")).toBe(":root{--bg:#fff}");
  expect(() => withoutMarkup("<img src=x onerror=alert(1)>")).toThrow(TypeError);
});

test("only the build's own scripts are loaded", () => {
  expect(ownScript("/assets/worker-1.js")).toBe("/assets/worker-1.js");
  expect(ownScript("/notifications-worker.js")).toBe("/notifications-worker.js");
  expect(() => ownScript("/notifications-worker.js/../x.js")).toThrow(TypeError);
  expect(() => ownScript("https://evil.example/assets/x.js")).toThrow(TypeError);
  expect(() => ownScript("/api/tenants/1/media/2")).toThrow(TypeError);
});
