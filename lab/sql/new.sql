SET sql_log_bin = 0;
CREATE USER 'mover'@'%' IDENTIFIED BY '$new_mover_password';
GRANT ALL ON *.* TO 'mover'@'%' WITH GRANT OPTION;
