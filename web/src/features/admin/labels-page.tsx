import { NotLanded } from "@/shared/ui/not-landed";

export function LabelsPage() {
  return <NotLanded name="Labels" />;
}
