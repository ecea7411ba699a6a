/** A bare icon at the head of the list. */

import { ActionIcon } from "@mantine/core";
import type { ComponentPropsWithRef } from "react";

export function HeadButton(props: ComponentPropsWithRef<"button">) {
  return <ActionIcon variant="subtle" color="gray" size={34} {...props} />;
}
