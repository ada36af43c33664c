//! What the families of formats find: a path, a text with `@@` where a weak secret stands, and the family it is an example of.

use super::super::family::FAMILIES;
use super::super::{Grade, Scanner};
use std::collections::BTreeSet;

mod more;

/// A word that nothing but its place makes a secret.
const WORD: &str = "tiger";

fn rows() -> Vec<(&'static str, &'static str, String)> {
    use data_encoding::BASE64;
    let plain = [
        ("Redis, Valkey, KeyDB", "redis.conf", "requirepass @@\n"),
        ("Redis, Valkey, KeyDB", "x.yaml", "redis: requirepass @@\n"),
        (
            "Redis, Valkey, KeyDB",
            "redis-cache.conf",
            "masterauth \"@@\"\n",
        ),
        (
            "Redis, Valkey, KeyDB",
            "sentinel.conf",
            "sentinel auth-pass mymaster @@\n",
        ),
        (
            "Redis, Valkey, KeyDB",
            "users.acl",
            "user app on ~* +@all >@@\n",
        ),
        ("Net-SNMP", "snmpd.conf", "rocommunity @@ 10.0.0.0/8\n"),
        ("Net-SNMP", "etc/snmp/snmpd.conf", "rwcommunity6 @@\n"),
        ("Net-SNMP", "snmpd.conf", "com2sec readonly 10.0.0.0/8 @@\n"),
        ("Net-SNMP", "snmpd.conf", "trapsink 10.0.0.1 @@\n"),
        ("Net-SNMP", "snmpd.conf", "createUser mon SHA @@\n"),
        (
            "Net-SNMP",
            "snmpd.conf",
            "createUser mon SHA-256 \"${PASS1}\" AES @@\n",
        ),
        ("Net-SNMP", "snmp.conf", "defAuthPassphrase @@\n"),
        (
            "strongSwan, Libreswan",
            "ipsec.secrets",
            "10.0.0.1 %any : PSK \"@@\"\n",
        ),
        (
            "strongSwan, Libreswan",
            "ipsec.secrets",
            "jo : EAP \"@@\"\n",
        ),
        (
            "strongSwan, Libreswan",
            "ipsec.secrets",
            "@jo : XAUTH \"@@\"\n",
        ),
        (
            "strongSwan, Libreswan",
            "ipsec.secrets",
            ": RSA host.key \"@@\"\n",
        ),
        (
            "strongSwan, Libreswan",
            "swanctl.conf",
            "ike-1 { secret = @@ }\n".trim_start_matches("ike-1 { "),
        ),
        ("rclone", "rclone.conf", "[nas]\ntype = sftp\npass = @@\n"),
        (
            "rclone",
            ".config/rclone/rclone.conf",
            "[d]\ntoken = {\"access_token\":\"@@\"}\n",
        ),
        ("rclone", "x.sh", "rclone obscure @@\n"),
        (
            "rclone",
            "x.sh",
            "rclone config create nas sftp host=h user=u pass=@@\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            ".msmtprc",
            "account a\npassword @@\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            "msmtprc",
            "password     @@\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            ".mbsyncrc",
            "Pass \"@@\"\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            ".fetchmailrc",
            "poll h user jo password @@\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            "ssmtp.conf",
            "AuthPass=@@\n",
        ),
        (
            "msmtp, mbsync, fetchmail, ssmtp, Postfix",
            "sasl_passwd",
            "[smtp.x.org]:587 jo@x.org:@@\n",
        ),
        ("HAProxy", "haproxy.cfg", "  stats auth admin:@@\n"),
        (
            "HAProxy",
            "x.yaml",
            "c: |\n  user jo insecure-password @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.cfg",
            "enable secret 0 @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.cfg",
            "enable password @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1",
            "username jo privilege 15 password 0 @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1",
            "username jo secret @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.conf",
            "snmp-server community @@ RO\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.conf",
            "snmp-server host 10.0.0.1 version 2c @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.conf",
            "snmp-server user mon grp v3 auth sha @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.conf",
            "key chain x\n key 1\n  key-string @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "sw1.conf",
            "tacacs-server host 10.0.0.1 key @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "r1.conf",
            "crypto isakmp key @@ address 0.0.0.0\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "r1.conf",
            " neighbor 10.0.0.2 password @@\n",
        ),
        (
            "Cisco IOS, Arista EOS, FRR",
            "frr.conf",
            " ip ospf message-digest-key 1 md5 @@\n",
        ),
        ("Cisco IOS, Arista EOS, FRR", "frr.conf", "password @@\n"),
        ("NUT", "upsd.users", "[mon]\n  password = @@\n"),
        (
            "NUT",
            "upsmon.conf",
            "MONITOR ups1@nas 1 mon @@ secondary\n",
        ),
        ("NUT", "x.yaml", "nut: ups1@mon:@@@nas.lan\n"),
        ("NUT", "x.yaml", "reach: {nut: 'ups1@mon:@@@nas.lan'}\n"),
        ("SQL", "a.sql", "CREATE USER 'jo'@'%' IDENTIFIED BY '@@';\n"),
        (
            "SQL",
            "x.sh",
            "mysql -e \"ALTER USER jo IDENTIFIED WITH mysql_native_password BY '@@'\"\n",
        ),
        (
            "SQL",
            "init.sql",
            "CREATE ROLE app LOGIN\n  ENCRYPTED PASSWORD '@@';\n",
        ),
        (
            "SQL",
            "x.yaml",
            "c: psql -c \"CREATE USER app WITH PASSWORD '@@'\"\n",
        ),
        ("SQL", "a.sql", "CREATE LOGIN app WITH PASSWORD = N'@@';\n"),
        (
            "SQL",
            "a.sql",
            "SET PASSWORD FOR 'jo'@'%' = PASSWORD('@@');\n",
        ),
        (
            "wpa_supplicant, hostapd, iwd, NetworkManager",
            "wpa_supplicant-wlan0.conf",
            "network={\n  psk=\"@@\"\n}\n",
        ),
        (
            "wpa_supplicant, hostapd, iwd, NetworkManager",
            "hostapd.conf",
            "wpa_passphrase=@@\n",
        ),
        (
            "wpa_supplicant, hostapd, iwd, NetworkManager",
            "home.nmconnection",
            "[wifi-security]\npsk=@@\n",
        ),
        (
            "wpa_supplicant, hostapd, iwd, NetworkManager",
            "interfaces",
            "  wpa-psk @@\n",
        ),
        (
            "wpa_supplicant, hostapd, iwd, NetworkManager",
            "Home.psk",
            "[Security]\nPassphrase=@@\n",
        ),
        (
            "PPP",
            "chap-secrets",
            "# client server secret\njo * \"@@\" *\n",
        ),
        (
            "credentials of CIFS, ddclient, TURN, libpq, MySQL",
            ".my.cnf",
            "[client]\npassword=@@\n",
        ),
        (
            "credentials of CIFS, ddclient, TURN, libpq, MySQL",
            ".smbcredentials",
            "username=jo\npassword=@@\n",
        ),
        (
            "credentials of CIFS, ddclient, TURN, libpq, MySQL",
            "turnserver.conf",
            "user=jo:@@\n",
        ),
        (
            "FreeRADIUS, BIND",
            "clients.conf",
            "client ap {\n  secret = @@\n}\n",
        ),
        (
            "FreeRADIUS, BIND",
            "users",
            "jo Cleartext-Password := \"@@\"\n",
        ),
        (
            "keepalived, Mosquitto",
            "keepalived.conf",
            "  auth_pass @@\n",
        ),
        (
            "keepalived, Mosquitto",
            "bridge.conf",
            "remote_password @@\n",
        ),
        ("netrc", ".netrc", "default login jo password @@\n"),
        ("PostgreSQL, PgBouncer", ".pgpass", "*:*:*:jo:@@\n"),
        ("PostgreSQL, PgBouncer", "userlist.txt", "\"jo\" \"@@\"\n"),
        ("PHP", "config.php", "  'dbpassword' => 'aQ3xR7tiger9',\n"),
        (
            "PHP",
            "wp-config.php",
            "define( 'DB_PASSWORD', 'aQ3xR7tiger9' );\n",
        ),
        ("XML", "a.xml", "<password>aQ3xR7tiger9</password>"),
        ("Dockerfile", "Dockerfile", "ENV DB_PASSWORD aQ3xR7tiger9\n"),
        ("files of one secret", "restic.pass", "@@\n"),
        ("files of one secret", ".vault_pass.txt", "@@"),
        ("htpasswd, shadow", "users.conf", "jo:{PLAIN}@@\n"),
        (
            "private keys",
            "a.ovpn",
            "<auth-user-pass>\njo\n@@\n</auth-user-pass>\n",
        ),
        (
            "Kubernetes",
            "s.yaml",
            "apiVersion: v1\nkind: Secret\nstringData:\n  username: jo\n  pin: @@\n",
        ),
        (
            "Kubernetes",
            "s.yaml",
            "a: 1\n---\nstringData: {x: @@}\nkind: Secret\n",
        ),
        (
            "Kubernetes",
            "s.json",
            "{\"kind\": \"List\", \"items\": [{\"kind\": \"Secret\", \"stringData\": {\"x\": \"@@\"}}]}",
        ),
        (
            "commands",
            "x.sh",
            "ipmitool -I lanplus -H bmc -U admin -P @@ power status\n",
        ),
        (
            "commands",
            "x.sh",
            "mosquitto_pub -h mqtt -u jo -P @@ -t a -m b\n",
        ),
        ("commands", "x.sh", "7z a -p@@ x.7z /srv\n"),
        ("commands", "x.sh", "unrar x -p@@ a.rar\n"),
        (
            "commands",
            "x.sh",
            "openssl rsa -passin pass:@@ -in k.pem\n",
        ),
        (
            "commands",
            "x.sh",
            "mc alias set nas https://s3.lan admin @@\n",
        ),
        ("commands", "x.sh", "curl -u jo:@@ http://x\n"),
        ("commands", "x.sh", "sshpass -p @@ ssh nas\n"),
        ("commands", "x.sh", "mysql -u root -p@@ db\n"),
        ("commands", "x.sh", "smbclient //nas/x -U jo%@@\n"),
        ("commands", "x.sh", "zip -r -P @@ x.zip d\n"),
        ("commands", "x.sh", "docker login -u jo -p @@ r.lan\n"),
        ("commands", "x.sh", "mongosh -u root -p @@ --host db\n"),
        ("commands", "x.sh", "sqlcmd -S db -U sa -P @@\n"),
        (
            "commands",
            "x.sh",
            "upscmd -u admin -p @@ ups1 shutdown.return\n",
        ),
        (
            "commands",
            "x.sh",
            "nmcli dev wifi connect Home password @@\n",
        ),
        ("commands", "x.sh", "xfreerdp /v:pc /u:jo /p:@@\n"),
        (
            "commands",
            "x.sh",
            "mount -t cifs -o username=jo,password=@@ //nas/x /mnt\n",
        ),
        ("commands", "x.sh", "wpa_passphrase Home @@\n"),
        ("commands", "x.sh", "lftp -u jo,@@ ftp.lan\n"),
        (
            "commands",
            "c.yaml",
            "test: [CMD, mosquitto_sub, -u, jo, -P, @@, -t, a]\n",
        ),
        (
            "commands",
            "c.yaml",
            "command:\n  - mosquitto_pub\n  - -P\n  - @@\n",
        ),
        ("commands", "c.yaml", "kmd: mosquitto_pub -P @@ -t x\n"),
        (
            "any text",
            "x.sh",
            "RESTIC_PASSWORD=aQ3xR7tiger9 restic backup /\n",
        ),
    ];
    let mut out: Vec<_> = plain
        .into_iter()
        .map(|(family, path, text)| (family, path, text.replace("@@", WORD)))
        .collect();
    let encoded = BASE64.encode(WORD.as_bytes());
    let key = format!("{}E=", "aQ3xR7tK".repeat(6).get(..42).unwrap());
    let uuid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    let long = "aQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tK";
    let (hook, bot) = (
        "x1y2z3a4b5c6d7e8f9g0h1i2j3",
        format!("123456789:{}", &long[..35]),
    );
    for (family, path, text, secret) in [
        (
            "Kubernetes",
            "s.yaml",
            format!("kind: Secret\ndata:\n  tls.crt: aaaa\n  x: {encoded}\n"),
            encoded.as_str(),
        ),
        (
            "WireGuard",
            "wg0.conf",
            format!("[Interface]\nPrivateKey = {key}\n"),
            &key,
        ),
        (
            "WireGuard",
            "x.yaml",
            format!("preshared-key: {key}\n"),
            &key,
        ),
        (
            "Docker, npm",
            "x.yaml",
            format!("auth: {}\n", BASE64.encode(b"jo:tiger")),
            &BASE64.encode(b"jo:tiger"),
        ),
        (
            "Proxmox",
            "x.sh",
            format!("curl -H 'Authorization: PVEAPIToken=root@pam!x={uuid}' https://h\n"),
            uuid,
        ),
        (
            "Proxmox",
            "pve/priv/token.cfg",
            format!("root@pam!x {uuid}\n"),
            uuid,
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://chat.lan/hooks/{hook}\n"),
            hook,
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://api.telegram.org/bot{bot}/sendMessage\n"),
            &bot,
        ),
        (
            "webhooks",
            "x.yaml",
            format!(
                "to: https://a.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{long}/{uuid}\n"
            ),
            &format!("{uuid}@{uuid}/IncomingWebhook/{long}/{uuid}"),
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://hc-ping.com/{uuid}\n"),
            uuid,
        ),
        (
            "AWS, Google, Azure",
            "credentials",
            format!("aws_secret_access_key = {}\n", &long[..40]),
            &long[..40],
        ),
        (
            "AWS, Google, Azure",
            "x.yaml",
            format!("c: AccountName=a;AccountKey={long}==;\n"),
            &format!("{long}=="),
        ),
    ] {
        out.push((
            family,
            path,
            text.replace(secret, &format!("\u{1}{secret}\u{2}")),
        ));
    }
    let more = more::ROWS.iter();
    out.extend(more.map(|(family, path, text)| (*family, *path, text.replace("@@", WORD))));
    out
}

