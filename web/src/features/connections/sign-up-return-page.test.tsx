import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { SignUpReturnPage } from "./sign-up-return-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const COMPLETE = `POST /api/tenants/${TENANT}/whatsapp/connect/complete`;
const BACK = "https://curbe.example/connect/whatsapp";

const begun = () =>
  sessionStorage.setItem("curbe.sign-up", JSON.stringify({ tenant_id: TENANT, redirect_uri: BACK }));
const returned = (query: string) => renderAt(`/connect/whatsapp${query}`, <SignUpReturnPage />);

beforeEach(begun);

test("the code is sent once, for the workspace that began the sign-up, and one is brought to its connections", async () => {
  const { asked } = fakeApi({ [COMPLETE]: () => ok({ display_name: "Acme Spain" }) });

  const { history } = returned("?code=abc&state=s1");

  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/connections`));
  expect(asked.map(({ body }) => body)).toEqual([{ code: "abc", state: "s1", redirect_uri: BACK }]);
  expect(sessionStorage.getItem("curbe.sign-up")).toBeNull();
});

test("who closed Meta's window is told that nothing happened", async () => {
  const { asked } = fakeApi({});

  returned("?error=access_denied");

  expect(await screen.findByText("The sign-up at Meta was not finished")).toBeTruthy();
  expect(asked).toEqual([]);
});

test("who granted an account without a number is told that it has none", async () => {
  fakeApi({ [COMPLETE]: () => problem(422, "invalid_request", { field: "phone_number_id", choices: [] }) });

  returned("?code=abc");

  expect(await screen.findByText(/There is no number in what you granted/)).toBeTruthy();
});

test("several numbers are named, and a refusal is shown with the way back", async () => {
  const choices = { field: "phone_number_id", choices: ["1", "2"] };
  fakeApi({ [COMPLETE]: () => problem(422, "invalid_request", choices) });

  returned("?code=abc");

  expect(await screen.findByText(/You granted several \(1, 2\)/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "To the connections" }).getAttribute("href")).toBe(
    `/t/${TENANT}/connections`,
  );
});
