# MariaDB listens on 127.0.0.1 only: all that use it run on this node. root has no password, it is let in by the socket.
cat >/etc/mysql/mariadb.conf.d/60-essex.cnf <<'CNF'
[mysqld]
bind-address = 127.0.0.1
skip-name-resolve
max_connections = 500
# A commit is in the log file before it is answered, so a snapshot of the running node has it.
innodb_flush_log_at_trx_commit = 1
# Is 96 MB by default, which every snapshot would hold.
innodb_log_file_size = 16M
CNF
start mariadb

mysql <<SQL
CREATE DATABASE IF NOT EXISTS keystone;
CREATE USER IF NOT EXISTS 'keystone'@'127.0.0.1';
ALTER USER 'keystone'@'127.0.0.1' IDENTIFIED BY '$PARAM_KEYSTONE_DB_PASSWORD';
GRANT ALL ON keystone.* TO 'keystone'@'127.0.0.1';
CREATE DATABASE IF NOT EXISTS glance;
CREATE USER IF NOT EXISTS 'glance'@'127.0.0.1';
ALTER USER 'glance'@'127.0.0.1' IDENTIFIED BY '$PARAM_GLANCE_DB_PASSWORD';
GRANT ALL ON glance.* TO 'glance'@'127.0.0.1';
SQL
mysql --skip-column-names <<'SQL'
SELECT CONCAT('MariaDB ', VERSION());
SQL