/// The text without the marks around its secret, and the secret.
fn marked(text: &str) -> (String, String) {
    match text
        .split_once('\u{1}')
        .and_then(|(_, rest)| rest.split_once('\u{2}'))
    {
        Some((secret, _)) => (text.replace(['\u{1}', '\u{2}'], ""), secret.to_owned()),
        None => (text.to_owned(), WORD.to_owned()),
    }
}

#[test]
fn every_family_finds_its_secrets() {
    let scanner = Scanner::default();
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (family, path, text) in rows() {
        let (text, secret) = marked(&text);
        let leaks = scanner.scan(path, &text);
        let said: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
        let clear = leaks.iter().all(|l| l.grade == Grade::Clear);
        // A value may be told whole; it is told once.
        if said.len() != 1 || !said[0].contains(&secret) || !clear {
            wrong.push((path, text.clone(), format!("{leaks:?}")));
        }
        seen.insert(family);
    }
    assert_eq!(wrong, []);
    let all: BTreeSet<&str> = FAMILIES.iter().map(|f| f.name).collect();
    assert_eq!(seen, all, "a family without an example, or the reverse");
}

#[test]
fn every_shape_is_an_expression() {
    for family in FAMILIES {
        for shape in family.shapes {
            let compiled = regex::Regex::new(shape.shape);
            assert!(compiled.is_ok(), "{}: {:?}", family.name, compiled.err());
            let small = |part: &&str| **part == part.to_ascii_lowercase();
            assert!(shape.parts.iter().all(small), "{}", shape.shape);
        }
    }
}

