/** Problems in the reader's language: the codes that people meet; for others the server's own (English) words. */

import { catalogue, languageOf, type Translated } from "@/shared/i18n/catalogue";
import { phoneFaultMessages, phoneFaultOf } from "@/shared/whatsapp/phone-faults";
import { isProblem, NO_PROBLEM, OUR_FAULT, UNREACHABLE } from "./problem";

const en = {
  language: "en",
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
    rate_limited: "Too much was asked for in a short time",
    too_large: "This is too large",
    unavailable: "This is not possible at the moment",
    no_room: "There is no room for files",
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
    embedded_session: "Do this at Curbe itself, not within another page",
    tenant_suspended: "This workspace is suspended: ask whoever runs Curbe",
    number_not_readable: "This access token does not read that number",
    graph_refused: "Meta refused the request",
    request_cut_off: "The request did not arrive whole",
    oidc_failed: "Signing in with your company's account did not work",
    wrong_factor: "The second factor is not right",
    password_common: "This password is one of the most common",
    csrf_failed: "This page is too old to change anything",
    foreign_origin: "This comes from another site",
    insecure_transport: "Signing in needs HTTPS",
    not_the_author: "Somebody else wrote this",
    method_not_allowed: "This is not possible here",
    answered_meanwhile: "A colleague has answered meanwhile",
    contact_blocked: "This person is blocked",
    country_refused: "WhatsApp does not deliver this to that country",
    idempotency_in_flight: "The same request is still being worked on",
    no_consent: "This person has not agreed to marketing messages",
    opted_out: "This person does not want such messages",
    recipient_unreachable: "This cannot reach the person",
    several_connections: "Several connected numbers could be meant",
    template_locked: "Meta lets nobody change this template now",
    template_unavailable: "This template cannot be sent now",
    template_unknown: "There is no such template",
    cursor_expired: "This list has changed too much to go on",
    link_invalid: "This link is no longer valid",
    range_not_satisfiable: "The file ends before that",
    idempotency_mismatch: "This was sent before with other words",
    missing_permission: "The access token lacks a permission",
    number_not_on_waba: "The number does not belong to that WhatsApp Business account",
    template_invalid: "Meta would refuse this template",
    wrong_app: "The access token belongs to another Meta app",
  },
  detailByCode: {
    unreachable: "Check your connection. Nothing you typed is lost.",
    unavailable: "Nothing was done. Try again in a few seconds.",
    rate_limited: "Nothing was done. Wait a few seconds and try again.",
    no_room: "Tell whoever runs Curbe. Messages without files go out as ever.",
    internal_error: "Try again; if it happens again, give the code below to whoever runs Curbe.",
    csrf_failed: "Reload it and try again.",
    password_common: "Choose another; a few words in a row do well.",
    foreign_origin: "Open Curbe at its own address.",
    cursor_expired: "Reload the page.",
    request_cut_off: "Try again.",
    idempotency_in_flight: "Wait a moment, then look whether it is there.",
    graph_unreachable: "Nothing was stored. Try again in a few minutes.",
    connection_paused: "What is queued waits. It is resumed under Connections.",
    no_connection: "Connect one under Connections first.",
    several_connections: "Choose the number it is to go from.",
    contact_blocked: "Unblock the conversation first.",
    template_unknown: "Synchronise the templates and choose again.",
    token_refused: "Make a new one at Meta and paste it whole.",
    number_taken: "Disconnect it where it is connected now, then connect it here.",
    window_closed: "Send an approved template; once the person writes, free text may be sent for 24 hours.",
  },
};

type Words = typeof en;

