import { expect, test, vi } from "vitest";
import { ok } from "@/testing/fake-api";
import { httpBackend } from "./backend-http";

test("of a stretch with more notes and activity than one answer holds all are here, the latest too", async () => {
  const pages = new Map([
    [null, { items: [{ id: "a" }, { id: "b" }], next_cursor: "behind b" }],
    ["behind b", { items: [{ id: "c" }], next_cursor: null }],
  ]);
  const asked: string[] = [];
  vi.stubGlobal("fetch", async ({ url }: Request) => {
    const { searchParams } = new URL(url);
    asked.push(`${searchParams.get("from")} ${searchParams.get("cursor")}`);
    return ok(pages.get(searchParams.get("cursor")));
  });

  const found = await httpBackend("t").annotations("1", "2026-11-20T12:00:00Z", null);

  expect(found.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(asked).toEqual(["2026-11-20T12:00:00Z null", "2026-11-20T12:00:00Z behind b"]);
});
