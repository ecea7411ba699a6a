import { expect, test } from "vitest";
import type { Card } from "./shape";
import { vcardOf } from "./vcard";

test("a link stands in the file as it is, on one line; words are escaped", () => {
  const card = {
    name: "Vidal, Ana",
    ...{ phones: [], emails: [], addresses: [] },
    urls: ["https://example.com/?at=1,2;3\r\nNOTE:x"],
  } as unknown as Card;
  const lines = vcardOf(card).split("\r\n");
  expect(lines).toContain("URL:https://example.com/?at=1,2;3NOTE:x");
  expect(lines).toContain("FN:Vidal\\, Ana");
});