/// What stands in the same places and is none: references, placeholders, what everybody knows.
#[test]
fn places_without_a_secret() {
    let scanner = Scanner::default();
    let mut wrong = Vec::new();
    for value in [
        "${PW}",
        "$PW",
        "<your password>",
        "xxxx",
        "changeme",
        "/run/secrets/x",
        "{{ vault_x }}",
    ] {
        for (_, path, text) in rows() {
            if !text.contains(WORD)
                || text.contains('\u{1}')
                || text.contains('>') && value.starts_with('<')
            {
                continue;
            }
            let filled = text.replace("aQ3xR7tiger9", WORD).replace(WORD, value);
            for leak in scanner.scan(path, &filled) {
                wrong.push((path, filled.clone(), filled[leak.span.clone()].to_owned()));
            }
        }
    }
    for (path, text) in [
        ("snmpd.conf", "rocommunity public\nrwcommunity private\n"),
        (
            "sw1.cfg",
            "snmp-server community public RO\nno enable password\nusername jo nopassword\n",
        ),
        (
            "redis.conf",
            "# requirepass foobared\n# masterauth <master-password>\n",
        ),
        (
            "x.md",
            "Use requirepass for clients, and masterauth too.\nEnable secret scanning.\n",
        ),
        (
            "s.yaml",
            "kind: Secret\nstringData:\n  url: https://nas.lan/x\n  username: jo\ndata: {tls.crt: aGFsbG8=}\n",
        ),
        ("s.yaml", "kind: ConfigMap\ndata:\n  mode: tiger\n"),
        (
            "s.yaml",
            "kind: ExternalSecret\nspec: {data: [{secretKey: x, remoteRef: {key: y}}]}\n",
        ),
        (
            "a.sql",
            "CREATE USER app WITH PASSWORD :'pw';\nALTER USER x IDENTIFIED BY '${PW}';\n",
        ),
        (
            "rclone.conf",
            "[nas]\ntype = sftp\nuser = jo\nkey_file = ~/.ssh/id\n",
        ),
        (
            "haproxy.cfg",
            "  stats auth admin:${PW}\n  server key check\n",
        ),
        (
            "x.yaml",
            "remote: git@github.com:owner/repo@v1.2.3x\nsnapshot: root@nas:tank9@snap\n",
        ),
        ("x.yaml", "image: ghcr.io/a/b:v1.2.3@sha256:0a1b2c\n"),
        ("upsmon.conf", "MONITOR ups1@nas 1 mon ${PW} secondary\n"),
        (
            "x.yaml",
            "url: https://chat.lan/hooks/abcdefghijklmnopqrstuvwxyz\n",
        ),
        ("upgrade.pass.md", "Words about a password.\nMore.\n"),
        ("a.psk", "# made by hand\n"),
        ("x.sh", "docker run -p 80:80 --name x y\n"),
        ("x.sh", "7z x a.7z -o/tmp\n"),
        ("x.sh", "mkdir -p /srv; zip -r x.zip d\n"),
        ("x.sh", "docker login -u jo --password-stdin r.lan\n"),
        ("x.sh", "mosquitto_pub -h mqtt -p 1883 -t a\n"),
        ("x.sh", "ipmitool -f /root/pw power status\n"),
        ("x.sh", "mc alias set nas https://s3.lan $AK $SK\n"),
        ("x.sh", "unzip -P \"$PW\" x.zip\n"),
        ("x.sh", "nmcli con up Home\n"),
        ("x.sh", "mount -t nfs nas:/x /mnt\n"),
        ("x.sh", "echo x | tee y; smbpasswd -x jo\n"),
    ]
    .iter()
    .chain(more::NONE)
    {
        for leak in scanner.scan(path, text) {
            wrong.push((path, (*text).to_owned(), text[leak.span.clone()].to_owned()));
        }
    }
    assert_eq!(wrong, []);
}

