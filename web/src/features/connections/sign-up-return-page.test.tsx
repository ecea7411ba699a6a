import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { SignUpReturnPage } from "./sign-up-return-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const CONNECT = `POST /api/tenants/${TENANT}/whatsapp/connect`;
const COMPLETE = `${CONNECT}/complete`;
const several = () =>
  problem(409, "several_numbers", {
    choice_id: "0190cccc-0000-7000-8000-000000000001",
    expires_at: "2030-01-01T12:15:00Z",
    choices: [
      {
        waba_id: "10",
        phone_number_id: "1",
        phone_number_spelled: "+34 611 22 33 44",
        display_name: "Acme Spain",
        number_status: "CONNECTED",
      },
      {
        waba_id: "10",
        phone_number_id: "2",
        phone_number_spelled: "+52 55 5000 0001",
        display_name: "Acme Mexico",
        number_status: "PENDING",
      },
    ],
  });
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

test("accounts too many to look through are named, and a refusal is shown with the way back", async () => {
  const choices = { field: "phone_number_id", choices: ["1", "2"] };
  fakeApi({ [COMPLETE]: () => problem(422, "invalid_request", choices) });

  returned("?code=abc");

  expect(await screen.findByText(/You granted several \(1, 2\)/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "To the connections" }).getAttribute("href")).toBe(
    `/t/${TENANT}/connections`,
  );
});

test("of several numbers one is chosen, also after the page was loaded again", async () => {
  const { asked } = fakeApi({
    [COMPLETE]: several,
    [`${CONNECT}/choose`]: () => ok({ display_name: "Acme Mexico" }),
  });
  returned("?code=abc&state=s1");
  expect(
    await screen.findByRole("button", { name: /\+34 611 22 33 44.*Acme Spain.*Registered/ }),
  ).toBeTruthy();
  cleanup();

  const { history } = returned("?code=abc&state=s1");
  await userEvent.click(
    await screen.findByRole("button", { name: /\+52 55 5000 0001.*Acme Mexico.*Not registered yet/ }),
  );

  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/connections`));
  expect(asked.map(({ path }) => path.split("/").at(-1))).toEqual(["complete", "choose"]);
  expect(asked.at(-1)?.body).toEqual({
    choice_id: "0190cccc-0000-7000-8000-000000000001",
    phone_number_id: "2",
  });
  expect(sessionStorage.getItem("curbe.sign-up")).toBeNull();
});

test("a choice that has expired is told, with the way to begin anew", async () => {
  fakeApi({ [COMPLETE]: several, [`${CONNECT}/choose`]: () => problem(410, "choice_expired") });
  returned("?code=abc");

  await userEvent.click(await screen.findByRole("button", { name: /Acme Spain/ }));

  expect(await screen.findByText("The choice has expired")).toBeTruthy();
  // Or was made, by an answer that got lost.
  expect(screen.getByText(/If the number is not among your connections, begin anew/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "To the connections" })).toBeTruthy();
  expect(sessionStorage.getItem("curbe.sign-up")).toBeNull();
});

test("a number that cannot be connected leaves the others, and who wants none says so", async () => {
  const { asked } = fakeApi({
    [COMPLETE]: several,
    [`${CONNECT}/choose`]: () => problem(409, "number_taken"),
    [`${CONNECT}/cancel`]: () => ok(null, 204),
  });
  const { history } = returned("?code=abc");

  await userEvent.click(await screen.findByRole("button", { name: /Acme Spain/ }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/This number is connected already/);
  await userEvent.click(screen.getByRole("button", { name: "None of these" }));

  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/connections`));
  expect(asked.at(-1)?.body).toEqual({ choice_id: "0190cccc-0000-7000-8000-000000000001" });
  expect(sessionStorage.getItem("curbe.sign-up")).toBeNull();
});

test("a number that is connected again is the one that is meant", async () => {
  const signUp = { tenant_id: TENANT, redirect_uri: BACK, phone_number_id: "1" };
  sessionStorage.setItem("curbe.sign-up", JSON.stringify(signUp));
  const { asked } = fakeApi({ [COMPLETE]: () => ok({ display_name: "Acme Spain" }) });

  returned("?code=abc&state=s1");

  await waitFor(() => expect(asked.length).toBe(1));
  expect(asked[0]?.body).toEqual({ code: "abc", state: "s1", redirect_uri: BACK, phone_number_id: "1" });
});
