import { NotLanded } from "@/shared/ui/not-landed";

export function PeoplePage() {
  return <NotLanded name="People" />;
}
