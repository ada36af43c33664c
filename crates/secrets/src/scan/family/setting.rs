//! Commands that set a password, hash one or log in with one, in which it is a word of its own or stands behind a short option.

use super::Family;
use super::command::{of, option, word};
use crate::scan::words::gap;

/// Words of a command up to one of its own: options, and what they take.
macro_rules! options {
    () => {
        r#"(?:["']?[ \t,]+["']?--?[A-Za-z][[:word:]-]*(?:=[^\s"'|;&]+)?)*["']?[ \t,]+"#
    };
}
/// A word that is no option, perhaps in quotes.
macro_rules! plain {
    () => {
        r#"["']?([^\s"'|;&\\()<>$-][^\s"'|;&\\()<>]*)"#
    };
}
/// A word that is skipped.
macro_rules! skip {
    () => {
        r#"["']?[^\s"'|;&()<>{$-][^\s"'|;&()<>]*["']?[ \t,]+"#
    };
}

/// Two words of a command, as a line has them and as the forms of a list do.
macro_rules! pair {
    ($a:literal, $b:literal) => {
        &[
            concat!($a, " ", $b),
            concat!($a, ",", $b),
            concat!($a, ", ", $b),
            concat!($a, "\", \"", $b),
            concat!($a, "\",\"", $b),
            concat!($a, "', '", $b),
            concat!($a, "','", $b),
        ]
    };
}

