# The world of examples/smallest before anybody manages it. Runs as root on the host; $1 is anna's public key.
# Every part asks first whether it is there, so that a second run changes nothing.
id anna >/dev/null 2>&1 || useradd --uid 1001 --create-home --shell /bin/bash anna
install -d -o anna -g anna -m 700 /home/anna/.ssh
if [ ! -f /home/anna/.ssh/authorized_keys ]; then
    echo "$1" > /home/anna/.ssh/authorized_keys
    chown anna:anna /home/anna/.ssh/authorized_keys
    chmod 600 /home/anna/.ssh/authorized_keys
fi
mkdir -p /mnt/backup

if [ ! -d /etc/postgresql/15/main ]; then
    pg_createcluster 15 main --locale C.UTF-8 -- --data-checksums --no-sync >/dev/null
fi
sed -i "s/^#listen_addresses = .*/listen_addresses = '127.0.0.1'/" /etc/postgresql/15/main/postgresql.conf
systemctl start postgresql@15-main.service
sql() { runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@" </dev/null; }
cd /
if [ -z "$(sql -c "select 1 from pg_database where datname = 'shop'")" ]; then
    sql -c 'create database shop'
fi
sql --dbname shop --single-transaction -c "set client_min_messages = warning" -c "
    create table if not exists orders (
        id integer primary key,
        customer text not null,
        placed_at timestamptz not null,
        total_cents integer not null
    )" -c "
    create index if not exists orders_customer on orders (customer)" -c "
    insert into orders
    select n, 'customer-' || (n * 7919 % 97), timestamptz '2026-01-01 00:00:00+00' + n * interval '37 minutes',
           100 + (n * 104729 % 90000)
    from generate_series(1, 1000) as n
    where not exists (select from orders)"

[ -e /srv/documents ] || python3 - <<'PYTHON'
import hashlib, os, pathlib

def content(name, size):
    block = b"".join(hashlib.sha256(f"{name}:{n}".encode()).digest() for n in range(64))
    return (block * (size // len(block) + 1))[:size]

root = pathlib.Path("/srv/documents.new")
files = [f"{kind}/{year}/{kind}-{n:02}.pdf"
         for kind in ("letters", "photos", "taxes", "manuals") for year in (2023, 2024, 2025) for n in range(16)]
files += ["README.txt", "empty.txt", "notes/shopping list.txt", "notes/Übergabe – größte Änderungen.txt",
          "notes/日本.txt", "notes/deep/er/est/leaf.txt", "private/passwords.kdbx", "bin/backup.sh"]
for n, name in enumerate(files):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"" if name == "empty.txt" else content(name, 4000 + n * 7001 % 44000))
    os.chmod(path, 0o640 if n % 3 else 0o644)
    os.chown(path, 1001 if n % 2 else 1000, 1001 if n % 2 else 1000)
    os.utime(path, (1735689600 + n * 86400 // 4,) * 2)
os.chmod(root / "private", 0o700)
os.chmod(root / "private/passwords.kdbx", 0o600)
os.chmod(root / "bin/backup.sh", 0o755)
os.symlink("letters/2025", root / "latest")
os.rename(root, "/srv/documents")
PYTHON

mkdir -p /var/lib/leftover-web
unit=/etc/systemd/system/leftover-web.service
if [ ! -f "$unit" ]; then
    cat > "$unit" <<'UNIT'
[Unit]
Description=Web server somebody forgot
After=network.target

[Service]
WorkingDirectory=/var/lib/leftover-web
ExecStart=/usr/bin/python3 -m http.server --bind 0.0.0.0 8081
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
fi
systemctl --quiet enable --now leftover-web.service
