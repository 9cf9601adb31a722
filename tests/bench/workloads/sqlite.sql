-- SPDX-License-Identifier: MIT
--
-- sqlite.sql: rows built, indexed, joined and deleted in an in-memory database.
-- The driver replaces @ROWS@ (400000; fewer with --quick) and feeds the text to
-- `sqlite3 :memory:` on its standard input.  Text of varying length makes the
-- page cache, the sorter and the expression evaluator all allocate; there is no
-- file and no fsync, so the disk has no part in the time.

CREATE TABLE item (id INTEGER PRIMARY KEY, label TEXT, amount REAL, body TEXT);
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < @ROWS@)
INSERT INTO item
SELECT n, 'label-' || ((n * 7919) % 100003), (n * 31 % 1000) / 7.0,
       substr('abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz', 1 + n % 20, 5 + n % 30)
FROM counter;
CREATE INDEX item_label ON item (label);
SELECT count(*), sum(amount) FROM item WHERE label > 'label-5';
SELECT label, count(*), group_concat(body) FROM item GROUP BY label ORDER BY 2 DESC, 1 LIMIT 10;
SELECT count(*) FROM item a JOIN item b ON a.label = b.label WHERE a.id < 20000;
UPDATE item SET body = body || label WHERE id % 3 = 0;
DELETE FROM item WHERE id % 2 = 0;
SELECT max(length(body)), count(*) FROM item;
