/** What is being written: an answer to the person, or a note for colleagues. */
export type Mode = "reply" | "note";
