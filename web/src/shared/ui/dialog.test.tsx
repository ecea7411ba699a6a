import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { renderAt } from "@/testing/render";
import { Dialog } from "./dialog";

function Page() {
  const [shown, setShown] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setShown(true)}>
        Details
      </button>
      {shown && (
        <Dialog opened onClose={() => setShown(false)} title="Details of it">
          <input aria-label="Inside" />
        </Dialog>
      )}
    </>
  );
}

test("whoever closes a dialog is where they were before it", async () => {
  renderAt("/", <Page />);
  const button = screen.getByRole("button", { name: "Details" });
  await userEvent.click(button);
  const inside = await screen.findByLabelText("Inside");
  inside.focus();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByLabelText("Inside")).toBeNull());
  expect(document.activeElement).toBe(button);
});
