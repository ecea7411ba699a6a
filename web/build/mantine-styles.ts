/**
 * `import "virtual:mantine-styles"`: the CSS of the Mantine components that the sources use, and of no other (36 -> 15 kB). Whoever uses a
 * component for the first time has its CSS, without a list to keep.
 *
 * All of it is in `@layer mantine`, so that our own CSS modules win whatever the order of loading. Within the layer a component
 * comes after those it is made of, as it overrides them.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname, "../src");
const MANTINE = resolve(import.meta.dirname, "../node_modules/@mantine");
const COMPONENTS = join(MANTINE, "core/esm/components");
const STYLES = join(MANTINE, "core/styles");
const FIRST = ["baseline", "default-css-variables", "global"];
/** Packages with one file for all of theirs. */
const WHOLE = ["notifications", "spotlight"];

/** The specifiers of the CSS files to import, in order. */
export function mantineStyles(source = SOURCE): string[] {
  const own = imports(source, /^(?!testing\/).*\.tsx?$/);
  const packages = WHOLE.filter((name) => own.has(name));
  const wanted = new Set(own.get("core"));
  for (const name of packages) {
    for (const one of imports(join(MANTINE, name, "esm"), /\.mjs$/).get("core") ?? []) wanted.add(one);
  }
  const modules = new Set<string>();
  for (const component of [...wanted].sort())
    collect(join(COMPONENTS, component, `${component}.mjs`), modules);
  const styled = [...modules].flatMap((file) => file.match(/\/(\w+)\.module\.mjs$/)?.[1] ?? []);
  const shipped = styled.filter((name) => existsSync(join(STYLES, `${name}.layer.css`)));
  return [
    ...[...FIRST, ...shipped].map((name) => `@mantine/core/styles/${name}.layer.css`),
    ...packages.map((name) => `@mantine/${name}/styles.layer.css`),
  ];
}

/** What the files of a folder import from each of Mantine's packages. */
function imports(folder: string, files: RegExp): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!files.test(file)) continue;
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, list = "", name = ""] of text.matchAll(/import\s*\{([^}]+)\}\s*from "@mantine\/(\w+)"/g)) {
      const names = found.get(name) ?? new Set();
      for (const one of list.split(",")) names.add(one.trim().split(" ")[0] ?? "");
      found.set(name, names);
    }
  }
  return found;
}

/** Adds a module behind the modules it imports. */
function collect(file: string, done: Set<string>, open = new Set<string>()): void {
  if (done.has(file) || open.has(file) || !existsSync(file)) return;
  open.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    collect(resolve(dirname(file), path), done, open);
  }
  done.add(file);
}

const NAME = "virtual:mantine-styles";
const RESOLVED = `\0${NAME}`;

export function mantineStylesPlugin(): Plugin {
  const code = () =>
    mantineStyles()
      .map((specifier) => `import "${specifier}";`)
      .join("\n");
  let served = "";
  return {
    name: "curbe-mantine-styles",
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load: (id) => {
      if (id !== RESOLVED) return undefined;
      served = code();
      return served;
    },
    // In development a component that is used for the first time gets its CSS by a reload.
    hotUpdate({ file }) {
      const module = this.environment.moduleGraph.getModuleById(RESOLVED);
      if (!module || !file.startsWith(SOURCE) || code() === served) return;
      this.environment.moduleGraph.invalidateModule(module);
      this.environment.hot.send({ type: "full-reload" });
    },
  };
}
