#!/bin/sh
# Runs inside the cell: a unit whose whole root is empty but for programs, the dump (read-only) and /cell.
# First it makes sure of that, from the inside; nothing of the restored data runs before. $1 to $3: network, mount and IPC
# namespaces of the outside, which must not be ours; $4: the database.
set -u
umask 077
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
say() { printf '%s\n' "$*" >> /cell/state; }
refuse() { say "refused $*"; exit 1; }
fail() { say "failed $*"; exit 1; }
last() { sed '/^[[:space:]]*$/d' "$1" | tail -n 4 | tr '\n\t' '  ' | cut -c 1-600 | sed 's/ *$//'; }
# The first complaint of psql or pg_restore, without the data that PostgreSQL likes to quote: what stands in quotes is shown if it
# is the name of something, and the lines below (DETAIL, CONTEXT) hold whole rows.
complaint() {
    grep -m 1 -E 'error:|ERROR:|FATAL:' "$1" | cut -c 1-600 | sed \
        -e 's/\(table\|relation\|constraint\|column\|index\|function\|schema\|database\|role\|type\|extension\|library\) "\([^"]*\)"/\1 <\2>/g' \
        -e 's/".*/.../' -e 's/<\([^>]*\)>/"\1"/g'
}
now() {
    read -r up _ < /proc/uptime
    frac=${up#*.}
    echo $((${up%.*} * 1000 + (1$frac - 100) * 10))
}

[ "$(readlink /proc/self/ns/net)" != "$1" ] || refuse 'the network is the one of the host'
[ "$(readlink /proc/self/ns/mnt)" != "$2" ] || refuse 'the mounts are those of the host'
[ "$(readlink /proc/self/ns/ipc)" != "$3" ] || refuse 'shared memory is the one of the host'
others=$(tail -n +3 /proc/self/net/dev | cut -d: -f1 | tr -d ' ' | grep -vx lo | tr '\n' ' ')
[ -z "$others" ] || refuse "there is a network interface: $others"
[ "$(id -u)" -ge 65520 ] || refuse "the user is $(id -u)"
[ "$(grep -c '^Cap[A-Z][a-z]*:[[:space:]]*0*$' /proc/self/status)" -eq 5 ] || refuse 'there are capabilities'
grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/self/status || refuse 'there are ways to more privileges'
# An allow-list: a mount that is not known here refuses, whatever it is.
root=
while read -r _ _ _ _ at options _ ; do
    case $at in
        /) root=$options ;;
        /usr | /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /dump | /cell.sh) ;;
        /etc/passwd | /etc/group | /etc/nsswitch.conf | /etc/ld.so.cache | /etc/localtime | /etc/alternatives) ;;
        /cell | /tmp | /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /run | /run/systemd/incoming) continue ;;
        *) refuse "$at is mounted" ;;
    esac
    case $options in ro | ro,*) ;; *) refuse "$at can be written to" ;; esac
done < /proc/self/mountinfo
[ -n "$root" ] && grep -q ' / / .* - tmpfs ' /proc/self/mountinfo || refuse 'the root directory is the one of the host'
for path in /srv /home /root /mnt /media /opt /boot /var/lib /var/log /run/postgresql /run/dbus; do
    [ ! -e "$path" ] || refuse "$path is visible"
done
[ ! -e /proc/1 ] || refuse 'other processes can be seen'
say isolated

begun=$(now)
# shellcheck disable=SC2012
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || fail 'PostgreSQL is not installed'
"$bin/initdb" --pgdata=/cell/cluster --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    > /cell/log 2>&1 || fail "initdb: $(last /cell/log)"
mkdir /cell/socket
# Nobody listens but the socket in the cell; shared memory is of files, since /dev/shm is not the cell's own.
cat >> /cell/cluster/postgresql.conf << 'CONF'
listen_addresses = ''
unix_socket_directories = '/cell/socket'
shared_memory_type = mmap
dynamic_shared_memory_type = mmap
max_connections = 20
CONF
"$bin/postgres" -D /cell/cluster >> /cell/log 2>&1 &
server=$!
trap 'kill -INT $server 2> /dev/null; wait $server; exit 0' TERM
tries=600
until "$bin/pg_isready" --quiet --host=/cell/socket --username=postgres; do
    kill -0 $server 2> /dev/null && [ $tries -gt 0 ] || fail "PostgreSQL does not start: $(last /cell/log)"
    tries=$((tries - 1))
    sleep 0.1
done
started=$(now)

sql() { "$bin/psql" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host=/cell/socket --username=postgres --dbname=template1 "$@"; }
if [ -s /dump/roles.sql ]; then
    # The one role that a fresh cluster has already.
    sed '/^CREATE ROLE postgres;$/d' /dump/roles.sql > /cell/roles.sql
    sql --file=/cell/roles.sql > /cell/out 2>&1 || fail "the roles cannot be restored: $(complaint /cell/out)"
fi
# The dump creates its database itself, with its own encoding and collation.
[ "$4" != postgres ] || sql --command='drop database postgres' > /cell/out 2>&1 || fail "$(complaint /cell/out)"
"$bin/pg_restore" --exit-on-error --create --no-tablespaces --host=/cell/socket --username=postgres --dbname=template1 \
    /dump/database.dump > /cell/out 2>&1 || fail "$(complaint /cell/out)"
say "start_ms $((started - begun))"
say "load_ms $(($(now) - started))"
say ready
wait $server
say stopped
