import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { LANGUAGES } from "@/shared/i18n/catalogue";
import { phoneFaultMessages } from "@/shared/whatsapp/phone-faults";
import { Problem } from "./problem";
import { problemMessages, problemWords } from "./problem-words";

// The page is written from the codes themselves (problems_table); a test of the API's keeps it so.
const PAGE = resolve(import.meta.dirname, "../../../../docs/reference/errors.md");
const CODES = [...readFileSync(PAGE, "utf8").matchAll(/^\| `(\w+)` \| \d{3} \|/gm)].map(
  ([, code = ""]) => code,
);

test("the page of refusals is read", () => {
  expect(CODES.length).toBeGreaterThan(45);
  expect(CODES).toContain("opted_out");
});

test.each(LANGUAGES)("every refusal of the API has words of its own in %s", (language) => {
  const t = problemMessages[language];
  expect(t.language).toBe(language);
  const wordless = CODES.filter((code) => {
    const { title } = problemWords(new Problem(409, { code, title: "in the API's English" }), t);
    return title === "in the API's English" || title === code;
  });
  expect(wordless).toEqual([]);
});

test("no two languages share the words of a refusal", () => {
  const [es, en, pt] = LANGUAGES.map(
    (language) => problemMessages[language].byCode as Record<string, string>,
  );
  // "Este número está em pausa" and its like differ by a letter; the same words would be a word nobody translated.
  expect(CODES.filter((code) => es?.[code] === en?.[code] || pt?.[code] === en?.[code])).toEqual([]);
});

test("what the gate says in the reader's language is what they read, with the way out", () => {
  const refused = new Problem(409, {
    code: "template_unavailable",
    title: "This template cannot be sent now",
    detail: "The template news (es) cannot be sent: it is PAUSED.",
    words: { es: "La plantilla news no se puede enviar.", en: "It cannot.", pt: "Não pode." },
    ways_out: { es: "Elige otra.", en: "Choose another.", pt: "Escolha outro." },
  });

  expect(problemWords(refused, problemMessages.es)).toEqual({
    title: "La plantilla news no se puede enviar",
    detail: "Elige otra.",
  });
});

test("a code that nobody knows yet is told in the API's own words", () => {
  const unheard = new Problem(409, { code: "made_up", title: "Made up", detail: "Because." });

  expect(problemWords(unheard, problemMessages.pt)).toEqual({ title: "Made up", detail: "Because." });
});

test.each(LANGUAGES)("why something is no phone number is said in %s", (language) => {
  const refused = new Problem(422, {
    code: "invalid_request",
    title: "The request cannot be used as it is",
    detail: "The phone number cannot be used: it has letters.",
    phone_fault: "letters",
  });
  expect(problemWords(refused, problemMessages[language]).detail).toBe(phoneFaultMessages[language].letters);
});
