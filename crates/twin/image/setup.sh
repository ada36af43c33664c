#!/bin/sh
# Runs once inside the fresh root file system, as the second half of the image build.
# Everything that needs a package mirror happens here; the finished image knows only its own small repository.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin

# No service starts while the image is built; no manuals, documentation or translations are kept.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
cat > /etc/dpkg/dpkg.cfg.d/lean <<'LEAN'
path-exclude /usr/share/doc/*
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
LEAN
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/build
printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' > /etc/apt/apt.conf.d/90lean

# Each host creates its own cluster.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf

rm -f /etc/apt/sources.list
apt-get -q update
apt-get -q -y dist-upgrade
apt-get -q -y install \
    btrfs-progs ca-certificates cron dbus iproute2 iputils-ping libpam-systemd netcat-openbsd nftables openssh-server \
    postgresql procps python3 python3-apt restic sudo systemd systemd-sysv util-linux

# A small local repository: packages that are not installed, so that installing works without any network.
repository=/usr/local/share/holdfast-apt
mkdir -p "$repository"
cd "$repository"
apt-get -q download hello tree jq libjq1 libonig5
for deb in *.deb; do
    dpkg-deb -f "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' \
        "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done > Packages
printf 'Suite: local\nSHA256:\n %s %s Packages\n' \
    "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" > Release
cd /
rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/*
echo "deb [trusted=yes] file:$repository ./" > /etc/apt/sources.list
apt-get -q update
apt-get -q clean

# A host that boots in a container: no hardware, no consoles, no timers of its own accord.
systemctl mask systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
    systemd-timesyncd.service getty@tty1.service console-getty.service \
    apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer
systemctl enable nftables.service lab-net.service ssh.service cron.service
systemctl set-default multi-user.target

passwd -l root
useradd --uid 1000 --create-home --shell /bin/bash --groups sudo admin
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin
chmod 440 /etc/sudoers.d/admin

# Nothing that two hosts must not share, and nothing about the place where the image was built.
rm -f /etc/ssh/ssh_host_* /usr/sbin/policy-rc.d /etc/dpkg/dpkg.cfg.d/build
rm -rf /usr/share/doc /usr/share/info /usr/share/man /usr/share/locale /usr/share/lintian /var/cache/debconf/*-old
rm -f /var/log/bootstrap.log /var/log/dpkg.log /var/log/alternatives.log /var/log/apt/* /var/cache/apt/*.bin
mkdir -p /usr/share/man/man1 /usr/share/man/man7
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id
: > /etc/hostname
: > /etc/hosts
: > /etc/resolv.conf