pub(super) const FAMILY: Family = Family {
    name: "commands that set passwords",
    files: &[],
    what: "`ssh-keygen -N X`, `openssl passwd X`, `mkpasswd X`, `mosquitto_passwd -b F NAME X`, `vault login X`, `bw unlock X`, `redis-cli AUTH X`, `pihole setpassword X`, `caddy hash-password -p X`, \
        `slappasswd -s X`, `doveadm pw -p X`, `rabbitmqctl add_user NAME X`, `mysqladmin password X`, `samba-tool user create NAME X`, `useradd -p X`, `influx -t X`, `racadm -p X`, \
        `ansible-vault encrypt_string X`, `kubectl create secret … --from-literal=NAME=X`, `npm config set …:_authToken X`, `http -a NAME:X`, `ConvertTo-SecureString X`, `consul agent -encrypt X`, `yes X | passwd`, `$(echo X)` behind the name of a secret",
    shapes: &[
        of(
            &["ssh-keygen"],
            concat!(option!("ssh-keygen", r#"[\s"',]-N"#), gap!(), word!()),
        ),
        of(
            &["ssh-keygen"],
            concat!(option!("ssh-keygen", r#"[\s"',]-P"#), gap!(), word!()),
        ),
        of(
            &["http"],
            r#"(?:^|[\s|;&"'(])https?[\x22\x27]?[ \t,]+[\x22\x27]?(?:[^\n|;&]*?[\s\x22\x27,])??(?:-a|--auth)["']?[ \t,=]+["']?[^\s"':|;&]+:([^\s"'|;&\\]+)"#,
        ),
        of(
            &["openssl"],
            concat!(
                r"\bopenssl[\x22\x27]?[ \t,]+[\x22\x27]?passwd(?:[\x22\x27]?[ \t,]+[\x22\x27]?-(?:[1-6]|apr1|aixmd5|crypt|salt[\x22\x27]?[ \t,]+[\x22\x27]?[^\s;|&]+))*[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!()
            ),
        ),
        of(
            &["mkpasswd"],
            concat!(
                r"\bmkpasswd(?:[\x22\x27]?[ \t,]+[\x22\x27]?(?:-[mSR][ \t]*[^\s;|&]+|--(?:method|salt|rounds)[= ][^\s;|&]+|-[57]))*[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!()
            ),
        ),
        of(
            &["mosquitto_passwd"],
            concat!(
                r"\bmosquitto_passwd(?:[\x22\x27]?[ \t,]+[\x22\x27]?-[cH]\b(?:[\x22\x27]?[ \t,]+[\x22\x27]?sha\S+)?)*[\x22\x27]?[ \t,]+[\x22\x27]?-(?:b|cb|bc)(?:[\x22\x27]?[ \t,]+[\x22\x27]?-c)?[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                skip!(),
                plain!()
            ),
        ),
        of(
            pair!("vault", "login"),
            concat!(
                r"\bvault[\x22\x27]?[ \t,]+[\x22\x27]?login",
                options!(),
                r#"["']?([^\s"'|;&\\()<>$=-][^\s"'|;&\\()<>=]*)["']?(?:[\s|;&)\],]|$)"#
            ),
        ),
        of(
            pair!("bao", "login"),
            concat!(
                r"\bbao[\x22\x27]?[ \t,]+[\x22\x27]?login",
                options!(),
                r#"["']?([^\s"'|;&\\()<>$=-][^\s"'|;&\\()<>=]*)["']?(?:[\s|;&)\],]|$)"#
            ),
        ),
        of(
            pair!("bw", "unlock"),
            concat!(
                r"\bbw[\x22\x27]?[ \t,]+[\x22\x27]?unlock[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!()
            ),
        ),
        of(
            pair!("bw", "login"),
            concat!(
                r"\bbw[\x22\x27]?[ \t,]+[\x22\x27]?login[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                plain!()
            ),
        ),
        of(
            &["redis-cli", "valkey-cli", "keydb-cli"],
            concat!(
                r"\b(?:redis|valkey|keydb)-cli\b[^\n|;&]*?[\s\x22\x27,](?i:auth)[\x22\x27]?[ \t,]+[\x22\x27]?(?:default[\x22\x27]?[ \t,]+[\x22\x27]?)?",
                plain!()
            ),
        ),
        of(
            &["redis-cli", "valkey-cli", "keydb-cli"],
            concat!(
                r"\b(?:redis|valkey|keydb)-cli\b[^\n|;&]*?[\s\x22\x27,](?i:auth)[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                plain!()
            ),
        ),
        of(
            &["valkey-cli", "keydb-cli"],
            concat!(
                option!("valkey-cli|keydb-cli", r#"[\s"',]-a"#),
                gap!(),
                word!()
            ),
        ),
        of(
            pair!("host", "add"),
            concat!(
                r"\bmc[\x22\x27]?[ \t,]+[\x22\x27]?config[\x22\x27]?[ \t,]+[\x22\x27]?host[\x22\x27]?[ \t,]+[\x22\x27]?add[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                skip!(),
                skip!(),
                plain!()
            ),
        ),
        of(
            &["encrypt_string"],
            concat!(
                r#"\bansible-vault[\x22\x27]?[ \t,]+[\x22\x27]?encrypt_string(?:[\x22\x27]?[ \t,]+[\x22\x27]?--(?:vault-id|vault-password-file|name|encrypt-vault-id)[= ]\S+|[\x22\x27]?[ \t,]+[\x22\x27]?-n[\x22\x27]?[ \t,]+[\x22\x27]?\S+)*[\x22\x27]?[ \t,]+[\x22\x27]?(?:--[\x22\x27]?[ \t,]+[\x22\x27]?)?"#,
                plain!()
            ),
        ),
        of(
            &["--from-literal"],
            r#"--from-literal[= \t]+["']?[[:word:].-]+=\\?["']?([^\s"'|;&\\]+)"#,
        ),
        of(
            &["_authtoken", "_password"],
            concat!(
                r#"\b(?:npm|pnpm|yarn)[\x22\x27]?[ \t,]+[\x22\x27]?(?:config[\x22\x27]?[ \t,]+[\x22\x27]?)?set[\x22\x27]?[ \t,]+[\x22\x27]?["']?[^\s"'=]*:_(?:authToken|password|auth)["']?[= \t]+"#,
                plain!()
            ),
        ),
        of(
            &["racadm", "rdesktop", "ncftp", "register_new_matrix_user"],
            concat!(
                option!(
                    "racadm|rdesktop|ncftp(?:get|put|ls)?|register_new_matrix_user",
                    r#"[\s"',]-p"#
                ),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            &["influx"],
            concat!(option!("influx", r#"[\s"',](?:-t|-p)"#), gap!(), word!()),
        ),
        of(
            &["hash-password", "doveadm"],
            concat!(
                r"\b(?:caddy[\x22\x27]?[ \t,]+[\x22\x27]?hash-password|doveadm[\x22\x27]?[ \t,]+[\x22\x27]?pw)\b[^\n|;&]*?[\s\x22\x27,](?:-p|--plaintext)[\x22\x27]?[= \t,]+",
                plain!()
            ),
        ),
        of(
            &["slappasswd", "kadmin"],
            concat!(
                option!(r"slappasswd|kadmin(?:\.local)?", r#"[\s"',]-[sw]"#),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            &["mysqladmin", "mariadb-admin"],
            concat!(
                r"\b(?:mysqladmin|mariadb-admin)\b[^\n|;&]*?[\s\x22\x27,]password[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!()
            ),
        ),
        of(
            &["rabbitmqctl"],
            concat!(
                r"\brabbitmqctl[\x22\x27]?[ \t,]+[\x22\x27]?(?:-\S+[\x22\x27]?[ \t,]+[\x22\x27]?\S+[\x22\x27]?[ \t,]+[\x22\x27]?)*(?:add_user|change_password)[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                plain!()
            ),
        ),
        of(
            &["samba-tool"],
            concat!(
                r"\bsamba-tool[\x22\x27]?[ \t,]+[\x22\x27]?user[\x22\x27]?[ \t,]+[\x22\x27]?(?:create|add)[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                plain!()
            ),
        ),
        of(
            &["useradd", "usermod", "adduser"],
            concat!(
                option!("useradd|usermod", r#"[\s"',](?:-[a-zA-Z]*p|--password)"#),
                gap!(),
                word!()
            ),
        ),
        of(
            pair!("net", "user"),
            concat!(
                r"\bnet[\x22\x27]?[ \t,]+[\x22\x27]?user[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                r"([^\s|;&/$*<>-][^\s|;&]*)"
            ),
        ),
        of(
            &["setpassword", "pihole"],
            concat!(
                r"\bpihole[\x22\x27]?[ \t,]+[\x22\x27]?(?:setpassword|-a[\x22\x27]?[ \t,]+[\x22\x27]?-p)[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!()
            ),
        ),
        of(
            &["reset-admin-password"],
            concat!(r"\breset-admin-password", options!(), plain!()),
        ),
        of(
            pair!("user", "password"),
            concat!(
                r"\b(?:mmctl|mattermost)[\x22\x27]?[ \t,]+[\x22\x27]?user[\x22\x27]?[ \t,]+[\x22\x27]?password[\x22\x27]?[ \t,]+[\x22\x27]?",
                skip!(),
                plain!()
            ),
        ),
        of(
            &["-encrypt"],
            concat!(
                r"\b(?:consul|nomad|serf)[\x22\x27]?[ \t,]+[\x22\x27]?agent\b[^\n|;&]*?[\s\x22\x27,]-encrypt[= \t]+",
                plain!()
            ),
        ),
        of(
            &["wpa_cli"],
            r#"\bwpa_cli\b[^\n|;&]*?[\s\x22\x27,]set_network[\x22\x27]?[ \t,]+[\x22\x27]?\d+[\x22\x27]?[ \t,]+[\x22\x27]?(?:psk|password|sae_password)[\x22\x27]?[ \t,]+[\x22\x27]?["'\\]*([^\s"'\\|;&$]+)"#,
        ),
        of(
            &["qpdf"],
            r#"\bqpdf\b[^\n|;&]*?[\s\x22\x27,]--encrypt[\x22\x27]?[ \t,]+[\x22\x27]?["']?([^\s"'|;&$-][^\s"'|;&]*)"#,
        ),
        of(
            &["_pw"],
            r#"\bpdftk\b[^\n|;&]*?[\s\x22\x27,](?:user_pw|owner_pw|input_pw)[\x22\x27]?[ \t,]+[\x22\x27]?["']?([^\s"'|;&$]+)"#,
        ),
        of(
            &["yes "],
            concat!(
                r"\byes[\x22\x27]?[ \t,]+[\x22\x27]?",
                plain!(),
                r#"["']?[ \t]*\|[ \t]*(?:sudo[\x22\x27]?[ \t,]+[\x22\x27]?)?(?:passwd|smbpasswd|vncpasswd)\b"#
            ),
        ),
        of(
            &["passwd"],
            r#"\b(?:echo|printf)(?:[\x22\x27]?[ \t,]+[\x22\x27]?-[A-Za-z]+)*[\x22\x27]?[ \t,]+[\x22\x27]?["']([^"'\\\n]+\\n[^"'\n]*)["'][ \t]*\|[ \t]*(?:sudo[\x22\x27]?[ \t,]+[\x22\x27]?)?(?:[^\s|;&]*/)?(?:smb|vnc)?passwd\b"#,
        ),
        of(
            &["passwd"],
            r#"\([ \t]*(?:echo|printf)[\x22\x27]?[ \t,]+[\x22\x27]?["']?([^\s"'|;&\\()$]+["']?[ \t]*;[ \t]*(?:echo|printf)[\x22\x27]?[ \t,]+[\x22\x27]?["']?[^\s"'|;&\\()]+)["']?[ \t]*;?[ \t]*\)[ \t]*\|[ \t]*(?:sudo[\x22\x27]?[ \t,]+[\x22\x27]?)?(?:[^\s|;&]*/)?(?:smb|vnc)?passwd\b"#,
        ),
        of(
            &["echo", "printf"],
            r#"(?i:\b[a-z0-9_]*(?:pass|passwd|password|passphrase|secret|token|_key|_pw))["']?=["']?(?:\$\(|`)[ \t]*(?:echo|printf)(?:[\x22\x27]?[ \t,]+[\x22\x27]?-[A-Za-z]+)*(?:[\x22\x27]?[ \t,]+[\x22\x27]?["']?%s(?:\\n)?["']?)?[\x22\x27]?[ \t,]+[\x22\x27]?\\?["']?([^\s"'|;&\\()`$]+)"#,
        ),
        of(
            &["cryptsetup"],
            r#"\bcryptsetup\b[^\n|;&]*?[\s\x22\x27,](?:-d|--key-file)[= \t]*<\([ \t]*(?:echo|printf)(?:[\x22\x27]?[ \t,]+[\x22\x27]?-[A-Za-z]+)*(?:[\x22\x27]?[ \t,]+[\x22\x27]?["']?%s(?:\\n)?["']?)?[\x22\x27]?[ \t,]+[\x22\x27]?["']?([^\s"'|;&\\()$]+)"#,
        ),
        of(
            &["snmp"],
            concat!(
                option!(
                    r"snmp(?:get|getnext|walk|bulkget|bulkwalk|set|table|status|trap|inform)",
                    r#"[\s"',]-X"#
                ),
                gap!(),
                word!()
            ),
        ),
        of(
            &["oauth2-bearer"],
            concat!(r#"--oauth2-bearer"#, gap!(), word!()),
        ),
        of(
            &["-var"],
            r#"\bterraform\b[^\n|;&]*?[\s\x22\x27,]--?var[= \t]+["']?[[:word:]]*(?i:password|passwd|secret|token|passphrase)[[:word:]]*=\\?["']?([^\s"'|;&\\$]+)"#,
        ),
        of(
            &["securestring"],
            r#"(?i)\bConvertTo-SecureString\b(?:[\x22\x27]?[ \t,]+[\x22\x27]?-(?:AsPlainText|Force|String))*[\x22\x27]?[ \t,]+[\x22\x27]?["']([^"'\n$]+)["']"#,
        ),
        of(
            pair!("net", "use"),
            r#"(?i)\bnet[\x22\x27]?[ \t,]+[\x22\x27]?use\b[^\n|;&]*?[\s\x22\x27,]/user:\S+[\x22\x27]?[ \t,]+[\x22\x27]?["']?([^\s"'/|;&$*%][^\s"'|;&]*)"#,
        ),
        of(
            &["assw"],
            r#"(?i)assw(?:ord|d)[^\n]{0,40}\n?[^\n]{0,40}?\bsend[\x22\x27]?[ \t,]+[\x22\x27]?(?:--[\x22\x27]?[ \t,]+[\x22\x27]?)?\\?"([^"\\$\n]+)\\+[rn]"#,
        ),
        of(
            &["mount"],
            r#"(?:^|[^[:word:].-])mount(?:\.cifs)?[ \t][^\n|;&]*?[\s"',](?:[^\s"',]+,)*user(?:name)?=[^\s"',%]+%([^\s"',|;&$]+)"#,
        ),
    ],
    read: None,
};
