import { NotLanded } from "@/shared/ui/not-landed";

export function EmbedPage() {
  return <NotLanded name="Embed" />;
}
