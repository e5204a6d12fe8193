#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "base/error.h"
#include "database/testing/move_of.h"

namespace hikkoshi::database::mariadb {
namespace {

std::string failure_of(MoveOf& move) {
  try {
    move.copy();
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::never) << error.what();
    return error.what();
  }
  return "";
}

TEST(MariadbCopy, keeps_a_zero_in_an_auto_increment_column_and_the_counter) {
  MoveOf move({"SET sql_mode='NO_AUTO_VALUE_ON_ZERO'",
               "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)",
               "INSERT INTO t VALUES (0), (1), (77)", "DELETE FROM t WHERE id=77"});
  EXPECT_EQ(move.copied("SELECT id FROM t ORDER BY id"), "0\n1");
  EXPECT_EQ(move.new_side("SELECT auto_increment FROM information_schema.tables WHERE"
                          " table_schema='frames'"),
            "78");
}

TEST(MariadbCopy, tells_null_from_an_empty_text) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, a TEXT, b VARCHAR(9) NOT NULL, c BLOB)",
       "INSERT INTO t VALUES (1, NULL, '', ''), (2, '', '\\\\N', NULL), (3, 'NULL', 'N', 'N')"});
  EXPECT_EQ(move.copied("SELECT id, a, b, c FROM t ORDER BY id"),
            "1|NULL||\n2||\\N|NULL\n3|NULL|N|N");
  EXPECT_EQ(move.new_side("SELECT COUNT(*) FROM t WHERE a IS NULL"), "1");
}

TEST(MariadbCopy, carries_utf8_bytes_in_a_latin1_column_as_they_are) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(40) CHARACTER SET latin1,"
       " b VARCHAR(40) CHARACTER SET cp932, c VARCHAR(9) CHARACTER SET ucs2,"
       " d VARCHAR(40) CHARACTER SET utf8mb4)",
       "INSERT INTO t VALUES (1, X'E5BC95E8B68AE38197', X'955C5C', X'5F15004E005C', '🖼️é'),"
       " (2, X'80815C00FF', _cp932 X'835C', _ucs2 X'0000', '')"});
  EXPECT_EQ(move.copied("SELECT id, HEX(a), HEX(b), HEX(c), HEX(d) FROM t ORDER BY id"),
            "1|E5BC95E8B68AE38197|955C5C|5F15004E005C|F09F96BCEFB88FC3A9\n"
            "2|80815C00FF|835C|0000|");
}

TEST(MariadbCopy, carries_all_bytes_and_every_sign_that_a_load_could_take_for_its_own) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, b BLOB, v VARBINARY(600), c TEXT)", "SET @all=''",
       "BEGIN NOT ATOMIC FOR i IN 0..255 DO SET @all=CONCAT(@all,"
       "UNHEX(LPAD(HEX(i),2,'0'))); END FOR; END",
       "INSERT INTO t VALUES (1, @all, CONCAT(@all, @all), '\\t\\n\\\\\\0\\r\\'\\\"\\Z|,')"});
  EXPECT_EQ(move.copied("SELECT MD5(b), LENGTH(v), HEX(c) FROM t"),
            "e2c865db4162bed963bfaa9ef6ac18f0|512|090A5C000D27221A7C2C");
}

TEST(MariadbCopy, carries_all_bytes_of_columns_that_are_too_long_for_a_packet) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB, c LONGTEXT, e ENUM('a'), n INT)",
       "SET @all=''",
       "BEGIN NOT ATOMIC FOR i IN 0..255 DO SET @all=CONCAT(@all,"
       "UNHEX(LPAD(HEX(i),2,'0'))); END FOR; END",
       "INSERT INTO t VALUES (1, @all, '\\t\\n\\\\\\0\\Z é', 'a', NULL), (2, '', NULL, NULL, 0)"});
  EXPECT_EQ(move.copied("SELECT id, MD5(b), HEX(c), e, n FROM t ORDER BY id"),
            "1|e2c865db4162bed963bfaa9ef6ac18f0|090A5C001A20C3A9|a|NULL\n"
            "2|d41d8cd98f00b204e9800998ecf8427e|NULL|NULL|0");
}

