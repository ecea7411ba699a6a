import { ActionIcon, Select, Tooltip } from "@mantine/core";
import { IconEye, IconRefresh, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Chip } from "@/shared/ui/chip";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { Row, Rows } from "@/shared/ui/rows";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type AsideRow, type Kind, type ReplayRequest, useAside } from "../api/quarantine";
import { ItemDialog } from "./item-dialog";
import { quarantineMessages } from "./messages";

interface ItemsProps {
  busy: boolean;
  onReplay: (wanted: ReplayRequest) => void;
}

const KINDS: readonly Kind[] = ["unrouted", "foreign", "poison"];
const ALL = "all";

export function Items({ busy, onReplay }: ItemsProps) {
  const t = useMessages(quarantineMessages);
  const [kind, setKind] = useState<Kind | null>(null);
  const [looking, setLooking] = useState<AsideRow | null>(null);
  const { items, isPending, error, refetch, more, loadingMore, loadMore } = useAside(kind);
  return (
    <>
      <Select
        mt="md"
        maw={260}
        label={t.kindLabel}
        allowDeselect={false}
        data={[{ value: ALL, label: t.kind.all }, ...KINDS.map((value) => ({ value, label: t.kind[value] }))]}
        value={kind ?? ALL}
        onChange={(value) => setKind(value === ALL ? null : (value as Kind))}
      />
      {isPending && <ListSkeleton rows={4} />}
      {error && !items ? <ErrorState error={error} onRetry={refetch} /> : null}
      {items?.length === 0 && (
        <EmptyState icon={<IconShieldCheck size={26} stroke={1.6} />} title={t.noItems}>
          {kind === null && t.noItemsHint}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <Rows label={t.items}>
          {items.map((one) => (
            <ItemRow item={one} busy={busy} onReplay={onReplay} onLook={() => setLooking(one)} key={one.id} />
          ))}
        </Rows>
      )}
      {items && <LoadMore more={more} loading={loadingMore} error={error} onMore={loadMore} />}
      {looking && <ItemDialog item={looking} onClose={() => setLooking(null)} />}
    </>
  );
}

interface ItemRowProps extends ItemsProps {
  item: AsideRow;
  onLook: () => void;
}

function ItemRow({ item, busy, onReplay, onLook }: ItemRowProps) {
  const t = useMessages(quarantineMessages);
  const format = useFormat();
  const reasons: Record<string, string> = t.reason;
  const kinds: Record<string, string> = t.kind;
  const about = [
    item.phone_number_id ?? (item.waba_id && t.waba(item.waba_id)),
    `${t.webhook} ${item.event_id}`,
    format.bytes(item.size),
    format.relative(item.received_at),
  ];
  return (
    <Row
      title={
        <>
          {reasons[item.reason] ?? item.reason.replaceAll("_", " ")}
          <Chip tone={item.kind === "poison" ? "danger" : "quiet"}>{kinds[item.kind] ?? item.kind}</Chip>
        </>
      }
      hint={about.filter(Boolean).join(" · ")}
      actions={
        <>
          <Tooltip label={t.look}>
            <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.look} onClick={onLook}>
              <IconEye size={18} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t.replayItem}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label={t.replayItem}
              disabled={busy}
              onClick={() => onReplay({ quarantine_id: item.id })}
            >
              <IconRefresh size={18} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    />
  );
}
