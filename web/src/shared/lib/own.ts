/** What a table has under a word that somebody else chose: never what every object has, such as `constructor` or `__proto__`. */
export function own<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
