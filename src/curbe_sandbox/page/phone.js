// The page itself: who plays, what is polled, what is sent.

const POLL_MS = 1000;
const state = { people: [], numbers: [], person: "", number: "", phone: null, shown: "", shownPeople: "", quoted: null, polling: false, atEnd: true };

const here = () => `people/${encodeURIComponent(state.person)}`;

async function write(message) {
  await api("POST", `${here()}/messages`, { ...message, phone_number_id: state.number });
  await refresh({ down: true });
}

// Answer something the business sent: a button pressed, a row picked.
const answer = (line, message) => write({ ...message, context: { from: state.phone.number.display_phone_number.replace(/\D/g, ""), id: line.wamid } });

async function reportStatus(line, status) {
  await api("POST", `${here()}/statuses`, { wamid: line.wamid, status });
  tell(`Reported as ${status}`);
}

const reportPlayed = (line) => attempt(() => reportStatus(line, "played"));

async function callBusiness() {
  await api("POST", `${here()}/calls`, { phone_number_id: state.number });
  await refresh({ down: true });
}

async function changePerson(method, path, body) {
  await api(method, here() + path, body);
  await refresh({});
}

async function toggleBlock() {
  const { person, blocked } = state.phone;
  const others = person.blocked_numbers.filter((id) => id !== state.number);
  await changePerson("PATCH", "", { blocked_numbers: blocked ? others : [...others, state.number] });
}

function quoteNext(line) {
  state.quoted = line;
  const drop = el("button", { type: "button", class: "round", "aria-label": "Do not reply to it", onclick: () => quoteNext(null) }, icon("close"));
  find("quoted").hidden = !line;
  find("quoted").replaceChildren(...(line ? [quote(line), drop] : []));
  find("text").focus();
}

async function sendText() {
  const body = find("text").value.trim();
  if (!body || !state.person) return;
  const message = { type: "text", text: { body } };
  const quoted = state.quoted;
  find("text").value = "";
  grow();
  quoteNext(null);
  if (quoted) await answer(quoted, message);
  else await write(message);
}

function pickFile(accept) {
  const input = find("file");
  input.accept = accept;
  input.value = "";
  input.onchange = () => attempt(() => sendFile(input.files[0], accept));
  input.click();
}

async function sendFile(file, accept) {
  if (!file) return;
  const kind = accept === "image/webp" ? "sticker" : ["image", "video", "audio"].find((one) => accept && file.type.startsWith(`${one}/`)) || "document";
  const part = { data: await base64(file), mime_type: file.type || "application/octet-stream" };
  if (kind === "document") part.filename = file.name;
  const caption = find("text").value.trim();
  if (caption && kind !== "audio" && kind !== "sticker") {
    part.caption = caption;
    find("text").value = "";
  }
  await write({ type: kind, [kind]: part });
}

const base64 = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(new Error("the file could not be read"));
  reader.readAsDataURL(file);
});

async function refresh({ down = false }) {
  const wanted = state.person;
  const number = state.number;
  const [people, phone] = await Promise.all([
    api("GET", "people?limit=200"),
    wanted ? api("GET", `${here()}/phone?phone_number_id=${number}`) : null,
  ]);
  if (wanted !== state.person || number !== state.number) return; // somebody else was picked meanwhile
  state.people = people.people;
  drawPeople();
  if (phone) drawPhone(phone, down);
}

function drawPeople() {
  const text = JSON.stringify([state.people, state.person]);
  if (text === state.shownPeople) return;
  state.shownPeople = text;
  const newest = (person) => person.last_line?.at || "";
  const sorted = [...state.people].sort((one, other) => newest(other).localeCompare(newest(one)));
  find("people-list").replaceChildren(...sorted.map((person) => el("li", {},
    el("button", { type: "button", "aria-current": person.wa_id === state.person ? "true" : null, onclick: () => attempt(() => choosePerson(person.wa_id)) },
      el("span", { class: `avatar hue${hue(person.wa_id)}`, "aria-hidden": "true" }, initials(person.name)),
      el("span", { class: "about" }, el("strong", {}, person.name),
        el("small", {}, person.last_line ? `${person.last_line.direction === "from_person" ? "You: " : ""}${summary(person.last_line)}` : `+${person.wa_id}`)),
      person.last_line ? el("time", {}, timeOf(person.last_line.at)) : null))));
}

