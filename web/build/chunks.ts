/**
 * Which modules share a file. Left alone, the bundler makes one for each set of pages that have something in common: a hundred and thirty for
 * the inbox, most of them a single icon, each with a request and headers of its own.
 *
 * What only one page uses stays in that page's file. What the inbox loads, people have when they go elsewhere, so another page may bring a
 * little that it does not use.
 */

import type { Rolldown } from "vite";

const TANSTACK = "@tanstack/(query-core|react-query)/";
const MANTINE = "@mantine/core/esm/(components/(ActionIcon|Group)/|core/MantineProvider/color-functions/)";
const OWN = "src/shared/(store/use-invalidate|ui/tone|ui/unseen)";

/** A module belongs to the first of these that it matches, or that something which imports it matches. */
const GROUPS: Rolldown.CodeSplittingGroup[] = [
  { name: "first", tags: ["$initial"] },
  // What the list has in common with most pages: without this each would load the list for a button of it.
  { name: "common", test: new RegExp(`/(@tabler/|${TANSTACK}|${MANTINE}|${OWN})`), minShareCount: 2 },
  { name: "inbox", test: /\/src\/features\/inbox\/list-pane\.tsx$/ },
  // By how many pages, and parts that are loaded by themselves, use it.
  { name: "libraries", test: /\/node_modules\//, minShareCount: 9 },
  { name: "shared", test: /\/src\/shared\//, minShareCount: 3 },
  { name: "controls", test: /\/node_modules\/@mantine\//, minShareCount: 3 },
  { name: "consent", test: /\/src\/features\/consent\//, minShareCount: 2 },
  { name: "conversation", test: /\/src\/features\/(thread|inbox)\//, minShareCount: 2 },
];

export const chunks = {
  groups: GROUPS.map((group, place) => ({ ...group, priority: GROUPS.length - place })),
};
