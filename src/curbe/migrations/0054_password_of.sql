-- When the password was chosen that a second factor follows: where it is another by now, the challenge opens nothing.
-- NULL: it follows no password. Those that were asked for before this live for minutes, and are over with them.
ALTER TABLE sign_in_challenges ADD COLUMN password_of timestamptz;
