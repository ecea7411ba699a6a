/** A file of the workspace's own, stored to be handed to Meta. */

import { apiFetch } from "@/shared/api/client";

export async function store(
  tenantId: string,
  file: File,
  kind: "image" | "video" | "document",
): Promise<string> {
  const query = new URLSearchParams({ kind, filename: file.name.slice(-240) });
  const response = await apiFetch(
    new Request(new URL(`/api/tenants/${tenantId}/media?${query}`, location.origin), {
      method: "POST",
      headers: { "Content-Type": file.type || "application/octet-stream" },
      body: file,
    }),
  );
  return ((await response.json()) as { id: string }).id;
}
