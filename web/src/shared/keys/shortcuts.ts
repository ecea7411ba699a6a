/**
 * The keyboard map: what each combination does, wherever it is handled. Pure.
 *
 * Letters are told by the place of their key (`event.code`), so that they are the same on every layout; signs such as `/` and `?` lie
 * elsewhere on each, so those are told by what they write.
 *
 * No deed has Ctrl and Alt alone: to Windows the two together are AltGr, and where they write a sign (Ctrl+Alt+E is € on Spanish and
 * Portuguese keyboards) the press is left to it. On a Mac Option alone writes: in the middle of a text an accent, € or @ is what is meant.
 */

export interface Combination {
  /** `KeyJ`, `ArrowDown`, ...: a place on the keyboard. */
  code?: string;
  /** `/`, `?`: a sign, wherever it lies. Never inside a field. */
  sign?: string;
  alt?: boolean;
  /** Ctrl; for `palette` also Cmd. */
  control?: boolean;
}

export const SHORTCUTS = {
  next: [
    { code: "KeyJ", alt: true },
    { code: "ArrowDown", alt: true },
  ],
  previous: [
    { code: "KeyK", alt: true },
    { code: "ArrowUp", alt: true },
  ],
  nextTab: [{ code: "KeyN", alt: true }],
  search: [{ sign: "/" }],
  palette: [{ code: "KeyK", control: true }],
  resolve: [{ code: "KeyE", alt: true }],
  resolveAndNext: [
    { code: "KeyR", alt: true },
    { code: "KeyE", alt: true, control: true },
  ],
  snooze: [{ code: "KeyM", alt: true }],
  assign: [{ code: "KeyA", alt: true }],
  labels: [{ code: "KeyT", alt: true }],
  priority: [{ code: "KeyY", alt: true }],
  unread: [{ code: "KeyU", alt: true }],
  contactPane: [{ code: "KeyO", alt: true }],
  reply: [{ code: "KeyL", alt: true }],
  note: [{ code: "KeyP", alt: true }],
  attach: [
    { code: "KeyX", alt: true },
    { code: "KeyA", alt: true, control: true },
  ],
  template: [{ code: "KeyI", alt: true }],
  start: [{ code: "KeyW", alt: true }],
  undo: [{ code: "KeyZ", alt: true }],
  help: [{ sign: "?" }],
  leave: [{ code: "Escape" }],
} as const satisfies Record<string, readonly Combination[]>;

export type Shortcut = keyof typeof SHORTCUTS;

/** The one that works also where a person has turned shortcuts off: it has a modifier, and opens the way to everything else. */
const ALWAYS: ReadonlySet<Shortcut> = new Set(["palette", "leave"]);

export interface Press {
  code: string;
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  /** The right Alt, which writes signs (and which Windows tells as Ctrl and Alt together). On a Mac every Alt may be told as it. */
  altGraph: boolean;
  /** Whether something is being composed from several keys (an accent, Chinese): then keys are letters. */
  composing: boolean;
  inField: boolean;
  /** Whether something stands in that field already. */
  writing: boolean;
}

export interface Circumstances {
  /** Whether the person has shortcuts turned on. */
  enabled: boolean;
  mac: boolean;
}

/** What the Option key of a Mac writes and a layout has nowhere else: Option+E is ´ on the US layout and € on the Spanish one. */
const WRITTEN_BY_OPTION: ReadonlySet<string> = new Set(["Dead", "€", "@"]);

/** Return what a press means, or null. */
export function shortcutOf(press: Press, { enabled, mac }: Circumstances): Shortcut | null {
  if (press.composing || (press.altGraph && !mac)) return null;
  if (mac && press.altKey && press.writing && WRITTEN_BY_OPTION.has(press.key)) return null;
  for (const [name, combinations] of Object.entries(SHORTCUTS) as [Shortcut, readonly Combination[]][]) {
    if (!enabled && !ALWAYS.has(name)) continue;
    if (combinations.some((combination) => matches(press, combination))) return name;
  }
  return null;
}

function matches(press: Press, { code, sign, alt = false, control = false }: Combination): boolean {
  if (sign !== undefined) return press.key === sign && !press.inField && !press.altKey && !isControl(press);
  return press.code === code && press.altKey === alt && isControl(press) === control;
}

const isControl = (press: Press): boolean => press.ctrlKey || press.metaKey;

const NAMES: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

/** Return the keys of a combination as they are written on this keyboard's caps: `["Ctrl", "K"]`, on a Mac `["⌘", "K"]`. */
export function capsOf({ code, sign, alt, control }: Combination, mac: boolean): string[] {
  const last = sign ?? NAMES[code ?? ""] ?? (code ?? "").replace(/^Key/, "");
  return [...(control ? [mac ? "⌘" : "Ctrl"] : []), ...(alt ? [mac ? "⌥" : "Alt"] : []), last];
}

export const isMac = (): boolean => /mac/i.test(globalThis.navigator?.platform ?? "");
