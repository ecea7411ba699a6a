/** Shares, spans and money in the reader's language. */

import { useMemo } from "react";
import { useFormat } from "@/shared/i18n/language";
import { moneyIn } from "@/shared/i18n/money";
import { asDate } from "./period";

export interface Amounts {
  count: (value: number) => string;
  /** 83 %; a dash where there is nothing to be a part of */
  share: (part: number, whole: number) => string;
  /** 45 sec, 12 min, 3.2 hr, 2 days; a dash for null */
  span: (seconds: number | null | undefined) => string;
  money: (amount: string | number, currency: string) => string;
  /** 3 Mar */
  day: (day: string) => string;
  /** Tuesday, 3 March */
  longDay: (day: string) => string;
}

export const NONE = "–";

export function useAmounts(): Amounts {
  const { locale } = useFormat();
  return useMemo(() => amountsIn(locale), [locale]);
}

export function amountsIn(locale: string): Amounts {
  const whole = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const precise = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  return {
    count: (value) => whole.format(value),
    share: (part, all) => {
      if (!all) return NONE;
      const share = part / all;
      return (share > 0 && share < 0.1 ? precise : percent).format(share);
    },
    span: (seconds) => {
      if (seconds === null || seconds === undefined) return NONE;
      if (seconds < 59.5) return unit(seconds, "second");
      if (seconds < 3570) return unit(seconds / 60, "minute");
      if (seconds < 84_600) return unit(seconds / 3600, "hour", 1);
      return unit(seconds / 86_400, "day", 1);
    },
    money: (amount, currency) => moneyIn(locale, amount, currency),
    day: (day) => shortDay.format(asDate(day)),
    longDay: (day) => longDay.format(asDate(day)),
  };
}
