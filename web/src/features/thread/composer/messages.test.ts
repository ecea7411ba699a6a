import { expect, test } from "vitest";
import { composerMessages } from "./messages";

test("one of what is counted is told as one, in every language", () => {
  const { en, es, pt } = composerMessages;
  expect([en, es, pt].map((words) => [words.rowsLeft(1), words.tooLong(1), words.left(1)])).toEqual([
    ["1 row left", "1 character too many", "1 left"],
    ["queda 1 fila", "Sobra 1 carácter", "Queda 1"],
    ["resta 1 linha", "1 caractere a mais", "Resta 1"],
  ]);
});
