import { NotLanded } from "@/shared/ui/not-landed";

export function SecurityPage() {
  return <NotLanded name="Security" />;
}
