-- tillbridge's tables as version 1 made them: a database to upgrade from. Never changed.
CREATE TABLE tillbridge_meta (name VARCHAR(64) NOT NULL PRIMARY KEY, value VARCHAR(255) NOT NULL);
CREATE TABLE tillbridge_guard (order_id BIGINT NOT NULL, shop VARCHAR(255) NOT NULL, rms_order INTEGER NOT NULL, updated_at BIGINT NOT NULL, fetched_at BIGINT NOT NULL, applied VARCHAR(64) NOT NULL, seen VARCHAR(64) NOT NULL, action VARCHAR(64) NOT NULL, reason VARCHAR(64) NOT NULL, held_for VARCHAR(64) NOT NULL, closed_by_us INTEGER NOT NULL, notes VARCHAR(64) NOT NULL, src_topic VARCHAR(255) NOT NULL, src_partition INTEGER NOT NULL, src_offset BIGINT NOT NULL, outcome TEXT NOT NULL, line_map TEXT NOT NULL, PRIMARY KEY (order_id, shop));
CREATE TABLE tillbridge_customer (customer_id BIGINT NOT NULL, shop VARCHAR(255) NOT NULL, rms_customer INTEGER NOT NULL, PRIMARY KEY (customer_id, shop));
INSERT INTO tillbridge_meta (name, value) VALUES ('schema_version', '1');
