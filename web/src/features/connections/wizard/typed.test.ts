import { expect, test } from "vitest";
import { cleaned, faultsIn } from "./typed";

const GOOD = {
  access_token: "EAAGm0PX4ZCpsBAKZ",
  waba_id: "102290129340398",
  phone_number_id: "106540352242922",
};

test("what was copied with space around it or line breaks within is cleaned", () => {
  const typed = { access_token: " EAAG\nm0PX4 ZCps ", waba_id: " 102290129340398\n", phone_number_id: "1 " };
  expect(cleaned(typed)).toEqual({
    access_token: "EAAGm0PX4ZCps",
    waba_id: "102290129340398",
    phone_number_id: "1",
  });
});

test("faults that one can see are told before Meta is asked", () => {
  const token = `${GOOD.access_token}${GOOD.access_token}`;
  expect(faultsIn({ ...GOOD, access_token: token })).toEqual({});
  expect(faultsIn({ access_token: "", waba_id: " ", phone_number_id: "" })).toEqual({
    access_token: "missing",
    waba_id: "missing",
    phone_number_id: "missing",
  });
  expect(faultsIn({ ...GOOD, access_token: "EAAG" }).access_token).toBe("tokenShort");
  expect(faultsIn({ ...GOOD, access_token: token, phone_number_id: "+34 611 22 33 44" })).toEqual({
    phone_number_id: "looksLikePhone",
  });
  expect(faultsIn({ ...GOOD, access_token: token, waba_id: "Acme" })).toEqual({ waba_id: "notAnId" });
});
