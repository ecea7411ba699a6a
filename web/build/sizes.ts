/**
 * The size budget of the built UI: what the browser loads first, and each part that comes later, in kB, gzip level 9; and in how many files
 * an inbox comes.
 */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUILT = "../src/curbe/ui_dist";
const ENTRY = "index.html";
/** What an agent needs before the first conversation is on the screen. */
const FIRST_SCREEN = "src/app/inbox-page.tsx";
const BUDGET = {
  js: { aim: 190, most: 200 },
  css: { aim: 15, most: 18 },
  lazy: { aim: 60, most: 60 },
  settings: { aim: 115, most: 120 },
};
/** Opened at once, each brings what its own needs beside what every page does, and nothing of the inbox. */
const SETTINGS = /^src\/features\/(admin|auth|consent|profile)\/[a-z-]+-page\.tsx$/;
/** Each is a request with headers of its own: see build/chunks.ts. */
const FILES = { aim: 30, most: 35 };
/** Parts that may be larger, each with its own limit. */
const LARGER_ON_PURPOSE: Record<string, number> = {};

interface Chunk {
  file: string;
  src?: string;
  name?: string;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
}

const manifest = JSON.parse(readFileSync(`${BUILT}/.vite/manifest.json`, "utf8")) as Record<string, Chunk>;
const sizes = new Map<string, number>();

function kilobytes(file: string): number {
  const known = sizes.get(file) ?? gzipSync(readFileSync(`${BUILT}/${file}`), { level: 9 }).length / 1000;
  sizes.set(file, known);
  return known;
}

/** The files of a chunk and of everything it imports at once. */
function needed(key: string, files = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const other of chunk.imports ?? []) needed(other, files);
  return files;
}

const entry = needed(ENTRY);
const first = needed(FIRST_SCREEN, new Set(entry));
const total = (extension: string, files: Iterable<string>) =>
  [...files].filter((file) => file.endsWith(extension)).reduce((sum, file) => sum + kilobytes(file), 0);

let passed = true;
function gate(
  name: string,
  size: number,
  { aim, most }: { aim: number; most: number },
  unit = "kB gz",
): void {
  const verdict = size > most ? "TOO LARGE" : size > aim ? "above the aim" : "ok";
  passed &&= size <= most;
  console.log(
    `${name.padEnd(44)} ${size.toFixed(1).padStart(7)} ${unit}   aim ${aim}, most ${most}   ${verdict}`,
  );
}

gate("first load, JavaScript", total(".js", first), BUDGET.js);
gate("first load, CSS", total(".css", first), BUDGET.css);
const settings = Object.keys(manifest)
  .filter((key) => SETTINGS.test(key))
  .map((key) => total(".js", new Set([...needed(key)].filter((file) => !entry.has(file)))));
gate("the largest page of settings, JavaScript", Math.max(...settings), BUDGET.settings);
const ahead = (manifest[FIRST_SCREEN]?.dynamicImports ?? []).flatMap((key) => [...needed(key)]);
gate("the inbox with what it loads ahead", new Set([...first, ...ahead]).size, FILES, "files");
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.file.endsWith(".js") || first.has(chunk.file)) continue;
  const size = kilobytes(chunk.file);
  const most = LARGER_ON_PURPOSE[key] ?? BUDGET.lazy.most;
  if (size > 20) gate(`later: ${chunk.name ?? chunk.file}`, size, { aim: most, most });
}
if (!passed) process.exitCode = 1;
