/** What a browser calls itself, in the two words by which its owner knows it. Browsers name each other: the order counts. */

type Names = readonly (readonly [name: string, mark: RegExp])[];

const BROWSERS: Names = [
  ["Edge", /\bEdgA?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|CriOS)\//],
  ["Safari", /\bSafari\//],
];

const SYSTEMS: Names = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

/** "Firefox · Linux"; null where neither is known. */
export function browserName(userAgent: string | null): string | null {
  const known = [BROWSERS, SYSTEMS].flatMap(
    (names) => names.find(([, mark]) => mark.test(userAgent ?? ""))?.[0] ?? [],
  );
  return known.length > 0 ? known.join(" · ") : null;
}
