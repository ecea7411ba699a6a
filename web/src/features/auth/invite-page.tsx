import { NotLanded } from "@/shared/ui/not-landed";

export function InvitePage() {
  return <NotLanded name="Invitation" />;
}
