/** Notifications while no page is open: whether this browser is told, what those say, and where else one is told. */

import { Button, Switch } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { useMessages } from "@/shared/i18n/language";
import { browserName } from "@/shared/lib/browser-name";
import { setPreferences, usePreferences } from "@/shared/lib/preferences";
import { useSignal } from "@/shared/lib/signal";
import { forget, idHere, isPushPossible } from "@/shared/push/subscribing";
import { allowedHere, pushState } from "@/shared/push/use-push";
import { useSession, useTenant, useTenantOrNull } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { profileMessages } from "./messages";
import classes from "./profile.module.css";

const keyOf = (tenantId: string) => ["push-subscriptions", tenantId] as const;

const subscriptionsQuery = (tenant_id: string) =>
  queryOptions({
    queryKey: keyOf(tenant_id),
    queryFn: async () => {
      const path = { tenant_id };
      return answer(api.GET("/api/tenants/{tenant_id}/push-subscriptions", { params: { path } }));
    },
  });

export function PushChoice() {
  const t = useMessages(profileMessages);
  const { embedded, memberships } = useSession();
  const tenant = useTenantOrNull();
  const { push, pushContent } = usePreferences();
  const isColleague = memberships.some((one) => one.tenant_id === tenant?.tenant_id); // an operator may look in, too
  if (!isColleague || embedded || !globalThis.isSecureContext) return null; // what HTTPS is needed for is said above
  if (!isPushPossible()) return <p className={classes["hint"]}>{`${t.push}: ${t.pushImpossible}`}</p>;
  return (
    <>
      <Switch
        label={t.push}
        description={t.pushHint}
        checked={push}
        onChange={(event) => setPreferences({ push: event.currentTarget.checked })}
      />
      {push && (
        <Switch
          label={t.pushContent}
          description={t.pushContentHint}
          checked={pushContent}
          onChange={(event) => setPreferences({ pushContent: event.currentTarget.checked })}
        />
      )}
      {push && <State />}
      <Browsers />
    </>
  );
}

/** Why this browser is not told although somebody wants it. */
function State() {
  const t = useMessages(profileMessages);
  const state = useSignal(pushState);
  useSignal(allowedHere);
  if (Notification.permission === "denied") return null; // said above
  if (Notification.permission !== "granted") return <FormError tone="warn">{t.pushAllow}</FormError>;
  if (state === "asking") return <p className={classes["hint"]}>{t.pushAsking}</p>;
  if (state === "unavailable") return <FormError tone="warn">{t.pushUnavailable}</FormError>;
  if (state === "failed") return <FormError tone="warn">{t.pushFailed}</FormError>;
  return null;
}

function Browsers() {
  const t = useMessages(profileMessages);
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  const state = useSignal(pushState);
  const { data } = useQuery(subscriptionsQuery(tenant_id));
  const again = () => client.invalidateQueries({ queryKey: keyOf(tenant_id) });
  const forgetting = useMutation({
    mutationFn: (id: string) => forget(tenant_id, id),
    onSettled: again,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: this browser is another one in the list then
  useEffect(() => void again(), [state]);
  if (!data?.items.length) return null;
  const here = idHere(tenant_id);
  return (
    <div className={classes["choice"]}>
      <span className={classes["label"]}>{t.pushDevices}</span>
      <ul className={classes["browsers"]}>
        {data.items.map((one) => (
          <li key={one.id}>
            <span>{wordsOf(one, t, one.id === here)}</span>
            {one.id !== here && (
              <Button
                variant="subtle"
                size="compact-sm"
                disabled={forgetting.isPending}
                onClick={() => forgetting.mutate(one.id)}
              >
                {t.pushForget}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function wordsOf(
  one: Schemas["PushSubscription"],
  t: { pushUnknown: string; pushHere: string; pushFailing: string },
  isHere: boolean,
): string {
  const notes = [isHere ? t.pushHere : null, one.failing_since === null ? null : t.pushFailing].filter(
    (note) => note !== null,
  );
  return `${browserName(one.device) ?? t.pushUnknown}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}
