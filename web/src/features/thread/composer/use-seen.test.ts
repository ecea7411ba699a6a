import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import { useSeen } from "./use-seen";

const id = (number: number) => messageOf(number, uuid(1)).id;

function reading(first: number) {
  const gone = new Set<string>();
  const isHere = (messageId: string) => !gone.has(messageId);
  const useLatest = (number: number) => useSeen(messageOf(number, uuid(1)), false, true, isHere);
  const { result, rerender } = renderHook(useLatest, { initialProps: first });
  return { seen: () => result.current(), goTo: rerender, goes: (number: number) => gone.add(id(number)) };
}

test("whoever looks for something old has still seen what came after it, and is not asked about that", () => {
  const { seen, goTo } = reading(8);
  goTo(3);
  expect(seen()).toBe(id(8));
  goTo(9);
  expect(seen()).toBe(id(9));
});

test("what has become another conversation's is not named as seen in this one", () => {
  const { seen, goTo, goes } = reading(8);
  goes(8);
  goTo(5);
  expect(seen()).toBe(id(5));
});
