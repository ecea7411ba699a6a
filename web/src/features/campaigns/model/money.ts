/** Amounts as the API tells them: decimal texts. Pure. */

export function money(amount: string, currency: string, locale: string): string {
  const value = Number(amount);
  const small = value !== 0 && Math.abs(value) < 1;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: small ? 4 : 2,
  }).format(value);
}
