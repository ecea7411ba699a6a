/** A component names only classes that its style sheet has: of any other there is silently none. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SHEET = /import (\w+) from "(\S+\.module\.css)"/g;

function* named(): Generator<{ file: string; sheet: string; name: string }> {
  for (const file of readdirSync(ROOT, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(file)) continue;
    const text = readFileSync(join(ROOT, file), "utf8");
    for (const [, called = "", path = ""] of text.matchAll(SHEET)) {
      const sheet = path.startsWith("@/") ? join(ROOT, path.slice(2)) : resolve(ROOT, dirname(file), path);
      for (const [, name = ""] of text.matchAll(new RegExp(`\\b${called}\\["([^"]+)"\\]`, "g")))
        yield { file, sheet, name };
    }
  }
}

test("every class that a component names is in its style sheet", () => {
  const all = [...named()];
  expect(all.length).toBeGreaterThan(100);
  const unknown = all.filter(({ sheet, name }) => !readFileSync(sheet, "utf8").includes(`.${name}`));
  expect(unknown.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
