/** Round numbers for the edge of a chart. Pure. */

/** The marks of an axis from nothing up to at least `most`: few, at round values, the first one 0. */
export function marks(most: number, { seconds = false }: { seconds?: boolean } = {}): number[] {
  if (!(most > 0)) return [0, 1];
  const step = seconds ? roundSeconds(most / 3) : roundUp(most / 3);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, n) => n * step);
}

function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const unit = [1, 2, 2.5, 5, 10].find((one) => one * power >= least - 1e-9) ?? 10;
  return unit * power;
}

const SPANS = [
  1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
];

function roundSeconds(least: number): number {
  return SPANS.find((one) => one >= least) ?? Math.ceil(least / 86_400) * 86_400;
}

/** Which of `count` days have their name under the chart, so that at most `room` do. */
export function named(count: number, room: number): (index: number) => boolean {
  const every = Math.max(1, Math.ceil(count / Math.max(1, room)));
  return (index) => (count - 1 - index) % every === 0;
}
