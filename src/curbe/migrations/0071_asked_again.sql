-- A job that is asked for while somebody works on it: what that attempt has read already may be old, so it is done once more.

ALTER TABLE jobs ADD COLUMN again boolean NOT NULL DEFAULT false;
