import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mantineStyles } from "./mantine-styles.ts";

/** The names of the styles that a program needs, of the first screen and of what comes later. */
function partsOf(files: Record<string, string>): { first: string[]; later: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "curbe-styles-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  const { first, later } = mantineStyles(folder);
  const name = (specifier: string) => specifier.replace(/.*\/(?:styles\/)?([\w-]+)\.layer\.css$/, "$1");
  return { first: first.map(name), later: later.map(name) };
}

const stylesFor = (code: string): string[] => partsOf({ "main.tsx": code }).first;

test("a component comes with its CSS, behind that of what it is made of", () => {
  const styles = stylesFor('import { Button, useMantineTheme } from "@mantine/core";');

  expect(styles.slice(0, 3)).toEqual(["baseline", "default-css-variables", "global"]);
  expect(styles).toContain("Loader");
  expect(styles.indexOf("UnstyledButton")).toBeLessThan(styles.indexOf("Button"));
  expect(styles).not.toContain("Modal");
});

test("a package with one file for all of its own brings the components it is made of", () => {
  const styles = stylesFor('import { Notifications } from "@mantine/notifications";');

  expect(styles).toContain("Notification");
  expect(styles.at(-1)).toBe("styles");
});

test("no component that is not used brings its CSS", () => {
  expect(stylesFor("export const nothing = 1;")).toHaveLength(3);
});

test("what the first screen does not show comes later, and what both are made of comes first", () => {
  const { first, later } = partsOf({
    "main.tsx": 'import { Row } from "./row";\nconst menu = () => import("./menu");\nexport { menu, Row };',
    "row.tsx": 'import { ActionIcon } from "@mantine/core";\nexport const Row = ActionIcon;',
    "menu.tsx":
      'import { Menu } from "@mantine/core";\nimport { Notifications } from "@mantine/notifications";',
  });

  expect(first).toContain("ActionIcon");
  expect(first).toContain("UnstyledButton");
  expect(first).not.toContain("Menu");
  expect(later).toEqual(expect.arrayContaining(["Popover", "Menu", "Notification", "styles"]));
  expect(later.filter((style) => first.includes(style))).toEqual([]);
});

test("a file that is imported for its types alone is no part of the first screen", () => {
  const { first, later } = partsOf({
    "main.tsx": 'import type { Props } from "./menu";\nexport type { Props };',
    "menu.tsx": 'import { Menu } from "@mantine/core";\nexport interface Props {}',
  });

  expect(first).not.toContain("Menu");
  expect(later).toContain("Menu");
});
