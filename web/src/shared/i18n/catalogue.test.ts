import { expect, test } from "vitest";
import { catalogue, languageOf } from "./catalogue";

test("a key that a language lacks does not compile", () => {
  const words = catalogue({
    en: { hello: (name: string) => `Hello ${name}`, bye: "Bye" },
    es: { hello: (name) => `Hola ${name}`, bye: "Adiós" },
    // @ts-expect-error "bye" is missing
    pt: { hello: (name) => `Olá ${name}` },
  });
  expect(words.es.hello("Ana")).toBe("Hola Ana");
});

test("the language that was chosen wins, then the browser's first that we speak, then English", () => {
  expect(languageOf("pt", ["es-MX"])).toBe("pt");
  expect(languageOf(null, ["fr-FR", "es-MX", "en"])).toBe("es");
  expect(languageOf("klingon", ["ja"])).toBe("en");
});
