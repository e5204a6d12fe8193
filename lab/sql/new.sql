SET sql_log_bin = 0;
CREATE USER 'mover'@'%' IDENTIFIED BY '$new_mover_password';
-- What `hikkoshi doctor --grants` prints, no more.
GRANT PROCESS, CONNECTION ADMIN, BINLOG ADMIN, SET USER, CREATE USER ON *.* TO 'mover'@'%';
GRANT SELECT ON mysql.* TO 'mover'@'%';
GRANT ALL ON hikkoshi.* TO 'mover'@'%';
GRANT ALL ON frames.* TO 'mover'@'%' WITH GRANT OPTION;
