/** A refusal of the API (RFC 9457 problem+json), or what kept it from answering. Code switches on `code`; the sentences are for people. */

/** Codes that are made here, because no answer came. */
export const UNREACHABLE = "unreachable";
export const NO_PROBLEM = "unreadable_answer";
/** Nothing was refused: the page itself failed. */
export const OUR_FAULT = "page_failed";

/** The person was asked who they are and closed the question: what they wanted was not done, and there is nothing to tell. */
export class NotProved extends Error {
  override readonly name = "NotProved";
}

export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: string;
  /** The HTTP status; 0 where nothing answered. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** What to do about it, in the server's words; may be empty. */
  readonly fix: string;
  /** The JSON path of the value to blame. */
  readonly field: string | null;
  readonly requestId: string | null;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | null;
  /** Every member of the body: further ones depend on the code. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, members: Record<string, unknown>, retryAfter: number | null = null) {
    const text = (name: string) => (typeof members[name] === "string" ? members[name] : "");
    super(`${text("code")}: ${text("detail") || text("title")}`);
    this.status = status;
    this.code = text("code");
    this.title = text("title");
    this.detail = text("detail");
    this.fix = text("fix");
    this.field = text("field") || null;
    this.requestId = text("request_id") || null;
    this.retryAfter = retryAfter;
    this.members = members;
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

/** What to show for whatever was thrown. What is no refusal is a fault of the page: the console hears of it, and nobody waits for ever. */
export function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  reportError(error);
  return new Problem(0, { code: OUR_FAULT, title: String(error) });
}

/** Returns what a failed answer says; one that is no problem+json (a proxy's page) is told as such. */
export async function problemOf(response: Response): Promise<Problem> {
  const wait = Number.parseFloat(response.headers.get("retry-after") ?? "");
  const retryAfter = Number.isFinite(wait) ? wait : null;
  const members: unknown = response.headers.get("content-type")?.includes("json")
    ? await response.json().catch(() => null)
    : null;
  if (isRecord(members) && typeof members["code"] === "string") {
    return new Problem(response.status, members, retryAfter);
  }
  const request_id = response.headers.get("x-request-id");
  return new Problem(
    response.status,
    { code: NO_PROBLEM, title: response.statusText, request_id },
    retryAfter,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
