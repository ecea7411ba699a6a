-- Where the database lies. A dump carries this row along; who restores it makes another table, and writes the row in another transaction than
-- it says. So the database tells by itself that it was restored from a dump, into whatever cluster: what waits in it to be sent may have gone
-- out since the dump was made. What is copied file by file keeps both: pg_upgrade, which is to go on as it was, and a base backup, which tells
-- nothing.
CREATE TABLE database_home (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    relation bigint NOT NULL, -- this table's oid
    xid bigint NOT NULL       -- the transaction that wrote the row: its xmin, as long as nobody wrote it anew
);
INSERT INTO database_home (relation, xid) VALUES ('database_home'::regclass::oid::bigint, current_xid());
