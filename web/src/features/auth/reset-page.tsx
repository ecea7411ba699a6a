import { NotLanded } from "@/shared/ui/not-landed";

export function ResetPage() {
  return <NotLanded name="Reset the password" />;
}
