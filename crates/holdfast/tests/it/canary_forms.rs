//! A secret in every form that the scan knows, in every place whose lines are told: none of the outputs has it.

use crate::ran::Ran;
use std::fs;
use std::path::Path;

/// A made-up word, which each form has with a number of its own.
const CANARY: &str = "tw1tt3r";

/// How a secret stands in a text; `@@` is the secret. The names are right, or slips of right ones.
const FORMS: [&str; 60] = [
    "requirepass @@",
    "masterauth @@",
    "rocommunity @@",
    "createUser mon SHA @@ AES @@",
    "ups1@mon:@@@nas.lan",
    "MONITOR ups1@nas 1 mon @@ secondary",
    "stats auth admin:@@",
    "insecure-password @@",
    "enable secret 0 @@",
    "username jo privilege 15 password 0 @@",
    "snmp-server community @@ RO",
    "CREATE USER jo IDENTIFIED BY '@@'",
    "mosquitto_pub -h h -P @@ -t a",
    "ipmitool -H h -P @@ power status",
    "7z a -p@@ x.7z /srv",
    "mc alias set nas https://s3.lan admin @@",
    "curl -u jo:@@ https://x.lan",
    "sshpass -p @@ ssh nas",
    "RESTIC_PASSWORD=@@ restic backup /srv",
    "app --passwrod @@ --port 80",
    "app --tokne=@@",
    "username=jo,passwrod=@@",
    "postgres://jo:@@@db/x",
    "https://x.lan/?token=@@",
    "BASIC_AUTH=jo:@@",
    "TINYAUTH_USERS=jo:@@",
    "openssl enc -aes-256-cbc -k @@ -in a",
    "net rpc info -U admin%@@ -S nas",
    "netbird up --setup-key @@",
    "smbpasswd -s jo <<< @@",
    "snmp_community=@@",
    "aws configure set aws_secret_access_key @@",
    "sshpass -f <(echo @@) ssh nas",
    "x={{ '@@' | password_hash('sha512') }}",
    "x.digestauth.users=jo:realm:@@",
    "openssl passwd -6 @@",
    "ssh-keygen -t ed25519 -N @@ -f k",
    "vault login @@",
    "mosquitto_passwd -b f jo @@",
    "echo @@ > .restic-pass",
    "RESTIC_PASSWORD=$(echo @@) restic backup",
    "useradd -p @@ jo",
    "http -a jo:@@ https://x.lan",
    "B2_APPLICATION_KEY=@@",
    "RCLONE_CONFIG_B2_KEY=@@",
    "LLDAP_KEY_SEED=@@",
    "mount -t cifs -o user=jo%@@ //nas/x /mnt",
    "kubectl create secret generic x --from-literal=a=@@",
    "proxy_set_header X-Api-Key @@",
    "curl --oauth2-bearer @@ https://x.lan",
    "redis-cli AUTH @@",
    "yes @@ | passwd jo",
    "bw unlock @@",
    "app -p @@ run",
    "tgram://@@/12345",
    "pbul://@@",
    "discord://12345/@@",
    "hassio://ha.lan/@@",
    "curl -H X-Auth:@@ https://x.lan",
    "echo db:5432:*:jo:@@ > .pgpass",
];
/// Keys under which a secret stands alone.
const KEYS: [&str; 28] = [
    "password",
    "passwrod",
    "tokne",
    "api_kye",
    "scret",
    "pswd",
    "credentails",
    "DB_PASWORD",
    "TS_AUTHKEY",
    "ENCRYPTIONKEY",
    "WG_PRIVATE",
    "lamp_local_key",
    "snmp_community",
    "DBPW",
    "localkey",
    "UNSEAL_KEY_1",
    "B2_APPLICATION_KEY",
    "OVH_CONSUMER_KEY",
    "VAPID_PRIVATE",
    "LLDAP_KEY_SEED",
    "DBROOT",
    "DUO_SKEY",
    "NONCE_SALT",
    "GH_PAT",
    "PLEX_CLAIM",
    "REDISCLI_AUTH",
    "EASYDNS_KEY",
    "LDAP_BIND_CREDENTIALS",
];

