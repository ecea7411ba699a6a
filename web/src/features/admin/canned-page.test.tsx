import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { CannedPage } from "./canned-page";

test("the button that makes a reply is there once it is known where: whoever has it in focus keeps it", async () => {
  let come: (answer: Response) => void = () => undefined;
  const coming = new Promise<Response>((resolve) => {
    come = resolve;
  });
  await renderInbox(<CannedPage />, {
    api: { [`GET /api/tenants/${TENANT}/canned-replies`]: () => coming },
  });

  expect(screen.queryByRole("button", { name: "New reply" })).toBeNull();
  await act(async () => come(ok({ items: [], next_cursor: null })));
  expect(await screen.findAllByRole("button", { name: "New reply" })).toHaveLength(1);
});

test("a reply that is being written is not closed away without a question", async () => {
  await renderInbox(<CannedPage />, {
    api: { [`GET /api/tenants/${TENANT}/canned-replies`]: () => ok({ items: [], next_cursor: null }) },
  });
  await userEvent.click(await screen.findByRole("button", { name: "New reply" }));
  await userEvent.type(await screen.findByLabelText("Message"), "We open at nine.");
  await userEvent.keyboard("{Escape}");

  await screen.findByText("Leave without saving?");
  expect(screen.getByDisplayValue("We open at nine.")).toBeTruthy();
});
