/**
 * Which modules share a file. Left alone, the bundler makes one for each set of pages that have something in common: a hundred and thirty for
 * the inbox, most of them a single icon, each with a request and headers of its own.
 *
 * What only one page uses stays in that page's file. What the inbox loads, people have when they go elsewhere, so another page may bring a
 * little that it does not use.
 */

import type { Rolldown } from "vite";

/** A module belongs to the first of these that it matches, or that something which imports it matches. */
const GROUPS: Rolldown.CodeSplittingGroup[] = [
  { name: "first", tags: ["$initial"] },
  { name: "inbox", test: /\/src\/features\/inbox\/list-pane\.tsx$/ },
  // By how many pages, and parts that are loaded by themselves, use it.
  { name: "libraries", test: /\/node_modules\//, minShareCount: 9 },
  { name: "shared", test: /\/src\/shared\//, minShareCount: 3 },
  { name: "conversation", test: /\/src\/features\/(thread|inbox|consent)\//, minShareCount: 2 },
  { name: "icons", test: /\/@tabler\//, minShareCount: 2 },
];

export const chunks = {
  groups: GROUPS.map((group, place) => ({ ...group, priority: GROUPS.length - place })),
};
