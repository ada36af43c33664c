#!/bin/sh
# Runs once on top of the host image: a container engine, Compose, and what stands in for images that cannot be had.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin

printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
mv /etc/apt/sources.list /etc/apt/sources.list.kept
cp /build.list /etc/apt/sources.list.d/build.list
# Compose is taken from the release after: this one's is too old for today's files. Nothing else comes from there.
printf 'Package: *\nPin: release n=trixie\nPin-Priority: -1\n' > /etc/apt/preferences.d/build
apt-get -q update
apt-get -q -y install docker.io iptables busybox-static
cd /tmp
apt-get -q download docker-compose/trixie
dpkg -x docker-compose_*.deb /
rm -f docker-compose_*.deb /etc/apt/preferences.d/build /etc/apt/sources.list.d/build.list /usr/sbin/policy-rc.d /build.list
mv /etc/apt/sources.list.kept /etc/apt/sources.list
rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale /var/log/dpkg.log /var/log/apt/* /var/cache/apt/*.bin
apt-get -q update
apt-get -q clean

# The stand-in: one static program, and a script that listens where it is told to.
root=/usr/local/share/holdfast-stand-in
mkdir -p $root/bin $root/www $root/tmp
cp /usr/bin/busybox $root/bin/busybox
ln -s busybox $root/bin/sh
echo 'a stand-in of a twin' > $root/www/index.html
cat > $root/bin/stand-in <<'IN'
#!/bin/busybox sh
# `serve PORTS …` answers HTTP and takes connections on TCP ports; `end` is a job that is done; `health` is well.
case $1 in
    health | end) exit 0 ;;
esac
for port in $2; do
    /bin/busybox httpd -f -p "$port" -h /www &
done
trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM INT
/bin/busybox sleep 2147483647 &
wait $!
IN
chmod 755 $root/bin/stand-in

# The engine's groups of control lie below those of its host, so that they are counted with it and go with it.
cat > /usr/local/sbin/lab-engine <<'IN'
#!/bin/sh
set -eu
mkdir -p /etc/docker
[ -e /sys/fs/cgroup/cgroup.controllers ] && exit 0
here=$(sed -n 's/^[0-9]*:memory:\(.*\)$/\1/p' /proc/1/cgroup)
printf '{"cgroup-parent": "%s/engine"}\n' "${here%/init.scope}" > /etc/docker/daemon.json
IN
chmod 755 /usr/local/sbin/lab-engine
mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\nExecStartPre=/usr/local/sbin/lab-engine\n' > /etc/systemd/system/docker.service.d/lab.conf
systemctl enable docker.service docker.socket containerd.service
