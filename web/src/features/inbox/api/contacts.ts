/** A person with every name, every merge and every conversation, as `GET .../contacts/{id}` answers. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Page } from "@/shared/store/types";

export interface Contact {
  id: string;
  /** What they are called here: by the team where `name_given`, else as WhatsApp tells it. */
  name: string | null;
  name_given: boolean;
  profile_name: string | null;
  username: string | null;
  phone: string | null;
  wa_id: string | null;
  bsuid: string | null;
  merged_into: string | null;
  created_at: string;
}

export interface Alias {
  kind: "phone" | "bsuid" | "parent_bsuid";
  value: string;
  since: string | null;
  retired_at: string | null;
}

export interface Merge {
  id: string;
  contact_id: string;
  reason: "same_person" | "by_hand";
  actor: string;
  created_at: string;
  undone_at: string | null;
}

export interface ContactDetail {
  contact: Contact;
  aliases: Alias[];
  merges: Merge[];
  conversations: { id: string; connection_id: string }[];
}

const path = (tenantId: string) => `/api/tenants/${tenantId}/contacts`;

export const contactKey = (tenantId: string, contactId: string) => ["contact", tenantId, contactId] as const;

export const contactQuery = (tenantId: string, contactId: string) =>
  queryOptions({
    queryKey: contactKey(tenantId, contactId),
    queryFn: ({ signal }) => call<ContactDetail>("GET", `${path(tenantId)}/${contactId}`, { signal }),
  });

/** Those who have exactly this number, however it is written. */
export async function contactsByPhone(
  tenantId: string,
  phone: string,
  signal?: AbortSignal,
): Promise<Contact[]> {
  const page = await call<Page<Contact>>("GET", path(tenantId), {
    query: { phone },
    ...(signal && { signal }),
  });
  return page.items;
}

export function mergeContacts(tenantId: string, contactId: string, otherId: string): Promise<ContactDetail> {
  return call("POST", `${path(tenantId)}/${contactId}/merges`, { body: { contact_id: otherId } });
}

/** Call them so from now on; null goes back to what WhatsApp tells. */
export function renameContact(
  tenantId: string,
  contactId: string,
  name: string | null,
): Promise<ContactDetail> {
  return call("PATCH", `${path(tenantId)}/${contactId}`, { body: { name } });
}

export function undoMerge(tenantId: string, contactId: string, mergeId: string): Promise<ContactDetail> {
  return call("POST", `${path(tenantId)}/${contactId}/merges/${mergeId}/undo`);
}

/** Let nobody find them from now on; what they said is deleted in the background. */
export function eraseContact(tenantId: string, contactId: string): Promise<unknown> {
  return call("POST", `${path(tenantId)}/${contactId}/erasure`);
}

/** Where a browser downloads all there is of them. */
export const exportOf = (tenantId: string, contactId: string) => `${path(tenantId)}/${contactId}/export`;