const es: Translated<Words> = {
  language: "es",
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
    rate_limited: "Se ha pedido demasiado en poco tiempo",
    too_large: "Es demasiado grande",
    unavailable: "Ahora mismo no es posible",
    no_room: "No queda sitio para archivos",
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
    embedded_session: "Haz esto en Curbe mismo, no dentro de otra página",
    tenant_suspended: "Este espacio está suspendido: pregunta a quien administra Curbe",
    number_not_readable: "Este token de acceso no lee ese número",
    graph_refused: "Meta ha rechazado la petición",
    request_cut_off: "La petición no llegó entera",
    oidc_failed: "No se pudo entrar con la cuenta de tu empresa",
    wrong_factor: "El segundo factor no es correcto",
    password_common: "Esta contraseña es de las más usadas",
    csrf_failed: "Esta página es demasiado antigua para cambiar nada",
    foreign_origin: "Esto viene de otro sitio",
    insecure_transport: "Para entrar hace falta HTTPS",
    not_the_author: "Esto lo escribió otra persona",
    method_not_allowed: "Esto no es posible aquí",
    answered_meanwhile: "Un compañero ha respondido mientras tanto",
    contact_blocked: "Esta persona está bloqueada",
    country_refused: "WhatsApp no entrega esto en ese país",
    idempotency_in_flight: "La misma petición aún se está atendiendo",
    no_consent: "Esta persona no ha aceptado recibir marketing",
    opted_out: "Esta persona no quiere estos mensajes",
    recipient_unreachable: "Esto no puede llegar a la persona",
    several_connections: "Puede referirse a varios números conectados",
    template_locked: "Meta no deja cambiar ahora esta plantilla",
    template_unavailable: "Esta plantilla no se puede enviar ahora",
    template_unknown: "Esa plantilla no existe",
    cursor_expired: "Esta lista ha cambiado demasiado para seguir",
    link_invalid: "Este enlace ya no es válido",
    range_not_satisfiable: "El archivo termina antes",
    idempotency_mismatch: "Esto ya se envió con otro contenido",
    missing_permission: "Al token de acceso le falta un permiso",
    number_not_on_waba: "El número no es de esa cuenta de WhatsApp Business",
    template_invalid: "Meta rechazaría esta plantilla",
    wrong_app: "El token de acceso es de otra aplicación de Meta",
  },
  detailByCode: {
    unreachable: "Revisa tu conexión. Lo que has escrito no se pierde.",
    unavailable: "No se ha hecho nada. Inténtalo otra vez en unos segundos.",
    rate_limited: "No se ha hecho nada. Espera unos segundos e inténtalo otra vez.",
    no_room: "Díselo a quien administra Curbe. Los mensajes sin archivos salen como siempre.",
    internal_error: "Inténtalo otra vez; si se repite, da el código de abajo a quien gestiona Curbe.",
    csrf_failed: "Recárgala e inténtalo otra vez.",
    password_common: "Elige otra; varias palabras seguidas van bien.",
    foreign_origin: "Abre Curbe en su propia dirección.",
    cursor_expired: "Recarga la página.",
    request_cut_off: "Inténtalo otra vez.",
    idempotency_in_flight: "Espera un momento y mira si ya está.",
    graph_unreachable: "No se ha guardado nada. Inténtalo en unos minutos.",
    connection_paused: "Lo que está en cola espera. Se reanuda en Conexiones.",
    no_connection: "Conecta antes uno en Conexiones.",
    several_connections: "Elige desde qué número debe salir.",
    contact_blocked: "Desbloquea antes la conversación.",
    template_unknown: "Sincroniza las plantillas y elige otra vez.",
    token_refused: "Crea uno nuevo en Meta y pégalo entero.",
    number_taken: "Desconéctalo donde está conectado ahora y conéctalo aquí.",
    window_closed:
      "Envía una plantilla aprobada; cuando la persona escriba, se puede enviar texto libre durante 24 horas.",
  },
};

