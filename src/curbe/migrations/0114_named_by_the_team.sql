-- What the team calls somebody is shown in place of what WhatsApp, or the app's address book, tells of them: everything reads `name`.
-- What is told meanwhile is kept beside it, so that one can go back, and nothing that is told takes a name away that was given here.
ALTER TABLE contacts
    ADD COLUMN name_given boolean NOT NULL DEFAULT false, -- the team gave `name`
    ADD COLUMN profile_name text;                         -- while it did: what is told
ALTER TABLE contacts
    ADD CONSTRAINT contacts_named_by_the_team
    CHECK (CASE WHEN name_given THEN name IS NOT NULL ELSE profile_name IS NULL END) NOT VALID; -- nobody has either yet