TEST(MariadbCopy, carries_more_rows_than_one_batch_holds) {
  MoveOf move({"CREATE TABLE t (a INT, b VARCHAR(99), c TEXT)",
               "INSERT INTO t SELECT IF(seq%3,seq,NULL), IF(seq%5,REPEAT('x',seq%99),NULL),"
               " IF(seq%7,IF(seq%4,'',seq),NULL) FROM seq_1_to_30000"});
  EXPECT_EQ(move.copied("SELECT COUNT(*), SUM(a), COUNT(b), SUM(LENGTH(b)), COUNT(c), SUM(c='')"
                        " FROM t"),
            "30000|300000000|24000|1175886|25715|19286");
}

TEST(MariadbCopy, keeps_zero_and_impossible_dates_and_times_in_utc) {
  MoveOf move(
      {"SET sql_mode='ALLOW_INVALID_DATES'", "SET time_zone='+09:00'",
       "CREATE TABLE t (d DATE, dt DATETIME(6), ts TIMESTAMP(3) NULL, tm TIME(6), y YEAR)",
       "INSERT INTO t VALUES ('0000-00-00', '0000-00-00', '1970-01-01 09:00:01.5',"
       " '-838:59:59', 0), ('2024-02-31', '9999-12-31 23:59:59.999999',"
       " '2024-03-31 02:30:00', '-00:00:00.5', 2155), ('2024-00-10', NULL, NULL, NULL, NULL)"});
  EXPECT_EQ(move.copied("SELECT d, dt, ts, tm, y FROM t ORDER BY d"),
            "0000-00-00|0000-00-00 00:00:00.000000|1970-01-01 00:00:01.500|-838:59:59.000000|0000\n"
            "2024-00-10|NULL|NULL|NULL|NULL\n"
            "2024-02-31|9999-12-31 23:59:59.999999|2024-03-30 17:30:00.000|-00:00:00.500000|2155");
}

TEST(MariadbCopy, keeps_every_bit_of_a_floating_point_number) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, f FLOAT, d DOUBLE, m FLOAT(7,3), n DECIMAL(65,30))",
       "INSERT INTO t VALUES (1, 0.1, 0.1, 1234.567, 1e-30), (2, 16777217, 1/3e0, 0.001, 1/3),"
       " (3, -0.0e0, -0.0e0, 0, 0), (4, 3.4028234e38, 1.7976931348623157e308, 9999.999,"
       " 99999999999999999999999999999999999.999999999999999999999999999999),"
       " (5, 1.17549435e-38, 5e-324, NULL, NULL), (6, 8388608.5, 123456789012345678, 0.1, -1)"});
  move.copied("SELECT id, f+0e0, d, m+0e0, n FROM t ORDER BY id");
  EXPECT_EQ(move.new_side("SELECT COUNT(*) FROM t WHERE id=1 AND f=CAST(0.1 AS FLOAT) AND d=0.1e0"),
            "1");
}

TEST(MariadbCopy, keeps_bits_enumerations_and_sets) {
  MoveOf move(
      {"SET sql_mode=''",
       "CREATE TABLE t (id INT PRIMARY KEY, b BIT(64), c BIT(1), e ENUM('2','1','x,y','é'),"
       " s SET('a','b','c d'))",
       "INSERT INTO t VALUES (1, b'1', b'0', '2', 'a,c d'), (2, 0xFFFFFFFFFFFFFFFF, b'1', '1', ''),"
       " (3, 0x5C0A090000000000, NULL, 'x,y', NULL), (4, NULL, NULL, 'é', 'b')",
       "SET max_error_count=0", "INSERT IGNORE INTO t VALUES (5, 0, 0, 'bogus', '')"});
  EXPECT_EQ(move.copied("SELECT id, HEX(b), c+0, e+0, e, s FROM t ORDER BY id"),
            "1|1|0|1|2|a,c d\n2|FFFFFFFFFFFFFFFF|1|2|1|\n3|5C0A090000000000|NULL|3|x,y|NULL\n"
            "4|NULL|NULL|4|é|b\n5|0|0|0||");
}

