import { NotLanded } from "@/shared/ui/not-landed";

export function CannedPage() {
  return <NotLanded name="Canned replies" />;
}
