-- Where the database lies. A dump carries this row along; who restores it makes another table, and writes the row in another transaction than
-- it says. So the database tells by itself that it was restored from a dump, into whatever cluster: what waits in it to be sent may have gone
-- out since the dump was made. What is copied file by file keeps both: pg_upgrade, which is to go on as it was, and a base backup, which tells
-- nothing.
-- It has no key of its own on purpose: tools that write tables anew (pg_repack) take those that have one, under the same oid, in another transaction.
CREATE TABLE database_home (
    relation bigint NOT NULL, -- this table's oid
    xid bigint NOT NULL       -- the transaction that wrote the row: its xmin, as long as nobody wrote it anew
);
CREATE UNIQUE INDEX one_database_home ON database_home ((true));
INSERT INTO database_home (relation, xid) VALUES ('database_home'::regclass::oid::bigint, current_xid());
