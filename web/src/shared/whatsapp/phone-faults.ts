/** Why a number is no phone, in the reader's words: the server tells a code. */

import { catalogue } from "@/shared/i18n/catalogue";

const en = {
  short: "The number has too few digits.",
  long: "The number has too many digits.",
  length: "No number of that country has that many digits.",
  area: "The area code is missing.",
  country: "The country code is missing, or no country has it.",
  region: "The country to read it by is not one.",
  letters: "The number has letters in it.",
  characters: "The number is too long.",
  extension: "It has an extension, which WhatsApp does not know.",
  none: "It is no phone number.",
};

export type PhoneFault = keyof typeof en;

export function phoneFaultOf(code: unknown): PhoneFault {
  return typeof code === "string" && Object.hasOwn(en, code) ? (code as PhoneFault) : "none";
}

export const phoneFaultMessages = catalogue({
  en,
  es: {
    short: "El número tiene muy pocas cifras.",
    long: "El número tiene demasiadas cifras.",
    length: "Ningún número de ese país tiene tantas cifras.",
    area: "Falta el prefijo de zona.",
    country: "Falta el prefijo de país, o ningún país lo tiene.",
    region: "El país con el que leerlo no existe.",
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
    region: "O país para lê-lo não existe.",
    letters: "O número tem letras.",
    characters: "O número é longo demais.",
    extension: "Tem um ramal, que o WhatsApp não conhece.",
    none: "Não é um número de telefone.",
  },
});
