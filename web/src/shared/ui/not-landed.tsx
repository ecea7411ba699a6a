/** An honest placeholder: the screen is being built by another part of the project. */

import { IconCrane } from "@tabler/icons-react";
import { EmptyState } from "./empty-state";

export function NotLanded({ name }: { name: string }) {
  return (
    <EmptyState icon={<IconCrane size={26} stroke={1.6} />} title={name}>
      This screen is not built yet.
    </EmptyState>
  );
}
