/** What was not sent after somebody moved on: said until it is looked at, wherever in the workspace they are. */

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useStore, useTopic } from "@/shared/store/hooks";
import type { Pending } from "@/shared/store/outbox";
import { uiMessages } from "@/shared/ui/messages";
import { nameOf } from "../list/row-model";
import { signalMessages } from "./messages";
import classes from "./unsent.module.css";

const NOTICE = "unsent";
/** How many conversations it names; each has a row in the list as well. */
const MOST = 3;

/** One notice for all of them, as a second and third would leave no room for any other. */
export function useUnsentNotice(): void {
  const t = useMessages(signalMessages);
  const ui = useMessages(uiMessages);
  const store = useStore();
  const { tenant_id } = useTenant();
  const [location, navigate] = useLocation();
  const inbox = `/t/${tenant_id}/inbox`;
  const { told, putAside } = useTold(
    location.startsWith(`${inbox}/`) ? location.slice(inbox.length + 1) : null,
  );
  const names = useNames(told);
  const shown = useRef(false);
  const say = useRef<() => void>(() => undefined);
  say.current = () => {
    const wasShown = shown.current;
    shown.current = told.length > 0;
    if (told.length === 0) {
      if (wasShown) notifications.hide(NOTICE);
      return;
    }
    const nameIn = (id: string) => names.get(id) ?? t.unsentUnknown;
    const notice = {
      id: NOTICE,
      color: "red",
      autoClose: false,
      closeButtonProps: { "aria-label": ui.close },
      title:
        told.length === 1 ? t.unsentTo(nameIn(told[0]?.conversation_id ?? "")) : t.unsentMany(told.length),
      message: <Told told={told} nameIn={nameIn} onOpen={(id) => navigate(`${inbox}/${id}`)} />,
      onClose: () => {
        if (shown.current) putAside(); // by hand; otherwise there is nothing left to tell
        shown.current = false;
      },
    };
    if (wasShown) notifications.update(notice);
    else notifications.show(notice);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says follows from these
  useEffect(() => say.current(), [told, names, t]);
  // Another workspace has its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(() => () => void notifications.hide(NOTICE), [store]);
}

interface ToldProps {
  told: readonly Pending[];
  nameIn: (conversationId: string) => string;
  onOpen: (conversationId: string) => void;
}

function Told({ told, nameIn, onOpen }: ToldProps) {
  const t = useMessages(signalMessages);
  const refusal = useRefusal();
  const conversations = [...new Set(told.map((pending) => pending.conversation_id))];
  const [only] = told.length === 1 ? told : [];
  return (
    <>
      {only && (refusal(only.problem) ?? t.notConfirmed)}
      {conversations.slice(0, MOST).map((id) => (
        <span className={classes["one"]} key={id}>
          {!only && <bdi>{nameIn(id)}</bdi>}
          <Button size="compact-sm" variant="light" color="red" onClick={() => onOpen(id)}>
            {t.open}
          </Button>
        </span>
      ))}
      {conversations.length > MOST && t.andMore(conversations.length - MOST)}
    </>
  );
}

/** Those nobody has looked at since they failed: opening the conversation is looking, and so is closing the notice. */
function useTold(open: string | null): { told: readonly Pending[]; putAside: () => void } {
  const store = useStore();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const keys = useTopic("outbox", ({ outbox }) =>
    outbox
      .stuck()
      .map((one) => `${one.conversation_id}/${keyOf(one)}`)
      .join(" "),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `keys` says what is stuck
  const stuck = useMemo(() => store.outbox.stuck(), [store, keys]);
  const told = useMemo(
    () => stuck.filter((one) => one.conversation_id !== open && !seen.has(keyOf(one))),
    [stuck, open, seen],
  );
  const see = useCallback(
    (those: readonly Pending[]) => setSeen((before) => new Set([...before, ...those.map(keyOf)])),
    [],
  );
  useEffect(() => {
    const here = stuck.filter((one) => one.conversation_id === open);
    if (here.length > 0) see(here);
  }, [stuck, open, see]);
  return { told, putAside: () => see(told) };
}

/** One that is tried again and fails again is told of again: it was tried at another time. */
const keyOf = ({ client_id, tried_at }: Pending): string => `${client_id}/${tried_at}`;

/** The names of the people, also of those who are in no list here, as after a reload. */
function useNames(told: readonly Pending[]): ReadonlyMap<string, string> {
  const store = useStore();
  const [loaded, setLoaded] = useState(0);
  useEffect(() => {
    for (const { conversation_id: id } of told) {
      if (store.state.conversations.get(id)) continue;
      void store.loadConversation(id).then(
        () => setLoaded((before) => before + 1),
        () => undefined, // it is told without a name
      );
    }
  }, [store, told]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was loaded has a name
  return useMemo(() => {
    const those = told.flatMap(({ conversation_id: id }) => {
      const conversation = store.state.conversations.get(id);
      const name = conversation && nameOf(conversation.contact);
      return name ? [[id, name] as const] : [];
    });
    return new Map(those);
  }, [store, told, loaded]);
}
