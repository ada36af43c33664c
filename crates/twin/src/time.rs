//! What a host says of its clock. The clock is this machine's, so only the saying is changed, by stand-ins that are named as such.

use crate::error::TwinError;
use crate::host::Host;

const PUT: &str = r#"
bin=/usr/local/bin
mkdir -p $bin
cat > $bin/chronyc <<'IN'
#!/bin/sh
# holdfast: stand-in of a twin; the clock is that of the machine below
printf 'Reference ID    : 00000000 ()\nStratum         : 0\nLeap status     : Not synchronised\n'
IN
cat > $bin/timedatectl <<'IN'
#!/bin/sh
# holdfast: stand-in of a twin; the clock is that of the machine below
case "$*" in
    *NTPSynchronized*--value*) echo no; exit ;;
esac
/usr/bin/timedatectl "$@" | sed 's/^\( *System clock synchronized: \).*/\1no/; s/^NTPSynchronized=.*/NTPSynchronized=no/'
IN
chmod 755 $bin/chronyc $bin/timedatectl
systemctl --quiet is-active chrony.service && exit 0
[ -e /etc/systemd/system/chrony.service ] && exit 0
cat > /etc/systemd/system/chrony.service <<'IN'
# holdfast: stand-in of a twin
[Unit]
Description=Stand-in of a time service that is not synchronised
[Service]
ExecStart=/usr/bin/sleep infinity
IN
systemctl daemon-reload
systemctl start chrony.service
"#;

const TAKE: &str = r#"
mine() { grep -qs '^# holdfast: stand-in of a twin' "$1"; }
for name in chronyc timedatectl; do
    if mine /usr/local/bin/$name; then rm -f /usr/local/bin/$name; fi
done
if mine /etc/systemd/system/chrony.service; then
    systemctl stop chrony.service
    rm -f /etc/systemd/system/chrony.service
    systemctl daemon-reload
fi
"#;

impl Host {
    /// Lets `chronyc` and `timedatectl` say that the clock is not synchronised, or what they said before.
    pub fn set_unsynchronised(&self, on: bool) -> Result<(), TwinError> {
        self.exec_sh(if on { PUT } else { TAKE }).map(drop)
    }
}
