import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, onTestFinished, test, vi } from "vitest";
import { Link, Route, useLocation } from "wouter";
import { giveUpUnsaved, useUnsaved } from "@/shared/lib/unsaved";
import { asksAtReload } from "@/testing/leaving";
import { renderAt } from "@/testing/render";
import { Leaving } from "./leaving";
import { reloadOnceWhenOutdated } from "./outdated";
import { Providers } from "./providers";

function Editor({ isAboveSteps = false }) {
  const [words, setWords] = useState("");
  const settle = useUnsaved(words !== "", { isAboveSteps });
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

function App({ isAboveSteps = false, load }: { isAboveSteps?: boolean; load?: () => Promise<never> }) {
  const [location] = useLocation();
  return (
    <Leaving location={location} {...(load && { load })}>
      <Route path="/editor">
        <Editor isAboveSteps={isAboveSteps} />
      </Route>
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
  const { history } = renderAt("/editor", <App isAboveSteps />);
  await userEvent.type(screen.getByLabelText("Words"), "All of it");

  await userEvent.click(screen.getByText("Next step"));
  await userEvent.click(screen.getByText("Save"));

  await screen.findByText("The list");
  expect(history).toEqual(["/editor", "/editor?step=2", "/list"]);
});

test("a step of the page that what is typed would not outlive is asked about", async () => {
  const { history } = renderAt("/editor", <App />);
  await userEvent.type(screen.getByLabelText("Words"), "Half of it");

  await userEvent.click(screen.getByText("Next step"));

  await screen.findByText("Leave without saving?");
  expect(history).toEqual(["/editor"]);
});

test("whoever goes back within the page, to where it has nothing of it, stays there until they have answered", async () => {
  const { history, happyDOM } = window as unknown as Window & { happyDOM: { setURL: (url: string) => void } };
  onTestFinished(() => history.replaceState(null, "", "/"));
  history.replaceState(null, "", "/editor?start=away");
  const back = vi.spyOn(history, "back").mockImplementation(() => undefined);
  render(<App />, { wrapper: Providers });
  await userEvent.type(screen.getByLabelText("Words"), "Half of it");

  happyDOM.setURL(new URL("/editor", window.location.href).href); // the browser is there already when it tells
  dispatchEvent(new Event("popstate"));

  await screen.findByText("Leave without saving?");
  expect(window.location.search).toBe("?start=away");
  expect(back).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  expect(back).toHaveBeenCalledOnce();
});

test("the question is asked also where it cannot be fetched: offline, or after an upgrade", async () => {
  const isSure = vi.fn().mockReturnValueOnce(false).mockReturnValueOnce(true);
  vi.stubGlobal("confirm", isSure);
  const { history } = renderAt("/editor", <App load={() => Promise.reject(new TypeError("offline"))} />);
  await userEvent.type(screen.getByLabelText("Words"), "Half a template");

  await userEvent.click(screen.getByText("Elsewhere"));
  await waitFor(() => expect(isSure).toHaveBeenCalledOnce());
  expect(screen.getByDisplayValue("Half a template")).toBeTruthy();
  await userEvent.click(screen.getByText("Elsewhere"));

  await screen.findByText("The list");
  expect(history).toEqual(["/editor", "/list"]);
});

test("a page whose files are gone after an upgrade is loaded afresh, but not offline nor while something typed would go with it", async () => {
  const reload = vi.spyOn(window.location, "reload").mockImplementation(() => {});
  reloadOnceWhenOutdated();
  const fails = () => dispatchEvent(new Event("vite:preloadError", { cancelable: true }));
  renderAt("/editor", <App />);
  await userEvent.type(screen.getByLabelText("Words"), "Half of it");

  fails();
  expect(reload).not.toHaveBeenCalled();
  giveUpUnsaved();
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  fails();
  expect(reload).not.toHaveBeenCalled();
  online.mockReturnValue(true);
  fails();
  expect(reload).toHaveBeenCalledOnce();
});
