import { NotLanded } from "@/shared/ui/not-landed";

export function UsersPage() {
  return <NotLanded name="Users" />;
}
