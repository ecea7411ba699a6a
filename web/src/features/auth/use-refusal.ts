/** A refusal of the sign-in's routes in the reader's words. */

import { isProblem, type Problem } from "@/shared/api/problem";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { uiMessages } from "@/shared/ui/messages";
import { authMessages } from "./messages";

const UNFIT_PASSWORD = new Set(["password", "new_password"]);

export function useRefusal(): (error: unknown) => string {
  const t = useMessages(authMessages);
  const ui = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const format = useFormat();
  return (error) => {
    if (isProblem(error, "wrong_credentials")) return t.wrong;
    if (isProblem(error, "insecure_transport")) return t.insecureTransport;
    if (isProblem(error, "too_many_requests")) return t.tooMany(format.number(waitOf(error)));
    if (isProblem(error, "invalid_request") && UNFIT_PASSWORD.has(error.field ?? "")) return ui.passwordUnfit;
    return inOneLine(problemWords(error, problems));
  };
}

const waitOf = (problem: Problem) => Math.max(1, Math.ceil(problem.retryAfter ?? 30));
