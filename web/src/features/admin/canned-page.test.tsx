import { act, screen } from "@testing-library/react";
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
