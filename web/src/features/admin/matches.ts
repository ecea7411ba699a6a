/** Whether what is sought is in one of these texts; case and accents do not matter. */
export function matches(sought: string, ...texts: readonly string[]): boolean {
  const wanted = plain(sought);
  return wanted === "" || texts.some((text) => plain(text).includes(wanted));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
