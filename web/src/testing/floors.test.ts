/** Who may import whom: shared below features below app, and no feature another. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/g;
const FLOORS = ["shared", "features", "app"];

function* imports(): Generator<{ file: string; imported: string }> {
  for (const name of readdirSync(ROOT, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    for (const [, path = ""] of readFileSync(join(ROOT, name), "utf8").matchAll(IMPORT)) {
      if (path.startsWith("@/")) yield { file: name, imported: path.slice(2) };
      else if (path.startsWith("."))
        yield { file: name, imported: relative(ROOT, resolve(ROOT, dirname(name), path)) };
    }
  }
}

const place = (path: string) => {
  const [floor = "", feature = ""] = path.split("/");
  return { floor: FLOORS.indexOf(floor), feature: floor === "features" ? feature : null };
};

function isForbidden({ file, imported }: { file: string; imported: string }): boolean {
  const from = place(file);
  const to = place(imported);
  if (from.floor < 0) return false; // main.tsx and the tests' own
  if (to.floor > from.floor || imported.startsWith("testing/")) return true;
  return from.feature !== null && to.feature !== null && from.feature !== to.feature;
}

test("a module imports only what lies below it, and a feature never another feature", () => {
  const all = [...imports()];
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(isForbidden)).toEqual([]);
});

test("what is forbidden would be found", () => {
  expect(isForbidden({ file: "features/inbox/list.tsx", imported: "features/thread/bubble" })).toBe(true);
  expect(isForbidden({ file: "shared/ui/avatar.tsx", imported: "features/auth/messages" })).toBe(true);
  expect(isForbidden({ file: "features/auth/a.tsx", imported: "app/theme" })).toBe(true);
  expect(isForbidden({ file: "features/auth/a.tsx", imported: "features/auth/b" })).toBe(false);
});
