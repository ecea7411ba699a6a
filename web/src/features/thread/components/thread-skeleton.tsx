/** The place of messages that are being loaded. */

import { Skeleton } from "@mantine/core";
import classes from "./thread.module.css";

const WIDTHS = [42, 58, 30, 64, 36, 50];

export function ThreadSkeleton() {
  return (
    <div className={classes["skeleton"]} aria-hidden="true">
      {WIDTHS.map((width, index) => (
        <Skeleton
          key={width}
          height={index % 2 ? 52 : 36}
          width={`${width}%`}
          radius="lg"
          ml={index % 3 === 2 ? "auto" : 0}
        />
      ))}
    </div>
  );
}
