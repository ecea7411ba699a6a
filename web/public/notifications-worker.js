// Shows what the inbox tells of, also where a page cannot (Chrome on Android) or where there is none (what is pushed), and leads from there to
// the conversation. It keeps no file and answers no request: what is on the screen is always the server's.
const ANSWERED_WITHIN = 250; // milliseconds: browsers let a click open or focus a page for about a second
const ICON = "/favicon.svg";
// As the inbox's own (web/src/features/inbox/signals/messages.ts).
const WORDS = {
  en: {
    message: "New message",
    mention: "A colleague mentioned you",
    given: "A colleague gave you a conversation",
    due: "A conversation is back",
    dueBody: "It was put off until now",
  },
  es: {
    message: "Mensaje nuevo",
    mention: "Un compañero te ha mencionado",
    given: "Un compañero te ha dado una conversación",
    due: "Ha vuelto una conversación",
    dueBody: "Estaba pospuesta hasta ahora",
  },
  pt: {
    message: "Nova mensagem",
    mention: "Um colega mencionou você",
    given: "Um colega passou uma conversa para você",
    due: "Uma conversa voltou",
    dueBody: "Estava adiada até agora",
  },
};

self.addEventListener("install", () => self.skipWaiting()); // a new one has nothing to wait for

self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.path ?? "/"));
});

/** Show what was pushed, unless a page that is awake tells of it by itself. */
async function tell(news) {
  const question = { pushed: news.tenant_id };
  const answers = await Promise.all((await ownPages()).map((page) => ask(page, question)));
  if (answers.includes(true)) return;
  const { tenant_id, conversation_id: tag, line_id, kind } = news;
  const path = `/t/${tenant_id}/inbox/${tag}${line_id ? `?message=${line_id}` : ""}`;
  const options = { tag, icon: ICON, renotify: true, data: { path, kind } };
  await self.registration.showNotification(titleOf(news), { ...options, body: bodyOf(news) });
}

function titleOf({ kind, name, language }) {
  const words = WORDS[language] ?? WORDS.en;
  return ((kind === "message" || kind === "due") && name) || words[kind] || words.message;
}

function bodyOf({ kind, name, text, language, workspace }) {
  const words = WORDS[language] ?? WORDS.en;
  if (kind === "due" && name) return words.dueBody;
  if (kind === "given") return name ?? workspace;
  return text ?? (name ? words.message : workspace);
}

/** Focus a page that goes there by itself, with all that is typed in it; open one where there is none. */
async function lead(path) {
  const pages = await ownPages();
  const workspace = path.split("/", 3).join("/"); // "/t/<tenant>"
  const isWithin = ({ url }) => `${new URL(url).pathname}/`.startsWith(`${workspace}/`);
  // Most lately used first; not every browser knows where a page has gone since it was loaded, so all are asked.
  for (const page of [...pages.filter(isWithin), ...pages.filter((page) => !isWithin(page))]) {
    const goes = await ask(page, { open: path });
    // One that a phone has put to sleep answers when it is in front.
    if (goes ?? isWithin(page)) return page.focus();
  }
  return self.clients.openWindow(path);
}

async function ownPages() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.filter(({ frameType }) => frameType !== "nested");
}

/** Resolves to the page's yes or no; null where it says nothing. */
function ask(page, question) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const told = (answer) => {
      port1.close();
      resolve(answer);
    };
    port1.onmessage = ({ data }) => told(data === true);
    setTimeout(told, ANSWERED_WITHIN, null);
    page.postMessage(question, [port2]);
  });
}
