#!/bin/sh
# Runs once inside a copy of the host image: a kernel of its own, and the programs for what no container has (RAID, thin pools, disks).
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin

printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/build
mv /etc/apt/sources.list /etc/apt/sources.list.kept
# Here the kernel has devices to tell of.
systemctl unmask systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket
apt-get -q update
apt-get -q -y install initramfs-tools kmod linux-image-cloud-amd64 lvm2 mdadm nvme-cli smartmontools thin-provisioning-tools udev
# Mail about arrays, and the daemons' own looks at the disks: nobody asked for them here.
systemctl disable mdmonitor.service smartmontools.service || true

# Its keys, its address and who may log in come on a disk of their own.
cat > /etc/systemd/system/vm-seed.service <<'UNIT'
[Unit]
Description=Files of this machine
DefaultDependencies=no
After=systemd-remount-fs.service
Before=sysinit.target lab-net.service ssh.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/tar -x -f /dev/disk/by-id/virtio-seed -C /

[Install]
WantedBy=sysinit.target
UNIT
systemctl enable vm-seed.service

rm -f /usr/sbin/policy-rc.d /etc/dpkg/dpkg.cfg.d/build /etc/apt/sources.list.d/build.list
mv /etc/apt/sources.list.kept /etc/apt/sources.list
rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale /var/log/dpkg.log /var/log/apt/* /var/cache/apt/*.bin
apt-get -q update
apt-get -q clean
: > /etc/hosts
: > /etc/resolv.conf
