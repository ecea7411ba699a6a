import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { ProfilePage } from "./profile-page";

function shown(embedded: boolean) {
  const session = aSession({ embedded });
  const { asked } = fakeApi({ "PATCH /api/auth/profile": () => ok(session) });
  renderAt(
    "/t/1/settings/profile",
    <SessionValue session={session}>
      <ProfilePage />
    </SessionValue>,
  );
  return () => asked.map((one) => `${one.method} ${one.path}`);
}

test("the language is chosen for the account", async () => {
  const asked = shown(false);

  await userEvent.click(screen.getByText("Português"));

  expect(await screen.findByText("Idioma e aparência")).toBeTruthy();
  expect(asked()).toEqual(["PATCH /api/auth/profile"]);
});

test("within another page the language is that page's, and nothing of the account is offered", async () => {
  const asked = shown(true);
  expect(screen.queryByLabelText("Name")).toBeNull();
  expect(screen.queryByText("Password")).toBeNull();

  await userEvent.click(screen.getByText("Português"));

  expect(await screen.findByText("Idioma e aparência")).toBeTruthy();
  expect(asked()).toEqual([]);
});

test("the sound is heard where it is chosen, also before anything else has sounded", async () => {
  const sounded = vi.fn();
  const part = () => ({
    ...{ connect: (next: object) => next, start: sounded, stop: () => undefined, frequency: {} },
    gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} },
  });
  vi.stubGlobal(
    "AudioContext",
    class {
      state = "suspended";
      currentTime = 0;
      destination = {};
      createOscillator = part;
      createGain = part;
      resume = async () => {
        this.state = "running";
      };
      suspend = async () => undefined;
    },
  );
  shown(false);

  await userEvent.click(screen.getByRole("button", { name: "Play it" }));

  expect(sounded).toHaveBeenCalled();
});
