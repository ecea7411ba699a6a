import { NotLanded } from "@/shared/ui/not-landed";

export function TeamsPage() {
  return <NotLanded name="Teams" />;
}
