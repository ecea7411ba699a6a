/** A small panel to pick from by typing, for people, teams and labels. */

import { Combobox, ScrollArea, useCombobox } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { folded } from "./folded";
import { actionMessages } from "./messages";
import classes from "./pick.module.css";

export interface Choice {
  value: string;
  words: string;
  icon?: ReactNode;
  checked?: boolean;
  /** Under which heading. */
  group?: string;
}

interface PickProps {
  label: string;
  choices: readonly Choice[];
  onPick: (value: string) => void;
  /** Stays open for further picks. */
  several?: boolean;
  /** What is shown where there is nothing to pick from. */
  nothing?: ReactNode;
  /** The button that opens it. */
  children: (open: {
    onClick: () => void;
    "aria-expanded": boolean;
    "aria-haspopup": "listbox";
  }) => ReactNode;
  /** Opens it from outside, as with a key: a number that grows with each time. */
  opening?: number;
  position?: "bottom-end" | "bottom-start";
}

export function Pick(props: PickProps) {
  const {
    label,
    choices,
    onPick,
    several = false,
    nothing,
    children,
    opening = 0,
    position = "bottom-start",
  } = props;
  const t = useMessages(actionMessages);
  const [sought, setSought] = useState("");
  const focusedBefore = useRef<Element | null>(null);
  const combobox = useCombobox({
    onDropdownOpen: () => {
      focusedBefore.current = document.activeElement;
      combobox.focusSearchInput();
      combobox.updateSelectedOptionIndex();
    },
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setTimeout(giveFocusBack);
      setSought("");
    },
  });
  const { openDropdown, selectFirstOption } = combobox;
  /** To what had it: a key may have opened this while somebody wrote. What was pressed meanwhile keeps it. */
  const giveFocusBack = () => {
    const { activeElement: focused, body } = document;
    if (focused !== body && focused !== combobox.searchRef.current) return;
    const before = focusedBefore.current;
    const wasSomewhere = before instanceof HTMLElement && before.isConnected && before !== body;
    (wasSomewhere ? before : combobox.targetRef.current)?.focus();
  };
  const opened = useRef(0);
  useEffect(() => {
    if (opening === opened.current) return;
    opened.current = opening;
    openDropdown();
  }, [opening, openDropdown]);

  const found = choices.filter(({ words }) => folded(words).includes(folded(sought)));
  const first = found[0]?.value;
  // Once what was sought is drawn: before, the first one may be one that is about to go, or not have come yet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first one is chosen anew
  useEffect(() => {
    if (sought !== "") selectFirstOption();
  }, [sought, first, selectFirstOption]);
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <Combobox
      store={combobox}
      width={250}
      position={position}
      shadow="md"
      onOptionSubmit={(value) => {
        onPick(value);
        if (!several) combobox.closeDropdown();
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        {children({
          onClick: () => combobox.toggleDropdown(),
          "aria-expanded": combobox.dropdownOpened,
          "aria-haspopup": "listbox",
        })}
      </Combobox.Target>
      <Combobox.Dropdown data-overlay={combobox.dropdownOpened || undefined}>
        {choices.length === 0 ? (
          <div className={classes["nothing"]}>{nothing}</div>
        ) : (
          <>
            <Combobox.Search
              value={sought}
              onChange={(event) => setSought(event.currentTarget.value)}
              placeholder={t.find}
              aria-label={label}
            />
            <Combobox.Options aria-label={label}>
              <ScrollArea.Autosize mah={280} type="auto">
                {groups.map((group) => (
                  <Group key={group ?? ""} name={group}>
                    {found.filter((choice) => choice.group === group).map(option)}
                  </Group>
                ))}
                {found.length === 0 && <Combobox.Empty>{t.nothingFound}</Combobox.Empty>}
              </ScrollArea.Autosize>
            </Combobox.Options>
          </>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Group({ name, children }: { name: string | undefined; children: ReactNode }) {
  return name === undefined ? children : <Combobox.Group label={name}>{children}</Combobox.Group>;
}

function option({ value, words, icon, checked = false }: Choice): ReactNode {
  return (
    <Combobox.Option value={value} key={value} active={checked} className={classes["option"]}>
      {icon}
      <bdi className={classes["words"]}>{words}</bdi>
      {checked && <IconCheck size={15} stroke={2.2} aria-hidden="true" />}
    </Combobox.Option>
  );
}
