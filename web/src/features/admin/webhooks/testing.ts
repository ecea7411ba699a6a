/** A webhook and a delivery as the API shows them, for tests. */

import type { Delivery, Webhook } from "../api/webhooks";

export const aWebhook = (change: Partial<Webhook> = {}): Webhook => ({
  id: "w1",
  url: "https://crm.example.com/curbe",
  description: "CRM",
  types: [],
  enabled: true,
  disabled_reason: null,
  failing_since: null,
  last_reason: null,
  last_status: 200,
  last_delivered_at: "2026-03-01T10:00:00Z",
  waiting: 0,
  failed: 0,
  secret_last4: "Zz9=",
  created_at: "2026-02-01T10:00:00Z",
  updated_at: "2026-02-01T10:00:00Z",
  ...change,
});

export const aDelivery = (change: Partial<Delivery> = {}): Delivery => ({
  id: "evt_1_8130_78",
  type: "message_received",
  conversation_id: null,
  state: "delivered",
  attempts: 1,
  due_at: null,
  last_status: 200,
  last_reason: null,
  duration_ms: 35,
  created_at: "2026-03-01T10:00:00Z",
  done_at: "2026-03-01T10:00:01Z",
  ...change,
});
