import { NotLanded } from "@/shared/ui/not-landed";

export function TenantsPage() {
  return <NotLanded name="Tenants" />;
}
