// From the lines a phone keeps to the bubbles it shows: reactions, edits and deletions folded into their message.

const VANISHED = "This message was deleted";

function folded(lines) {
  const shown = [];
  const byId = new Map();
  for (const line of lines) {
    const type = line.direction === "to_person" ? line.type : line.message.type;
    const body = line.message[type] || {};
    const target = byId.get(body.message_id || body.original_message_id);
    if (type === "reaction") {
      if (target) target.reactions[line.direction] = body.emoji || "";
    } else if (type === "edit") {
      if (target) edited(target, body.message || {});
    } else if (type === "revoke") {
      if (target) target.revoked = true;
    } else {
      const one = { ...line, type, message: { ...line.message }, reactions: {}, edited: false, revoked: false };
      shown.push(one);
      byId.set(line.wamid, one);
    }
  }
  return shown;
}

function edited(line, message) {
  const type = message.type || line.type;
  line.message = { ...line.message, [type]: { ...line.message[type], ...message[type] } };
  line.edited = true;
}

function drawThread(phone) {
  const lines = folded(phone.lines);
  const read = lines.findLastIndex((line) => line.wamid === phone.read_up_to);
  const byId = new Map(lines.map((line) => [line.wamid, line]));
  const drawn = [];
  let day = "";
  lines.forEach((line, place) => {
    if (dayOf(line.at) !== day) {
      day = dayOf(line.at);
      drawn.push(el("li", { class: "day" }, el("span", {}, day)));
    }
    drawn.push(line.type === "system" ? notice(line) : bubble(line, { byId, read: place <= read }));
  });
  if (phone.typing) {
    drawn.push(el("li", { class: "theirs" }, el("div", { class: "bubble dots", "aria-label": "The business writes" }, ...[1, 2, 3].map(() => el("i")))));
  }
  return drawn;
}

const notice = (line) => el("li", { class: "day" }, el("span", {}, line.message.system?.body || "Something changed"));

function bubble(line, { byId, read }) {
  const mine = line.direction === "from_person";
  const bare = line.type === "sticker" && !line.revoked;
  const parts = line.revoked ? [muted(VANISHED)] : [...marksAbove(line, byId), ...content(line)];
  const marks = [line.by === "app" ? "from their phone" : "", line.edited ? "edited" : "", timeOf(line.at)].filter(Boolean).join(" · ");
  const ticks = mine && line.type !== "call" ? el("span", { class: read ? "ticks read" : "ticks", title: read ? "read" : "sent" }, read ? "✓✓" : "✓") : null;
  const hearts = [...new Set(Object.values(line.reactions).filter(Boolean))].join("");
  const more = line.revoked || line.type === "call" ? null
    : el("button", { type: "button", class: "more", "aria-label": "What to do with this message", onclick: () => messageSheet(line) }, icon("down"));
  return el("li", { class: mine ? "mine" : "theirs" },
    el("div", { class: bare ? "bubble bare" : "bubble" }, more, ...parts, el("small", { class: "stamp" }, marks, ticks),
      hearts ? el("span", { class: "hearts" }, hearts) : null));
}

function marksAbove(line, byId) {
  const context = line.message.context || {};
  const quotedId = context.id || context.message_id;
  const marks = [];
  if (context.forwarded || context.frequently_forwarded) marks.push(muted("↪ Forwarded"));
  if (line.message.group_id) marks.push(muted("In a group"));
  if (line.message.referral) marks.push(fileCard("link", line.message.referral.headline || "Advertisement", "came by an advertisement"));
  if (quotedId) marks.push(quote(byId.get(quotedId)));
  return marks;
}

function quote(line) {
  const whose = line ? (line.direction === "from_person" ? "You" : "Business") : "Earlier message";
  return el("blockquote", {}, el("strong", {}, whose), el("span", {}, line ? summary(line) : "…"));
}

// One line of words for a list, a quotation, a preview.
function summary(line) {
  const type = line.type || line.message?.type;
  const part = line.message?.[type] || {};
  if (line.revoked) return VANISHED;
  const words = {
    text: part.body,
    template: templateWords(line),
    reaction: part.emoji ? `Reacted ${part.emoji}` : "Took a reaction back",
    interactive: part.body?.text || part.button_reply?.title || part.list_reply?.title,
    button: part.text,
    system: part.body,
    edit: "Edited a message",
    revoke: "Deleted a message",
    location: part.name || "Location",
    contacts: "Contact",
  }[type];
  return words || part.caption || part.filename || { image: "Photo", video: "Video", audio: "Voice message" }[type] || String(type || "message").replaceAll("_", " ");
}

function templateWords(line) {
  const body = (line.template?.components || []).find((one) => String(one.type).toUpperCase() === "BODY");
  const given = (line.message.template?.components || []).find((one) => one.type.toLowerCase() === "body")?.parameters || [];
  return body ? filled(body.text, given) : line.message.template?.name;
}