/// Words as they stand in a text of YAML in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A lab in which each form stands in each place, and how many secrets there are.
fn lab(root: &Path) -> usize {
    let mut n = 0;
    let mut fill = |form: &str| {
        let mut out = String::new();
        for (at, part) in form.split("@@").enumerate() {
            if at > 0 {
                n += 1;
                out.push_str(&format!("{CANARY}{n:03}x"));
            }
            out.push_str(part);
        }
        out
    };
    let (mut top, mut host, mut compose, mut document) = Default::default();
    let line = |out: &mut String, text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    for (at, form) in FORMS.iter().enumerate() {
        line(&mut top, format!("unknown{at}: {}", quoted(&fill(form))));
        line(
            &mut host,
            format!("    unknown{at}: {}", quoted(&fill(form))),
        );
        line(&mut host, format!("    other{at}: {}", fill(form)));
        line(
            &mut compose,
            format!("    unknown{at}: {}", quoted(&fill(form))),
        );
        line(&mut document, format!("rm -rf /srv/x{at}; {}", fill(form)));
        line(
            &mut document,
            format!("mkfs.ext4 /dev/sda && {} # {}", fill(form), fill(form)),
        );
        line(&mut document, format!("rm -rf /srv/y{at} {}", fill(form)));
    }
    for key in KEYS {
        line(&mut top, format!("{key}: {}", fill("@@")));
        line(&mut host, format!("    {key}: {}", quoted(&fill("@@"))));
        line(&mut compose, format!("    {key}: {}", fill("@@")));
        line(
            &mut document,
            format!("rm -rf /srv/z --{key} {}", fill("@@")),
        );
    }
    let (mut commands, mut variables) = (String::new(), String::new());
    for (at, form) in FORMS.iter().enumerate() {
        let words = fill(form);
        let words: Vec<String> = words.split(' ').map(quoted).collect();
        line(
            &mut commands,
            format!(
                "  c{at}:\n    image: x\n    command: [{}]\n    healthcheck: {{test: {}}}",
                words.join(", "),
                quoted(&fill(form))
            ),
        );
    }
    for key in KEYS {
        line(&mut variables, format!("      {key}: {}", fill("@@")));
    }
    let labels = KEYS
        .map(|key| format!("x.{key}: {}", fill("@@")))
        .join(", ");
    let compose = format!(
        "services:\n  a:\n    image: x\n    ports: [nothing]\n    environment:\n{variables}    labels: {{{labels}}}\n{compose}{commands}"
    );
    let text = format!(
        "format: 1\nlab: x\nhosts:\n  h:\n{host}stacks: {{s: {{file: s/compose.yaml, on: h}}}}\ndocuments: {{d: {{file: d.md}}}}\n{top}"
    );
    fs::create_dir_all(root.join("s")).unwrap();
    fs::write(root.join("holdfast.yaml"), text).unwrap();
    fs::write(root.join("s/compose.yaml"), compose).unwrap();
    fs::write(
        root.join("d.md"),
        format!("# Run\n\n```sh\n{document}```\n"),
    )
    .unwrap();
    n
}

#[test]
fn no_output_has_a_secret_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let planted = lab(folder.path());
    assert!(planted > 200, "{planted}");
    let mut heard = String::new();
    let mut printed = Vec::new();
    for words in [
        &["check", "--all", "--unknown"] as &[&str],
        &["check", "--all", "--unknown", "--format", "concise"],
        &["check", "--all", "--unknown", "--format", "json"],
        &["check", "--all", "--unknown", "--format", "sarif"],
        &["secret", "scan"],
        &["secret", "scan", "--json"],
        &["show", "hosts"],
        &["show", "stacks", "--json"],
        &["plan"],
        &["debug", "compose", "s/compose.yaml"],
        &["debug", "compose", "--json", "s/compose.yaml"],
    ] {
        let said = Ran::inside(folder.path(), words).all();
        for line in said.lines().filter(|l| l.contains(CANARY)) {
            let at = line.find(CANARY).unwrap_or_default();
            let from = (0..=at.saturating_sub(60))
                .rev()
                .find(|n| line.is_char_boundary(*n));
            printed.push(format!(
                "{words:?}: {}",
                line.get(from.unwrap_or(0)..).unwrap_or_default()
            ));
        }
        heard.push_str(&said);
    }
    assert!(
        printed.is_empty(),
        "{} lines:\n{}",
        printed.len(),
        printed.join("\n")
    );
    // All of it was looked at, and told.
    for told in [
        "'unknown3'",
        "'other5'",
        "run-destructive",
        "'DB_PASWORD'",
        "passwrod",
    ] {
        assert!(heard.contains(told), "{told} is not told:\n{heard}");
    }
}

