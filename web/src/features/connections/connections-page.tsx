import { NotLanded } from "@/shared/ui/not-landed";

export function ConnectionsPage() {
  return <NotLanded name="Connections" />;
}
