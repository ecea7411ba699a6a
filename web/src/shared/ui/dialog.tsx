/** What lies over the page until it is closed. Whoever comes back from it is where they were: Mantine sees to that only where it saw it opened. */

import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { useGoingBack } from "./going-back";

export function Dialog(props: ModalProps) {
  useFocusBack(props.opened);
  useGoingBack(props.opened, () => props.closeOnEscape !== false && props.onClose());
  return <Modal {...props} />;
}

/** Give the focus back to what had it when this was drawn for the first time, where nothing else has it once this is gone. */
export function useFocusBack(opened: boolean): void {
  const [before] = useState(() => (opened ? document.activeElement : null));
  useEffect(
    () => () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    },
    [before],
  );
}
