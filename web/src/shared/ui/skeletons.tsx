/** What is shown while something loads: the shape of what will come, so that nothing jumps when it does. */

import { Skeleton } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { uiMessages } from "./messages";
import classes from "./skeletons.module.css";

const keys = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Rows with an avatar and two lines, as in the list of conversations. */
export function ListSkeleton({ rows = 8 }: { rows?: number }) {
  const t = useMessages(uiMessages);
  return (
    <div role="status" aria-label={t.loading}>
      {keys(rows).map((row) => (
        <div className={classes["row"]} key={row}>
          <Skeleton circle height={40} />
          <div className={classes["lines"]}>
            <Skeleton height={10} width={`${70 - (row % 3) * 12}%`} />
            <Skeleton height={10} width={`${92 - (row % 4) * 9}%`} mt={9} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** A page of settings: a title and a few blocks. */
export function PageSkeleton() {
  const t = useMessages(uiMessages);
  return (
    <div className={classes["page"]} role="status" aria-label={t.loading}>
      <Skeleton height={22} width={180} />
      <Skeleton height={12} width="60%" mt={14} />
      {keys(3).map((block) => (
        <Skeleton height={72} radius="lg" mt={18} key={block} />
      ))}
    </div>
  );
}