TEST(MariadbCopy, keeps_geometry_uuids_addresses_and_json) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, g GEOMETRY, p POINT NOT NULL, u UUID, i6 INET6,"
       " i4 INET4, j JSON, z VARCHAR(200) COMPRESSED, SPATIAL KEY (p))",
       "INSERT INTO t VALUES (1, ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326),"
       " POINT(1.5,-2), '123e4567-e89b-12d3-a456-426655440000', '2001:db8::1', '192.0.2.10',"
       " '{\"a\": [1, null]}', REPEAT('z', 200)), (2, NULL, POINT(0,0), NULL, '::ffff:1.2.3.4',"
       " '0.0.0.0', NULL, NULL)"});
  EXPECT_EQ(move.copied("SELECT id, ST_AsText(g), ST_SRID(g), ST_AsText(p), u, i6, i4, j, LENGTH(z)"
                        " FROM t ORDER BY id"),
            "1|POLYGON((0 0,1 0,1 1,0 0))|4326|POINT(1.5 -2)|123e4567-e89b-12d3-a456-426655440000|"
            "2001:db8::1|192.0.2.10|{\"a\": [1, null]}|200\n"
            "2|NULL|NULL|POINT(0 0)|NULL|::ffff:1.2.3.4|0.0.0.0|NULL|NULL");
}

TEST(MariadbCopy, computes_generated_columns_on_new_and_keeps_invisible_ones) {
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, a INT, s INT AS (a*2) STORED, v INT AS (a+1)"
       " VIRTUAL, h INT INVISIBLE DEFAULT 7, KEY (v), KEY (s))",
       "INSERT INTO t (id, a, h) VALUES (1, 5, 9), (2, NULL, 8)"});
  EXPECT_EQ(move.copied("SELECT id, a, s, v, h FROM t ORDER BY id"),
            "1|5|10|6|9\n2|NULL|NULL|NULL|8");
}

TEST(MariadbCopy, takes_tables_with_hostile_names) {
  MoveOf move(
      {"CREATE TABLE `a``b` (`se``lect` INT PRIMARY KEY, `x y` INT, `引越` INT, KEY `k``k` (`x "
       "y`))",
       "INSERT INTO `a``b` VALUES (1, 2, 3)", "CREATE TABLE `select` (`from` INT PRIMARY KEY)",
       "CREATE TABLE `引っ越し` (`order` VARCHAR(9) PRIMARY KEY)",
       "INSERT INTO `引っ越し` VALUES ('箱')",
       "CREATE TABLE `'; DROP TABLE x; --` (`\"` INT PRIMARY KEY)",
       "INSERT INTO `'; DROP TABLE x; --` VALUES (9)"});
  EXPECT_EQ(move.copied("SELECT * FROM `a``b` JOIN `引っ越し` JOIN `'; DROP TABLE x; --`"),
            "1|2|3|箱|9");
}

TEST(MariadbCopy, takes_empty_tables_tables_without_a_key_and_partitions) {
  MoveOf move({"CREATE TABLE nothing (id INT PRIMARY KEY, a TEXT, KEY (a(10)))",
               "CREATE TABLE heap (a INT, b TEXT)",
               "INSERT INTO heap VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL), (2, '')",
               "CREATE TABLE parts (id INT, day DATE NOT NULL, PRIMARY KEY (id, day)) PARTITION BY"
               " RANGE (YEAR(day)) (PARTITION p0 VALUES LESS THAN (2024), PARTITION p1 VALUES LESS"
               " THAN MAXVALUE)",
               "INSERT INTO parts VALUES (1, '2023-05-05'), (2, '2025-05-05')"});
  EXPECT_EQ(move.copied("SELECT COUNT(*), SUM(a) FROM heap"), "5|4");
  EXPECT_EQ(move.new_side("SELECT id FROM parts PARTITION (p1)"), "2");
}

TEST(MariadbCopy, finds_a_pair_of_equal_rows_missing_where_no_key_is) {
  MoveOf move(
      {"CREATE TABLE heap (a INT, b TEXT)", "INSERT INTO heap VALUES (1,'x'),(1,'x'),(3,'y')"});
  move.copy();
  move.servers().new_server().run({"UPDATE frames.heap SET a=3, b='y' WHERE a=1"});
  EXPECT_NE(move.compare().find("frames.heap: 3 rows on old, 3 on new"), std::string::npos);
}

