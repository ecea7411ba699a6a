/** Colours for labels that can be told apart, in both schemes and by most people who see fewer. */
export const COLORS = [
  "#0b7a4f",
  "#1c7fb8",
  "#3b5bdb",
  "#7048c6",
  "#b0379b",
  "#d6336c",
  "#d9480f",
  "#c77700",
  "#8a7a14",
  "#5c7f1f",
  "#5f6b76",
  "#8c5a3c",
] as const;

/** The colour that is used least so far, so that a new label does not look like the last one. */
export function nextColor(used: readonly string[]): string {
  const count = (color: string) => used.filter((one) => one === color).length;
  return COLORS.reduce<string>((best, color) => (count(color) < count(best) ? color : best), COLORS[0]);
}
