/** An interactive message as it was sent, read out of Meta's shape of it. Pure. */

import { at, type Json, objectIn, objectsIn, textIn } from "@/shared/whatsapp/reading";

export interface Header {
  text: string | null;
  /** A file in the header: what it is, and whose. */
  file: {
    kind: "image" | "video" | "document";
    id: string | null;
    link: string | null;
    filename: string | null;
  } | null;
}

export type Action =
  | { kind: "buttons"; buttons: string[] }
  | {
      kind: "list";
      button: string;
      sections: { title: string | null; rows: { title: string; description: string | null }[] }[];
    }
  | { kind: "link"; text: string; url: string | null }
  | { kind: "flow"; text: string }
  | { kind: "location_request" }
  | { kind: "contact_request" }
  | { kind: "products"; catalog: string | null; sections: { title: string | null; products: string[] }[] }
  | { kind: "catalog"; thumbnail: string | null }
  | { kind: "cards"; cards: { header: Header | null; body: string | null; action: Action }[] }
  | { kind: "none"; type: string };

export interface SentInteractive {
  type: string;
  header: Header | null;
  body: string | null;
  footer: string | null;
  action: Action;
}

export function interactiveOf(told: Json): SentInteractive | null {
  const type = textIn(told["type"]);
  if (type === null) return null;
  return {
    type,
    header: headerOf(objectIn(told["header"])),
    body: textIn(at(told, "body", "text")),
    footer: textIn(at(told, "footer", "text")),
    action: actionOf(type, objectIn(told["action"])),
  };
}

function headerOf(header: Json | null): Header | null {
  if (header === null) return null;
  const kind = textIn(header["type"]);
  if (kind === "image" || kind === "video" || kind === "document") {
    const file = objectIn(header[kind]);
    const [id, link, filename] = [textIn(file?.["id"]), textIn(file?.["link"]), textIn(file?.["filename"])];
    return { text: null, file: { kind, id, link, filename } };
  }
  const text = textIn(header["text"]);
  return text === null ? null : { text, file: null };
}

function actionOf(type: string, action: Json | null): Action {
  const parameters = objectIn(action?.["parameters"]);
  switch (type) {
    case "button":
      return {
        kind: "buttons",
        buttons: objectsIn(action?.["buttons"]).flatMap((one) => textIn(at(one, "reply", "title")) ?? []),
      };
    case "list":
      return {
        kind: "list",
        button: textIn(action?.["button"]) ?? "",
        sections: objectsIn(action?.["sections"]).map((section) => ({
          title: textIn(section["title"]),
          rows: objectsIn(section["rows"]).map((row) => ({
            title: textIn(row["title"]) ?? "",
            description: textIn(row["description"]),
          })),
        })),
      };
    case "cta_url":
      return {
        kind: "link",
        text: textIn(parameters?.["display_text"]) ?? "",
        url: textIn(parameters?.["url"]),
      };
    case "flow":
      return { kind: "flow", text: textIn(parameters?.["flow_cta"]) ?? "" };
    case "location_request_message":
      return { kind: "location_request" };
    case "request_contact_info":
      return { kind: "contact_request" };
    case "product":
      return products(action, [{ title: null, products: [textIn(action?.["product_retailer_id"]) ?? ""] }]);
    case "product_list":
      return products(
        action,
        objectsIn(action?.["sections"]).map((section) => ({
          title: textIn(section["title"]),
          products: objectsIn(section["product_items"]).flatMap(
            (one) => textIn(one["product_retailer_id"]) ?? [],
          ),
        })),
      );
    case "catalog_message":
      return { kind: "catalog", thumbnail: textIn(parameters?.["thumbnail_product_retailer_id"]) };
    case "carousel":
      return {
        kind: "cards",
        cards: objectsIn(action?.["cards"]).map((card) => ({
          header: headerOf(objectIn(card["header"])),
          body: textIn(at(card, "body", "text")),
          action: actionOf(textIn(card["type"]) ?? "", objectIn(card["action"])),
        })),
      };
    default:
      return { kind: "none", type };
  }
}

function products(action: Json | null, sections: { title: string | null; products: string[] }[]): Action {
  return { kind: "products", catalog: textIn(action?.["catalog_id"]), sections };
}
