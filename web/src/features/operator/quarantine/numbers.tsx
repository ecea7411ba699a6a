import { Button } from "@mantine/core";
import { IconPhoneCheck, IconRefresh } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { Row, Rows } from "@/shared/ui/rows";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { ToneWord } from "@/shared/ui/tone";
import { type ReplayRequest, type Unrouted, useUnrouted } from "../api/quarantine";
import { quarantineMessages } from "./messages";

interface NumbersProps {
  busy: boolean;
  onReplay: (wanted: ReplayRequest) => void;
}

export function Numbers({ busy, onReplay }: NumbersProps) {
  const t = useMessages(quarantineMessages);
  const { items, isPending, error, refetch, more, loadingMore, loadMore } = useUnrouted();
  if (isPending) return <ListSkeleton rows={3} />;
  if (!items) return <ErrorState error={error} onRetry={refetch} />;
  if (items.length === 0) {
    return (
      <EmptyState icon={<IconPhoneCheck size={26} stroke={1.6} />} title={t.noNumbers}>
        {t.noNumbersHint}
      </EmptyState>
    );
  }
  return (
    <>
      <Rows label={t.numbers}>
        {items.map((one) => (
          <NumberRow
            number={one}
            busy={busy}
            onReplay={onReplay}
            key={`${one.phone_number_id}/${one.waba_id}/${one.meta_app_id}`}
          />
        ))}
      </Rows>
      <LoadMore more={more} loading={loadingMore} error={error} onMore={loadMore} />
    </>
  );
}

function NumberRow({ number, busy, onReplay }: { number: Unrouted } & NumbersProps) {
  const t = useMessages(quarantineMessages);
  const format = useFormat();
  const id = number.phone_number_id ?? number.waba_id ?? "";
  const count = number.item_count === 1 ? t.oneItem : t.itemCount(format.number(number.item_count));
  return (
    <Row
      title={number.phone_number_id ?? t.waba(id)}
      hint={[
        count,
        t.first(format.date(number.first_received_at)),
        t.heard(format.relative(number.last_received_at)),
        t.app(number.meta_app_id),
      ].join(" · ")}
      meta={
        number.tenant_name ? (
          <ToneWord tone="good">{t.nowOf(number.tenant_name)}</ToneWord>
        ) : (
          <ToneWord tone="quiet">{t.nobodys}</ToneWord>
        )
      }
      actions={
        <Button
          size="xs"
          variant={number.tenant_name ? "filled" : "default"}
          leftSection={<IconRefresh size={15} />}
          disabled={busy}
          aria-label={t.replayNumber(id)}
          onClick={() =>
            onReplay(
              number.phone_number_id
                ? { phone_number_id: number.phone_number_id, since: number.first_received_at }
                : { waba_id: id, since: number.first_received_at },
            )
          }
        >
          {t.replay}
        </Button>
      }
    />
  );
}