const pt: Translated<Words> = {
  language: "pt",
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
    rate_limited: "Pediu-se demais em pouco tempo",
    too_large: "É grande demais",
    unavailable: "Não é possível no momento",
    no_room: "Não há espaço para arquivos",
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
    embedded_session: "Faça isto no próprio Curbe, não dentro de outra página",
    tenant_suspended: "Este espaço está suspenso: fale com quem administra o Curbe",
    number_not_readable: "Este token de acesso não lê esse número",
    graph_refused: "A Meta recusou o pedido",
    request_cut_off: "O pedido não chegou inteiro",
    oidc_failed: "Não foi possível entrar com a conta da sua empresa",
    wrong_factor: "O segundo fator não está certo",
    password_common: "Esta senha é uma das mais usadas",
    csrf_failed: "Esta página é antiga demais para mudar algo",
    foreign_origin: "Isto vem de outro site",
    insecure_transport: "Para entrar é preciso HTTPS",
    not_the_author: "Outra pessoa escreveu isto",
    method_not_allowed: "Isto não é possível aqui",
    answered_meanwhile: "Um colega respondeu enquanto isso",
    contact_blocked: "Esta pessoa está bloqueada",
    country_refused: "O WhatsApp não entrega isto nesse país",
    idempotency_in_flight: "O mesmo pedido ainda está sendo atendido",
    no_consent: "Esta pessoa não aceitou receber marketing",
    opted_out: "Esta pessoa não quer estas mensagens",
    recipient_unreachable: "Isto não consegue chegar à pessoa",
    several_connections: "Pode se referir a vários números conectados",
    template_locked: "A Meta não deixa alterar este modelo agora",
    template_unavailable: "Este modelo não pode ser enviado agora",
    template_unknown: "Esse modelo não existe",
    cursor_expired: "Esta lista mudou demais para continuar",
    link_invalid: "Este link não é mais válido",
    range_not_satisfiable: "O arquivo termina antes disso",
    idempotency_mismatch: "Isto já foi enviado com outro conteúdo",
    missing_permission: "Falta uma permissão ao token de acesso",
    number_not_on_waba: "O número não é dessa conta do WhatsApp Business",
    template_invalid: "A Meta recusaria este modelo",
    wrong_app: "O token de acesso é de outro aplicativo da Meta",
  },
  detailByCode: {
    unreachable: "Verifique sua conexão. Nada do que você digitou se perde.",
    unavailable: "Nada foi feito. Tente de novo em alguns segundos.",
    rate_limited: "Nada foi feito. Espere alguns segundos e tente de novo.",
    no_room: "Avise quem administra o Curbe. As mensagens sem arquivos saem normalmente.",
    internal_error: "Tente de novo; se acontecer outra vez, passe o código abaixo a quem administra o Curbe.",
    csrf_failed: "Recarregue-a e tente de novo.",
    password_common: "Escolha outra; algumas palavras seguidas funcionam bem.",
    foreign_origin: "Abra o Curbe no próprio endereço.",
    cursor_expired: "Recarregue a página.",
    request_cut_off: "Tente de novo.",
    idempotency_in_flight: "Espere um momento e veja se já está lá.",
    graph_unreachable: "Nada foi guardado. Tente em alguns minutos.",
    connection_paused: "O que está na fila espera. Ele é retomado em Conexões.",
    no_connection: "Conecte um antes, em Conexões.",
    several_connections: "Escolha de qual número deve sair.",
    contact_blocked: "Desbloqueie a conversa antes.",
    template_unknown: "Sincronize os modelos e escolha de novo.",
    token_refused: "Crie um novo na Meta e cole-o inteiro.",
    number_taken: "Desconecte-o onde está conectado agora e conecte-o aqui.",
    window_closed:
      "Envie um modelo aprovado; quando a pessoa escrever, pode-se enviar texto livre durante 24 horas.",
  },
};

export const problemMessages = catalogue({ en, es, pt });
export type ProblemMessages = Translated<Words>;

/** Codes whose server detail repeats the title, or names things that only programs see. */
const OWN_WORDS_SUFFICE = new Set([
  UNREACHABLE,
  NO_PROBLEM,
  "unauthorized",
  "wrong_credentials",
  "wrong_factor",
  "missing_scope",
  "not_found",
  "not_the_author",
  "role_beyond",
  "last_owner",
  "method_not_allowed",
  "link_invalid",
  "range_not_satisfiable",
  "idempotency_mismatch",
  "internal_error",
  "unavailable",
  "too_many_requests",
]);

/** The title says what is not possible, the detail why or what to do. What the API itself says in the reader's language comes first. */
export function problemWords(error: unknown, t: Translated<Words>): { title: string; detail: string } {
  if (!isProblem(error) || error.code === OUR_FAULT)
    return { title: t.pageFailed, detail: t.pageFailedDetail };
  const own = lookup(t.byCode, error.code);
  const detail =
    lookup(error.members["ways_out"], t.language) ??
    lookup(t.detailByCode, error.code) ??
    whyNoPhone(error.members["phone_fault"], t.language) ??
    (OWN_WORDS_SUFFICE.has(error.code) || bare(error.detail) === error.title ? "" : error.detail);
  const told = lookup(error.members["words"], t.language);
  return { title: (told && bare(told)) ?? own ?? (error.title || error.code), detail };
}

/** Title and detail as one line; a detail that is half a sentence ("its recipients ...") goes on from the title. */
export function inOneLine({ title, detail }: { title: string; detail: string }): string {
  if (!detail || bare(detail) === title) return `${title}.`;
  return `${title}${/^\p{Ll}/u.test(detail) ? ":" : "."} ${/[.!?)…]$/.test(detail) ? detail : `${detail}.`}`;
}

function bare(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

function whyNoPhone(fault: unknown, language: string): string | undefined {
  if (fault === undefined) return undefined;
  return phoneFaultMessages[languageOf(language, [])][phoneFaultOf(fault)];
}

function lookup(words: unknown, key: string): string | undefined {
  if (typeof words !== "object" || words === null || !Object.hasOwn(words, key)) return undefined;
  return (words as Record<string, string>)[key];
}
