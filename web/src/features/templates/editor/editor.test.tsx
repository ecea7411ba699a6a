import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { asksAtReload } from "@/testing/leaving";
import { EMPTY } from "../model/draft";
import { Editor } from "./editor";

const HOME = `/t/${TENANT}/templates`;
const API = `/api/tenants/${TENANT}/templates`;

test("a template that is being written is asked about before it is lost, and no more once it is handed in", async () => {
  const { history } = await renderInbox(<Editor start={EMPTY} template={null} home={HOME} />, {
    api: { [`POST ${API}`]: () => ok({ id: "1", name: "hello" }, 201) },
  });
  expect(asksAtReload()).toBe(false);
  await userEvent.type(screen.getByLabelText(/^Name/), "hello");
  expect(asksAtReload()).toBe(true);

  await userEvent.click(screen.getByRole("button", { name: "Send to Meta for review" }));
  await waitFor(() => expect(history.at(-1)).toBe(`${HOME}/1`));
  expect(asksAtReload()).toBe(false);
});
