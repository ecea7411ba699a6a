import { describe, expect, it } from "vitest";
import { type CannedReply, filledIn, fitting } from "./canned";
import { codeAt, completingAt, replaced } from "./completing";
import { EMPTY, flawsIn, type InteractiveDraft, interactiveFor } from "./draft-interactive";
import { naturalKind, objectionTo, plainType } from "./limits";
import { mentionedIn, mentionsIn } from "./mentions";
import { reactionsNow } from "./reactions";

const VALUES = { contact_name: "Lucía", contact_phone: "", agent_name: "Ana", business_name: "Clínica" };

describe("a canned reply", () => {
  it("has its variables filled in; one without a value leaves no gap", () => {
    expect(filledIn("Hola {{contact_name}}, soy {{ agent_name }} de {{business_name}}.", VALUES)).toBe(
      "Hola Lucía, soy Ana de Clínica.",
    );
    expect(filledIn("Te llamo al {{contact_phone}}, vale?", VALUES)).toBe("Te llamo al, vale?");
  });

  it("leaves what looks like a variable in a name as it is", () => {
    expect(filledIn("Hola {{contact_name}}", { ...VALUES, contact_name: "{{agent_name}}" })).toBe(
      "Hola {{agent_name}}",
    );
  });

  it("of nothing but space after an opening is read at once", () => {
    const began = performance.now();
    const open = `{{${" ".repeat(4_000)}`;
    expect(filledIn(open, VALUES)).toBe(open);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("is found by its shortcut first, then by its title and words", () => {
    const reply = (shortcut: string, title: string, body: string): CannedReply => ({
      id: shortcut,
      shortcut,
      title,
      body,
    });
    const all = [
      reply("adios", "Despedida", "Gracias por escribir"),
      reply("gracias", "Dar las gracias", "De nada"),
      reply("hora", "Horario", "Abrimos"),
    ];
    expect(fitting(all, "gra", 9).map((one) => one.id)).toEqual(["gracias", "adios"]);
    expect(fitting(all, "", 9)).toHaveLength(3);
  });
});

describe("what is being typed", () => {
  it("is a canned reply from the beginning or a space on, and not in a note", () => {
    expect(completingAt("/hol", 4, "reply")).toEqual({ kind: "canned", from: 0, query: "hol" });
    expect(completingAt("Hola. /hor", 10, "reply")).toEqual({ kind: "canned", from: 6, query: "hor" });
    expect(completingAt("uno\n/", 5, "reply")).toEqual({ kind: "canned", from: 4, query: "" });
    for (const text of ["y/o", "https://a.example/x", "mira /home/ana"])
      expect(completingAt(text, text.length, "reply")).toBeNull();
    expect(completingAt("/hola que", 9, "reply")).toBeNull();
    expect(completingAt("/hol", 4, "note")).toBeNull();
  });

  it("is an emoji after a colon and two letters", () => {
    expect(completingAt("vale :sm", 8, "reply")).toEqual({ kind: "emoji", from: 5, query: "sm" });
    for (const text of ["10:30", ":)", ":D", "https://x", "a:bc"])
      expect(completingAt(text, text.length, "reply")).toBeNull();
    expect(codeAt("vale :tada:", 11)).toEqual({ from: 5, code: "tada" });
  });

  it("is a colleague after an @, in a note alone", () => {
    expect(completingAt("mira @Ana To", 12, "note")).toEqual({ kind: "mention", from: 5, query: "Ana To" });
    expect(completingAt("mira @Ana", 9, "reply")).toBeNull();
    expect(completingAt("ana@x", 5, "note")).toBeNull();
  });

  it("is replaced where it stands, with the caret behind it", () => {
    expect(replaced("vale :sm y", 5, 8, "😀 ")).toEqual({ text: "vale 😀  y", caret: 8 });
  });
});

describe("mentions", () => {
  const people = [
    { id: "1", name: "Ana" },
    { id: "2", name: "Ana Torres" },
    { id: "3", name: "" },
  ];

  it("mean the longest name that fits", () => {
    expect(mentionedIn("Ojo @Ana Torres y @ana.", people)).toEqual(["2", "1"]);
    expect(mentionedIn("@Anabel, correo@Ana", people)).toEqual([]);
  });

  it("lose no letter", () => {
    const text = "Ojo @Ana Torres, @nadie @";
    expect(
      mentionsIn(text, people)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });
});

describe("files", () => {
  it("are what the browser says, or what their name says", () => {
    expect(plainType("image/jpg; x=1", "a")).toBe("image/jpeg");
    expect(plainType("", "Foto.JPEG")).toBe("image/jpeg");
    expect(plainType("", "algo")).toBe("application/octet-stream");
  });

  it("go as a document where they are too large or of another type for a photo", () => {
    expect(naturalKind("image/png", 1_000)).toBe("image");
    expect(naturalKind("image/png", 6 * 2 ** 20)).toBe("document");
    expect(naturalKind("image/heic", 1_000)).toBe("document");
  });

  it("are refused as WhatsApp would", () => {
    expect(objectionTo("image", "image/jpeg", 5 * 2 ** 20)).toBeNull();
    expect(objectionTo("image", "image/jpeg", 5 * 2 ** 20 + 1)).toEqual({
      reason: "too_large",
      most: 5 * 2 ** 20,
    });
    expect(objectionTo("video", "video/webm", 10)).toMatchObject({ reason: "type" });
    expect(objectionTo("document", "x/y", 0)).toEqual({ reason: "empty" });
  });
});

describe("a message with something to press", () => {
  const draft = (change: Partial<InteractiveDraft>): InteractiveDraft => ({
    ...EMPTY,
    body: "¿Qué día?",
    ...change,
  });

  it("needs its words and different buttons", () => {
    expect(flawsIn(EMPTY)).toEqual(["body", "buttons"]);
    expect(flawsIn(draft({ buttons: ["Sí", "Sí "] }))).toEqual(["duplicate"]);
    expect(flawsIn(draft({ buttons: ["Sí", "No"] }))).toEqual([]);
  });

  it("names its sections where there are several", () => {
    const rows = [{ title: "09:00", description: "" }];
    expect(flawsIn(draft({ kind: "list", listButton: "Ver", sections: [{ title: "", rows }] }))).toEqual([]);
    expect(
      flawsIn(
        draft({
          kind: "list",
          listButton: "Ver",
          sections: [
            { title: "", rows },
            { title: "Tarde", rows },
          ],
        }),
      ),
    ).toEqual(["section_titles"]);
  });

  it("leads to the web alone", () => {
    for (const linkUrl of ["javascript:alert(1)", "example.com", "https://"]) {
      expect(flawsIn(draft({ kind: "cta_url", linkText: "Ver", linkUrl }))).toEqual(["url"]);
    }
    expect(flawsIn(draft({ kind: "cta_url", linkText: "Ver", linkUrl: "https://example.com" }))).toEqual([]);
  });

  it("is sent in Meta's shape, without what is empty", () => {
    expect(interactiveFor(draft({ buttons: [" Sí "] }))).toEqual({
      type: "button",
      body: { text: "¿Qué día?" },
      action: { buttons: [{ type: "reply", reply: { id: "button_1", title: "Sí" } }] },
    });
    expect(interactiveFor(draft({ kind: "location_request_message", header: "no" }))).toEqual({
      type: "location_request_message",
      body: { text: "¿Qué día?" },
      action: { name: "send_location" },
    });
    expect(interactiveFor(draft({ kind: "request_contact_info", footer: "no" }))).toEqual({
      type: "request_contact_info",
      body: { text: "¿Qué día?" },
      action: { name: "request_contact_info" },
    });
  });
});

describe("reactions", () => {
  const told = [{ who: "contact", emoji: "😀", at: "2026-11-20T12:00:00Z" }];

  it("show our own at once, and no more once it is taken back", () => {
    const ours = { who: "us", emoji: "👍", at: "2026-11-20T12:00:01Z" };
    expect(reactionsNow(told, { emoji: "👍", at: ours.at })).toEqual([...told, ours]);
    expect(reactionsNow([...told, ours], { emoji: "", at: "2026-11-20T12:00:02Z" })).toEqual(told);
  });

  it("believe the server where it knows of a later one", () => {
    const later = { who: "us", emoji: "❤️", at: "2026-11-20T12:00:09Z" };
    expect(reactionsNow([later], { emoji: "👍", at: "2026-11-20T12:00:01Z" })).toEqual([later]);
  });
});
