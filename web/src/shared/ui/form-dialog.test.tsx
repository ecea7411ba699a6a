import { TextInput } from "@mantine/core";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { renderAt } from "@/testing/render";
import { FormDialog } from "./form-dialog";

function form(more: { busy: boolean; dirty?: boolean }) {
  const onClose = vi.fn();
  renderAt(
    "/",
    <FormDialog title="New key" onClose={onClose} onSubmit={() => undefined} submit="Make key" {...more}>
      <input aria-label="Name" />
    </FormDialog>,
  );
  return onClose;
}

function Named({ refuses }: { refuses: boolean }) {
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const send = () => {
    if (!refuses) return setTried(true);
    setBusy(true);
    setTimeout(() => {
      setTried(true);
      setBusy(false);
    });
  };
  return (
    <FormDialog title="New key" onClose={() => undefined} onSubmit={send} submit="Make key" busy={busy}>
      <TextInput label="For what" />
      <TextInput label="Name" error={tried ? "Give it a name." : null} />
    </FormDialog>
  );
}

test.each([
  ["at once", false],
  ["by the server", true],
])("who hands in what is found wrong %s is led to the field, which says why", async (_, refuses) => {
  renderAt("/", <Named refuses={refuses} />);
  await userEvent.click(screen.getByRole("button", { name: "Make key" }));
  const field = screen.getByLabelText("Name");
  await waitFor(() => expect(document.activeElement).toBe(field));
  const why = field.getAttribute("aria-describedby")?.split(" ") ?? [];
  expect(why.map((id) => document.getElementById(id)?.textContent)).toContain("Give it a name.");
});

test("what is under way cannot be closed away: its answer would not be seen", async () => {
  const onClose = form({ busy: true });
  await userEvent.keyboard("{Escape}");
  for (const name of ["Cancel", "Close"]) await userEvent.click(screen.getByRole("button", { name }));
  expect(onClose).not.toHaveBeenCalled();
});

test("a form at rest closes, and Escape takes back the question before that alone", async () => {
  const onClose = form({ busy: false, dirty: true });
  await userEvent.click(screen.getByLabelText("Name"));
  await userEvent.keyboard("{Escape}");
  await screen.findByText("Leave without saving?");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByText("Leave without saving?")).toBeNull());
  expect(onClose).not.toHaveBeenCalled();

  await userEvent.keyboard("{Escape}");
  await userEvent.click(await screen.findByRole("button", { name: "Leave" }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
});