TEST(MariadbCopy, cuts_tables_by_keys_of_every_kind_without_gap_or_overlap) {
  MoveOf move(
      {"CREATE TABLE words (w VARCHAR(40) COLLATE utf8mb4_general_ci PRIMARY KEY, pad CHAR(250))",
       "INSERT INTO words SELECT CONCAT(ELT(seq % 4 + 1, 'a', 'A', 'é', 'E'), seq), 'x'"
       " FROM seq_1_to_500",
       "CREATE TABLE big (id BIGINT UNSIGNED PRIMARY KEY)",
       "INSERT INTO big SELECT 18446744073709551615 - seq * 3 FROM seq_1_to_400",
       "CREATE TABLE two (a VARCHAR(9) CHARACTER SET latin1, b INT, PRIMARY KEY (a, b))",
       "INSERT INTO two SELECT ELT(seq % 3 + 1, X'FF', 'b', ''), 200 - CAST(seq AS SIGNED) FROM "
       "seq_1_to_400",
       "CREATE TABLE days (d DATETIME(3) PRIMARY KEY)",
       "INSERT INTO days SELECT '2024-01-01' + INTERVAL seq * 1001000 MICROSECOND FROM"
       " seq_1_to_300",
       "CREATE TABLE hashes (h BINARY(16) NOT NULL, UNIQUE KEY (h))",
       "INSERT INTO hashes SELECT UNHEX(MD5(seq)) FROM seq_1_to_300",
       "CREATE TABLE real_key (r DOUBLE PRIMARY KEY)",
       "INSERT INTO real_key SELECT seq / 7 FROM seq_1_to_300"});
  move.copied(
      "SELECT (SELECT COUNT(*) FROM words), (SELECT COUNT(*) FROM big), (SELECT COUNT(*)"
      " FROM two), (SELECT COUNT(*) FROM days), (SELECT COUNT(*) FROM hashes)");
  EXPECT_GT(move.chunks(), 6u) << "no table was cut, so this test has not tested";
  move.servers().new_server().run(
      {"DELETE FROM frames.words WHERE w='a4'", "UPDATE frames.two SET b=-7 WHERE b=0"});
  const std::string found = move.compare();
  EXPECT_NE(found.find("w=a4 is missing on new"), std::string::npos) << found;
  EXPECT_NE(found.find("b=0 is missing on new"), std::string::npos) << found;
  EXPECT_NE(found.find("b=-7 is on new only"), std::string::npos) << found;
}

TEST(MariadbCopy, carries_a_row_of_64_megabytes) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB)",
               "INSERT INTO t VALUES (1, REPEAT(X'00095C0A', 16777216)), (2, 'small')"});
  EXPECT_EQ(move.copied("SELECT id, LENGTH(b) FROM t ORDER BY id"), "1|67108864\n2|5");
}

TEST(MariadbCopy, does_not_fire_triggers_while_it_loads) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)",
               "CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY"
               " KEY, what TEXT)",
               "CREATE TRIGGER b AFTER INSERT ON t FOR EACH ROW INSERT INTO log"
               " (what) VALUES ('second')",
               "CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW PRECEDES b"
               " INSERT INTO log (what) VALUES ('first')",
               "INSERT INTO t VALUES (1), (2)"});
  EXPECT_EQ(move.copied("SELECT what FROM log ORDER BY id"), "first\nsecond\nfirst\nsecond");
  move.servers().new_server().run({"INSERT INTO frames.t VALUES (3)"});
  EXPECT_EQ(move.new_side("SELECT what FROM log WHERE id > 4 ORDER BY id"), "first\nsecond");
}

TEST(MariadbCopy, makes_views_on_views_whatever_their_names) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)",
               "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2",
               "CREATE VIEW z AS SELECT twice(id) AS d FROM t", "CREATE VIEW m AS SELECT d FROM z",
               "CREATE VIEW a AS SELECT m.d, t.id FROM m JOIN t"});
  EXPECT_EQ(move.copied("SELECT SUM(d), SUM(id) FROM a"), "12|6");
}

