/** A cart: its lines, and what it comes to. */

import { IconShoppingBag } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { RichText } from "@/shared/whatsapp/rich-text";
import { threadMessages } from "../messages";
import { type OrderLine, totalOf } from "../model/shape";
import classes from "./order.module.css";

export function Order({ lines, text }: { lines: OrderLine[]; text: string | null }) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const money = (amount: number, currency: string) => moneyIn(format.locale, amount, currency);
  const total = totalOf(lines);
  const count = lines.reduce((sum, line) => sum + (line.quantity ?? 1), 0);
  return (
    <div className={classes["order"]}>
      <div className={classes["head"]}>
        <IconShoppingBag size={18} aria-hidden="true" />
        <strong>{t.type.order}</strong>
        <span>{t.orderLines(count)}</span>
      </div>
      <table className={classes["lines"]}>
        <tbody>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a product may stand in a cart twice
            <tr key={index}>
              <td className={classes["quantity"]}>{format.number(line.quantity ?? 1)} ×</td>
              <td className={classes["product"]}>{line.product}</td>
              <td className={classes["price"]}>
                {line.price !== null &&
                  line.currency !== null &&
                  money(line.price * (line.quantity ?? 1), line.currency)}
              </td>
            </tr>
          ))}
        </tbody>
        {total && (
          <tfoot>
            <tr>
              <td colSpan={2}>{t.orderTotal}</td>
              <td className={classes["price"]}>{money(total.amount, total.currency)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {text && <RichText text={text} />}
    </div>
  );
}

/** An amount in its own currency; a code that is none is written as it came. */
function moneyIn(locale: string, amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
  } catch {
    return `${new Intl.NumberFormat(locale).format(amount)} ${currency}`;
  }
}
