import { useQueryClient } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { type Campaign, keys, type Progress } from "../api/campaigns";
import { Recipients } from "./recipients";

const ID = "0190cccc-0000-7000-8000-000000000001";
const BASE = `/api/tenants/${TENANT}/campaigns/${ID}`;
const campaign = { id: ID, name: "Spring", state: "finished" } as Campaign;
const progress = { recipients: 200 } as Progress;
const person = (n: number) => ({
  n,
  phone: `+3460011000${n}`,
  name: null,
  outcome: "sent",
  conversation_id: null,
  clicked: null,
  detail: null,
  reason: null,
  error_code: null,
});

test("people who could not be read on say why, and are read on when it is tried again", async () => {
  const answers = [
    ok({ items: [person(1)], next_cursor: "c" }),
    problem(403, "missing_scope"),
    ok({ items: [person(2)], next_cursor: null }),
  ];
  await renderInbox(<Recipients campaign={campaign} progress={progress} />, {
    api: {
      [`GET ${BASE}/recipients`]: () => answers.shift() as Response,
      [`GET ${BASE}/audiences`]: () => ok({ items: [] }),
    },
  });
  expect(await screen.findByText("+34600110001")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));

  expect((await screen.findByRole("alert")).textContent).toContain("Your role does not allow this");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("+34600110002")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("people who could not be read at all say why once, and are asked for again", async () => {
  const answers = [problem(403, "missing_scope"), ok({ items: [person(1)], next_cursor: null })];
  await renderInbox(<Recipients campaign={campaign} progress={progress} />, {
    api: { [`GET ${BASE}/recipients`]: () => answers.shift() as Response },
  });

  expect(await screen.findAllByText(/Your role does not allow this/)).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("+34600110001")).toBeTruthy();
});

test("people who were all read and could not be read anew are asked for again too", async () => {
  const answers = [
    ok({ items: [person(1)], next_cursor: null }),
    problem(403, "missing_scope"),
    ok({ items: [person(2)], next_cursor: null }),
  ];
  await renderInbox(
    <>
      <Recipients campaign={campaign} progress={progress} />
      <ReadAnew />
    </>,
    {
      api: {
        [`GET ${BASE}/recipients`]: () => answers.shift() as Response,
        [`GET ${BASE}/audiences`]: () => ok({ items: [] }),
      },
    },
  );
  await screen.findByText("+34600110001");
  await userEvent.click(screen.getByRole("button", { name: "Something happened" }));
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText("+34600110002")).toBeTruthy();
});

/** What an event of the campaign does. */
function ReadAnew() {
  const client = useQueryClient();
  const read = () => client.invalidateQueries({ queryKey: keys.recipients(TENANT, ID) });
  return (
    <button type="button" onClick={() => void read()}>
      Something happened
    </button>
  );
}
