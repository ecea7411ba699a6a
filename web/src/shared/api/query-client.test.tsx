import { onlineManager, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { call } from "./client";
import { makeQueryClient } from "./query-client";

function within<T>(hook: () => T) {
  const client = makeQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(hook, { wrapper });
}

afterEach(() => onlineManager.setOnline(true));

test("what is done without a network fails at once, and is not kept to be done at some other time", async () => {
  onlineManager.setOnline(false);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const { result } = within(() => useMutation({ mutationFn: () => call("POST", "/api/x") }));
  result.current.mutate();

  await waitFor(() => expect(result.current.error).toMatchObject({ code: "unreachable" }));
});

test("what is asked without a network says so, and is asked again when there is one", async () => {
  onlineManager.setOnline(false);
  let asked = 0;
  const { result } = within(() =>
    useQuery({
      queryKey: ["x"],
      retry: false,
      queryFn: async () => {
        asked += 1;
        if (!onlineManager.isOnline()) throw new TypeError("Failed to fetch");
        return "there";
      },
    }),
  );
  await waitFor(() => expect(result.current.isError).toBe(true));
  onlineManager.setOnline(true);

  await waitFor(() => expect(result.current.data).toBe("there"));
  expect(asked).toBe(2);
});
