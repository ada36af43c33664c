//! Commands whose options say nothing by their name, and that are no clients of a database: `ipmitool -P …`, `7z -p…`.
//!
//! The clients, and `curl`, `chpasswd` and `htpasswd`, are read in `calls`, which this may take over one day.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::words::{gap, is_word};

/// A program, words of the same command on lines that go on or in items of a list, and an option.
macro_rules! option {
    ($programs:literal, $option:literal) => {
        concat!(
            r"(?:^|[^[:word:].-])(?:",
            $programs,
            r#")["']?(?:(?:[ \t,]|\\\r?\n|\n[ \t]*-)(?:[^\n|;&]|\\\r?\n|\n[ \t]*-[ \t])*?)??(?:"#,
            $option,
            ")"
        )
    };
}
macro_rules! word {
    () => {
        r#"\\?["']?([^\s"',\]};&|\\]+)"#
    };
}

pub(super) use {option, word};

/// A command that has a password among its words.
pub(super) const fn of(parts: &'static [&'static str], shape: &'static str) -> Shape {
    Shape {
        parts,
        shape,
        reach: Reach::Any,
        what: What::If(is_password, "a password on a command line"),
    }
}

pub(super) const FAMILY: Family = Family {
    name: "commands",
    files: &[],
    what: "`--password X` and options of its kind of any program, `Authorization:` headers; `curl -u`, `lftp -u`, `sshpass -p`, `mysql -p`, `mongosh -p`, \
        `redis-cli -a`, `ldapsearch -w`, `snmpget -c`, `smbclient`, `net rpc` and `rpcclient -U name%…`, `mount -o password=`, `htpasswd -b`, `chpasswd`, `smbpasswd`, `ipmitool -P`, \
        `mosquitto_pub -P`, `zip -P`, `7z -p`, `openssl -passin pass:`, `openssl enc -k`, `oathtool -b`, `sqlcmd -P`, `docker login -p`, `mc alias set`, `nmcli … password`, `wpa_passphrase`, \
        `xfreerdp /p:`, `upscmd -p`, `--jwt-secret X`",
    shapes: &[
        of(
            &["ipmi"],
            concat!(
                option!(
                    r"ipmitool|ipmiutil|ipmipower|ipmi-[[:word:]]+",
                    r#"[\s"',]-[Pp]"#
                ),
                gap!(),
                word!()
            ),
        ),
        of(
            &["ipmi"],
            concat!(
                option!(r"ipmitool|ipmiutil", r#"[\s"',]-P"#),
                r#"["']?([^\s"',\]};&|\\=]+)"#
            ),
        ),
        of(
            &["openssl"],
            concat!(
                option!(
                    r#"openssl["']?[ \t,]+["']?(?:enc|aes[[:word:]]*|aes-[[:word:]-]+|aria-[[:word:]-]+|camellia-[[:word:]-]+|chacha20[[:word:]]*|des3?|des-[[:word:]-]+|bf[[:word:]]*|bf-[[:word:]-]+)"#,
                    r#"[\s"',]-[kK]"#
                ),
                gap!(),
                word!()
            ),
        ),
        of(
            &["oathtool"],
            concat!(
                option!("oathtool", r#"[\s"'](?:-b|--base32)"#),
                r#"(?:[^\n|;&]*?[\s"'])"#,
                r#"([A-Za-z2-7]{16,}=*)(?:[\s"';|&)]|$)"#
            ),
        ),
        of(
            &["mosquitto_"],
            concat!(
                option!("mosquitto_(?:pub|sub|rr)", r#"[\s"',](?:-P|--pw)"#),
                gap!(),
                word!()
            ),
        ),
        of(
            &["zip"],
            concat!(
                option!("zip|unzip|zipcloak", r#"[\s"',]-[A-Za-z0-9]*P"#),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            &["cmd"],
            concat!(
                option!("sqlcmd|osql", r#"[\s"',]-P"#),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            // Not in `PermitRootLogin`.
            &[
                " login", "\tlogin", "\nlogin", ",login", "\"login", "'login",
            ],
            concat!(
                option!(
                    "docker|podman|nerdctl|skopeo|buildah|helm",
                    r#"login\b[^\n|;&]*?[\s"',]-p"#
                ),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            &["mongo"],
            concat!(
                option!(
                    "mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport",
                    r#"[\s"',]-p"#
                ),
                gap!(),
                word!()
            ),
        ),
        of(
            &["ups"],
            concat!(
                option!("upscmd|upsrw", r#"[\s"',]-p"#),
                "(?:",
                gap!(),
                ")?",
                word!()
            ),
        ),
        of(
            &["nmcli"],
            concat!(
                option!(
                    "nmcli",
                    r#"[\s"',](?:password|wifi-sec\.psk|802-11-wireless-security\.psk)"#
                ),
                gap!(),
                word!()
            ),
        ),
        of(
            &["7z"],
            concat!(option!("7z|7za|7zr|7zz", r#"[\s"',]-p"#), word!()),
        ),
        of(
            &["rar"],
            concat!(option!("rar|unrar", r#"[\s"',]-h?p"#), word!()),
        ),
        of(
            &["/p:"],
            concat!(option!(r"[xw]l?freerdp\d?", r#"[\s"',]/p:"#), word!()),
        ),
        of(
            &["password=", "pass="],
            concat!(
                option!(
                    r"mount(?:\.cifs)?",
                    r#"[\s"',](?:[^\s"',]+,)*(?:password|pass)="#
                ),
                word!()
            ),
        ),
        of(
            &["set"],
            r#"\bmc["']?[\s,]+["']?alias["']?[\s,]+["']?set(?:[\s"',]+[^\s"',-][^\s"',]*){3}[\s"',]+([^\s"',\]};&|\\-][^\s"',\]};&|\\]*)"#,
        ),
        of(
            &["wpa_passphrase"],
            r#"\bwpa_passphrase["']?[ \t,]+(?:"[^"\n]*"|'[^'\n]*'|[^\s"',<|;&]+)[ \t,]+["']?([^\s"',\]};&|\\<>]+)"#,
        ),
        of(
            &["lftp"],
            r#"\blftp\b[^\n|;&]*?[\s"']-u[ \t]+["']?[^\s"',]+,([^\s"',\]};&|\\]+)"#,
        ),
        of(
            &["smbpasswd"],
            r#"\b(?:echo|printf)(?:[ \t]+-[[:word:]]+)*[ \t]+["']?([^\s"'\\;|&]+)[^\n|]*\|[ \t]*(?:sudo[ \t]+)?smbpasswd\b"#,
        ),
    ],
    read: None,
};

/// Whether it is written out, and neither an option nor a file.
pub(super) fn is_password(text: &str) -> bool {
    let text = within(text);
    is_word(text) && literal(text, Bounds::Guessed, Kind::Script).is_some()
}

/// Without the brackets that close a list around it.
fn within(text: &str) -> &str {
    let mut text = text;
    for (close, open) in [('}', '{'), (']', '['), ('}', '{')] {
        let ends = text.trim_end_matches(close);
        let extra = text.len() - ends.len();
        if extra > text.matches(open).count() {
            text = ends;
        }
    }
    text
}
