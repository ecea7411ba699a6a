-- A number sends once it is registered with Meta, under the PIN of its two-step verification. Whoever registers it anew, here or elsewhere,
-- needs that PIN: it is kept, sealed, and outlives a disconnection. `registration_problem`: the code with which the last try ended, none where
-- it went well.
ALTER TABLE channel_connections
    ADD COLUMN pin_enc text,              -- AES-256-GCM, bound to this row and column
    ADD COLUMN registration_problem text;
UPDATE channel_connections SET metadata = metadata || '{"unregistered": true}' WHERE metadata ->> 'number_status' IN ('PENDING', 'DISCONNECTED');
