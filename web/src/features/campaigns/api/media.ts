/** A file for a template's head, kept by Curbe and given to WhatsApp with each message. */

import { useMutation } from "@tanstack/react-query";
import { apiFetch } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";

export type HeadKind = "image" | "video" | "document";

export function useUploadHead() {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: async ({ file, kind }: { file: File; kind: HeadKind }) => {
      const query = new URLSearchParams({ kind, filename: file.name.slice(-240) });
      const url = new URL(`/api/tenants/${tenant_id}/media?${query}`, location.origin);
      const headers = { "Content-Type": file.type || "application/octet-stream" };
      const stored = await apiFetch(new Request(url, { method: "POST", body: file, headers }));
      return ((await stored.json()) as { id: string }).id;
    },
  });
}
