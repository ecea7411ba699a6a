import { NotLanded } from "@/shared/ui/not-landed";

export function GeneralPage() {
  return <NotLanded name="General" />;
}