TEST(MariadbCopy, keeps_the_session_settings_that_code_was_written_under) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)", "SET NAMES latin1",
               "SET sql_mode='ANSI_QUOTES'",
               "CREATE PROCEDURE \"p\"() SELECT 'Gr\xfc\xdf' AS \"x\"",
               "CREATE VIEW v AS SELECT 'Gr\xfc\xdf' AS x", "SET sql_mode='ORACLE'",
               "CREATE PACKAGE pkg AS FUNCTION f RETURN INT; END",
               "CREATE PACKAGE BODY pkg AS FUNCTION f RETURN INT AS BEGIN RETURN 5; END; END",
               "SET sql_mode='STRICT_ALL_TABLES', time_zone='+03:00'",
               "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' ON COMPLETION"
               " PRESERVE COMMENT 'ENABLE' DO DELETE FROM frames.t",
               "SET NAMES utf8mb4", "ALTER DATABASE frames COLLATE utf8mb4_bin",
               "CREATE PROCEDURE later() SELECT 1"});
  move.copied(
      "SELECT routine_type, routine_name, sql_mode, character_set_client, collation_connection,"
      " database_collation, HEX(routine_definition) FROM information_schema.routines WHERE"
      " routine_schema='frames' ORDER BY 1, 2");
  EXPECT_EQ(move.new_side("SELECT HEX(x) FROM v"), "4772FCDF");
  EXPECT_EQ(
      move.new_side("SELECT status, time_zone, sql_mode, starts FROM information_schema.events"
                    " WHERE event_schema='frames'"),
      "DISABLED|+03:00|STRICT_ALL_TABLES|2031-01-01 00:00:00");
}

TEST(MariadbCopy, keeps_sequences_and_defaults_that_use_them) {
  MoveOf move({"CREATE SEQUENCE s START WITH 100 INCREMENT BY 5 CACHE 4", "CREATE SEQUENCE fresh",
               "CREATE TABLE t (id INT DEFAULT NEXTVAL(s) PRIMARY KEY, a INT)",
               "INSERT INTO t (a) VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)"});
  move.copied("SELECT * FROM s");
  EXPECT_EQ(move.new_side("SELECT NEXTVAL(fresh)"), "1");
  EXPECT_EQ(move.new_side("SELECT NEXTVAL(s) > (SELECT MAX(id) FROM t)"), "1");
}

TEST(MariadbCopy, keeps_foreign_keys_to_the_table_itself_and_in_circles) {
  MoveOf move(
      {"CREATE TABLE a (id INT PRIMARY KEY, parent INT, b INT, KEY (b), CONSTRAINT up FOREIGN KEY"
       " (parent) REFERENCES a (id) ON DELETE CASCADE)",
       "CREATE TABLE b (id INT PRIMARY KEY, a INT, CONSTRAINT ba FOREIGN KEY (a) REFERENCES a "
       "(id))",
       "ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id)",
       "INSERT INTO a VALUES (1, NULL, NULL), (2, 1, NULL)", "INSERT INTO b VALUES (1, 2)",
       "UPDATE a SET b=1"});
  move.copied("SELECT * FROM a JOIN b");
  Connection root = move.servers().new_server().root();
  root.execute("SET foreign_key_checks=1");
  EXPECT_EQ(root.attempt("INSERT INTO frames.b VALUES (2, 99)").value_or(Refusal{}).code, 1452u);
}

TEST(MariadbCopy, takes_definers_and_who_holds_a_role_along_without_rights) {
  MoveOf move({"CREATE USER owner@localhost IDENTIFIED BY 'o'",
               "CREATE USER app@localhost IDENTIFIED BY 'a'", "CREATE USER idle@localhost",
               "CREATE ROLE writers", "GRANT INSERT, DELETE ON frames.* TO writers",
               "GRANT writers TO app@localhost", "CREATE TABLE t (id INT PRIMARY KEY)",
               "CREATE DEFINER=owner@localhost VIEW v AS SELECT id FROM t"});
  EXPECT_EQ(move.copy().objects.at("users"), 3);
  EXPECT_EQ(move.compare(), "");
  EXPECT_EQ(move.new_side("SELECT COUNT(*) FROM mysql.global_priv WHERE User='idle'"), "0");
  Connection app(move.servers().new_server().as("app", "a", {}), "app", Secret("a"));
  EXPECT_FALSE(app.attempt("SET ROLE writers"));
  EXPECT_EQ(app.attempt("DELETE FROM frames.t").value_or(Refusal{}).code, 1142u);
}

