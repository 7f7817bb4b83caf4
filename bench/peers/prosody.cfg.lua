-- What bench.peers gives to Prosody: one host, no encryption, nothing that is not measured.
run_as_root = true
daemonize = false
pidfile = "DATA/prosody.pid"
data_path = "DATA/data"
log = { warn = "DATA/prosody.log" }

interfaces = { "127.0.0.1" }
c2s_ports = { PORT }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
tcp_backlog = 1024

modules_enabled = { "roster", "saslauth", "smacks", "mam" }
modules_disabled = { "s2s", "offline", "tls" }
authentication = "internal_plain"
default_archive_policy = true
archive_expires_after = "never"
storage = { archive = "ARCHIVE" }
sql = { driver = "SQLite3", database = "DATA/archive.sqlite" }

VirtualHost "localhost"
