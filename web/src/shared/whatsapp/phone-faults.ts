/** Why a number is no phone, in the reader's words: the server tells it in English. */

import { catalogue } from "@/shared/i18n/catalogue";

export type PhoneFault =
  | "short"
  | "long"
  | "length"
  | "area"
  | "country"
  | "letters"
  | "characters"
  | "extension"
  | "none";

const PHONE: readonly [RegExp, PhoneFault][] = [
  [/too few digits/, "short"],
  [/too many digits/, "long"],
  [/that many digits/, "length"],
  [/area code/, "area"],
  [/country code|has that code/, "country"],
  [/letters/, "letters"],
  [/too many characters/, "characters"],
  [/extension/, "extension"],
];

export function phoneFaultOf(detail: string): PhoneFault {
  return PHONE.find(([words]) => words.test(detail))?.[1] ?? "none";
}

export const phoneFaultMessages = catalogue({
  en: {
    short: "The number has too few digits.",
    long: "The number has too many digits.",
    length: "No number of that country has that many digits.",
    area: "The area code is missing.",
    country: "The country code is missing, or no country has it.",
    letters: "The number has letters in it.",
    characters: "The number is too long.",
    extension: "It has an extension, which WhatsApp does not know.",
    none: "It is no phone number.",
  },
  es: {
    short: "El número tiene muy pocas cifras.",
    long: "El número tiene demasiadas cifras.",
    length: "Ningún número de ese país tiene tantas cifras.",
    area: "Falta el prefijo de zona.",
    country: "Falta el prefijo de país, o ningún país lo tiene.",
    letters: "El número tiene letras.",
    characters: "El número es demasiado largo.",
    extension: "Tiene una extensión, que WhatsApp no conoce.",
    none: "No es un número de teléfono.",
  },
  pt: {
    short: "O número tem poucos dígitos.",
    long: "O número tem dígitos demais.",
    length: "Nenhum número desse país tem tantos dígitos.",
    area: "Falta o código de área.",
    country: "Falta o código do país, ou nenhum país o tem.",
    letters: "O número tem letras.",
    characters: "O número é longo demais.",
    extension: "Tem um ramal, que o WhatsApp não conhece.",
    none: "Não é um número de telefone.",
  },
});