TEST(MariadbCopy, calls_a_warning_of_the_server_an_error_and_names_the_table) {
  // A trigger that is not there on OLD cannot be: the target's own rule makes the warning.
  MoveOf move(
      {"CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(9))", "INSERT INTO t VALUES (1, 'x')"});
  Connection writer(move.servers().target());
  move.servers().new_server().run({"CREATE DATABASE frames",
                                   "CREATE TABLE frames.t (id INT PRIMARY KEY)",
                                   "INSERT INTO frames.t VALUES (1)"});
  bool given = false;
  const auto feed = [&](char* buffer, std::size_t) -> std::size_t {
    if (std::exchange(given, true)) return 0;
    const std::string row = "1\n";
    return row.copy(buffer, row.size());
  };
  try {
    writer.doing("load frames.t");
    writer.load("LOAD DATA LOCAL INFILE 'x' INTO TABLE frames.t", feed);
    FAIL() << "the duplicate went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::never);
    const std::string text = error.what();
    EXPECT_NE(text.find("load frames.t: the server warns: Duplicate entry"), std::string::npos)
        << text;
  }
}

TEST(MariadbCopy, fails_when_an_account_is_there_that_an_object_is_not_defined_by) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)", "CREATE USER ghost@localhost",
               "CREATE DEFINER=ghost@localhost VIEW v AS SELECT id FROM t",
               "DROP USER ghost@localhost"});
  EXPECT_NE(failure_of(move).find("`ghost`@`localhost` is not there"), std::string::npos);
}

TEST(MariadbCopy, finds_changed_definitions_and_counters) {
  MoveOf move({"CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT, KEY (a))",
               "INSERT INTO t VALUES (1, 1), (50, 2)", "DELETE FROM t WHERE id=50",
               "CREATE VIEW v AS SELECT id FROM t", "CREATE SEQUENCE s"});
  move.copy();
  move.servers().new_server().run({"USE frames", "ALTER TABLE t DROP KEY a, AUTO_INCREMENT=2",
                                   "DROP VIEW v", "CREATE VIEW v AS SELECT a AS id FROM t",
                                   "DROP SEQUENCE s", "CREATE TABLE extra (id INT)"});
  const std::string found = move.compare();
  for (const char* part :
       {"table frames.t: old has KEY `a`", "AUTO_INCREMENT is 51 on old and 2 on new",
        "VIEW frames.v: old has", "SEQUENCE frames.s: is missing on new",
        "table frames.extra: is on new only"}) {
    EXPECT_NE(found.find(part), std::string::npos) << part << "\n" << found;
  }
}

TEST(MariadbCopy, is_exact_although_another_schema_is_written_all_the_time) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_1000",
               "CREATE DATABASE busy", "CREATE TABLE busy.t (id INT AUTO_INCREMENT PRIMARY KEY)"});
  std::jthread writer([&](std::stop_token stop) {
    Connection root = move.servers().old_server().root();
    root.execute("SET sql_log_bin=1");
    while (!stop.stop_requested()) root.execute("INSERT INTO busy.t VALUES ()");
  });
  const CopyResult result = move.copy();
  EXPECT_EQ(result.tables.at(0).rows, 1000u);
  EXPECT_EQ(move.compare(), "");
}

TEST(MariadbCopy, writes_nothing_to_the_binlog_of_either_server) {
  MoveOf move({"CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  const std::string old_before = move.old_side("SELECT @@gtid_binlog_pos"),
                    new_before = move.new_side("SELECT @@gtid_binlog_pos");
  move.copied("SELECT * FROM t");
  EXPECT_EQ(move.old_side("SELECT @@gtid_binlog_pos"), old_before);
  EXPECT_EQ(move.new_side("SELECT @@gtid_binlog_pos"), new_before);
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
