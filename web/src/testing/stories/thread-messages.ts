/** One of every message that WhatsApp knows, in the shapes that the API tells them in. */

import { ME, messageOf, uuid } from "@/shared/store/testing";
import type { Annotation, Message, MessageMedia } from "@/shared/store/types";
import { COLLEAGUE, CONVERSATION, type Contents } from "./thread-story";

const START = Date.now() - 26 * 3600_000;
const PEAKS = btoa(
  String.fromCharCode(
    ...Array.from({ length: 64 }, (_, n) => 40 + Math.abs(Math.sin(n / 3) * Math.cos(n / 7)) * 215),
  ),
);

function picture(hue: number, width: number, height: number, words = ""): string {
  return `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl(${hue} 60% 62%)"/><stop offset="1" stop-color="hsl(${hue + 50} 60% 38%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><circle cx="70%" cy="30%" r="12%" fill="hsl(50 90% 75%)"/><text x="50%" y="60%" font-size="40" text-anchor="middle" fill="white">${words}</text></svg>`,
  )}`;
}

function stored(url: string, more: Partial<MessageMedia> = {}): MessageMedia {
  return {
    state: "stored",
    id: uuid(5),
    url,
    mime_type: "image/svg+xml",
    size: 734_003,
    width: 1200,
    height: 900,
    ...more,
  };
}

class Teller {
  readonly messages: Message[] = [];
  readonly annotations: Annotation[] = [];
  private at: number;
  private number = 0;

  constructor(start = START) {
    this.at = start;
  }

  wait(minutes: number): void {
    this.at += minutes * 60_000;
  }

  private next(): { id: string; created_at: string; provider_message_id: string } {
    this.number += 1;
    this.at += 20_000;
    return {
      id: uuid(3_000_000 + this.number),
      created_at: new Date(this.at).toISOString(),
      provider_message_id: `wamid.story.${this.number}`,
    };
  }

  them(type: string, content: object | null, more: Partial<Message> = {}): Message {
    return this.add({
      type,
      text: null,
      ...(content ? { content: content as Message["content"] } : {}),
      ...more,
    } as Partial<Message>);
  }

  says(body: string, more: Partial<Message> = {}): Message {
    return this.them("text", { kind: "text", body }, { text: body, ...more });
  }

  us(payload: { type: string; [member: string]: unknown }, more: Partial<Message> = {}): Message {
    const at = new Date(this.at + 21_000).toISOString();
    const facts = { accepted_at: at, sent_at: at, delivered_at: at, read_at: at };
    return this.add({
      direction: "outbound",
      status: "read",
      type: payload.type,
      text: null,
      payload,
      sender: `user:${ME}`,
      ...facts,
      ...more,
    });
  }

  writes(body: string, more: Partial<Message> = {}): Message {
    return this.us({ type: "text", text: { body } }, { text: body, ...more });
  }

  note(body: string, author = COLLEAGUE, mentions: string[] = []): void {
    const { id, created_at } = this.next();
    this.annotations.push({
      kind: "note",
      id,
      conversation_id: CONVERSATION,
      author: `user:${author}`,
      body,
      mentions,
      created_at,
    });
  }

  activity(activity: { type: string; [member: string]: unknown }, author = COLLEAGUE): void {
    const { id, created_at } = this.next();
    this.annotations.push({
      kind: "activity",
      id,
      conversation_id: CONVERSATION,
      author: `user:${author}`,
      activity,
      created_at,
    });
  }

  private add(more: Partial<Message>): Message {
    const message = messageOf(this.number, CONVERSATION, { ...this.next(), ...more });
    this.messages.push(message);
    return message;
  }

  contents(unread = 0): Contents {
    return {
      messages: this.messages,
      annotations: this.annotations,
      unread,
      closesAt: new Date(Date.now() + 19.4 * 3600_000).toISOString(),
    };
  }
}

export function everyMessage(): Contents {
  const t = new Teller();
  t.says("Hola! Vi vuestro anuncio 😊", {
    referral: {
      source_type: "ad",
      source_url: "https://fb.me/3xAmpleAd",
      headline: "Revisión gratis en otoño",
      body: "Pide cita por WhatsApp y te llamamos el mismo día.",
      media_type: "image",
    },
  });
  t.them("request_welcome", { kind: "request_welcome" });
  const asked = t.says(
    "¿Tenéis *hueco mañana* por la tarde? Mirad _por favor_ ~el lunes~ https://clinica.example.com/citas?dia=2026-11-29, o escribid a citas@clinica.example.com.",
  );
  t.activity({ type: "assigned", assignee_id: ME });
  t.writes("¡Hola, Lucía! Sí, mañana a las 17:00 te va bien?", {
    reply_to: asked.provider_message_id ?? "",
    reactions: [{ who: "contact", emoji: "👍", at: new Date().toISOString() }],
  });
  t.writes(
    "Recuerda traer:\n- El DNI\n- La *tarjeta sanitaria*\n- Análisis previos\n\n> Si no puedes venir avisa antes\n\n1. Entra\n2. Pregunta en recepción",
    { sender: `user:${COLLEAGUE}` },
  );
  t.says('```\nconst cita = {\n  hora: "17:00",\n}\n```\ny en línea `ok`');
  t.says("❤️");
  t.says("🙏🎉");
  t.note("Ojo: es clienta de *toda la vida*, @Ana Torres. Dale prioridad.", COLLEAGUE, [ME]);
  t.wait(8);
  t.them(
    "image",
    { kind: "media", caption: "La receta que me dieron 👇" },
    { text: "La receta que me dieron 👇", media: stored(picture(150, 1200, 900)) },
  );
  t.them("image", { kind: "media" }, { media: stored(picture(20, 900, 1400), { width: 900, height: 1400 }) });
  t.wait(3);
  for (const hue of [200, 260, 320, 20, 60, 100])
    t.them(
      "image",
      { kind: "media" },
      { media: stored(picture(hue, 800, 800), { width: 800, height: 800 }) },
    );
  t.wait(3);
  for (const hue of [10, 80, 120])
    t.us({ type: "image", image: { id: "x" } }, { media: stored(picture(hue, 800, 800)) });
  t.wait(4);
  t.them(
    "video",
    { kind: "media", caption: "Mira esto" },
    {
      media: {
        ...stored(picture(280, 1280, 720), {
          width: 1280,
          height: 720,
          mime_type: "video/mp4",
          duration_ms: 42_000,
        }),
        thumbnail_url: picture(280, 320, 180),
      },
    },
  );
  t.them("image", { kind: "media" }, { media: { state: "pending", mime_type: "image/jpeg" } });
  t.wait(3);
  t.them("image", { kind: "media" }, { media: { state: "failed", error: "link_ended" } });
  t.them(
    "audio",
    { kind: "media", voice: true },
    {
      media: {
        state: "stored",
        id: uuid(6),
        url: "data:audio/wav;base64,",
        mime_type: "audio/ogg",
        duration_ms: 13_400,
        peaks: PEAKS,
        voice: true,
      },
    },
  );
  t.us(
    { type: "audio", audio: { id: "x", voice: true } },
    {
      status: "played",
      played_at: new Date().toISOString(),
      media: {
        state: "stored",
        id: uuid(6),
        url: "data:audio/wav;base64,",
        mime_type: "audio/ogg",
        duration_ms: 7_000,
        peaks: PEAKS,
        voice: true,
      },
    },
  );
  t.them(
    "audio",
    { kind: "media" },
    {
      media: {
        state: "stored",
        id: uuid(6),
        url: "x",
        mime_type: "audio/amr",
        duration_ms: 7_000,
        filename: "nota.amr",
      },
    },
  );
  t.them(
    "document",
    { kind: "media", filename: "Factura 2026-1042 de la clínica.pdf", caption: "Aquí va la factura" },
    {
      media: {
        state: "stored",
        id: uuid(7),
        url: "x",
        mime_type: "application/pdf",
        size: 482_113,
        filename: "Factura 2026-1042 de la clínica.pdf",
      },
    },
  );
  t.us(
    { type: "document", document: { id: "x", filename: "Tarifas.xlsx" } },
    {
      media: {
        state: "stored",
        id: uuid(7),
        url: "x",
        mime_type: "application/vnd.ms-excel",
        size: 12_113,
        filename: "Tarifas.xlsx",
      },
    },
  );
  t.them(
    "sticker",
    { kind: "media", animated: false },
    { media: stored(picture(45, 512, 512, "hola"), { width: 512, height: 512 }) },
  );
  t.wait(10);
  t.them("location", {
    kind: "location",
    latitude: 40.4168,
    longitude: -3.7038,
    name: "Puerta del Sol",
    address: "Plaza de la Puerta del Sol, Madrid",
  });
  t.them("contacts", {
    kind: "contacts",
    cards: [
      {
        name: "Marc Vidal",
        phones: [{ phone: "+34 611 00 00 04", type: "CELL", wa_id: "34611000004" }],
        emails: ["marc@example.com"],
        organization: "Vidal e hijos",
        title: "Encargado",
        urls: ["https://vidal.example.com"],
        addresses: [
          { street: "Carrer Major 4", city: "Reus", zip: "43201", country: "España", type: "WORK" },
        ],
      },
    ],
  });
  t.them("order", {
    kind: "order",
    lines: [
      { product_retailer_id: "SKU-CAMISETA-M", quantity: 2, item_price: 19.95, currency: "EUR" },
      { product_retailer_id: "SKU-GORRA", quantity: 1, item_price: 12, currency: "EUR" },
    ],
    text: "¿Podéis mandarlo hoy?",
  });
  t.us({
    type: "interactive",
    interactive: {
      type: "button",
      header: { type: "text", text: "Cita del jueves" },
      body: { text: "¿Confirmas tu cita del *jueves a las 17:00*?" },
      footer: { text: "Clínica Demo" },
      action: {
        buttons: [
          { type: "reply", reply: { id: "1", title: "Confirmo" } },
          { type: "reply", reply: { id: "2", title: "Cambiar" } },
          { type: "reply", reply: { id: "3", title: "Anular" } },
        ],
      },
    },
  });
  t.them("interactive", { kind: "reply", of: "button_reply", title: "Confirmo", id: "1" });
  t.us({
    type: "interactive",
    interactive: {
      type: "list",
      body: { text: "Elige un horario" },
      action: {
        button: "Ver horarios",
        sections: [
          {
            title: "Mañana",
            rows: [
              { id: "a", title: "09:00", description: "Dra. Pons" },
              { id: "b", title: "10:30" },
            ],
          },
          { title: "Tarde", rows: [{ id: "c", title: "17:00" }] },
        ],
      },
    },
  });
  t.them("interactive", { kind: "reply", of: "list_reply", title: "09:00", description: "Dra. Pons" });
  t.us(
    {
      type: "interactive",
      interactive: {
        type: "cta_url",
        body: { text: "Paga aquí la reserva." },
        action: {
          name: "cta_url",
          parameters: { display_text: "Pagar 20 €", url: "https://pay.example.com/1042" },
        },
      },
    },
    { status: "delivered", read_at: undefined as never },
  );
  t.us(
    {
      type: "interactive",
      interactive: {
        type: "location_request_message",
        body: { text: "¿Dónde estás?" },
        action: { name: "send_location" },
      },
    },
    { status: "sent" },
  );
  t.us(
    {
      type: "interactive",
      interactive: {
        type: "flow",
        body: { text: "Rellena tus datos" },
        action: { name: "flow", parameters: { flow_cta: "Abrir formulario", flow_id: "1" } },
      },
    },
    { status: "accepted" },
  );
  t.them("interactive", {
    kind: "flow_reply",
    name: "flow",
    body: "Sent",
    answers: { nombre_completo: "Lucía Romero", fecha: "2026-11-29", flow_token: "x" },
  });
  t.us({
    type: "interactive",
    interactive: {
      type: "product_list",
      header: { type: "text", text: "Novedades" },
      body: { text: "Mira lo que ha llegado" },
      action: {
        catalog_id: "1",
        sections: [
          {
            title: "Ropa",
            product_items: [{ product_retailer_id: "SKU-1" }, { product_retailer_id: "SKU-2" }],
          },
        ],
      },
    },
  });
  t.us({
    type: "interactive",
    interactive: {
      type: "carousel",
      body: { text: "Tres habitaciones" },
      action: {
        cards: [0, 1, 2].map((n) => ({
          card_index: n,
          type: "cta_url",
          header: { type: "image", image: { link: "https://x.example/1.jpg" } },
          body: { text: `Habitación *${n + 1}* con vistas` },
          action: { name: "cta_url", parameters: { display_text: "Reservar", url: "https://x.example" } },
        })),
      },
    },
  });
  t.us(
    {
      type: "template",
      template: {
        name: "order_update",
        language: { code: "es" },
        components: [
          {
            type: "body",
            parameters: [
              { type: "text", text: "Lucía" },
              { type: "text", text: "1042" },
            ],
          },
        ],
      },
    },
    { text: "order_update\nLucía\n1042", provider_status: "held_for_quality_assessment", status: "accepted" },
  );
  t.them("button", { kind: "button", text: "Sí, quiero", payload: "YES" });
  t.says("Este lo cambié", { edited_at: new Date().toISOString() });
  t.says("x", { revoked_at: new Date().toISOString() });
  t.says("Mirad esta cadena", { context: { forwarded: true, frequently_forwarded: true } });
  t.says("¿Este lo tenéis en azul?", { context: { product_retailer_id: "SKU-CAMISETA-M", catalog_id: "1" } });
  t.them("unsupported", {
    kind: "unsupported",
    what: "poll_creation",
    code: 131051,
    reason: "Message type is currently not supported.",
  });
  t.them("image", {
    kind: "unsupported",
    what: "image",
    code: 131052,
    reason: "Meta could not fetch the file that the person sent. Ask them to send it again.",
  });
  t.them("interactive", {
    kind: "flow_reply",
    name: "payment_method",
    answers: { payment_method: "google_pay", reference_id: "order-7" },
  });
  t.them("hologram", { kind: "other", type: "hologram" });
  t.them("system", {
    kind: "system",
    event: "user_changed_number",
    body: "User A changed from 34611 to 34622",
  });
  t.them("interactive", {
    kind: "call_permission",
    response: "accept",
    permanent: false,
    expires_at: 1795000000,
  });
  t.activity({ type: "labels", added: [{ id: "x", name: "VIP" }], removed: [] });
  t.activity({ type: "state", state: "resolved" }, ME);
  t.wait(5);
  t.writes("En cola", { status: "queued" });
  t.writes("Enviándose", { status: "sending" });
  t.writes("Escrito desde la app del móvil", { sender: null, status: "delivered" });
  t.writes("Esto no se sabe si llegó", { status: "unknown" });
  t.writes("¿Nos vemos mañana?", {
    status: "failed",
    failed_at: new Date().toISOString(),
    error: {
      kind: "window_closed",
      code: 131047,
      words: {
        en: "More than 24 hours have passed since this person last wrote. Send a template instead.",
        es: "Han pasado más de 24 horas desde que esta persona escribió. Envía una plantilla.",
        pt: "Passaram mais de 24 horas.",
      },
    },
  });
  t.says("Gracias!!", {
    standby: true,
    reactions: [
      { who: "us", emoji: "❤️", at: new Date().toISOString() },
      { who: "contact", emoji: "😂", at: new Date().toISOString() },
    ],
  });
  return t.contents();
}

export function unreadThread(): Contents {
  const t = new Teller();
  for (let n = 0; n < 30; n += 1) {
    if (n % 3) t.says(`Mensaje ${n}: ${"palabras ".repeat((n * 7) % 23)}`);
    else t.writes(`Respuesta ${n}`);
  }
  t.wait(60);
  for (let n = 0; n < 5; n += 1) t.says(`Nuevo ${n + 1}`);
  return t.contents(5);
}

export function longThread(count: number): Contents {
  const t = new Teller(Date.now() - 120 * 24 * 3600_000);
  for (let n = 0; n < count; n += 1) {
    if (n % 40 === 0) t.wait(600);
    const words = `Mensaje ${n}. ${"Lorem ipsum dolor sit amet. ".repeat((n * 13) % 9)}`;
    if (n % 3 === 0) t.writes(words);
    else if (n % 17 === 0)
      t.them("image", { kind: "media" }, { media: stored(picture((n * 31) % 360, 800, 600)) });
    else t.says(words);
  }
  return t.contents();
}
