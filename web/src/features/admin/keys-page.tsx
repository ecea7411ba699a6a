import { NotLanded } from "@/shared/ui/not-landed";

export function KeysPage() {
  return <NotLanded name="API keys" />;
}