function drawPhone(phone, down) {
  const text = JSON.stringify(phone);
  state.phone = phone;
  find("person-name").textContent = phone.person.name;
  find("avatar").textContent = initials(phone.person.name);
  find("avatar").className = `avatar hue${hue(phone.person.wa_id)}`;
  drawBanner(phone);
  if (text === state.shown) return;
  state.shown = text;
  const thread = find("thread");
  if (busy(thread)) return; // a film or a sound goes on; what is new comes when it ends
  state.atEnd = state.atEnd || down;
  thread.replaceChildren(...drawThread(phone));
  const follow = () => { if (state.atEnd) thread.scrollTop = thread.scrollHeight; };
  follow();
  for (const image of thread.querySelectorAll("img")) image.addEventListener("load", follow); // it has its height now
}

const busy = (thread) => {
  const playing = [...thread.querySelectorAll("audio, video")].some((one) => !one.paused && !one.ended);
  if (playing) state.shown = "";
  return playing;
};

function drawBanner(phone) {
  const closes = phone.window_closes_at ? new Date(phone.window_closes_at) : null;
  const words = phone.blocked ? "This person has blocked the business"
    : !closes ? "Has not written yet: the business may send templates only"
      : closes < new Date() ? "The 24 hours are over: the business may send templates only" : "";
  find("banner").textContent = words;
  find("banner").hidden = !words;
}

async function choosePerson(waId) {
  state.person = waId;
  state.shown = "";
  quoteNext(null);
  document.body.classList.add("chatting");
  rememberPlace();
  await refresh({ down: true });
}

function leave() {
  document.body.classList.remove("chatting");
  state.person = "";
  state.shownPeople = "";
  rememberPlace();
}

function rememberPlace() {
  history.replaceState(null, "", state.person ? `#${state.person}/${state.number}` : "#");
}

async function drawWebhooks() {
  const { webhook_counts: counts, numbers } = await api("GET", "state");
  drawNumbers(numbers);
  const lost = (counts.skipped_not_subscribed || 0) + (counts.skipped_no_callback || 0);
  const waiting = (counts.deliveries || 0) - (counts.acked || 0) - (counts.failed || 0);
  find("webhooks").textContent = lost ? `${lost} webhooks went nowhere: no app is subscribed, or it has no callback`
    : `Webhooks: ${counts.acked || 0} taken${waiting > 0 ? `, ${waiting} waiting` : ""}`;
  find("webhooks").className = lost ? "warn" : "";
}

function drawNumbers(numbers) {
  const names = numbers.map((number) => `${number.verified_name} · ${number.display_phone_number}`);
  if (JSON.stringify(names) === JSON.stringify(state.numbers)) return;
  state.numbers = names;
  find("number").replaceChildren(...numbers.map((number, place) => el("option", { value: number.id }, names[place])));
  if (!numbers.some((number) => number.id === state.number)) state.number = numbers[0]?.id || "";
  find("number").value = state.number;
}

function grow() {
  const text = find("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
}

// One round at a time, none while nobody looks; a sandbox that is down is tried again.
async function poll() {
  if (document.hidden || state.polling) return;
  state.polling = true;
  try {
    await refresh({});
    await drawWebhooks();
  } catch (error) {
    if (error.message.startsWith("there is no person")) leave(); // a reset, or another number
    tell(`The sandbox does not answer as it should: ${error.message}`);
  } finally {
    state.polling = false;
  }
}

function wire() {
  for (const [id, name] of Object.entries({ back: "back", "new-person": "plus", call: "call", settings: "more", attach: "plus", send: "send" })) find(id).append(icon(name));
  find("composer").addEventListener("submit", (event) => { event.preventDefault(); attempt(sendText); });
  find("text").addEventListener("input", grow);
  find("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); attempt(sendText); }
  });
  find("attach").addEventListener("click", attachSheet);
  find("settings").addEventListener("click", personSheet);
  find("call").addEventListener("click", () => attempt(callBusiness));
  find("new-person").addEventListener("click", newPersonSheet);
  find("back").addEventListener("click", () => {
    leave();
    attempt(() => refresh({}));
  });
  find("thread").addEventListener("scroll", () => {
    const { scrollHeight, scrollTop, clientHeight } = find("thread");
    state.atEnd = scrollHeight - scrollTop - clientHeight < 80;
  });
  find("number").addEventListener("change", (event) => {
    state.number = event.target.value;
    state.shown = "";
    rememberPlace();
    attempt(() => refresh({ down: true }));
  });
}

async function start() {
  wire();
  const [person, number] = location.hash.slice(1).split("/");
  state.number = number || "";
  await drawWebhooks();
  if (person) await choosePerson(decodeURIComponent(person));
  else await refresh({});
  setInterval(poll, POLL_MS);
  document.addEventListener("visibilitychange", poll);
}

attempt(start);