/// What hides nothing else: single words and numbers behind an unknown key, and names in the register of secrets.
#[test]
fn what_is_no_secret_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nkeyword: seen\nvlanz: {id: 20, address: 10.0.20.1/24}\n\
        hosts: {h: {kolour: green, wieght: 12kg}}\nsecrets: {restic-usb: tw1tt3r, wiki: {inn: paper}}\n";
    fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let said = Ran::inside(folder.path(), &["check"]).stdout;
    for shown in [
        "| keyword: seen\n",
        "| vlanz: {id: 20, address: 10.0.20.1/24}\n",
        "kolour: green, wieght: 12kg",
        "secrets: {restic-usb: *******, wiki: ",
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
    assert!(!said.contains(CANARY), "{said}");
}

/// A file that three stacks are made of has each secret once.
#[test]
fn a_secret_of_a_shared_file_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let stacks = "a: {file: compose.yaml, on: h}, b: {file: compose.yaml, on: h}, c: {file: compose.yaml, on: h}";
    let text = format!("format: 1\nlab: x\nhosts: {{h: {{}}}}\nstacks: {{{stacks}}}\n");
    fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let text = "services: {a: {image: x, environment: [DB_PASSWORD=k7wm3rq9x]}}\n";
    fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let said = Ran::inside(folder.path(), &["check", "--format", "concise"]).stdout;
    assert_eq!(said.matches("[sec-clear-text]").count(), 1, "{said}");
}

/// A secret that the language refuses is not also found by the scan.
#[test]
fn a_secret_that_is_refused_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nhosts: {h: {}}\nrepositories: {u: {location: /x, password: k7wm3rq9xQ, disks: d8wm3rq9xQ}}\n";
    fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let said = Ran::inside(folder.path(), &["check", "--all", "--format", "concise"]).stdout;
    assert_eq!(said.matches("[secret-in-clear]").count(), 1, "{said}");
    assert_eq!(said.matches("[sec-clear-text]").count(), 0, "{said}");
}

/// What stands behind an unknown key is shown, and its name always, unless it looks like a secret or the name may be one's.
#[test]
fn a_value_behind_a_misspelt_key_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (line, shown) in [
        ("jobs: {p: {schedul: \"Sun 03:00\"}}", "\"Sun 03:00\""),
        ("jobs: {p: {schedul: Sun k7wm3rq9xQ}}", "Sun **********"),
        ("repositories: {u: {pasword: Sun k7wm3rq9xQ}}", "'password'"),
        ("hosts: {h: {zzzzzz: Sun 03:00}}", "zzzzzz: Sun 03:00"),
        (
            "hosts: {h: {title: \"Nice title\"}}",
            "title: \"Nice title\"",
        ),
        ("hosts: {h: {title: \"Nice title\"}}", "no key 'title'"),
        (
            "hosts: {h: {zzzzzz: Sun k7wm3rq9xQ, zzzzzzz: a b}}",
            "Sun **********, zzzzzzz: a b",
        ),
        ("hosts: {h: {login: jo geheim}}", "login: jo ******"),
    ] {
        let text = format!("format: 1\nlab: x\n{line}\n");
        fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
        let said = Ran::inside(folder.path(), &["check", "--all"]).stdout;
        assert!(said.contains("unknown-key"), "{line}: {said}");
        assert!(said.contains(shown), "{line}: {said}");
        assert!(!said.contains("k7wm3rq9xQ"), "{line}: {said}");
    }
}

