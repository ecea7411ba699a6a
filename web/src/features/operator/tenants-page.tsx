/** The customers of the installation: create, open, suspend and resume. */

import { Button, TextInput } from "@mantine/core";
import { IconBuildingStore, IconPlus, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { countryName } from "@/shared/lib/countries";
import { Avatar } from "@/shared/ui/avatar";
import { Chip } from "@/shared/ui/chip";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Tenant, useTenants } from "./api/tenants";
import { operatorMessages } from "./messages";
import { Suspension } from "./tenants/suspension";
import { TenantDialog } from "./tenants/tenant-dialog";

const SEARCHED_FROM = 9;

export function TenantsPage() {
  const t = useMessages(operatorMessages);
  const { items, isPending, error, refetch, more, loadingMore, loadMore } = useTenants();
  const [making, setMaking] = useState(false);
  const [sought, setSought] = useState("");
  const wanted = sought.trim().toLocaleLowerCase();
  const found = (items ?? []).filter(
    (one) => one.name.toLocaleLowerCase().includes(wanted) || one.id === wanted,
  );
  // Whoever looks for one means all of them, and not those that are here already.
  const readsOn = wanted !== "" && more && !loadingMore && !error;
  useEffect(() => {
    if (readsOn) loadMore();
  }, [readsOn, loadMore]);
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.newTenant}
    </Button>
  );
  const isEmpty = items?.length === 0;
  return (
    <SettingsBody title={t.tenants} hint={`${t.tenantsHint} ${t.entering}`} action={items && !isEmpty && add}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !items ? <ErrorState error={error} onRetry={refetch} /> : null}
      {isEmpty && (
        <EmptyState icon={<IconBuildingStore size={26} stroke={1.6} />} title={t.noTenant} action={add}>
          {t.noTenantHint}
        </EmptyState>
      )}
      {items && items.length >= SEARCHED_FROM && (
        <TextInput
          mt="md"
          maw={320}
          leftSection={<IconSearch size={16} />}
          placeholder={t.find}
          aria-label={t.find}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {found.length > 0 && (
        <Rows label={t.tenants}>
          {found.map((one) => (
            <TenantRow tenant={one} key={one.id} />
          ))}
        </Rows>
      )}
      {items && !isEmpty && found.length === 0 && !more && (
        <EmptyState icon={<IconSearch size={26} stroke={1.6} />} title={t.noneFound} />
      )}
      {items && <LoadMore more={more} loading={loadingMore} error={error} onMore={loadMore} />}
      {making && <TenantDialog onClose={() => setMaking(false)} />}
    </SettingsBody>
  );
}

function TenantRow({ tenant }: { tenant: Tenant }) {
  const t = useMessages(operatorMessages);
  const format = useFormat();
  const about = [
    tenant.default_country && countryName(tenant.default_country, format.locale),
    t.made(format.date(tenant.created_at)),
    tenant.suspended_at !== null && t.suspendedSince(format.dateTime(tenant.suspended_at)),
    tenant.retention_days !== null && t.keeps(format.number(tenant.retention_days)),
  ];
  return (
    <Row
      lead={<Avatar name={tenant.name} seed={tenant.id} size={38} />}
      faded={tenant.suspended_at !== null}
      title={
        <>
          {tenant.name}
          {tenant.suspended_at !== null && <Chip tone="danger">{t.suspended}</Chip>}
        </>
      }
      hint={about.filter(Boolean).join(" · ")}
      actions={
        <>
          <Button
            component={Link}
            to={`/t/${tenant.id}/inbox`}
            variant="default"
            size="xs"
            aria-label={t.openNamed(tenant.name)}
          >
            {t.open}
          </Button>
          <Suspension tenant={tenant} />
        </>
      }
    />
  );
}
