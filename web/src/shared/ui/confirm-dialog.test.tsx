import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { renderAt } from "@/testing/render";
import { ConfirmDialog } from "./confirm-dialog";

function confirming(onConfirm: () => Promise<unknown>) {
  const onClose = vi.fn();
  renderAt(
    "/",
    <ConfirmDialog opened onClose={onClose} title="Remove it?" confirm="Remove" onConfirm={onConfirm}>
      It is gone then.
    </ConfirmDialog>,
  );
  return onClose;
}

test("who does not show who they are has done nothing, and nothing is said to be broken", async () => {
  const onClose = confirming(() => Promise.reject(new NotProved()));
  await userEvent.click(await screen.findByRole("button", { name: "Remove" }));

  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Remove" })).toHaveProperty("disabled", false),
  );
  expect(screen.queryByRole("alert")).toBeNull();
  expect(onClose).not.toHaveBeenCalled();
});

test("nor does a form say so", () => {
  const Told = () => <p data-testid="told">{useRefusal()(new NotProved())}</p>;
  renderAt("/", <Told />);
  expect(screen.getByTestId("told").textContent).toBe("");
});

test("what was confirmed and is under way cannot be closed away", async () => {
  const onClose = confirming(() => new Promise(() => undefined));
  await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
  await userEvent.keyboard("{Escape}");
  for (const name of ["Cancel", "Close"]) await userEvent.click(screen.getByRole("button", { name }));
  expect(onClose).not.toHaveBeenCalled();
});
