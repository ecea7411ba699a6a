/** The panel of filters, with the button it hangs from. */

import { Popover } from "@mantine/core";
import { type OverlayProps, useOpenAtOnce } from "@/shared/ui/overlay-on-demand";
import { FilterPanel } from "./filter-panel";
import type { FilterProps } from "./filters";
import classes from "./filters.module.css";
import { HeadButton } from "./head-button";

export function FilterPopover({ view, onView, button }: FilterProps & OverlayProps) {
  const { target, opened, setOpened } = useOpenAtOnce();
  return (
    <Popover
      width={300}
      position="bottom-end"
      shadow="md"
      trapFocus
      returnFocus
      opened={opened}
      onChange={setOpened}
    >
      <Popover.Target>
        <HeadButton {...button} ref={target} onClick={() => setOpened(!opened)} />
      </Popover.Target>
      <Popover.Dropdown data-overlay className={classes["dropdown"] ?? ""}>
        <FilterPanel view={view} onView={onView} />
      </Popover.Dropdown>
    </Popover>
  );
}
