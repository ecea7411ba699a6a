import { IconPlayerPause } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { frameMessages } from "./layout/messages";

/** A workspace that the operator lets nobody do anything in for now. */
export function Suspended({ name }: { name: string }) {
  const t = useMessages(frameMessages);
  return (
    <EmptyState isPage icon={<IconPlayerPause size={26} stroke={1.6} />} title={t.suspended(name)}>
      {t.suspendedHint}
    </EmptyState>
  );
}
