/** Files of the API, saved by the browser with the session's credentials. */

import { useMutation } from "@tanstack/react-query";
import { apiFetch } from "@/shared/api/client";

export function useDownload() {
  return useMutation({
    mutationFn: async ({ path, name }: { path: string; name: string }) => {
      const response = await apiFetch(new Request(new URL(path, location.origin)));
      save(await response.blob(), name);
    },
  });
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A name that every file system takes: "Navidad 2026: clientes" -> "navidad-2026-clientes". */
export function fileName(words: string): string {
  const plain = words
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain.slice(0, 60) || "file";
}
