//! Secrets that only their place tells, and secrets that are fed to programs: `secret scan` finds them, and no output has them.

use crate::ran::Ran;
use std::fs;
use std::path::Path;

/// In every one of them.
const CANARY: &str = "tw1tt3r";

/// What `holdfast` says in a folder.
fn said(folder: &Path, words: &[&str]) -> String {
    Ran::inside(folder, words).all()
}

/// A lab with one stack and one document.
fn lab(folder: &Path, top: &str, compose: &str, script: &str) {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{h: {{}}}}\nstacks: {{s: {{file: compose.yaml, on: h}}}}\ndocuments: {{d: {{file: d.md}}}}\n{top}\n"
    );
    fs::write(folder.join("holdfast.yaml"), text).unwrap();
    fs::write(folder.join("compose.yaml"), compose).unwrap();
    let document = format!("# Run\n\n```sh\nrm -rf /srv/x; {script}\n```\n");
    fs::write(folder.join("d.md"), document).unwrap();
}

const COMPOSE: &str = "services: {a: {image: x}}\n";
/// Everything that prints lines of these texts.
const OUTPUTS: [&[&str]; 7] = [
    &["check", "--all", "--unknown"],
    &["check", "--all", "--format", "json"],
    &["check", "--all", "--format", "sarif"],
    &["secret", "scan", "."],
    &["show", "backups"],
    &["show", "secrets"],
    &["debug", "compose", "compose.yaml"],
];

fn nothing_is_shown(folder: &Path, what: &str) {
    for words in OUTPUTS {
        let said = said(folder, words);
        assert!(!said.is_empty(), "{what}: {words:?} says nothing");
        assert!(!said.contains(CANARY), "{what}: {words:?}: {said}");
    }
}

/// `${DB_PASSWORD}` where `${DB_PORT}` was meant: what Compose puts there is a secret wherever that is.
#[test]
fn what_a_variable_brings_along() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "DB_PASSWORD=tw1tt3rX9qL\n").unwrap();
    for line in [
        "ports: ['${DB_PASSWORD}:80']",
        "command: ['--db', '${DB_PASSWORD}']",
        "environment: {X: '${DB_PASSWORD}'}",
        "image: 'nginx:${DB_PASSWORD}'",
        "volumes: ['/srv/${DB_PASSWORD}:/x', '${DB_PASSWORD}:/y']",
        "depends_on: ['${DB_PASSWORD}']",
        "mem_limit: ${DB_PASSWORD}",
        "privileged: ${DB_PASSWORD}",
        "container_name: ${DB_PASSWORD}",
        "labels: {traefik.http.routers.x.rule: 'Host(`${DB_PASSWORD}.local`)'}",
    ] {
        let image = if line.starts_with("image") {
            ""
        } else {
            "image: x, "
        };
        let compose = format!("services: {{a: {{{image}{line}}}}}\n");
        lab(folder.path(), "", &compose, "true");
        nothing_is_shown(folder.path(), line);
        for topic in ["stacks", "ports", "exposures", "networks"] {
            let said = said(folder.path(), &["show", topic]);
            assert!(!said.contains(CANARY), "{line}: {topic}: {said}");
        }
    }
}

/// A variable of any name, where a password is asked for: it is one in all other places, too.
#[test]
fn what_a_variable_is_used_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "GF=tw1tt3rX9qL\nX=80\n").unwrap();
    for (line, how) in [
        (
            "environment: {GF_SECURITY_ADMIN_PASSWORD: '${GF}', T: 'the ${GF}', X: $X}",
            "used for 'GF_SECURITY_ADMIN_PASSWORD'",
        ),
        (
            "command: ['--requirepass', '${GF}', '--title', '${GF}']",
            "used for 'requirepass'",
        ),
        (
            "environment: ['DB_URL=postgres://db:${GF}@db/x']",
            "used as a secret",
        ),
        (
            "environment: {GF_SECURITY_ADMIN_PASSWORD: 'pre-${A:-${GF}}', T: '${GF}', X: $X}",
            "used for 'GF_SECURITY_ADMIN_PASSWORD'",
        ),
        (
            "healthcheck: {test: 'mysqladmin ping -h $X -p${GF}'}",
            "used as a secret",
        ),
    ] {
        let compose = format!("services: {{a: {{image: x, {line}}}}}\n");
        lab(folder.path(), "", &compose, "true");
        nothing_is_shown(folder.path(), line);
        for words in [&["check"] as &[&str], &["secret", "scan", "."]] {
            let said = said(folder.path(), words);
            let told = said.contains(&format!("the value of 'GF' ({how})"));
            assert!(told && !said.contains("'X'"), "{line}: {said}");
        }
    }
}

