import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { SignInForm } from "./sign-in-form";

const SIGN_IN = "POST /api/auth/sign-in";
const FACTOR = "POST /api/auth/sign-in/second-factor";

async function enter(password = "correct horse") {
  await userEvent.type(screen.getByLabelText("E-mail"), "ana@clinica.example");
  await userEvent.type(screen.getByLabelText("Password"), `${password}{Enter}`);
}

test("the right password gives a session, and later requests carry its token", async () => {
  const { asked } = fakeApi({ [SIGN_IN]: () => ok(aSession()) });
  const onDone = vi.fn();
  renderAt("/sign-in", <SignInForm onDone={onDone} />);

  await enter();

  await waitFor(() => expect(onDone).toHaveBeenCalledWith(aSession()));
  expect(asked.find((one) => one.path === "/api/auth/sign-in")?.body).toEqual({
    email: "ana@clinica.example",
    password: "correct horse",
  });
});

test("a wrong password is told in words, without saying which of the two was wrong", async () => {
  fakeApi({ [SIGN_IN]: () => problem(401, "wrong_credentials") });
  renderAt("/sign-in", <SignInForm onDone={vi.fn()} />);

  await enter();

  expect((await screen.findByRole("alert")).textContent).toBe("E-mail or password are not right.");
});

test("too many attempts say when to come back", async () => {
  fakeApi({ [SIGN_IN]: () => problem(429, "too_many_requests", {}, { "Retry-After": "12" }) });
  renderAt("/sign-in", <SignInForm onDone={vi.fn()} />);

  await enter();

  expect((await screen.findByRole("alert")).textContent).toContain("12 seconds");
});

test("a code of six digits is sent by itself; a wrong one makes room for the next", async () => {
  const { asked, handlers } = fakeApi({
    [SIGN_IN]: () => ok({ state: "second_factor", methods: ["totp", "recovery"], challenge: "c1" }),
    [FACTOR]: () => problem(401, "wrong_factor"),
  });
  const onDone = vi.fn();
  renderAt("/sign-in", <SignInForm onDone={onDone} />);
  await enter();

  await userEvent.type(await screen.findByLabelText("Code"), "123 456");

  expect((await screen.findByRole("alert")).textContent).toContain("not right");
  expect(screen.getByLabelText("Code")).toHaveProperty("value", "");
  handlers[FACTOR] = () => ok(aSession());
  await userEvent.type(screen.getByLabelText("Code"), "654321");
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  const proofs = asked.filter((one) => one.path.endsWith("/second-factor")).map((one) => one.body);
  expect(proofs).toEqual([
    { challenge: "c1", method: "totp", code: "123456" },
    { challenge: "c1", method: "totp", code: "654321" },
  ]);
});

test("who has lost the telephone uses a recovery code", async () => {
  const { asked } = fakeApi({
    [SIGN_IN]: () => ok({ state: "second_factor", methods: ["totp", "recovery"], challenge: "c1" }),
    [FACTOR]: () => ok(aSession()),
  });
  const onDone = vi.fn();
  renderAt("/sign-in", <SignInForm onDone={onDone} />);
  await enter();

  await userEvent.click(await screen.findByRole("button", { name: "Use a recovery code" }));
  await userEvent.type(screen.getByLabelText("Recovery code"), "ABCD-EFGH{Enter}");

  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(asked.at(-1)?.body).toEqual({ challenge: "c1", method: "recovery", code: "ABCD-EFGH" });
});

test("an installation without passwords asks for none", async () => {
  fakeApi({
    "GET /api/auth/methods": () =>
      ok({ password: false, passkeys: false, oidc: { label: "Acme" }, mail: true }),
  });
  renderAt("/sign-in", <SignInForm onDone={vi.fn()} next="/t/1/inbox" />);

  const link = await screen.findByRole("link", { name: "Continue with Acme" });

  expect(link.getAttribute("href")).toBe("/api/auth/oidc/start?next=%2Ft%2F1%2Finbox");
  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
});
