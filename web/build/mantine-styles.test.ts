import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mantineStyles } from "./mantine-styles.ts";

function stylesFor(code: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "curbe-styles-"));
  writeFileSync(join(folder, "screen.tsx"), code);
  return mantineStyles(folder).map((specifier) =>
    specifier.replace(/.*\/(?:styles\/)?([\w-]+)\.layer\.css$/, "$1"),
  );
}

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