/// A word that may be one of a sentence is not told, and not shown.
#[test]
fn what_is_only_hidden() {
    let scanner = Scanner::default();
    for text in [
        "Then `redis-cli config set requirepass @@` on it.\n",
        "```\ncurl -u jo:@@ http://x\n```\n",
        "    mosquitto_pub -P @@ -t x\n",
        "    app --password @@\n",
    ] {
        let text = text.replace("@@", WORD);
        let look = scanner.look("a.md", &text);
        assert_eq!(look.leaks, [], "{text}");
        let veiled = look.veiled(&text);
        assert!(
            !veiled.contains(WORD) && veiled.len() == text.len(),
            "{veiled}"
        );
    }
}

/// What can only be guessed at is told as a hash.
#[test]
fn hashes_of_families() {
    let body = |n: usize| "aB3./xYz9".repeat(10)[..n].to_owned();
    let scanner = Scanner::default();
    for (path, text) in [
        (".htpasswd", format!("jo:{}\n", body(13))),
        (
            "sw1.cfg",
            format!("enable secret 5 $1${}${}\n", body(4), body(22)),
        ),
        (
            "sw1.cfg",
            format!("username jo secret 9 $9${}${}\n", body(14), body(43)),
        ),
        (
            "sw1.cfg",
            format!("enable secret 8 $8${}${}\n", body(14), body(43)),
        ),
        (
            "shadow",
            format!("root:$y$j9T${}${}:19000:0:99999:7:::\n", body(22), body(43)),
        ),
        (
            "a.sql",
            format!("CREATE ROLE x PASSWORD 'md5{}';\n", "0a1b2c3d".repeat(4)),
        ),
        (
            "a.sql",
            format!(
                "CREATE ROLE x PASSWORD 'SCRAM-SHA-256$4096:{}==${}=:{}=';\n",
                body(22).replace('.', "c"),
                body(43).replace('.', "c"),
                body(43).replace('.', "c")
            ),
        ),
        (
            "a.sql",
            format!(
                "GRANT ALL ON x TO y IDENTIFIED BY PASSWORD '*{}';\n",
                "0A1B2C3D".repeat(5)
            ),
        ),
        (
            "passwd",
            format!(
                "jo:$7$101${}==${}==\n",
                body(14).replace('.', "c"),
                body(86).replace('.', "c")
            ),
        ),
        (
            "users.acl",
            format!("user app on #{}\n", "0a1b2c3d".repeat(8)),
        ),
        (
            "Caddyfile",
            format!(
                "basicauth {{\n  jo JDJhJDE0JD{}\n}}\n",
                body(70).replace('.', "c")
            ),
        ),
        (
            "Caddyfile",
            format!("basicauth {{\n  jo $2a$14${}\n}}\n", body(53)),
        ),
        (
            "grub.cfg",
            format!(
                "password_pbkdf2 root grub.pbkdf2.sha512.10000.{}.{}\n",
                "0A".repeat(64),
                "1B".repeat(64)
            ),
        ),
    ] {
        let leaks = scanner.scan(path, &text);
        let grades: Vec<Grade> = leaks.iter().map(|l| l.grade).collect();
        assert_eq!(grades, [Grade::Hash], "{text} {leaks:?}");
    }
}
