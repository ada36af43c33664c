# Puts each canary where somebody would have put a secret. The variables are the canaries.
cd /
sql() { runuser -u postgres -- psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }
sql --dbname shop > /dev/null << SQL
create role app login password 'of the application';
update orders set customer = '$ROW_OF_A_TABLE' where id = 7;
checkpoint;
SQL
printf '%s\n' "$CONTENT_OF_A_FILE_THAT_IS_BACKED_UP" > /srv/documents/README.txt
umask 077
printf '127.0.0.1:5432:shop:app:%s\n' "$_PGPASS" > /root/.pgpass
umask 022
printf 'internal notice %s\n' "$FILE_THAT_IS_OVERWRITTEN" > /etc/motd
cat > /etc/ssh/sshd_config.d/10-env.conf << CONF
SetEnv TOKEN=$VALUE_OF_SETENV
VersionAddendum $VERSIONADDENDUM
Banner /etc/issue.net
Match User nobody
    ForceCommand /usr/bin/report --token $ARGUMENT_OF_FORCECOMMAND
CONF
printf 'PermitRootLogin %s\n' "$BAD_LINE_OF_SSHD" > /etc/ssh/sshd_config.d/20-bad.off
printf 'welcome %s\n' "$BANNER" > /etc/issue.net
cat > /etc/sudoers.d/50-site << CONF
Defaults passprompt="$VALUE_OF_DEFAULTS_IN_SUDOERS"
# $COMMENT_IN_SUDOERS
anna ALL=(ALL) NOPASSWD: /usr/bin/curl -H token\:$ARGUMENT_OF_A_COMMAND_IN_SUDOERS, /usr/bin/id
CONF
printf 'anna ALL = = %s\n' "$BAD_LINE_OF_SUDOERS" > /etc/sudoers.d/51-bad.off
chmod 440 /etc/sudoers.d/50-site
visudo -cq
ssh-keygen -q -t ed25519 -N '' -C "old $COMMENT_OF_AN_AUTHORISED_KEY" -f /root/backup-of-anna
printf 'environment="TOKEN=%s",command="/bin/report --token %s",no-pty %s\n' "$ENVIRONMENT_OF_AN_AUTHORISED_KEY" \
    "$COMMAND_OF_AN_AUTHORISED_KEY" "$(cat /root/backup-of-anna.pub)" >> /home/anna/.ssh/authorized_keys
rm /root/backup-of-anna /root/backup-of-anna.pub
usermod --comment "Anna, PIN $GECOS" anna
unit=/etc/systemd/system/leftover-web.service
sed -i "s/ 8081\$/ 8081 --directory \/var\/lib\/leftover-web\/..\/leftover-web\/.\/$ARGUMENT_OF_A_LISTENER/; s/^Restart=.*/&\nEnvironment=TOKEN=$ENVIRONMENT_OF_A_UNIT/" "$unit"
mkdir -p "/var/lib/leftover-web/$ARGUMENT_OF_A_LISTENER"
systemctl daemon-reload
systemctl restart leftover-web.service
printf '@yearly root /usr/bin/curl https://example.org/%s\n' "$CRONTAB" > /etc/cron.d/site
printf 'table inet site {\n\tchain x {\n\t\tcounter comment "%s"\n\t}\n}\n' "$COMMENT_OF_A_PACKET_FILTER" > /etc/site.nft
nft -f /etc/site.nft
printf '//nas/x /mnt/nas cifs noauto,username=x,password=%s 0 0\n' "$PASSWORD_IN_FSTAB" >> /etc/fstab
printf '# %s\nnet.ipv4.tcp_syncookies = 1\n' "$COMMENT_IN_SYSCTL_D" > /etc/sysctl.d/50-site.conf
sshd -t
systemctl reload ssh
