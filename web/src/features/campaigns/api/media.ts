/** A file for a template's head, kept by Curbe and given to WhatsApp with each message. */

import { useMutation } from "@tanstack/react-query";
import { apiFetch } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";

export type HeadKind = "image" | "video" | "document";

export interface HeadFile {
  file: File;
  kind: HeadKind;
  /** The template it is for, and which of its gaps. */
  of: string;
  gap: string;
}

/** `onStored`: called with the file's id, whichever step is looked at by then. */
export function useUploadHead(onStored: (id: string, head: HeadFile) => void) {
  const { tenant_id } = useTenant();
  return useMutation({
    onSuccess: onStored,
    mutationFn: async ({ file, kind }: HeadFile) => {
      const query = new URLSearchParams({ kind, filename: file.name.slice(-240) });
      const url = new URL(`/api/tenants/${tenant_id}/media?${query}`, location.origin);
      const headers = { "Content-Type": file.type || "application/octet-stream" };
      const stored = await apiFetch(new Request(url, { method: "POST", body: file, headers }));
      return ((await stored.json()) as { id: string }).id;
    },
  });
}
