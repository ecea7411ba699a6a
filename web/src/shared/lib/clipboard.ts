/**
 * Copying a text. The browser's own way is there over HTTPS alone, and not within another page unless that one allows it; the older way, of
 * what is marked, is everywhere.
 */

/** To be called from a gesture. Resolves to whether it was copied. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyMarked(text);
  }
}

/** Mark the text in a field that nobody sees, copy it, and leave the focus where it was. */
function copyMarked(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true; // no phone opens its keyboard for it
  field.style.cssText = "position: fixed; opacity: 0";
  // Within an open dialog, which would take the focus back from outside of it.
  (before?.closest('[role="dialog"], dialog') ?? document.body).append(field);
  field.focus({ preventScroll: true });
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
