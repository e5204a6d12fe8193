"""The data that is copied: tables as sysbench makes them, and one with blobs."""

import concurrent.futures
import os

SCHEMA = "bench"
TABLES = 4


def rows():
    return int(os.environ.get("ROWS", 1_000_000))


def names():
    return [f"sbtest{number}" for number in range(1, TABLES + 1)] + ["pictures"]


def definition(name, keys=True):
    """CREATE TABLE; sysbench's own but for the name of the database (oltp_common.lua)."""
    if name == "pictures":
        key = ",\n  KEY by_digest (digest)" if keys else ""
        return (f"CREATE TABLE {SCHEMA}.{name} (\n  id INT NOT NULL AUTO_INCREMENT,\n"
                "  kind VARCHAR(20) CHARACTER SET ascii NOT NULL,\n  digest BINARY(16) NOT NULL,\n"
                f"  body MEDIUMBLOB NOT NULL,\n  PRIMARY KEY (id){key}\n) ENGINE=InnoDB")
    key = f",\n  KEY {added_key(name)}" if keys else ""
    return (f"CREATE TABLE {SCHEMA}.{name} (\n  id INT NOT NULL AUTO_INCREMENT,\n"
            "  k INT DEFAULT '0' NOT NULL,\n  c CHAR(120) DEFAULT '' NOT NULL,\n"
            f"  pad CHAR(60) DEFAULT '' NOT NULL,\n  PRIMARY KEY (id){key}\n) ENGINE=InnoDB")


def added_key(name):
    return "by_digest (digest)" if name == "pictures" else f"k_{name[-1]} (k)"


def _groups(count):
    group = "LPAD(FLOOR(RAND() * 100000000000), 11, '0')"
    return f"CONCAT_WS('-', {', '.join([group] * count)})"


def _rows_of(name):
    if name == "pictures":
        # 8 KiB of bytes of every value, for each 100 rows of the other tables one.
        body = f"CONCAT({', '.join(['RANDOM_BYTES(1024)'] * 8)})"
        return (f"INSERT INTO {name} (kind, digest, body) SELECT 'image/jpeg', UNHEX(MD5(seq)), {body}"
                f" FROM seq_1_to_{max(1, rows() // 100)}")
    return (f"INSERT INTO {name} (k, c, pad) SELECT 1 + FLOOR(RAND() * {rows()}), {_groups(10)},"
            f" {_groups(5)} FROM seq_1_to_{rows()}")


def fill(server):
    """Makes the schema with all its rows, and reads them once, so that they are in memory."""
    server.run(f"CREATE DATABASE {SCHEMA} CHARACTER SET utf8mb4")
    session = "SET sql_log_bin=0, unique_checks=0, foreign_key_checks=0;"
    for name in names():
        server.run(definition(name))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: server.run(f"USE {SCHEMA}; {session} {_rows_of(name)}"),
                      names()))
    for name in names():
        server.run(f"ANALYZE TABLE {SCHEMA}.{name}")


def mib():
    """About what the rows take, with their indexes."""
    return rows() * TABLES * 230 // 2**20 + rows() // 100 * 9000 // 2**20


def fingerprint(server):
    """Equal for equal tables: checksums and keys by name."""
    tables = ", ".join(f"{SCHEMA}.{name}" for name in names())
    keys = server.run("SELECT table_name, index_name, column_name FROM information_schema.statistics"
                      f" WHERE table_schema = '{SCHEMA}' ORDER BY 1, 2, seq_in_index")
    return server.run(f"CHECKSUM TABLE {tables}"), keys