/// A value of several lines is hidden in each of them.
#[test]
fn a_variable_of_several_lines() {
    let folder = tempfile::tempdir().unwrap();
    let env = "GF=\"w1nterX9qL\ntw1tt3rX9qL\"\n";
    fs::write(folder.path().join(".env"), env).unwrap();
    let compose = "services: {a: {image: x, environment: {A_PASSWORD: '${GF}', T: 'the ${GF}'}, ports: ['${GF}:80']}}\n";
    lab(folder.path(), "", compose, "true");
    nothing_is_shown(folder.path(), compose);
    for words in [&["check"] as &[&str], &["debug", "compose", "compose.yaml"]] {
        let said = said(folder.path(), words);
        assert!(!said.contains("w1nter"), "{words:?}: {said}");
    }
}

/// What a variable puts into the name of an image is no name: it stays a secret in what is said of the image, and in the parts of it.
#[test]
fn a_password_in_the_name_of_an_image() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "GF=tw1tt3r-latest\n").unwrap();
    for image in [
        "'grafana/${GF}:latest'",
        "'grafana/grafana:${GF}'",
        "'${GF}/x'",
        r#""grafana/\x24{GF}:latest""#,
        r#""\u0024{GF}/x""#,
    ] {
        let compose = format!(
            "services: {{a: {{image: {image}, environment: {{GF_SECURITY_ADMIN_PASSWORD: '${{GF}}'}}}}}}\n"
        );
        lab(folder.path(), "", &compose, "true");
        nothing_is_shown(folder.path(), image);
        for words in [&["check", "--json"] as &[&str], &["show", "stacks"]] {
            let said = said(folder.path(), words);
            assert!(!said.contains(CANARY), "{image}: {words:?}: {said}");
        }
    }
}

#[test]
fn places_of_compose() {
    let folder = tempfile::tempdir().unwrap();
    let labels = |labels: &str| {
        format!("services: {{a: {{image: x, ports: [nothing], labels: {labels}}}}}\n")
    };
    for (text, is_told) in [
        (labels("{homepage.widget.key: tw1tt3r, homepage.widget.password: tw1tt3rB}"), true),
        (labels("{homepage.widget.token: tw1tt3r, homepage.widget.key: tw1tt3rB}"), true),
        (labels("[homepage.widget.key=tw1tt3r]"), true),
        (labels("{a.basicauth.users: 'bob:tw1tt3r,jo:tw1tt3rB'}"), true),
        (format!("{COMPOSE}secrets: {{db: {{content: tw1tt3r}}}}\n"), true),
        (format!("{COMPOSE}secrets:\n  db:\n    content: |\n      tw1tt3r\n"), true),
        (format!("{COMPOSE}secrets: {{db: {{value: tw1tt3r}}}}\n"), true),
        (format!("{COMPOSE}secrets: {{db: tw1tt3r}}\n"), true),
        (
            "services: {a: {image: x, ports: [nothing], environment: {CREDS: tw1tt3r, A_LOGIN: tw1tt3r, JWT: tw1tt3r, SALT: tw1tt3r, ENCRYPTION: tw1tt3r, MASTER: tw1tt3r}}}\n".to_owned(),
            false,
        ),
        (
            "services: {a: {image: x, ports: [nothing], environment: [CREDS=tw1tt3r, A_LOGIN=tw1tt3r, JWT=tw1tt3r]}}\n".to_owned(),
            false,
        ),
        (
            format!("{COMPOSE}volumes: {{v: {{driver_opts: {{type: cifs, device: \"//u:tw1tt3r@nas/share\"}}, unknown: 1}}}}\n"),
            false,
        ),
        (
            "services: {a: {image: x, volumes: [\"//u:tw1tt3r@nas/share:/x\"]}}\n".to_owned(),
            false,
        ),
    ] {
        lab(folder.path(), "", &text, "true");
        nothing_is_shown(folder.path(), &text);
        let scan = said(folder.path(), &["secret", "scan", "."]);
        assert_eq!(scan.contains("compose.yaml:"), is_told, "{text}: {scan}");
    }
}

#[test]
fn places_of_a_lab() {
    let folder = tempfile::tempdir().unwrap();
    for (top, is_told) in [
        (
            "devices: {sw: {kind: switch, snmp: {at: h, community: tw1tt3r}}}",
            true,
        ),
        (
            "devices: {sw: {kind: switch, snmp: {at: h, user: jo, auth: tw1tt3r}}}",
            true,
        ),
        ("secrets: {tok: {in: sops, from: tw1tt3r}}", true),
        ("secrets: {tok: tw1tt3r}", false),
        (
            "repositories: {r: {location: /x, password: {command: \"pass show -p tw1tt3r\"}, unknown: 1}}",
            false,
        ),
        (
            "repositories: {r: {location: \"sftp:u:tw1tt3r@h:/x\", unknown: 1}}",
            false,
        ),
    ] {
        lab(folder.path(), top, COMPOSE, "true");
        nothing_is_shown(folder.path(), top);
        let scan = said(folder.path(), &["secret", "scan", "."]);
        assert_eq!(scan.contains("holdfast.yaml:"), is_told, "{top}: {scan}");
    }
}

