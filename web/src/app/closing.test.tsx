/** What is over the page goes at once when it is closed: the next key is for the page, not for what fades away. */

import { Menu, Modal, Popover } from "@mantine/core";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { expect, test, vi } from "vitest";
import { useShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { renderAt } from "@/testing/render";

const note = vi.fn();

interface Over {
  opened: boolean;
  onClose: () => void;
}

function Page({ over: Over }: { over: (props: Over) => ReactNode }) {
  const [opened, setOpened] = useState(true);
  useShortcuts();
  useShortcut("note", note);
  const close = () => setOpened(false);
  return (
    <>
      <Over opened={opened} onClose={close} />
      <button type="button" onClick={close}>
        Close it
      </button>
    </>
  );
}

const asMenu = ({ opened, onClose }: Over) => (
  <Menu opened={opened} onClose={onClose}>
    <Menu.Target>
      <button type="button">More</button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item>Inside</Menu.Item>
    </Menu.Dropdown>
  </Menu>
);
const asPopover = ({ opened, onClose }: Over) => (
  <Popover opened={opened} onClose={onClose} trapFocus>
    <Popover.Target>
      <button type="button">Emoji</button>
    </Popover.Target>
    <Popover.Dropdown data-overlay>
      <button type="button">Inside</button>
    </Popover.Dropdown>
  </Popover>
);
const asModal = ({ opened, onClose }: Over) => (
  <Modal opened={opened} onClose={onClose} title="A question">
    <button type="button">Inside</button>
  </Modal>
);

test.each([
  ["a menu", asMenu],
  ["a popover", asPopover],
  ["a dialog", asModal],
])("whoever closes %s and goes on by key is heard", async (_, over) => {
  note.mockClear();
  renderAt("/", <Page over={over} />);
  const page = document.body;
  const user = userEvent.setup({ delay: null });
  await waitFor(() =>
    expect(page.querySelector('[role="menu"], [data-overlay], [aria-modal]')).not.toBeNull(),
  );
  fireEvent.click(screen.getByRole("button", { name: "Close it", hidden: true }));
  await user.keyboard("{Alt>}[KeyP]{/Alt}");
  expect(note).toHaveBeenCalledOnce();
});