/// Nothing that `debug compose` prints has what follows the name of a secret.
#[test]
fn what_follows_a_name_in_compose_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let debug = |lines: &str| {
        let text = format!("services:\n  a:\n    image: x\n    {lines}\n");
        fs::write(folder.path().join("compose.yaml"), text).unwrap();
        Ran::inside(folder.path(), &["debug", "compose", "compose.yaml"]).all()
    };
    for lines in [
        "environment: {DB_PASSWORD tw1tt3r}",
        "environment: {A: b, \"C_SECRET tw1tt3r\"}",
        "environment: {A: b, DB_PASWORD tw1tt3r}",
        "environment: {A_TOKEN: \"${X:?tw1tt3r}\"}",
        "environment: {A_TOKEN: \"${X?tw1tt3r}\"}",
        "environment: {A_TOKEN: \"${X:-tw1tt3r}\"}",
        "environment: {A_TOKEN: \"${X:-${Y:-tw1tt3r}}\"}",
        "environment: {OTHER: \"${DB_PASSWORD:-tw1tt3r}\"}",
        "environment: {OTHER: \"${DB_PASSWORD:?tw1tt3r}\"}",
        "environment:\n      - DB_PASSWORD tw1tt3r",
        "environment:\n      - DB_PASSWORD=${X-tw1tt3r}",
        "environment:\n      - DB_PASSWORD=${X?tw1tt3r}",
        "labels: [db_token tw1tt3r, \"x.password=${X?tw1tt3r}\"]",
        "command: app --password ${X:-tw1tt3r} --port ${Y:?}",
        "command: app --password ${X:?tw1tt3r} --port ${Y:?}",
        "build: {context: ., args: {DB_PASSWORD tw1tt3r}}",
        "x-thing: {password tw1tt3r}",
    ] {
        let said = debug(lines);
        assert!(said.contains("compose.yaml"), "{lines}: {said}");
        assert!(!said.contains("tw1tt3r"), "{lines}: {said}");
    }
    let said = debug("environment: {PASSWORD: \"${X:?set it in .env}\", P: \"${PORT:-8080}\"}");
    assert!(said.contains("set it in .env"), "{said}");
    assert!(said.contains("8080"), "{said}");
}

/// A zero byte hides nothing: the file is read, or the result says that it was not.
#[test]
fn a_zero_byte_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let scan = |bytes: &[u8]| {
        fs::write(folder.path().join(".env"), bytes).unwrap();
        let ran = Ran::inside(folder.path(), &["secret", "scan", "."]);
        (ran.code, ran.stdout)
    };
    for bytes in [
        b"A=b\0\nDB_PASSWORD=k7wm3rq9xQ\n".as_slice(),
        b"DB_PASSWORD=\0k7wm3rq9xQ\n",
        b"A=b\0DB_PASSWORD=k7wm3rq9xQ\0C=d\0",
        b"\xef\xbb\xbfDB_PASSWORD=bananatree\r\n",
    ] {
        let (code, said) = scan(bytes);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(".env:"), "{said}");
    }
    let (code, said) = scan(b"\0\x01\x02\0\0A=b");
    assert_eq!(code, 7, "{said}");
    assert!(said.contains(".env: not read, no text"), "{said}");
}

