import { describe, expect, it } from "vitest";
import { byCode, foundIn, loadEmoji, toned } from "./emoji-data";

describe.each(["en", "es", "pt"] as const)("the emoji in %s", (language) => {
  it("are all there, in groups, found by :shortcode:", async () => {
    const groups = await loadEmoji(language);
    expect(groups.map((group) => group.id)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9]);
    expect(groups.reduce((sum, group) => sum + group.emoji.length, 0)).toBeGreaterThan(1_800);
    expect(byCode(groups, "+1")).toBe("👍");
    expect(byCode(groups, "tada")).toBe("🎉");
    expect(byCode(groups, "nothing")).toBeNull();
  });
});

describe("an emoji", () => {
  it("is found in the person's own words, without accents", async () => {
    const groups = await loadEmoji("es");
    expect(foundIn(groups, "corazon rojo", 3)[0]?.emoji).toBe("❤️");
    expect(foundIn(groups, "CARA sonriendo", 1)[0]?.emoji).toBe("😀");
    expect(foundIn(groups, "qwxz", 3)).toEqual([]);
  });

  it("takes the skin tone behind its first character, where it has tones", async () => {
    const all = (await loadEmoji("en")).flatMap((group) => group.emoji);
    const of = (emoji: string) => all.find((one) => one.emoji === emoji);
    const [wave, cook, smile] = [of("👋"), of("👩‍🍳"), of("😀")];
    expect(wave && toned(wave, "🏽")).toBe("👋🏽");
    expect(cook && toned(cook, "🏿")).toBe("👩🏿‍🍳");
    expect(smile && toned(smile, "🏽")).toBe("😀");
  });
});
