import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderInbox } from "@/testing/inbox";
import type { Campaign, Progress } from "../api/campaigns";
import { Held, Notices, Unconfirmed } from "./notices";

test("a campaign that paused as WhatsApp's answers stayed out says so and what to do", async () => {
  const campaign = { state: "paused", reason: "answers_missing", reason_detail: null } as Campaign;
  await renderInbox(<Notices campaign={campaign} progress={undefined} />);

  const said = screen.getByRole("alert").textContent;
  expect(said).toContain("WhatsApp's answers stay out");
  expect(said).toContain("Resume once WhatsApp answers again");
});

test("messages nobody knows the fate of are counted, and it is said that they are not sent again by themselves", async () => {
  await renderInbox(<Unconfirmed progress={{ unknown: 1234 } as Progress} />);

  const said = screen.getByRole("status").textContent;
  expect(said).toContain("1,234 messages are not confirmed");
  expect(said).toContain("not sent again by themselves");
});

test("where every message is confirmed nothing is said of it", async () => {
  await renderInbox(<Unconfirmed progress={{ unknown: 0 } as Progress} />);

  expect(screen.queryByRole("status")).toBeNull();
});

test("messages that Meta holds back are counted, and it is said that nothing need be done", async () => {
  await renderInbox(<Held progress={{ held: 1200 } as Progress} />);

  const said = screen.getByRole("status").textContent;
  expect(said).toContain("Meta holds 1,200 messages back");
  expect(said).toContain("Nothing need be done");
});

test.each([{ held: 0 }, {}])(
  "where Meta holds nothing back, or an older server does not tell, nothing is said: %j",
  async (told) => {
    await renderInbox(<Held progress={told as Progress} />);

    expect(screen.queryByRole("status")).toBeNull();
  },
);

test("a campaign that paused as Meta restricts its account says that answers go on", async () => {
  const campaign = { state: "paused", reason: "restricted", reason_detail: null } as Campaign;
  await renderInbox(<Notices campaign={campaign} progress={undefined} />);

  const said = screen.getByRole("alert").textContent;
  expect(said).toContain("Meta lets this account write to nobody first");
  expect(said).toContain("Answering people who write goes on");
});
