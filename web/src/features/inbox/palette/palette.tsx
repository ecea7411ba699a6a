/** Ctrl+K: go anywhere, do anything with the open conversation, find anybody. Loaded when it is first asked for. */

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { IconArrowRight, IconBolt, IconBookmark, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import type { Shortcut } from "@/shared/keys/shortcuts";
import { canRun, runShortcut } from "@/shared/keys/use-shortcut";
import { useSession, useTenant } from "@/shared/session/session-context";
import { Avatar } from "@/shared/ui/avatar";
import { folded } from "../actions/folded";
import { savedViewsQuery } from "../api/saved-views";
import { searchQuery } from "../api/search";
import { listMessages } from "../list/messages";
import { nameOf } from "../list/row-model";
import { lastView, useViewName } from "../list/use-view";
import { viewOfFilter } from "../list/view-filters";
import { paramsOf } from "../list/view-params";
import { Caps } from "./caps";
import { paletteMessages } from "./messages";
import classes from "./palette.module.css";
import { paletteStore } from "./palette-store";

const DEEDS: readonly Shortcut[] = [
  "reply",
  "note",
  "template",
  "resolve",
  "resolveAndNext",
  "snooze",
  "assign",
  "labels",
  "priority",
  "unread",
  "attach",
  "contactPane",
  "next",
  "previous",
];
const PAGES = [
  { name: "campaigns", to: "campaigns", scope: "campaigns:read" },
  { name: "templates", to: "templates", scope: null },
  { name: "reports", to: "reports", scope: "reports:read" },
  { name: "notifications", to: "notifications", scope: "notifications:write" },
  { name: "automations", to: "automations", scope: "automations:write" },
  { name: "connections", to: "connections", scope: "connections:read" },
  { name: "profile", to: "settings/profile", scope: null },
  { name: "security", to: "settings/security", scope: null },
  { name: "general", to: "settings/general", scope: "tenants:write" },
  { name: "people", to: "settings/people", scope: "people:write" },
  { name: "teams", to: "settings/teams", scope: "desk:write" },
  { name: "labels", to: "settings/labels", scope: "desk:write" },
  { name: "canned", to: "settings/canned", scope: "desk:write" },
  { name: "keywords", to: "settings/keywords", scope: "consent:manage" },
  { name: "consents", to: "settings/consents", scope: "consent:manage" },
  { name: "keys", to: "settings/keys", scope: "keys:write" },
  { name: "webhooks", to: "settings/webhooks", scope: "outgoing-webhooks:write" },
  { name: "audit", to: "settings/audit", scope: "audit:read" },
] as const;
const TABS = ["mine", "unassigned", "all"] as const;
const MOST_PEOPLE = 6;

export function Palette() {
  const t = useMessages(paletteMessages);
  const l = useMessages(listMessages);
  const { tenant_id, can } = useTenant();
  const { embedded } = useSession();
  const viewName = useViewName();
  const [, navigate] = useLocation();
  const [query, setQuery] = useState("");
  const [words] = useDebouncedValue(query.trim(), 150);
  const home = `/t/${tenant_id}`;
  useEffect(() => paletteStore.open(), []);

  const people = useInfiniteQuery({
    ...searchQuery(tenant_id, words, "contacts"),
    enabled: words.length >= 2,
  });
  // Who was found for former words is not offered any more: Enter would lead to somebody else than was typed.
  const stale = query.trim() !== words;
  const found = stale ? [] : (people.data?.pages[0]?.items ?? []).slice(0, MOST_PEOPLE);
  const fits = (text: string) => folded(text).includes(folded(query));
  const deeds = DEEDS.filter((name) => canRun(name) && fits(t.names[name]));
  const canStart = canRun("start") && fits(t.names.start);
  const pages = PAGES.filter(({ name, scope }) => {
    if (embedded && name === "security") return false; // as in the settings: it is Curbe's own
    return (scope === null || can(scope)) && fits(t.pages[name]);
  });
  const tabs = TABS.filter((tab) => fits(t.tabs[tab]));
  const { data: saved = [] } = useQuery(savedViewsQuery(tenant_id));
  const views = saved.filter(({ name }) => fits(name));
  const nothing =
    !stale &&
    !people.isFetching &&
    !canStart &&
    deeds.length + pages.length + tabs.length + views.length + found.length === 0;
  return (
    <Spotlight.Root
      store={paletteStore.store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      scrollable
      centered={false}
      classNames={{ actionsGroup: classes["group"] ?? "" }}
      maxHeight={420}
      transitionProps={{ transition: "pop", duration: 150, exitDuration: 0 }}
    >
      <Spotlight.Search placeholder={t.placeholder} leftSection={<IconSearch size={18} stroke={1.7} />} />
      <Spotlight.ActionsList>
        {found.length > 0 && (
          <Spotlight.ActionsGroup label={t.groups.people}>
            {found.map(({ conversation }) => {
              const name = nameOf(conversation.contact) ?? l.unknownPerson;
              return (
                <Spotlight.Action
                  key={conversation.id}
                  label={name}
                  description={conversation.contact.phone ?? undefined}
                  leftSection={<Avatar name={name} seed={conversation.contact.id} size={28} />}
                  onClick={() => navigate(`${home}/inbox/${conversation.id}`)}
                />
              );
            })}
          </Spotlight.ActionsGroup>
        )}
        {deeds.length > 0 && (
          <Spotlight.ActionsGroup label={t.groups.conversation}>
            {deeds.map((name) => (
              <Deed key={name} name={name} words={t.names[name]} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {(canStart || pages.length + tabs.length + views.length > 0) && (
          <Spotlight.ActionsGroup label={t.groups.go}>
            {canStart && <Deed name="start" words={t.names.start} />}
            {tabs.map((tab) => (
              <Spotlight.Action
                key={tab}
                label={t.tabs[tab]}
                leftSection={<IconArrowRight size={17} stroke={1.7} />}
                onClick={() => navigate(`${home}/inbox?${paramsOf({ ...lastView(viewName), tab })}`)}
              />
            ))}
            {views.map(({ id, name, filter }) => (
              <Spotlight.Action
                key={id}
                label={name}
                leftSection={<IconBookmark size={17} stroke={1.7} />}
                onClick={() => navigate(`${home}/inbox?${paramsOf(viewOfFilter(filter))}`)}
              />
            ))}
            {pages.map(({ name, to }) => (
              <Spotlight.Action
                key={to}
                label={t.pages[name]}
                leftSection={<IconArrowRight size={17} stroke={1.7} />}
                onClick={() => navigate(`${home}/${to}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        <div role="status">{nothing && <Spotlight.Empty>{t.nothing}</Spotlight.Empty>}</div>
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** What has a key, too. */
function Deed({ name, words }: { name: Shortcut; words: string }) {
  return (
    <Spotlight.Action
      label={words}
      leftSection={<IconBolt size={17} stroke={1.7} />}
      rightSection={<Caps name={name} />}
      onClick={() => setTimeout(() => runShortcut(name))} // once this is closed: what it opens has the focus then
    />
  );
}
