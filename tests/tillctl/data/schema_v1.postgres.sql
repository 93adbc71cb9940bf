-- tillbridge's tables as version 1 made them: a database to upgrade from. Never changed.
CREATE TABLE tillbridge_meta (name varchar(64) NOT NULL PRIMARY KEY, value varchar(255) NOT NULL);
CREATE TABLE tillbridge_guard (order_id bigint NOT NULL, shop varchar(255) NOT NULL, rms_order integer NOT NULL, updated_at bigint NOT NULL, fetched_at bigint NOT NULL, applied varchar(64) NOT NULL, seen varchar(64) NOT NULL, action varchar(64) NOT NULL, reason varchar(64) NOT NULL, held_for varchar(64) NOT NULL, closed_by_us integer NOT NULL, notes varchar(64) NOT NULL, src_topic varchar(255) NOT NULL, src_partition integer NOT NULL, src_offset bigint NOT NULL, outcome text NOT NULL, line_map text NOT NULL, PRIMARY KEY (order_id, shop));
CREATE TABLE tillbridge_customer (customer_id bigint NOT NULL, shop varchar(255) NOT NULL, rms_customer integer NOT NULL, PRIMARY KEY (customer_id, shop));
INSERT INTO tillbridge_meta (name, value) VALUES ('schema_version', '1');
