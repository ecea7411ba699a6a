// Sheets that rise from below: things to send, things to do with a message, forms.

const sheet = find("sheet");

function openSheet(title, ...children) {
  const shut = el("button", { type: "button", class: "round", "aria-label": "Close", onclick: () => sheet.close() }, icon("close"));
  sheet.replaceChildren(el("header", {}, el("h2", { id: "sheet-title" }, title), shut), ...children);
  if (!sheet.open) sheet.showModal();
}

sheet.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close(); // outside of it
});

const choice = (words, deed, below) => el("button", { type: "button", class: "choice", onclick: () => attempt(async () => {
  sheet.close();
  await deed();
}) }, words, below ? el("small", {}, below) : null);

const field = (name, words, attributes = {}) => {
  const { kind = "input", ...more } = attributes;
  const input = el(kind, { name, id: `field-${name}`, ...more });
  if (kind === "textarea") input.value = attributes.value || "";
  return el("label", { class: "field", for: `field-${name}` }, el("span", {}, words), input);
};

// A form in a sheet; `deed` gets the values, and a refusal leaves the sheet open.
function formSheet(title, fields, words, deed) {
  const form = el("form", { onsubmit: (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    attempt(async () => {
      await deed(values);
      sheet.close();
    });
  } }, ...fields, el("button", { type: "submit", class: "go wide" }, words));
  openSheet(title, form);
}

function attachSheet() {
  openSheet("Send",
    choice("Photo or video", () => pickFile("image/*,video/mp4,video/3gpp")),
    choice("Voice message", () => pickFile("audio/*"), "a sound file, sent as recorded on the phone"),
    choice("Document", () => pickFile("")),
    choice("Sticker", () => pickFile("image/webp")),
    choice("Location", () => shareLocation(null)),
    choice("Contact", () => shareContact()),
    choice("Something rarer…", () => rareSheet(), "orders, advertisements, polls, groups, calls"),
  );
}

async function rareSheet() {
  const samples = await api("GET", "samples");
  openSheet("One of each",
    el("p", { class: "muted" }, "Sent as Meta would send it. Replies, edits and reactions take the newest message they fit."),
    el("div", { class: "chips" }, ...samples.map((name) => el("button", { type: "button", class: "chip", onclick: () => attempt(async () => {
      await write({ sample: name });
      sheet.close();
    }) }, name.replaceAll("_", " ")))));
}

function messageSheet(line) {
  const mine = line.direction === "from_person";
  const given = line.reactions.from_person;
  const react = (emoji) => el("button", { type: "button", class: emoji === given ? "emoji chosen" : "emoji", "aria-label": `React ${emoji}`,
    onclick: () => attempt(async () => {
      sheet.close();
      await write({ type: "reaction", reaction: { message_id: line.wamid, emoji: emoji === given ? "" : emoji } });
    }) }, emoji);
  const caption = line.message[line.type]?.body ?? line.message[line.type]?.caption;
  const own = mine ? [
    caption !== undefined && choice("Edit", () => editSheet(line, caption)),
    choice("Delete for everybody", () => write({ type: "revoke", revoke: { original_message_id: line.wamid } })),
  ] : [
    line.type === "audio" && choice("Report as played", () => reportPlayed(line)),
    choice("Report as read", () => reportStatus(line, "read")),
  ];
  openSheet("Message",
    el("div", { class: "emojis" }, ...["👍", "❤️", "😂", "😮", "😢", "🙏"].map(react)),
    choice("Reply", () => quoteNext(line)),
    ...own,
    choice("Copy its id", () => navigator.clipboard.writeText(line.wamid), line.wamid.length > 40 ? `${line.wamid.slice(0, 40)}…` : line.wamid),
    el("details", {}, el("summary", {}, "As the API has it"), el("pre", {}, JSON.stringify(line.message, null, 2))));
}

function editSheet(line, before) {
  formSheet("Edit", [field("words", "New words", { kind: "textarea", rows: "3", value: before, required: true })], "Save", ({ words }) => {
    const part = line.type === "text" ? { body: words } : { ...line.message[line.type], caption: words };
    return write({ type: "edit", edit: { original_message_id: line.wamid, message: { type: line.type, [line.type]: part } } });
  });
}

function pickRow(line, action) {
  openSheet(action.button, ...action.sections.flatMap((section) => [
    section.title ? el("h3", {}, section.title) : null,
    ...section.rows.map((row) => choice(row.title, () => answer(line, { type: "interactive", interactive: { type: "list_reply", list_reply: row } }), row.description)),
  ]).filter(Boolean));
}

function fillForm(line, parameters) {
  const sample = JSON.stringify({ flow_token: parameters.flow_token || "unused", name: state.phone.person.name, when: "10:30" }, null, 1);
  formSheet("Form", [field("answers", "What the form sends (JSON)", { kind: "textarea", rows: "6", value: sample })], "Send", ({ answers }) =>
    answer(line, { type: "interactive", interactive: { type: "nfm_reply", nfm_reply: { name: "flow", body: "Sent", response_json: answers } } }));
}

