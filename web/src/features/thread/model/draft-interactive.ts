/** An interactive message while it is being put together: its limits, what is wrong with it, what is sent. Pure. */

import type { Json } from "@/shared/store/types";
import { safeUrl } from "@/shared/whatsapp/links";

export type InteractiveKind =
  | "button"
  | "list"
  | "cta_url"
  | "location_request_message"
  | "request_contact_info";

export interface DraftRow {
  title: string;
  description: string;
}

export interface DraftSection {
  title: string;
  rows: DraftRow[];
}

export interface InteractiveDraft {
  kind: InteractiveKind;
  header: string;
  body: string;
  footer: string;
  buttons: string[];
  listButton: string;
  sections: DraftSection[];
  linkText: string;
  linkUrl: string;
}

export const EMPTY: InteractiveDraft = {
  kind: "button",
  header: "",
  body: "",
  footer: "",
  buttons: [""],
  listButton: "",
  sections: [{ title: "", rows: [{ title: "", description: "" }] }],
  linkText: "",
  linkUrl: "",
};

/** What is asked for by a button of Meta's own, under nothing but words. */
const ASKS: Partial<Record<InteractiveKind, string>> = {
  location_request_message: "send_location",
  request_contact_info: "request_contact_info",
};

/** Whether it has no more than its words: Meta takes neither header nor footer. */
export function isPlain(kind: InteractiveKind): boolean {
  return ASKS[kind] !== undefined;
}

/** Whether anything was written in it: what kind it is is chosen again in a moment. */
export function isWritten(draft: InteractiveDraft): boolean {
  return JSON.stringify({ ...draft, kind: EMPTY.kind }) !== JSON.stringify(EMPTY);
}

/** [Meta: interactive messages]; the server holds the same (docs/reference/messages.md). */
export const MOST = {
  header: 60,
  footer: 60,
  body: 1024,
  listBody: 4096,
  button: 20,
  buttons: 3,
  rowTitle: 24,
  rowDescription: 72,
  sectionTitle: 24,
  rows: 10,
  sections: 10,
  url: 2000,
} as const;

export function longestBody(kind: InteractiveKind): number {
  return kind === "list" ? MOST.listBody : MOST.body;
}

export function rowsLeft(draft: InteractiveDraft): number {
  return MOST.rows - draft.sections.reduce((sum, section) => sum + section.rows.length, 0);
}

export type Flaw =
  | "body"
  | "buttons"
  | "duplicate"
  | "list_button"
  | "rows"
  | "section_titles"
  | "link_text"
  | "url";

/** What still keeps it from being sent. */
export function flawsIn(draft: InteractiveDraft): Flaw[] {
  const flaws: Flaw[] = [];
  if (draft.body.trim() === "" || draft.body.length > longestBody(draft.kind)) flaws.push("body");
  if (draft.kind === "button") {
    const titles = draft.buttons.map((button) => button.trim());
    if (titles.some((title) => title === "")) flaws.push("buttons");
    if (new Set(titles).size < titles.length) flaws.push("duplicate");
  }
  if (draft.kind === "list") {
    const rows = draft.sections.flatMap((section) => section.rows);
    if (draft.listButton.trim() === "") flaws.push("list_button");
    if (rows.length === 0 || rows.some((row) => row.title.trim() === "")) flaws.push("rows");
    if (draft.sections.length > 1 && draft.sections.some((section) => section.title.trim() === ""))
      flaws.push("section_titles");
  }
  if (draft.kind === "cta_url") {
    if (draft.linkText.trim() === "") flaws.push("link_text");
    if (!/^https?:\/\/\S+$/i.test(draft.linkUrl.trim()) || safeUrl(draft.linkUrl.trim()) === null)
      flaws.push("url");
  }
  return flaws;
}

/** In Meta's shape, as `messages/send` takes it. What comes back when a button is pressed names its place. */
export function interactiveFor(draft: InteractiveDraft): Json {
  const body = { text: draft.body.trim() };
  const asks = ASKS[draft.kind];
  if (asks !== undefined) return { type: draft.kind, body, action: { name: asks } };
  return {
    type: draft.kind,
    ...(draft.header.trim() === "" ? {} : { header: { type: "text", text: draft.header.trim() } }),
    body,
    ...(draft.footer.trim() === "" ? {} : { footer: { text: draft.footer.trim() } }),
    action: actionOf(draft),
  };
}

function actionOf(draft: InteractiveDraft): Json {
  switch (draft.kind) {
    case "button":
      return {
        buttons: draft.buttons.map((title, index) => ({
          type: "reply",
          reply: { id: `button_${index + 1}`, title: title.trim() },
        })),
      };
    case "list":
      return {
        button: draft.listButton.trim(),
        sections: draft.sections.map((section, place) => ({
          ...(section.title.trim() === "" ? {} : { title: section.title.trim() }),
          rows: section.rows.map((row, index) => ({
            id: `row_${place + 1}_${index + 1}`,
            title: row.title.trim(),
            ...(row.description.trim() === "" ? {} : { description: row.description.trim() }),
          })),
        })),
      };
    default:
      return {
        name: "cta_url",
        parameters: { display_text: draft.linkText.trim(), url: draft.linkUrl.trim() },
      };
  }
}
