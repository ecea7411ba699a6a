import { expect, it } from "vitest";
import { moneyIn } from "./money";

it.each([
  ["en-US", "1234.5678", "$1,234.57"],
  ["en-US", "0.1234", "$0.1234"],
  ["en-US", "0.1", "$0.10"],
  ["en-US", "0.0034", "$0.0034"],
  ["en-US", "0.0008", "$0.0008"],
  ["en-US", "-0.0034", "-$0.0034"],
  ["en-US", 0.00025, "$0.00025"],
  ["en-US", "0", "$0.00"],
  ["es-ES", "0.0034", "0,0034\u00a0US$"],
  ["pt-BR", "0.0034", "US$\u00a00,0034"],
])(
  "in %s, %s of dollars is %s: what is more than nothing never looks like nothing",
  (locale, amount, told) => {
    expect(moneyIn(locale, amount, "USD")).toBe(told);
  },
);
