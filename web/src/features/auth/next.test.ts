import { expect, test, vi } from "vitest";
import { placeOf } from "./next";

const ours = (next: string | null) => placeOf(next, "https://curbe.example");

test("after the sign-in one is where one was going", () => {
  expect(ours("/t/1/inbox/2?message=3")).toBe("/t/1/inbox/2?message=3");
  expect(ours(null)).toBe("/");
});

test("nobody is sent to another site, nor to the sign-in again", () => {
  for (const next of [
    "https://evil.example/",
    "//evil.example/x",
    "/.//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/sign-in",
  ]) {
    expect(ours(next)).toBe("/");
  }
});

test("browsers that do not know URL.parse go on too", () => {
  vi.stubGlobal("URL", class extends URL {});
  Object.defineProperty(URL, "parse", { value: undefined });
  expect(ours("/t/1/inbox/2?message=3")).toBe("/t/1/inbox/2?message=3");
  expect(ours("//[")).toBe("/");
});
