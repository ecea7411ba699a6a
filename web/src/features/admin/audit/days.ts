/** Entries in the groups of their days, in their order. Pure. */
export function daysOf<Row extends { at: string }>(
  rows: readonly Row[],
  dayOf: (at: string) => string,
): { day: string; rows: Row[] }[] {
  const days: { day: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const day = dayOf(row.at);
    const last = days.at(-1);
    if (last?.day === day) last.rows.push(row);
    else days.push({ day, rows: [row] });
  }
  return days;
}
