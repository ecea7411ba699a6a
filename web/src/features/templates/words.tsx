/** A template's facts in words: its status, its category, its quality, its language. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { Chip } from "@/shared/ui/chip";
import { ToneWord } from "@/shared/ui/tone";
import type { Template } from "./api/templates";
import { templateMessages } from "./messages";
import { qualityTone, toneOf } from "./status";

export function StatusWord({ status }: { status: string | null }) {
  const t = useMessages(templateMessages);
  const words: Record<string, string> = t.statusOf;
  return (
    <ToneWord tone={toneOf(status)} as="pill">
      {status === null ? t.unknownStatus : (words[status] ?? status)}
    </ToneWord>
  );
}

export function CategoryWord({ category }: { category: string | null }) {
  const t = useMessages(templateMessages);
  if (category === null) return null;
  const words: Record<string, string> = t.categoryOf;
  return <Chip tone={category === "MARKETING" ? "warn" : "quiet"}>{words[category] ?? category}</Chip>;
}

export function QualityWord({ quality }: { quality: string | null }) {
  const t = useMessages(templateMessages);
  const tone = qualityTone(quality);
  if (tone === null) return null;
  const words: Record<string, string> = t.quality;
  return <ToneWord tone={tone}>{words[quality ?? ""] ?? quality}</ToneWord>;
}

/** What Meta will make of the category, and when; null where nothing is to come. */
export function useComing(template: Template): string | null {
  const t = useMessages(templateMessages);
  const format = useFormat();
  const { correct_category: coming, correct_category_from: from } = template;
  if (!coming || coming === template.category) return null;
  const words: Record<string, string> = t.categoryOf;
  const word = words[coming] ?? coming;
  return from ? t.becomes(word, format.date(from)) : t.becomesSoon(word);
}

/** "Spanish (Mexico)" for es_MX, in the reader's language. */
export function useLanguageName(): (code: string) => string {
  const { locale } = useFormat();
  return (code) => {
    try {
      return new Intl.DisplayNames([locale], { type: "language" }).of(code.replace("_", "-")) ?? code;
    } catch {
      return code;
    }
  };
}
