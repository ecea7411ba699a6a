import { NotLanded } from "@/shared/ui/not-landed";

export function ProfilePage() {
  return <NotLanded name="Profile" />;
}
