/**
 * The keyboard of an iPhone lies over the page, which stays as high as it was: what stands below the field would be behind it. Elsewhere
 * the browser makes the page lower (`interactive-widget` in index.html).
 */

/** Lower than any keyboard, and higher than the bars of a browser, in pixels. */
const LEAST = 120;

/** Say by `--seen` how much of the page is in sight, while a keyboard lies over the rest. */
export function stayAboveKeyboard(): void {
  const seen = window.visualViewport;
  seen?.addEventListener("resize", () => {
    const { style } = document.documentElement;
    const isZoomed = Math.abs(seen.scale - 1) > 0.01; // by two fingers: less is in sight of all that is there
    if (isZoomed || window.innerHeight - seen.height < LEAST) return void style.removeProperty("--seen");
    style.setProperty("--seen", `${seen.height}px`);
    window.scrollTo(0, 0); // the browser has moved the page up, to where the field would have been
  });
}
