/** Each Mantine component comes with a CSS file of its own, and with those of the components it is made of. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SOURCE = resolve(import.meta.dirname, "..");
const CORE = resolve(SOURCE, "../node_modules/@mantine/core");
const COMPONENTS = join(CORE, "esm/components");

function componentsUsed(): Set<string> {
  const used = new Set<string>();
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".tsx")) continue;
    const text = readFileSync(join(SOURCE, name), "utf8");
    for (const [, list = ""] of text.matchAll(/import \{([^}]+)\} from "@mantine\/core"/g)) {
      for (const one of list.split(",")) {
        const component = one.trim();
        if (existsSync(join(COMPONENTS, component, `${component}.mjs`))) used.add(component);
      }
    }
  }
  return used;
}

/** The folders of the components that a component's module imports, itself among them. */
function madeOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    madeOf(resolve(dirname(file), path), seen);
  }
  return seen;
}

function stylesNeeded(): Set<string> {
  const needed = new Set<string>();
  for (const component of componentsUsed()) {
    for (const file of madeOf(join(COMPONENTS, component, `${component}.mjs`))) {
      const module = file.match(/\/([A-Za-z]+)\.module\.mjs$/)?.[1];
      if (module && existsSync(join(CORE, "styles", `${module}.layer.css`))) needed.add(module);
    }
  }
  return needed;
}

test("the CSS of every Mantine component in use is loaded", () => {
  const loaded = readFileSync(join(SOURCE, "app/mantine-styles.ts"), "utf8");
  const missing = [...stylesNeeded()].filter((name) => !loaded.includes(`styles/${name}.layer.css`));
  expect(missing).toEqual([]);
});
