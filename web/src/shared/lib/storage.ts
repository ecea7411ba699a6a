/** What this browser remembers. Storage can be forbidden (an embedded page) or full: then nothing is remembered, and nothing breaks. */

export function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Forbidden or full: see above.
  }
}
