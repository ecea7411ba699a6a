/** The file of rows that failed, as the server writes it (line, reason, what that is about, detail, then the row), and each reason in words. Pure. */

import { type PhoneFault, phoneFaultOf } from "@/shared/whatsapp/phone-faults";

export interface FailedRow {
  line: number;
  reason: string;
  about: string;
  detail: string;
  cells: string[];
}

export type FailureWord =
  | { key: "phone_missing" }
  | { key: "phone_invalid"; why: PhoneFault }
  | { key: "date_invalid" }
  | { key: "erased" }
  | { key: "said_no"; day: string | null }
  | { key: "other"; detail: string };

export function failedRows(csv: string): FailedRow[] {
  const [head, ...rows] = records(csv);
  const old = head?.[2] === "detail"; // what was brought before the file said what a reason is about
  return rows.map(([line = "", reason = "", ...rest]) => {
    const [about = "", detail = "", ...cells] = old ? ["", ...rest] : rest;
    return { line: Number(line), reason, about, detail, cells };
  });
}

export function failureOf({ reason, about, detail }: Omit<FailedRow, "line" | "cells">): FailureWord {
  switch (reason) {
    case "phone_missing":
    case "date_invalid":
    case "erased":
      return { key: reason };
    case "phone_invalid":
      return { key: reason, why: phoneFaultOf(about) };
    case "said_no":
      return { key: reason, day: about || null };
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
