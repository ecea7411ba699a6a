-- A number that comes from a sign-up and stays on the WhatsApp Business app: how asking for the app's contacts and history went, each by its
-- name. Meta takes the question once, and within 24 hours.
ALTER TABLE channel_connections ADD COLUMN app_data jsonb NOT NULL DEFAULT '{}';
