/** A campaign's message between the form and the API. Pure. */

import { approved, type Template } from "@/shared/api/templates";
import { type Json, objectIn, objectsIn, textIn } from "@/shared/whatsapp/reading";
import {
  componentsFor,
  type Field,
  fieldsOf,
  missingIn,
  type Preview,
  previewOf,
  valuesSent,
} from "@/shared/whatsapp/templates";
import type { Campaign, NewCampaign } from "../api/campaigns";
import {
  type Filling,
  type Fillings,
  fillingOf,
  firstFilling,
  measuredBy,
  shownIn,
  valuesOf,
} from "./filling";

export type Files = Readonly<Record<string, string>>;
type Content = NewCampaign["template"];

/** Those that can go to many: no code to sign in with. */
export function offered(templates: readonly Template[]): Template[] {
  return approved(templates).filter((one) => one.category !== "AUTHENTICATION");
}

export function isOf(template: Template, campaign: Pick<Campaign, "template">): boolean {
  return template.name === campaign.template.name && template.language === campaign.template.language.code;
}

export function firstFillings(fields: readonly Field[]): Record<string, Filling> {
  return Object.fromEntries(fields.map((field) => [field.id, firstFilling(field)]));
}

/** What a campaign that is opened again has in its gaps. */
export function fillingsIn(campaign: Campaign, components: unknown): Record<string, Filling> {
  const fields = fieldsOf(components);
  const sent = objectsIn(campaign.template.components);
  const values = valuesSent(components, sent);
  const place = placeIn(sent);
  return Object.fromEntries(
    fields.map((field) => {
      const value = field.kind === "location" ? place : values[field.id];
      return [field.id, value === undefined ? firstFilling(field) : fillingOf(value)];
    }),
  );
}

/** By its id, or by the address it is given by. */
export function filesIn({ template }: Pick<Campaign, "template">): Record<string, string> {
  const file = fileIn(headOf(objectsIn(template.components)));
  return file ? { header: file } : {};
}

/** `stored`: what the campaign has until now; a file that stays the same stays as it is given there. */
export function contentOf(
  template: Template,
  fillings: Fillings,
  files: Files,
  stored: Content | null = null,
): Content {
  const head = headOf(objectsIn(stored?.components));
  const components = componentsFor(template.components, valuesOf(fillings), files).map((part) => {
    const stays = part["type"] === "header" && head && fileIn(head) && fileIn(head) === files["header"];
    return stays ? { ...part, parameters: [head] } : part;
  });
  return {
    name: template.name,
    language: { code: template.language, policy: "deterministic" },
    ...(components.length > 0 && { components: components as NonNullable<Content["components"]> }),
  };
}

/** The ids of the gaps that nothing stands in yet. */
export function openGaps(template: Template, fillings: Fillings, files: Files): string[] {
  const measured = Object.entries(fillings).map(([id, filling]) => [id, measuredBy(filling)]);
  return missingIn(fieldsOf(template.components), Object.fromEntries(measured), files);
}

export function lookOf(
  components: unknown,
  fillings: Fillings,
  person: Readonly<Record<string, string>> = {},
): Preview {
  const values = fieldsOf(components).map((field) => [field.id, shownIn(field, fillings[field.id], person)]);
  const preview = previewOf(components, Object.fromEntries(values));
  return { ...preview, beyond: [...new Set([...preview.beyond, ...oneByOne(components)])] };
}

const ONE_BY_ONE = new Set(["CAROUSEL", "LIMITED_TIME_OFFER", "MPM"]);

/** Parts that are filled in for one message at a time: a campaign that is opened again could not show what stands in them. */
function oneByOne(components: unknown): string[] {
  return objectsIn(components)
    .flatMap((part) => [part, ...objectsIn(part["buttons"])])
    .map((part) => (textIn(part["type"]) ?? "").toUpperCase())
    .filter((type) => ONE_BY_ONE.has(type));
}

function headOf(sent: readonly Json[]): Json | undefined {
  return objectsIn(sent.find((part) => part["type"] === "header")?.["parameters"])[0];
}

function fileIn(parameter: Json | undefined): string | null {
  const file = objectIn(parameter?.[textIn(parameter["type"]) ?? ""]);
  return textIn(file?.["id"]) ?? textIn(file?.["link"]);
}

function placeIn(sent: readonly Json[]): string | undefined {
  const place = objectIn(headOf(sent)?.["location"]);
  return place ? `${place["latitude"]}, ${place["longitude"]} ${textIn(place["name"]) ?? ""}` : undefined;
}
