import { NotLanded } from "@/shared/ui/not-landed";

export function QuarantinePage() {
  return <NotLanded name="Quarantine" />;
}
