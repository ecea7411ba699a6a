/** The file of rows that failed, as the server writes it (line, reason, detail, then the row), and each reason in words. Pure. */

import { type PhoneFault, phoneFaultOf } from "@/shared/whatsapp/phone-faults";

export interface FailedRow {
  line: number;
  reason: string;
  detail: string;
  cells: string[];
}

export type FailureWord =
  | { key: "phone_missing" }
  | { key: "phone_invalid"; why: PhoneFault }
  | { key: "date_invalid" }
  | { key: "said_no"; day: string | null }
  | { key: "other"; detail: string };

export function failedRows(csv: string): FailedRow[] {
  return records(csv)
    .slice(1)
    .map(([line = "", reason = "", detail = "", ...cells]) => ({
      line: Number(line),
      reason,
      detail,
      cells,
    }));
}

export function failureOf({ reason, detail }: Pick<FailedRow, "reason" | "detail">): FailureWord {
  switch (reason) {
    case "phone_missing":
    case "date_invalid":
      return { key: reason };
    case "phone_invalid":
      return { key: reason, why: phoneFaultOf(detail) };
    case "said_no":
      return { key: reason, day: /\d{4}-\d{2}-\d{2}/.exec(detail)?.[0] ?? null };
    default:
      return { key: "other", detail: detail || reason };
  }
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/** The records of a CSV with commas and double quotes (RFC 4180), which is what the server writes. */
function records(csv: string): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  for (const { 0: whole, 1: quoted, 2: bare = "", 3: end } of csv.matchAll(CELL)) {
    if (whole === "" && record.length === 0) break; // the end of the text
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    found.push(record);
    record = [];
  }
  return found;
}
