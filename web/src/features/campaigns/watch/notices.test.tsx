import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderInbox } from "@/testing/inbox";
import type { Campaign, Progress } from "../api/campaigns";
import { Notices, Unconfirmed } from "./notices";

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