#[test]
fn what_is_fed_to_a_program() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "echo 'tw1tt3r' | sudo -S reboot",
        "echo tw1tt3r | docker login -u jo --password-stdin r.lan",
        "echo -n tw1tt3r | cryptsetup open /dev/sda x",
        "printf '%s' 'tw1tt3r' > /run/secrets/db_password",
        "restic --password-command 'echo tw1tt3r' forget",
        "zfs load-key tank/x <<< 'tw1tt3r'",
        "cryptsetup open /dev/sda x <<< tw1tt3r",
        "restic --password-file=<(echo tw1tt3r) forget",
        "wg set wg0 private-key <(echo tw1tt3r)",
    ] {
        let top = format!("jobs: {{j: {{on: h, command: \"{script}\", unknown: 1}}}}");
        lab(folder.path(), &top, COMPOSE, script);
        fs::write(folder.path().join("run.sh"), format!("{script}\n")).unwrap();
        nothing_is_shown(folder.path(), script);
        let scan = said(folder.path(), &["secret", "scan", "."]);
        for file in ["holdfast.yaml:", "run.sh:"] {
            assert!(scan.contains(file), "{script}: {scan}");
        }
    }
}

/// A sentence is no setting: what it says is hidden where it may be a password, and told nowhere.
#[test]
fn what_a_sentence_says() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["the root password is tw1tt3r", "pw tw1tt3r"] {
        lab(folder.path(), "", COMPOSE, &format!("# {text}"));
        nothing_is_shown(folder.path(), text);
    }
    lab(folder.path(), "", COMPOSE, "# the password is on paper");
    let said = said(folder.path(), &["check", "--all"]);
    assert!(said.contains("the password is on paper"), "{said}");
}

/// Two secrets in one text, each in a line that `\n` ends: both are told, and neither is shown.
#[test]
fn lines_in_quotes() {
    let folder = tempfile::tempdir().unwrap();
    let both = |one: &str, two: &str| format!("\"db_password = {one}\\napi_token: {two}\"");
    for conf in [
        both("tw1tt3rabc", "tw1tt3rabd"),
        both("tw1tt3rKx7mQ2pL1", "tw1tt3rKx7mQ2pL2"),
    ] {
        for text in [
            format!(
                "services: {{a: {{image: x, ports: [nothing], environment: {{CONF: {conf}}}}}}}\n"
            ),
            format!(
                "services: {{a: {{image: x, ports: [nothing], environment: [\"CONF={}]}}}}\n",
                &conf[1..]
            ),
            format!("services: {{a: {{image: x, privileged: true, environmnt: {{A: {conf}}}}}}}\n"),
            format!("{COMPOSE}configs: {{c: {{content: {conf}, unknown: 1}}}}\n"),
        ] {
            lab(folder.path(), "", &text, "true");
            nothing_is_shown(folder.path(), &text);
            let scan = said(folder.path(), &["secret", "scan", "."]);
            assert_eq!(scan.matches("compose.yaml:").count(), 2, "{text}: {scan}");
            assert!(scan.contains("the value of 'api_token'"), "{text}: {scan}");
        }
    }
}

/// JSON in a value, in which a name has several secrets.
#[test]
fn several_under_one_name() {
    let folder = tempfile::tempdir().unwrap();
    for json in [
        r#"{"a":1,"password":"tw1tt3rKx7","token":["tw1tt3rKx8","x"]}"#,
        r#"{"token":["tw1tt3rKx7","tw1tt3rKx8"]}"#,
        r#"{"api_keys":["tw1tt3rKx7mQ2pL1"]}"#,
        r#"{"passwords":{"bob":"tw1tt3rKx7"}}"#,
    ] {
        for value in [format!("'{json}'"), format!("{json:?}")] {
            let text = format!(
                "services: {{a: {{image: x, ports: [nothing], environment: {{J: {value}}}}}}}\n"
            );
            lab(folder.path(), "", &text, "true");
            nothing_is_shown(folder.path(), &text);
            let scan = said(folder.path(), &["secret", "scan", "."]);
            assert!(scan.contains("compose.yaml:"), "{text}: {scan}");
        }
    }
}