function shareLocation(line) {
  formSheet("Location", [
    field("name", "Name", { value: "Mercado Central" }), field("address", "Address", { value: "Plaça de la Ciutat de Bruges, València" }),
    field("latitude", "Latitude", { value: "39.47362", inputmode: "decimal" }), field("longitude", "Longitude", { value: "-0.37895", inputmode: "decimal" }),
  ], "Send", ({ name, address, latitude, longitude }) => {
    const where = { latitude: Number(latitude), longitude: Number(longitude) };
    if (!Number.isFinite(where.latitude) || !Number.isFinite(where.longitude)) throw new Error("latitude and longitude must be numbers");
    if (name) Object.assign(where, { name });
    if (address) Object.assign(where, { address });
    return line ? answer(line, { type: "location", location: where }) : write({ type: "location", location: where });
  });
}

function shareContact() {
  formSheet("Contact", [field("name", "Name", { value: "Marta Gil", required: true }), field("phone", "Phone", { value: "+34 655 000 111", required: true })], "Send",
    ({ name, phone }) => write({ type: "contacts", contacts: [{ name: { formatted_name: name, first_name: name.split(" ")[0] },
      phones: [{ phone, wa_id: phone.replace(/\D/g, ""), type: "CELL" }] }] }));
}

const ownContact = () => {
  const { name, wa_id: number } = state.phone.person;
  return { type: "contacts", contacts: [{ origin: "contact_request", name: { formatted_name: name, first_name: name.split(" ")[0] },
    phones: [{ phone: `+${number}`, wa_id: number, type: "CELL" }] }] };
};

const sampleOrder = () => ({ sample: "order" });

function newPersonSheet() {
  const wa = `346${String(Date.now()).slice(-8)}`;
  formSheet("New person", [
    field("name", "Name", { required: true, placeholder: "Ana Ruiz" }), field("wa_id", "Phone, with the country code", { value: wa, required: true, inputmode: "tel" }),
    field("username", "Username, if they have one", { placeholder: "anaruiz" }),
  ], "Make", async ({ name, wa_id, username }) => {
    const made = await api("POST", "people", { name, wa_id, username });
    await choosePerson(made.wa_id);
  });
}

function personSheet() {
  const { person, blocked } = state.phone;
  const change = (words, body) => choice(words, () => changePerson("PATCH", "", body));
  openSheet(person.name,
    el("dl", { class: "facts" }, ...[["Phone", `+${person.wa_id}${person.phone_hidden ? " (hidden)" : ""}`], ["Username", person.username || "none"], ["BSUID", person.bsuid],
      ["Answers", person.kind.replace("_", " ")]].flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    choice(blocked ? "Unblock this business" : "Block this business", () => toggleBlock()),
    choice(person.stopped_marketing ? "Take marketing messages again" : "Stop marketing messages",
      () => changePerson("POST", "/preferences", { value: person.stopped_marketing ? "resume" : "stop", phone_number_id: state.number })),
    change(person.phone_hidden ? "Show the phone number to businesses" : "Hide the phone number from businesses", { phone_hidden: !person.phone_hidden }),
    change(person.reads ? "Stop reading (no read receipts)" : "Read what arrives", { reads: !person.reads }),
    choice("Change the phone number…", () => changeNumberSheet(person)),
    choice("Change the username or the name…", () => changeNameSheet(person)),
    choice("Change the BSUID alone…", () => changeUserIdSheet(person)),
    choice("Let the 24 hours pass", () => changePerson("POST", "/window", { closed: true, phone_number_id: state.number }), "closes the customer service window"),
    el("h3", {}, "Answers by themselves"),
    el("div", { class: "chips" }, ...["silent", "echo", "auto_reply", "chatty"].map((kind) => el("button", { type: "button", class: kind === person.kind ? "chip chosen" : "chip",
      onclick: () => attempt(async () => {
        sheet.close();
        await changePerson("POST", "/behaviour", { kind, reply_text: "Luego te digo 👍", phone_number_id: state.number });
      }) }, kind.replace("_", " ")))));
}

function changeNumberSheet(person) {
  formSheet("New phone number", [field("new_wa_id", "New number, with the country code", { value: person.wa_id, required: true, inputmode: "tel" })], "Change", async ({ new_wa_id }) => {
    const digits = new_wa_id.replace(/\D/g, "");
    if (!digits || digits === person.wa_id) throw new Error("type another number");
    const changed = await api("POST", `people/${person.wa_id}/change`, { new_wa_id: digits, phone_number_id: state.number });
    await choosePerson(changed.wa_id);
  });
}

function changeNameSheet(person) {
  formSheet("Name and username", [field("name", "Name", { value: person.name, required: true }), field("username", "Username", { value: person.username })], "Change",
    (values) => changePerson("PATCH", "", values));
}

function changeUserIdSheet(person) {
  const next = `${person.bsuid.slice(0, 3)}${String(Date.now()).padStart(17, "2")}`;
  formSheet("New BSUID", [field("new_bsuid", "New BSUID", { value: next, required: true })], "Change",
    (values) => changePerson("POST", "/change", { ...values, phone_number_id: state.number }));
}
