/** Somebody's table: its first rows with the columns that are used, and its rows that could not be used with their lines and why. */

import type { ReactNode } from "react";
import classes from "./sheet.module.css";

function Scroll({ label, tall, children }: { label: string; tall?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes["scroll"]} tabIndex={0} aria-label={label} data-tall={tall || undefined}>
      {children}
    </section>
  );
}

interface SampleTableProps {
  label: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  isUsed: (column: string) => boolean;
}

export function SampleTable({ label, columns, rows, isUsed }: SampleTableProps) {
  return (
    <Scroll label={label}>
      <table className={classes["table"]}>
        <caption>{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-used={isUsed(column) || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a sample never move
            <tr key={index}>
              {columns.map((column, place) => (
                <td key={column} data-used={isUsed(column) || undefined}>
                  {row[place]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface FaultTableProps {
  /** Heads of the three columns; the second names the table too. */
  heads: { line: string; why: string; row: string };
  rows: readonly { line: number; why: string; cells: readonly string[] }[];
}

export function FaultTable({ heads, rows }: FaultTableProps) {
  return (
    <Scroll label={heads.why} tall>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">{heads.line}</th>
            <th scope="col">{heads.why}</th>
            <th scope="col">{heads.row}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line}>
              <td className={classes["line"]}>{row.line}</td>
              <td className={classes["why"]}>{row.why}</td>
              <td className={classes["cells"]}>{row.cells.map((cell) => cell || "–").join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
