import { NotLanded } from "@/shared/ui/not-landed";

export function AuditPage() {
  return <NotLanded name="Audit log" />;
}
