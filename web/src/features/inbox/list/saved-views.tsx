/** The views that were saved, below the lists that everybody has, and the way to save the filters that are set. */

import { IconAdjustments, IconBookmark, IconUsers } from "@tabler/icons-react";
import { Suspense, useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useCounts, useStore } from "@/shared/store/hooks";
import { keyOfView } from "@/shared/store/views";
import { part } from "@/shared/ui/part";
import { useSavedViews } from "../api/saved-views";
import type { FilterProps } from "./filters";
import { HeadButton } from "./head-button";
import { savedViewMessages } from "./saved-view-messages";
import classes from "./saved-views.module.css";
import { UnreadBadge } from "./unread-badge";
import { filterOf, viewOfFilter } from "./view-filters";
import { filterCount } from "./view-params";

const ViewDialog = part(async () => (await import("./view-dialog")).ViewDialog, "over");
const ManageViews = part(async () => (await import("./manage-views")).ManageViews, "over");

export function SavedViews({ view, onView }: FilterProps) {
  const t = useMessages(savedViewMessages);
  const { can } = useTenant();
  const saved = useSavedViews();
  const store = useStore();
  const unread = useCounts()?.unread_views;
  const [asking, setAsking] = useState<"save" | "manage" | null>(null);
  useEffect(() => {
    if (saved) store.setSavedViews(new Map(saved.map((one) => [one.id, viewOfFilter(one.filter)])));
  }, [store, saved]);
  if (!saved) return null;

  const shown = keyOfView(view);
  const views = saved.map((one) => ({ ...one, view: viewOfFilter(one.filter) }));
  const open = views.filter((one) => keyOfView(one.view) === shown);
  const canSave = can("inbox:write") && open.length === 0 && filterCount(view) > 0;
  const canManage = can("inbox:write") && views.some(({ shared }) => !shared || can("desk:write"));
  if (views.length === 0 && !canSave) return null;
  return (
    <>
      <div className={classes["bar"]}>
        {views.length > 0 && (
          <nav className={classes["views"]} aria-label={t.views}>
            {views.map((one) => (
              <button
                key={one.id}
                type="button"
                className={classes["view"]}
                aria-pressed={open.includes(one)}
                title={one.shared ? `${one.name} · ${t.shared}` : one.name}
                onClick={() => onView(one.view)}
              >
                <bdi>{one.name}</bdi>
                {one.shared && <IconUsers size={13} stroke={2} aria-hidden="true" />}
                <UnreadBadge unread={unread?.find(({ id }) => id === one.id)} />
              </button>
            ))}
          </nav>
        )}
        {canSave && (
          <button type="button" className={classes["save"]} onClick={() => setAsking("save")}>
            <IconBookmark size={14} stroke={2} aria-hidden="true" />
            {t.save}
          </button>
        )}
        {canManage && (
          <HeadButton aria-label={t.manage} title={t.manage} onClick={() => setAsking("manage")}>
            <IconAdjustments size={18} stroke={1.7} />
          </HeadButton>
        )}
      </div>
      {open.some(({ gone }) => gone.length > 0) && (
        <p className={classes["gone"]} role="status">
          {t.goneHint}
        </p>
      )}
      <Suspense>
        {asking === "save" && (
          <ViewDialog saved={null} filter={filterOf(view)} onClose={() => setAsking(null)} />
        )}
        {asking === "manage" && <ManageViews views={saved} onClose={() => setAsking(null)} />}
      </Suspense>
    </>
  );
}
