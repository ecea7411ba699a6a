import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Problem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { renderAt } from "@/testing/render";
import { ConfirmDialog } from "./confirm-dialog";
import { LoadMore } from "./load-more";

const conflict = (detail: string) => new Problem(409, { code: "conflict", title: "Conflict", detail });

test("what was confirmed and refused says why", async () => {
  const start = async () => {
    throw conflict("Somebody changed the campaign meanwhile.");
  };
  renderAt(
    "/",
    <ConfirmDialog opened title="Start?" confirm="Start" onClose={() => {}} onConfirm={start}>
      To 30 people.
    </ConfirmDialog>,
  );

  await userEvent.click(await screen.findByRole("button", { name: "Start" }));

  expect((await screen.findByRole("alert")).textContent).toBe(
    "This cannot be done now. Somebody changed the campaign meanwhile.",
  );
});

test("a list that could not be read on says what to do", async () => {
  const error = new Problem(0, { code: "unreachable" });
  renderAt("/", <LoadMore more loading={false} error={error} onMore={() => {}} />);

  expect((await screen.findByRole("alert")).textContent).toBe(
    "The server does not answer. Check your connection. Nothing you typed is lost.",
  );
});

function Told({ error }: { error: unknown }) {
  return <p>{useRefusal()(error)}</p>;
}

test("a reason that is half a sentence goes on from what was refused", async () => {
  renderAt("/", <Told error={conflict("its recipients were taken without a value for nombre")} />);

  expect(
    await screen.findByText("This cannot be done now: its recipients were taken without a value for nombre."),
  ).toBeTruthy();
});
