/** The keyboard of everything in a tenant, the palette and the list of shortcuts: the two are loaded when they are first asked for. */

import { Suspense, useState } from "react";
import { useShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { shortcutsHelp } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { part } from "@/shared/ui/part";

const Palette = part(async () => (await import("./palette")).Palette, "over");
const ShortcutsHelp = part(async () => (await import("./shortcuts-help")).ShortcutsHelp, "over");

export function Keyboard() {
  useShortcuts();
  const [asked, setAsked] = useState(0);
  const help = useSignal(shortcutsHelp);
  useShortcut("palette", () => setAsked((times) => times + 1));
  useShortcut("help", () => shortcutsHelp.set(true));
  return (
    <Suspense>
      {asked > 0 && <Palette key={asked} />}
      {help && <ShortcutsHelp onClose={() => shortcutsHelp.set(false)} />}
    </Suspense>
  );
}
