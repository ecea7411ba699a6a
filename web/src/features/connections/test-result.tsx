/** What a test of a connection found, step by step. */

import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import type { Check, TrialResult } from "./api/status";
import { checkMessages } from "./check-messages";
import classes from "./test-result.module.css";

export function TestResult({ result, error }: { result: TrialResult | null; error: unknown }) {
  const t = useMessages(checkMessages);
  const problems = useMessages(problemMessages);
  if (!result) {
    const { title, detail } = problemWords(error, problems);
    return (
      <div className={classes["result"]} data-tone="bad" role="alert">
        <p className={classes["title"]}>
          <IconCircleX size={18} aria-hidden="true" /> {title}
        </p>
        <p className={classes["fix"]}>{detail}</p>
      </div>
    );
  }
  const stopped = result.checks.some((check) => check.code !== null);
  const tone = result.ok ? "good" : stopped ? "bad" : "warn";
  const Sign = { good: IconCircleCheck, warn: IconAlertTriangle, bad: IconCircleX }[tone];
  return (
    <div className={classes["result"]} data-tone={tone} role="status">
      <p className={classes["title"]}>
        <Sign size={18} aria-hidden="true" /> {result.ok ? t.works : stopped ? t.fails : t.halfWay}
      </p>
      <ul className={classes["steps"]}>
        {result.checks.map((check) => (
          <Step check={check} key={check.name} />
        ))}
      </ul>
    </div>
  );
}

function Step({ check }: { check: Check }) {
  const words = useCheckWords()(check);
  const Sign = check.ok ? IconCircleCheck : check.code ? IconCircleX : IconAlertTriangle;
  return (
    <li className={classes["step"]} data-tone={check.ok ? "good" : check.code ? "bad" : "warn"}>
      <Sign size={15} stroke={2} aria-hidden="true" />
      <span>
        {words.told}
        {words.fix && <span className={classes["fix"]}> {words.fix}</span>}
      </span>
    </li>
  );
}

/** Returns what to say of a step: ours where we have words, else the server's. */
export function useCheckWords(): (check: Check) => { told: string; fix: string } {
  const t = useMessages(checkMessages);
  const good: Record<string, string> = t.good;
  const bad: Record<string, string> = t.bad;
  const fix: Record<string, string> = t.fix;
  return (check) => {
    if (check.ok) return { told: good[check.name] ?? check.detail, fix: "" };
    const named = check.code ?? check.name;
    const told = bad[named];
    if (told === undefined) return { told: check.detail, fix: fix[named] ?? check.fix };
    // What no words of ours can name, such as an address or Meta's own advice, is in the server's.
    return { told, fix: fix[named] ?? `${check.detail} ${check.fix}`.trim() };
  };
}
