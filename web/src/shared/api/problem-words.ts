/** Problems in the reader's language: the codes that people meet; for others the server's own (English) words. */

import { catalogue, type Translated } from "@/shared/i18n/catalogue";
import { isProblem, NO_PROBLEM, UNREACHABLE } from "./problem";

const en = {
  tryAgain: "Try again",
  pageFailed: "This page stopped working",
  pageFailedDetail: "It is a fault of ours, not yours. Reload the page; nothing that was sent is lost.",
  byCode: {
    unreachable: "The server does not answer",
    unreadable_answer: "Something between you and the server answered instead of it",
    unauthorized: "You are not signed in any more",
    wrong_credentials: "E-mail or password are not right",
    missing_scope: "Your role does not allow this",
    not_found: "This does not exist, or not for you",
    conflict: "This cannot be done now",
    invalid_request: "Something in this form is not right",
    too_many_requests: "Too many attempts. Wait a moment",
    too_large: "This is too large",
    unavailable: "This is not possible at the moment",
    internal_error: "Something went wrong on the server",
    graph_unreachable: "Meta does not answer",
    token_refused: "Meta refuses this access token",
    connection_paused: "This number is paused",
    no_connection: "No connected number can send this",
    number_taken: "This number is connected already",
    window_closed: "The customer service window is closed",
    last_owner: "A workspace keeps at least one owner",
    role_beyond: "That role is above your own",
    proof_required: "Show first that it is you",
    number_not_readable: "This access token does not read that number",
    graph_refused: "Meta refused the request",
  },
  detailByCode: {
    unreachable: "Check your connection. Nothing you typed is lost.",
    unavailable: "Nothing was done. Try again in a few seconds.",
    internal_error: "Try again; if it happens again, give the code below to whoever runs Curbe.",
  },
};

type Words = typeof en;

const es: Translated<Words> = {
  tryAgain: "Reintentar",
  pageFailed: "Esta página ha dejado de funcionar",
  pageFailedDetail: "Es un fallo nuestro, no tuyo. Recarga la página; lo que se envió no se pierde.",
  byCode: {
    unreachable: "El servidor no responde",
    unreadable_answer: "Ha respondido algo entre tú y el servidor, no el servidor",
    unauthorized: "Tu sesión ya no está abierta",
    wrong_credentials: "El correo o la contraseña no son correctos",
    missing_scope: "Tu rol no permite esto",
    not_found: "Esto no existe, o no para ti",
    conflict: "Esto no se puede hacer ahora",
    invalid_request: "Algo de este formulario no es correcto",
    too_many_requests: "Demasiados intentos. Espera un momento",
    too_large: "Es demasiado grande",
    unavailable: "Ahora mismo no es posible",
    internal_error: "Algo ha fallado en el servidor",
    graph_unreachable: "Meta no responde",
    token_refused: "Meta rechaza este token de acceso",
    connection_paused: "Este número está en pausa",
    no_connection: "Ningún número conectado puede enviar esto",
    number_taken: "Este número ya está conectado",
    window_closed: "La ventana de atención al cliente está cerrada",
    last_owner: "Un espacio conserva al menos un propietario",
    role_beyond: "Ese rol está por encima del tuyo",
    proof_required: "Demuestra antes que eres tú",
    number_not_readable: "Este token de acceso no lee ese número",
    graph_refused: "Meta ha rechazado la petición",
  },
  detailByCode: {
    unreachable: "Revisa tu conexión. Lo que has escrito no se pierde.",
    unavailable: "No se ha hecho nada. Inténtalo otra vez en unos segundos.",
    internal_error: "Inténtalo otra vez; si se repite, da el código de abajo a quien gestiona Curbe.",
  },
};

const pt: Translated<Words> = {
  tryAgain: "Tentar de novo",
  pageFailed: "Esta página parou de funcionar",
  pageFailedDetail: "A falha é nossa, não sua. Recarregue a página; nada do que foi enviado se perde.",
  byCode: {
    unreachable: "O servidor não responde",
    unreadable_answer: "Algo entre você e o servidor respondeu no lugar dele",
    unauthorized: "Sua sessão não está mais aberta",
    wrong_credentials: "E-mail ou senha incorretos",
    missing_scope: "Sua função não permite isto",
    not_found: "Isto não existe, ou não para você",
    conflict: "Isto não pode ser feito agora",
    invalid_request: "Algo neste formulário não está certo",
    too_many_requests: "Tentativas demais. Espere um momento",
    too_large: "É grande demais",
    unavailable: "Não é possível no momento",
    internal_error: "Algo deu errado no servidor",
    graph_unreachable: "A Meta não responde",
    token_refused: "A Meta recusa este token de acesso",
    connection_paused: "Este número está em pausa",
    no_connection: "Nenhum número conectado pode enviar isto",
    number_taken: "Este número já está conectado",
    window_closed: "A janela de atendimento está fechada",
    last_owner: "Um espaço mantém ao menos um proprietário",
    role_beyond: "Essa função está acima da sua",
    proof_required: "Mostre antes que é você",
    number_not_readable: "Este token de acesso não lê esse número",
    graph_refused: "A Meta recusou o pedido",
  },
  detailByCode: {
    unreachable: "Verifique sua conexão. Nada do que você digitou se perde.",
    unavailable: "Nada foi feito. Tente de novo em alguns segundos.",
    internal_error: "Tente de novo; se acontecer outra vez, passe o código abaixo a quem administra o Curbe.",
  },
};

export const problemMessages = catalogue({ en, es, pt });

/** Codes whose server detail repeats the title, or names things that only programs see. */
const OWN_WORDS_SUFFICE = new Set([
  UNREACHABLE,
  NO_PROBLEM,
  "unauthorized",
  "wrong_credentials",
  "internal_error",
  "unavailable",
]);

export function problemWords(error: unknown, t: Translated<Words>): { title: string; detail: string } {
  if (!isProblem(error)) return { title: t.pageFailed, detail: t.pageFailedDetail };
  const own: string | undefined = lookup(t.byCode, error.code);
  const detail =
    lookup(t.detailByCode, error.code) ?? (OWN_WORDS_SUFFICE.has(error.code) ? "" : error.detail);
  return { title: own ?? (error.title || error.code), detail };
}

function lookup(words: Record<string, string>, code: string): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}
