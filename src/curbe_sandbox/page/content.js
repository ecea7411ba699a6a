// What a message looks like inside its bubble: one function per type, both ways.

const mediaUrl = (id) => `/sandbox/media/${encodeURIComponent(id)}`;
const muted = (...children) => el("p", { class: "muted" }, ...children);

// *bold*, _italic_, ~struck~, `code`, and addresses one can open.
const MARKS = /(\*[^\s*](?:[^*\n]*[^\s*])?\*|_[^\s_](?:[^_\n]*[^\s_])?_|~[^\s~](?:[^~\n]*[^\s~])?~|`[^`\n]+`|https?:\/\/[^\s<>"]+)/u;

function rich(text) {
  const made = String(text ?? "").split(MARKS).map((part, place) => {
    if (place % 2 === 0) return part;
    if (part.startsWith("http")) return outside(part, part);
    const tag = { "*": "b", _: "i", "~": "s", "`": "code" }[part[0]];
    return el(tag, {}, part.slice(1, -1));
  });
  return el("p", { class: "text" }, ...made);
}

function outside(url, words) {
  const safe = /^(https?:|tel:)/i.test(url) ? url : null;
  return safe ? el("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, words) : el("span", {}, words);
}

function media(kind, part, line) {
  if (!part.id) return fileCard("link", part.filename || `${kind} behind a link`, part.link || "");
  const src = mediaUrl(part.id);
  const gone = (event) => event.target.replaceWith(fileCard("file", `${kind} that cannot be shown`, part.id));
  if (kind === "image" || kind === "sticker") {
    return el("img", { class: kind, src, alt: part.caption || kind, loading: "lazy", onerror: gone });
  }
  if (kind === "video") return el("video", { src, controls: true, preload: "metadata", onerror: gone });
  if (kind === "audio") {
    const played = line.direction === "to_person" ? () => reportPlayed(line) : null;
    return el("audio", { src, controls: true, preload: "metadata", onplay: played, onerror: gone });
  }
  const card = fileCard("file", part.filename || "Document", part.mime_type || "");
  return el("a", { href: src, download: part.filename || "document", class: "plain" }, card);
}

const fileCard = (sign, title, below) =>
  el("div", { class: "card" }, icon(sign), el("div", {}, el("strong", {}, title), below && el("small", {}, below)));

function mediaMessage(kind) {
  return (part, line) => [media(kind, part, line), part.caption ? rich(part.caption) : null];
}

function place(part) {
  const where = `${Number(part.latitude).toFixed(5)}, ${Number(part.longitude).toFixed(5)}`;
  return fileCard("place", part.name || "Location", [part.address, where].filter(Boolean).join(" · "));
}

function cards(list) {
  return list.map((one) => fileCard("person", one.name?.formatted_name || "Contact",
    (one.phones || []).map((phone) => phone.phone || phone.wa_id).join(", ")));
}

function order(part) {
  const rows = (part.product_items || []).map((item) =>
    el("li", {}, `${item.quantity} × ${item.product_retailer_id}`, el("span", {}, `${item.item_price} ${item.currency}`)));
  return [el("ul", { class: "order" }, ...rows), part.text ? rich(part.text) : null];
}

// What a person answered with a button, a list or a form.
function answered(part) {
  const reply = part.button_reply || part.list_reply;
  if (reply) return [rich(reply.title), reply.description ? muted(reply.description) : null];
  if (part.nfm_reply) return [muted("Filled in a form"), el("pre", {}, pretty(part.nfm_reply.response_json))];
  if (part.call_permission_reply) return muted(`Calls: ${part.call_permission_reply.response}`);
  return muted(part.type || "interactive");
}

function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 1).slice(2, -2);
  } catch {
    return String(json); // a form may answer with anything: it is shown as it is
  }
}

// What the business sent with something to press.
function interactive(part, line) {
  if (line.direction === "from_person") return answered(part);
  const action = part.action || {};
  const head = part.header ? header(part.header, line) : null;
  const slides = (action.cards || []).map((card) => el("div", { class: "slide" },
    card.header ? header(card.header, line) : null, card.body ? rich(card.body.text) : null, ...pressable(card, line)));
  return [
    head,
    part.body ? rich(part.body.text) : null,
    part.footer ? muted(part.footer.text) : null,
    slides.length ? el("div", { class: "slides" }, ...slides) : null,
    el("div", { class: "presses" }, ...pressable(part, line)),
  ];
}

const header = (part, line) => (part.type === "text" ? el("p", { class: "title" }, part.text) : media(part.type, part[part.type] || {}, line));

const press = (words, deed, sign) =>
  el("button", { type: "button", class: "press", onclick: () => attempt(deed) }, sign ? icon(sign) : null, words);

function pressable(part, line) {
  const action = part.action || {};
  const parameters = action.parameters || {};
  const replies = (action.buttons || []).map((button) => {
    const reply = button.reply || button.quick_reply || {};
    return press(reply.title, () => answer(line, { type: "interactive", interactive: { type: "button_reply", button_reply: reply } }));
  });
  if (replies.length) return replies;
  if (action.sections && part.type === "list") return [press(action.button, () => pickRow(line, action), "list")];
  switch (action.name) {
    case "cta_url": return [el("span", { class: "press" }, icon("link"), outside(parameters.url, parameters.display_text))];
    case "send_location": return [press("Send location", () => shareLocation(line), "place")];
    case "request_contact_info": return [press("Share contact info", () => answer(line, ownContact()), "person")];
    case "flow": return [press(parameters.flow_cta || "Open form", () => fillForm(line, parameters), "list")];
    case "call_permission_request": return ["accept", "reject"].map((word) => press(word === "accept" ? "Allow calls" : "Refuse calls",
      () => answer(line, { type: "interactive", interactive: { type: "call_permission_reply", call_permission_reply: permission(word) } })));
    case "voice_call": return [press(parameters.display_text || "Call", () => callBusiness(), "call")];
    default: return products(part, line);
  }
}

