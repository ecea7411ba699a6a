/** A table of figures: names on the left, numbers on the right, a bar under the first number of each row where one says how much. */

import type { ComponentProps, ReactNode } from "react";
import classes from "./data-table.module.css";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  /** Words, on the left; the others are numbers. */
  words?: boolean;
  /** How long the row's bar is, 0 to 1. */
  bar?: (row: Row) => number;
}

interface DataTableProps<Row> {
  label: string;
  rows: Row[];
  keyOf: (row: Row) => string;
  columns: Column<Row>[];
}

export function DataTable<Row>({ label, rows, keyOf, columns }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <section className={classes["scroll"]} aria-label={label} tabIndex={0}>
      <table className={classes["table"]} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" data-words={column.words || undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, place) => (
                <Cell key={column.name} names={place === 0} data-words={column.words || undefined}>
                  {column.cell(row)}
                  {column.bar && (
                    <svg className={classes["bar"]} width="100%" height="4" aria-hidden>
                      <rect width={`${Math.max(0, Math.min(1, column.bar(row))) * 100}%`} height="4" rx="2" />
                    </svg>
                  )}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The first one says whose the others are. */
function Cell({ names, ...rest }: { names: boolean } & ComponentProps<"td">) {
  return names ? <th scope="row" {...rest} /> : <td {...rest} />;
}