/// A browser on Windows exports its passwords in UTF-16, with and without a mark.
#[test]
fn an_export_of_passwords_is_read_in_utf_16() {
    let folder = tempfile::tempdir().unwrap();
    let text = "url,username,password\r\nhttps://x.lan,jo,tiger\r\n";
    let wide = |mark: &[u8], of: fn(u16) -> [u8; 2]| {
        let bytes = text.encode_utf16().flat_map(of);
        mark.iter().copied().chain(bytes).collect::<Vec<u8>>()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        wide(&[0xff, 0xfe], u16::to_le_bytes),
        wide(&[0xfe, 0xff], u16::to_be_bytes),
        wide(&[], u16::to_le_bytes),
    ] {
        fs::write(folder.path().join("passwords.csv"), bytes).unwrap();
        let ran = Ran::inside(folder.path(), &["secret", "scan", "."]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stdout.contains("passwords.csv:2:"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("tiger"), "{}", ran.stdout);
    }
}

/// Whoever writes a private key of WireGuard where a public one belongs, and loses a part of it, sees no piece of it again.
#[test]
fn a_cut_key_of_wireguard_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    // Pieces between slashes are short, as names are.
    let key = "kB3xR7/tKaQ/3xR7tKaQ3xR7+tKaQ3xR7/tKaQ3x/E8";
    for cut in [key, &key[..30], &key[3..], &key[..22]] {
        for place in ["key: @@, port: 51820", "peers: {b: {key: @@}}"] {
            let place = place.replace("@@", cut);
            let text =
                format!("format: 1\nlab: x\nhosts: {{h: {{wireguard: {{wg0: {{{place}}}}}}}}}\n");
            fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
            for format in ["full", "concise", "json"] {
                let said = Ran::inside(folder.path(), &["check", "--format", format]).all();
                assert!(said.contains("key of WireGuard"), "{said}");
                let mut pieces = cut.as_bytes().windows(4);
                assert!(
                    !pieces.any(|p| said.contains(std::str::from_utf8(p).unwrap())),
                    "{said}"
                );
            }
        }
    }
}

/// What was not looked through is named, and a scan that could not look is no clean one.
#[test]
fn the_scan_names_what_it_did_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("plain.txt"), "nothing\n").unwrap();
    fs::write(at("picture.png"), b"\x89PNG\0\0\0\0").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", at("link")).unwrap();
    let scan = |json: &[&str]| {
        let ran = Ran::inside(folder.path(), &[&["secret", "scan", "."], json].concat());
        (ran.code, ran.stdout)
    };
    let (code, said) = scan(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not read, no text: picture.png\n"), "{said}");
    assert!(said.contains("not read, a link: link\n"), "{said}");
    fs::File::create(at("dump.sql"))
        .unwrap()
        .set_len(80 << 20)
        .unwrap();
    let (code, said) = scan(&[]);
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("dump.sql: not read, larger than "), "{said}");
    let (_, said) = scan(&["--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["not_read"].as_array().map(Vec::len), Some(3), "{said}");
}

/// The table of the documentation is that of the code. `UPDATE_EXPECT=1` writes it.
#[test]
fn the_documentation_names_every_format() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/secrets.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut table = String::from("| format | files | what is a secret in it |\n|---|---|---|\n");
    for family in secrets::scan::FAMILIES {
        let files: Vec<String> = family.files.iter().map(|f| format!("`{f}`")).collect();
        let files = if files.is_empty() {
            "all".to_owned()
        } else {
            files.join(" ")
        };
        table.push_str(&format!(
            "| {} | {files} | {} |\n",
            family.name, family.what
        ));
    }
    let begin = text.find("| format | files |").unwrap();
    let end = begin + text[begin..].find("\n\n").unwrap() + 1;
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, [&text[..begin], &table, &text[end..]].concat()).unwrap();
        return;
    }
    assert_eq!(&text[begin..end], table, "UPDATE_EXPECT=1 writes it");
}

/// A slip of punctuation beside the name of a secret shows the secret nowhere.
#[test]
fn what_stands_beside_a_name_without_its_colon_is_not_shown() {
    for slip in [
        "repositories:\n  u:\n    password CANARYq1w2e3\n    location: /x\n",
        "repositories:\n  u: {location: /x, password CANARYq1w2e3}\n",
        "repositories:\n  u:\n    ? password CANARYq1w2e3\n    location: /x\n",
        "repositories:\n  u:\n    password: !CANARYq1w2e3\n    location: /x\n",
        "repositories:\n  u:\n    password: &CANARYq1w2e3\n    location: /x\n",
        "repositories:\n  u:\n    password: |CANARYq1w2e3\n    location: /x\n",
    ] {
        let lab = tempfile::tempdir().unwrap();
        let text = format!("format: 1\nlab: x\nhosts: {{h: {{}}}}\n{slip}");
        fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
        for format in ["full", "json", "concise", "sarif"] {
            let said = Ran::inside(lab.path(), &["check", "--all", "--format", format]).all();
            assert!(!said.contains("CANARYq"), "{slip}{format}: {said}");
        }
    }
}
