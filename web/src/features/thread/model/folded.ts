/** Text to look something up by: lower case, without accents, so that "jose" finds "José". */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
