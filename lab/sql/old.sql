-- OLD's server: the schema "frames", which moves, and "mainproduct", which stays.
SET sql_log_bin = 0;
SET SESSION unique_checks = 0, foreign_key_checks = 0;

CREATE USER 'mover'@'%' IDENTIFIED BY '$old_mover_password';
-- What `hikkoshi doctor --grants` prints, no more.
GRANT PROCESS, CONNECTION ADMIN, BINLOG ADMIN, SET USER, CREATE USER ON *.* TO 'mover'@'%';
GRANT SELECT ON mysql.* TO 'mover'@'%';
GRANT ALL ON hikkoshi.* TO 'mover'@'%';
GRANT ALL ON frames.* TO 'mover'@'%' WITH GRANT OPTION;
CREATE USER 'frames'@'127.%' IDENTIFIED BY '$app_password';
CREATE USER 'frames_owner'@'127.%' IDENTIFIED BY '$owner_password';
CREATE USER 'mainproduct'@'127.%' IDENTIFIED BY '$main_password';

CREATE DATABASE mainproduct CHARACTER SET utf8mb4;
GRANT SELECT, INSERT, UPDATE, DELETE ON mainproduct.* TO 'mainproduct'@'127.%';
CREATE TABLE mainproduct.members (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  nickname VARCHAR(60) NOT NULL,
  joined DATETIME NOT NULL
);
USE mainproduct;
INSERT INTO members (nickname, joined)
  SELECT CONCAT('member ', seq), '2019-01-01' + INTERVAL seq HOUR FROM seq_1_to_500;

CREATE DATABASE frames CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON frames.* TO 'frames'@'127.%';
GRANT ALL ON frames.* TO 'frames_owner'@'127.%';
USE frames;

CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(190) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL,
  name VARCHAR(120) NOT NULL,
  birthday DATE NULL,
  settings LONGTEXT NULL CHECK (json_valid(settings)),
  created DATETIME(6) NOT NULL,
  UNIQUE KEY by_email (email)
);

CREATE TABLE frames (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  title VARCHAR(200) NOT NULL,
  width_mm INT UNSIGNED NOT NULL,
  height_mm INT UNSIGNED NOT NULL,
  area_mm2 BIGINT UNSIGNED AS (width_mm * height_mm) STORED,
  price DECIMAL(12, 2) NOT NULL,
  added TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY by_client_id (client_id),
  KEY by_area (area_mm2)
);

CREATE TABLE pictures (
  frame_id BIGINT UNSIGNED NOT NULL,
  position SMALLINT NOT NULL,
  kind ENUM('jpeg', 'png', 'none') NOT NULL DEFAULT 'none',
  body MEDIUMBLOB NULL,
  digest BINARY(16) NULL,
  PRIMARY KEY (frame_id, position),
  CONSTRAINT picture_of_frame FOREIGN KEY (frame_id) REFERENCES frames (id) ON DELETE CASCADE
);

CREATE TABLE orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  frame_id BIGINT UNSIGNED NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  unit_price DECIMAL(10, 2) NOT NULL,
  total DECIMAL(14, 2) AS (quantity * unit_price) STORED,
  note VARCHAR(160) NULL,
  placed DATETIME NOT NULL,
  KEY by_customer (customer_id, placed),
  KEY by_frame (frame_id),
  CONSTRAINT order_by_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
  CONSTRAINT order_of_frame FOREIGN KEY (frame_id) REFERENCES frames (id)
);

CREATE TABLE old_letters (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  body TEXT NOT NULL,
  weight DOUBLE NULL,
  flags BIT(5) NULL
) CHARACTER SET latin1;

CREATE TABLE frame_changes (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  frame_id BIGINT UNSIGNED NOT NULL,
  what VARCHAR(20) NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY by_frame (frame_id)
);

