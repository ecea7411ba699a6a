/** Amounts of money in the reader's language. Pure. */

/** `amount`: a number, or its text. Below one unit fractions of a cent are told too, as a message costs less than a cent in many countries. */
export function moneyIn(locale: string, amount: string | number, currency: string): string {
  const value = Number(amount);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: fractionDigits(Math.abs(value)),
  }).format(value);
}

function fractionDigits(size: number): number {
  if (size >= 1) return 2;
  return size >= 0.01 ? 4 : 6;
}
