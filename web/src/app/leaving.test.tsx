import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { Link, Route, useLocation } from "wouter";
import { useUnsaved } from "@/shared/lib/unsaved";
import { asksAtReload } from "@/testing/leaving";
import { renderAt } from "@/testing/render";
import { Leaving } from "./leaving";

function Editor() {
  const [words, setWords] = useState("");
  const settle = useUnsaved(words !== "");
  const [, navigate] = useLocation();
  const save = () => {
    settle();
    navigate("/list");
  };
  return (
    <>
      <input aria-label="Words" value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      <Link to="/editor?step=2">Next step</Link>
      <Link to="/list">Elsewhere</Link>
      <button type="button" onClick={save}>
        Save
      </button>
    </>
  );
}

function App() {
  const [location] = useLocation();
  return (
    <Leaving location={location}>
      <Route path="/editor" component={Editor} />
      <Route path="/list">The list</Route>
    </Leaving>
  );
}

test("whoever goes elsewhere with something typed and not saved is asked first, and nothing is lost by a slip", async () => {
  const { history } = renderAt("/editor", <App />);
  expect(asksAtReload()).toBe(false);
  await userEvent.type(screen.getByLabelText("Words"), "Half a template");
  expect(asksAtReload()).toBe(true);

  await userEvent.click(screen.getByText("Elsewhere"));
  await screen.findByText("Leave without saving?");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByText("Leave without saving?")).toBeNull());
  expect(screen.getByDisplayValue("Half a template")).toBeTruthy();

  await userEvent.click(screen.getByText("Elsewhere"));
  await userEvent.click(await screen.findByRole("button", { name: "Leave" }));
  await screen.findByText("The list");
  expect(history).toEqual(["/editor", "/list"]);
  expect(asksAtReload()).toBe(false);
});

test("another step of the same page, and whoever has saved, go on unasked", async () => {
  const { history } = renderAt("/editor", <App />);
  await userEvent.type(screen.getByLabelText("Words"), "All of it");

  await userEvent.click(screen.getByText("Next step"));
  await userEvent.click(screen.getByText("Save"));

  await screen.findByText("The list");
  expect(history).toEqual(["/editor", "/editor?step=2", "/list"]);
});