const permission = (word) => (word === "accept"
  ? { response: word, expiration_timestamp: Math.floor(Date.now() / 1000) + 7 * 86400, response_source: "user_action" }
  : { response: word, response_source: "user_action" });

function products(part, line) {
  const action = part.action || {};
  const listed = (action.sections || []).flatMap((section) => section.product_items || []);
  const named = action.product_retailer_id ? [action] : listed;
  if (!named.length && action.name !== "catalog_message") return [];
  const items = named.length ? named : [{ product_retailer_id: action.parameters?.thumbnail_product_retailer_id || "SKU-1" }];
  const bought = items.map((item) => ({ product_retailer_id: item.product_retailer_id, quantity: 1, item_price: 9.5, currency: "EUR" }));
  const message = { type: "order", order: { catalog_id: action.catalog_id || "900000000000001", text: "", product_items: bought } };
  return [muted(items.map((item) => item.product_retailer_id).join(", ")), press("Order", () => answer(line, message))];
}

// A template as it arrives: its components with the parameters of this send in place.
function template(part, line) {
  return components(line.template?.components || [], part.components || [], line, part.name);
}

function components(defined, given, line, name) {
  const sent = (kind) => given.find((one) => one.type.toLowerCase() === kind)?.parameters || [];
  const shown = defined.map((one) => {
    const kind = String(one.type).toUpperCase();
    if (kind === "HEADER" && (one.format || "TEXT") === "TEXT") return el("p", { class: "title" }, filled(one.text, sent("header")));
    if (kind === "HEADER") return templateHeader(one, sent("header")[0] || {}, line);
    if (kind === "BODY") return rich(filled(one.text, sent("body")));
    if (kind === "FOOTER") return muted(one.text);
    if (kind === "LIMITED_TIME_OFFER") return el("p", { class: "title" }, "⏳ ", one.limited_time_offer?.text || "Offer");
    if (kind === "BUTTONS") return el("div", { class: "presses" }, ...one.buttons.map((button, place) => templateButton(button, place, given, line)));
    if (kind === "CAROUSEL") {
      const parts = given.find((other) => other.type.toLowerCase() === "carousel")?.cards || [];
      return el("div", { class: "slides" }, ...one.cards.map((card, place) =>
        el("div", { class: "slide" }, ...components(card.components || [], parts[place]?.components || [], line, name))));
    }
    return null;
  });
  return shown.length ? shown : [muted(`Template ${name}`)];
}

function filled(text, parameters) {
  let next = 0;
  return String(text ?? "").replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => {
    const named = parameters.find((one) => one.parameter_name === name);
    const one = named || parameters[/^\d+$/.test(name) ? Number(name) - 1 : next++];
    return one ? one.text ?? one.currency?.fallback_value ?? one.date_time?.fallback_value ?? whole : whole;
  });
}

function templateHeader(defined, given, line) {
  if (given.location) return place(given.location);
  const kind = String(given.type || defined.format || "").toLowerCase();
  return given[kind] ? media(kind, given[kind], line) : fileCard("picture", defined.format || "Header", "");
}

function templateButton(button, index, given, line) {
  const sent = given.find((one) => one.type.toLowerCase() === "button" && Number(one.index) === index)?.parameters?.[0] || {};
  const kind = String(button.type).toUpperCase();
  if (kind === "QUICK_REPLY") {
    return press(button.text, () => answer(line, { type: "button", button: { payload: sent.payload || button.text, text: button.text } }), "reply");
  }
  if (kind === "URL") return el("span", { class: "press" }, icon("link"), outside(filled(button.url, [sent]), button.text));
  if (kind === "PHONE_NUMBER") return el("span", { class: "press" }, icon("call"), outside(`tel:${button.phone_number}`, button.text));
  if (kind === "FLOW") return press(button.text, () => fillForm(line, { flow_token: sent.action?.flow_token }), "list");
  if (kind === "REQUEST_CONTACT_INFO") return press(button.text || "Share Contact Info", () => answer(line, ownContact()), "person");
  if (kind === "CATALOG" || kind === "MPM" || kind === "SPM") return press(button.text, () => answer(line, sampleOrder()));
  const code = sent.coupon_code || sent.text || button.example || "";
  return press(`${button.text || "Copy code"}${code ? ` (${code})` : ""}`, async () => {
    await navigator.clipboard.writeText(String(code));
    tell("Copied");
  });
}

const CONTENT = {
  text: (part) => rich(part.body),
  image: mediaMessage("image"),
  video: mediaMessage("video"),
  audio: mediaMessage("audio"),
  document: mediaMessage("document"),
  sticker: mediaMessage("sticker"),
  location: place,
  contacts: cards,
  order,
  button: (part) => rich(part.text),
  interactive,
  template,
  call: () => fileCard("call", "Call", "nobody picked up"),
  request_welcome: () => muted("Opened the chat for the first time"),
  unsupported: () => muted("Something businesses cannot see (a poll, a view-once photo…)"),
};

function content(line) {
  const { type, message } = line;
  const draw = CONTENT[type];
  return [draw ? draw(message[type] ?? {}, line) : muted(type || "message without a type")].flat();
}
