import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Route } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { frameMessages } from "./layout/messages";
import { TenantGate } from "./tenant-gate";

function Word() {
  return <p>{useMessages(frameMessages).noWorkspace}</p>;
}

function inside(language: "es" | null, own: "pt" | null, suspended = false) {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  fakeApi({});
  renderAt(
    `/t/${membership.tenant_id}/inbox`,
    <SessionValue
      session={{
        ...session,
        user: { ...session.user, language: own },
        memberships: [{ ...membership, language, suspended }],
      }}
    >
      <Route path="/t/:tenant/*?">
        <TenantGate>
          <Word />
        </TenantGate>
      </Route>
    </SessionValue>,
  );
}

test("who chose no language reads the workspace's", async () => {
  inside("es", null);
  expect(await screen.findByText("Aún no estás en ningún espacio")).toBeTruthy();
});

test("a language chosen in this browser or in one's profile stays", async () => {
  localStorage.setItem("curbe.language", "pt");
  inside("es", null);
  expect(await screen.findByText("Você ainda não está em nenhum espaço")).toBeTruthy();
});

test("without either it is the browser's", async () => {
  inside(null, null);
  expect(await screen.findByText("You are in no workspace yet")).toBeTruthy();
});

test("a suspended workspace says so, and shows nothing of itself", async () => {
  inside(null, null, true);
  expect(await screen.findByText("Clínica Sol is suspended")).toBeTruthy();
  expect(screen.queryByText("You are in no workspace yet")).toBeNull();
});
