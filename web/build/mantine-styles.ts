/**
 * The CSS of the Mantine components that the sources use, and of no other. Whoever uses a component for the first time has its CSS, without a
 * list to keep.
 *
 *     import "virtual:mantine-styles"          what the first screen is made of
 *     import "virtual:mantine-styles/later"    the rest: it is added to every module of a later screen that uses Mantine
 *
 * All of it is in `@layer mantine`, so that our own CSS modules win whatever the order of loading. Within the layer a component
 * comes after those it is made of, as it overrides them: these are in the same part, or in the first.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname, "../src");
const MANTINE = resolve(import.meta.dirname, "../node_modules/@mantine");
const COMPONENTS = join(MANTINE, "core/esm/components");
const STYLES = join(MANTINE, "core/styles");
/** Where the first screen begins: as in build/sizes.ts. */
const FIRST_SCREEN = ["main.tsx", "app/inbox-page.tsx"];
const FOR_ALL = ["baseline", "default-css-variables", "global"];
/** Packages with one file for all of theirs. */
const WHOLE = ["notifications", "spotlight"];

interface Styles {
  /** The specifiers of the CSS files to import, in order. */
  first: string[];
  later: string[];
}

export function mantineStyles(source = SOURCE): Styles {
  const first = stylesOf([...firstScreen(source)]);
  const all = stylesOf(filesIn(source, /^(?!testing\/).*\.tsx?$/));
  return { first, later: all.filter((style) => !first.includes(style)) };
}

/** The files that are loaded before the first conversation is on the screen: all but what is imported on demand. */
export function firstScreen(source = SOURCE): Set<string> {
  const files = new Set<string>();
  const add = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(IMPORTED)) {
      const target = path.startsWith("@/") ? join(source, path.slice(2)) : resolve(dirname(file), path);
      const found = [target, `${target}.ts`, `${target}.tsx`].find(
        (one) => /\.tsx?$/.test(one) && existsSync(one),
      );
      if (found !== undefined) add(found);
    }
  };
  for (const entry of FIRST_SCREEN.map((name) => join(source, name))) if (existsSync(entry)) add(entry);
  return files;
}

/** The paths of our own that a file imports at once; what is imported as types alone is not there when it runs. */
const IMPORTED = /^(?:import|export) (?!type )[^;]*?"((?:@\/|\.)[^"]+)";/gm;

function stylesOf(files: readonly string[]): string[] {
  const own = imports(files);
  // A function of such a package needs none of its CSS; its components do.
  const packages = WHOLE.filter((name) => [...(own.get(name) ?? [])].some((one) => /^[A-Z]/.test(one)));
  const wanted = new Set(own.get("core"));
  for (const name of packages) {
    const inside = imports(filesIn(join(MANTINE, name, "esm"), /\.mjs$/));
    for (const one of inside.get("core") ?? []) wanted.add(one);
  }
  const modules = new Set<string>();
  for (const component of [...wanted].sort())
    collect(join(COMPONENTS, component, `${component}.mjs`), modules);
  const styled = [...modules].flatMap((file) => file.match(/\/(\w+)\.module\.mjs$/)?.[1] ?? []);
  const shipped = styled.filter((name) => existsSync(join(STYLES, `${name}.layer.css`)));
  return [
    ...[...FOR_ALL, ...shipped].map((name) => `@mantine/core/styles/${name}.layer.css`),
    ...packages.map((name) => `@mantine/${name}/styles.layer.css`),
  ];
}

function filesIn(folder: string, names: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => names.test(name))
    .map((name) => join(folder, name));
}

/** What the files import from each of Mantine's packages. */
function imports(files: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, list = "", name = ""] of text.matchAll(FROM_MANTINE)) {
      const names = found.get(name) ?? new Set();
      for (const one of list.split(",")) names.add(one.trim().split(" ")[0] ?? "");
      found.set(name, names);
    }
  }
  return found;
}

const FROM_MANTINE = /import\s*\{([^}]+)\}\s*from "@mantine\/(\w+)"/g;

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
const LATER = `${NAME}/later`;

export function mantineStylesPlugin(): Plugin {
  const code = (part: keyof Styles) =>
    mantineStyles()
      [part].map((specifier) => `import "${specifier}";`)
      .join("\n");
  const served = new Map<keyof Styles, string>();
  let first = new Set<string>();
  return {
    name: "curbe-mantine-styles",
    enforce: "pre", // it reads what was written, before anything else rewrites it
    buildStart: () => {
      first = firstScreen();
    },
    resolveId: (id) => (id === NAME || id === LATER ? `\0${id}` : undefined),
    load: (id) => {
      if (id !== `\0${NAME}` && id !== `\0${LATER}`) return undefined;
      const part = id.endsWith(LATER) ? "later" : "first";
      served.set(part, code(part));
      return served.get(part);
    },
    transform: (text, id) => {
      const [file = ""] = id.split("?");
      // Tests have no screen that styles would be for.
      if (process.env["VITEST"] || !file.startsWith(SOURCE) || first.has(file)) return undefined;
      return text.match(FROM_MANTINE) ? { code: `${text}\nimport "${LATER}";\n`, map: null } : undefined;
    },
    // In development a component that is used for the first time gets its CSS by a reload.
    hotUpdate({ file }) {
      if (!file.startsWith(SOURCE)) return;
      first = firstScreen();
      const { moduleGraph, hot } = this.environment;
      let stale = false;
      for (const [part, was] of served) {
        const module = moduleGraph.getModuleById(`\0${part === "first" ? NAME : LATER}`);
        if (!module || code(part) === was) continue;
        moduleGraph.invalidateModule(module);
        stale = true;
      }
      if (stale) hot.send({ type: "full-reload" });
    },
  };
}