INSERT INTO customers (email, name, birthday, settings, created)
  SELECT CONCAT('customer', seq, '@shop.test'), CONCAT(ELT(1 + seq % 4, 'Zoë', '渡辺', 'Łukasz', '🖼️ Ann'), ' ', seq),
         IF(seq % 7, '1970-01-01' + INTERVAL seq % 12000 DAY, NULL), JSON_OBJECT('seq', seq, 'mail', seq % 2),
         '2020-01-01' + INTERVAL seq * 977 MICROSECOND
  FROM seq_1_to_$customers;
INSERT INTO frames (title, width_mm, height_mm, price)
  SELECT CONCAT(ELT(1 + seq % 3, 'Oak frame ', 'Walnut frame ', '額縁 '), seq), 100 + seq % 900, 100 + seq % 700, 5 + seq % 9000 / 100
  FROM seq_1_to_$all_frames;
INSERT INTO pictures (frame_id, position, kind, body, digest)
  SELECT seq, 0, 'jpeg', CONCAT(UNHEX('FFD8FF000A0D5C27221A'), REPEAT(UNHEX(MD5(seq)), 16 + seq % 200)), UNHEX(MD5(seq))
  FROM seq_1_to_$pictures;
INSERT INTO pictures (frame_id, position) SELECT seq, 1 FROM seq_1_to_20;
INSERT INTO old_letters (body, weight, flags)
  SELECT CONCAT('Grüße, señor ', seq, '\n\ttab \\ backslash \'quote\''), seq / 7, seq % 32 FROM seq_1_to_200;
INSERT INTO orders (id, customer_id, frame_id, quantity, unit_price, note, placed)
  SELECT seq + seq DIV 1000, 1 + seq % $customers, 1 + seq * 7 % $frames, 1 + seq % 5, 5 + seq % 900 / 10,
         IF(seq % 3, CONCAT('order ', seq, ' gift wrap, leave at the door'), NULL), '2021-01-01' + INTERVAL seq MINUTE
  FROM seq_1_to_$rows;

-- Gaps, and counters that stand far beyond the last row.
DELETE FROM frames WHERE id > $frames;
DELETE FROM old_letters WHERE id > 190;
ALTER TABLE frames AUTO_INCREMENT = 5000001;
ALTER TABLE old_letters AUTO_INCREMENT = 7000;

CREATE SEQUENCE ticket_numbers START WITH 1000 INCREMENT BY 10 CACHE 20;
DO NEXTVAL(ticket_numbers), NEXTVAL(ticket_numbers);

CREATE DEFINER = 'frames_owner'@'127.%' SQL SECURITY DEFINER VIEW large_frames AS
  SELECT id, title, area_mm2 FROM frames WHERE area_mm2 > 300000;
CREATE DEFINER = 'frames_owner'@'127.%' VIEW large_frame_orders AS
  SELECT o.id, o.total, l.title FROM orders o JOIN large_frames l ON l.id = o.frame_id;

DELIMITER //
CREATE DEFINER = 'frames_owner'@'127.%' TRIGGER frame_added AFTER INSERT ON frames FOR EACH ROW
BEGIN
  INSERT INTO frame_changes (frame_id, what, at) VALUES (NEW.id, 'added', NOW(6));
END//
CREATE DEFINER = 'frames_owner'@'127.%' FUNCTION with_tax(price DECIMAL(12, 2)) RETURNS DECIMAL(12, 2) DETERMINISTIC
BEGIN
  RETURN price * 1.10;
END//
CREATE DEFINER = 'frames_owner'@'127.%' PROCEDURE customer_total(IN customer INT, OUT total DECIMAL(14, 2))
  READS SQL DATA
BEGIN
  SELECT SUM(o.total) INTO total FROM orders o WHERE o.customer_id = customer;
END//
CREATE DEFINER = 'frames_owner'@'127.%' EVENT forget_old_changes ON SCHEDULE EVERY 1 HOUR
  STARTS CURRENT_TIMESTAMP + INTERVAL 1 HOUR COMMENT 'keeps frame_changes short' DO
BEGIN
  DELETE FROM frame_changes WHERE at < NOW() - INTERVAL 90 DAY;
END//
DELIMITER ;

ANALYZE TABLE customers, frames, pictures, orders, old_letters;