/// What a script tells is told of the same line in a document.
#[test]
fn commands_of_a_document() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        "mysql -uroot -ptw1tt3rK db",
        "curl -u admin:tw1tt3rK https://x.lan",
        "sshpass -p tw1tt3rK ssh nas",
        "redis-cli -a tw1tt3rK ping",
        "ldapsearch -D cn=a -w tw1tt3rK",
        "smbclient //x/y -U a%tw1tt3rK",
    ] {
        lab(folder.path(), "", COMPOSE, command);
        nothing_is_shown(folder.path(), command);
        let scan = said(folder.path(), &["secret", "scan", "."]);
        assert!(scan.contains("d.md:"), "{command}: {scan}");
        let check = said(folder.path(), &["check", "--format", "concise"]);
        assert!(check.contains("[sec-clear-text]"), "{command}: {check}");
    }
}

#[test]
fn a_caddyfile_in_one_line_and_words_of_a_document() {
    let folder = tempfile::tempdir().unwrap();
    lab(
        folder.path(),
        "",
        COMPOSE,
        "zfs destroy tank # PIN tw1tt3rK",
    );
    nothing_is_shown(folder.path(), "PIN");
    for (file, text) in [
        ("Caddyfile", "crowdsec { api_key tw1tt3rKx7mQ2pL }"),
        (
            "Caddyfile",
            "tls { dns route53 { secret_access_key \"tw1tt3rKx7mQ2pL\" } }",
        ),
        ("Caddyfile", "tls { eab kid1 tw1tt3rKx7mQ2pL }"),
        ("w.md", "WPA2 key: tw1tt3rK"),
        ("w.md", "Default login (admin:tw1tt3rK) still works."),
    ] {
        fs::write(folder.path().join(file), format!("{text}\n")).unwrap();
        nothing_is_shown(folder.path(), text);
        let scan = said(folder.path(), &["secret", "scan", "."]);
        assert!(scan.contains(&format!("{file}:1:")), "{text}: {scan}");
        fs::remove_file(folder.path().join(file)).unwrap();
    }
}

/// A password that is the name of what it protects is hidden where it stands, and what is called by that name is called by it.
#[test]
fn a_password_that_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {nextcloud: {file: compose.yaml, on: h}}\n";
    fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let text = "services:\n  app:\n    image: nextcloud:24\n    environment: {MYSQL_PASSWORD: nextcloud}\n\
        \x20 db:\n    image: mariadb:10.5\n    environment: {MARIADB_PASSWORD: mariadb}\n    ports: [\"password=nextcloud\"]\n\
        \x20 p:\n    image: x\n    environment: {POSTGRES_PASSWORD: password}\n";
    fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let check = said(folder.path(), &["check", "--all"]);
    for shown in [
        "container 'app' of stack 'nextcloud' starts with a password that everybody knows",
        "container 'p' of stack 'nextcloud' starts with a password that everybody knows",
        "https://endoflife.date/nextcloud",
        "https://endoflife.date/mariadb",
        "image: nextcloud:24",
    ] {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    for hidden in [
        "PASSWORD: nextcloud",
        "PASSWORD: mariadb",
        "PASSWORD: password",
        "password=nextcloud",
    ] {
        for words in OUTPUTS.iter().chain([&["check"] as &[&str]].iter()) {
            let said = said(folder.path(), words);
            assert!(!said.contains(hidden), "{words:?} {hidden}: {said}");
        }
    }
}

/// Of a line with an unknown key only its own value may be a secret: references, other keys and anchors are shown.
#[test]
fn what_stands_beside_an_unknown_key() {
    let folder = tempfile::tempdir().unwrap();
    for (line, shown, hidden) in [
        (
            "windows: {w: {wen: tw1tt3r!x, for: [host/nas2, proxmox1]}}",
            "for: [host/nas2, proxmox1]}}",
            "tw1tt3r",
        ),
        (
            "windows: {w: {wen: x, for: [host/nas9]}}",
            "there is no object 'host/nas9'",
            "***",
        ),
        (
            "windows: {w: {access: Sat tw1tt3r!x, for: [host/nas9]}}",
            "there is no object 'host/nas9'",
            "tw1tt3r",
        ),
        (
            "windows: {w: {fr: [host/nas2, host/tw1tt3r], schedule: Sat 02:00}}",
            "fr: [host/nas2, ************], schedule: Sat 02:00",
            "tw1tt3r",
        ),
        ("x: &a {b: c}", "x: &a {b: c}", "**"),
        ("x: &tw1tt3r! {b: c}", "{b: c}", "tw1tt3r"),
    ] {
        let text = format!("format: 1\nlab: x\nhosts: {{nas2: {{}}, proxmox1: {{}}}}\n{line}\n");
        fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
        let said = said(folder.path(), &["check", "--all"]);
        assert!(said.contains("unknown-key"), "{line}: {said}");
        assert!(said.contains(shown), "{line}: {said}");
        assert!(!said.contains(hidden), "{line}: {said}");
    }
}
