/** Which of the tenant's numbers writes: asked where there are several. */

import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import { UNKNOWN } from "@/shared/store/state";
import type { Connection } from "@/shared/store/types";
import { FormError } from "@/shared/ui/form-error";
import { templateWords } from "./template-words";

export interface Numbers {
  active: readonly Connection[];
  /** Known, and none of them can send. */
  none: boolean;
}

export function useNumbers(): Numbers {
  const connections = useDirectory("connections");
  return useMemo(() => {
    const active = [...connections.values()].filter((one) => one.status === "active");
    return { active, none: active.length === 0 && connections !== UNKNOWN };
  }, [connections]);
}

/** A number as it is told from others: its name and its digits. */
export function numberLabel({ name, phone }: Pick<Connection, "name" | "phone">): string {
  return [name, phone].filter(Boolean).join(" · ");
}

interface NumberChoiceProps {
  numbers: Numbers;
  value: string | null;
  onChange: (id: string | null) => void;
}

export function NumberChoice({ numbers: { active, none }, value, onChange }: NumberChoiceProps) {
  const t = useMessages(templateWords);
  if (none) return <FormError tone="warn">{t.noNumber}</FormError>;
  if (active.length < 2) return null;
  return (
    <Select
      label={t.from}
      allowDeselect={false}
      value={value}
      data={active.map((one) => ({ value: one.id, label: numberLabel(one) }))}
      onChange={onChange}
    />
  );
}
