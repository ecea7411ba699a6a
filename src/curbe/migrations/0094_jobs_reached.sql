-- A long job notes how far it has got, and goes on from there after its worker died. What it reads is its own: of catching up, the place in the
-- webhook log. Asked for anew, it begins at the beginning, also where the web process asks.
ALTER TABLE jobs ADD COLUMN reached bigint[];
GRANT UPDATE (reached) ON jobs TO app_web;
