//! What is hidden, and what stays.

use super::mask;

#[test]
fn secrets_are_stars_and_offsets_stay() {
    for text in [
        "password: hunter2\n",
        "- DB_PASSWORD=hunter2\n",
        "      - \"DB_PASSWORD=hunter2\"\n",
        "- DB_PASSWORD=${PW:-hunter2}\n",
        "- ADMIN_TOKEN=$hunter2$\n",
        "  password:   \"hunter2\"\n",
        "usb: {on: web, password: hunter2}\n",
        "pasword: hunter2\n",
        "passwrd : hunter2\n",
        "tokne: hunter2\n",
        "x: {scret: hunter2, api_kye: hunter2}\n",
        "pswd:\n  hunter2\n",
        "credentails: hunter2\n",
        "token-server:\n  # which\n  hunter2\n",
        "{\"password\":\"hunter2\"}\n",
        "password:\n  hunter2\n",
        "password: |\n  hunter2\n  hunter2\n",
        "- password: >-\n    hunter2\n",
        "password: &p !!str\n  hunter2\n",
        "password: \"x\nhunter2\n",
        "password: {value: hunter2}\n",
        "password: {file: a, plain: hunter2}\n",
        "password: {sops: a, key: b, plain: hunter2}\n",
        "password: {file: a, key: hunter2}\n",
        "x: {password: {command: [pass, y], commnd: [x, hunter2]}, cost: 3}\n",
        "password: {command: [pass, [a]], commnd: hunter2}\n",
        "password: {command: [pass, show, usb, plain: hunter2}\n",
        "password: {command: [pass, {plain: hunter2}]}\n",
        "password: {command: [\"a}\", b], plain: hunter2}\n",
        "password: {file: \"a[b\", plain: hunter2}\n",
        "password: {file: a[b, plain: hunter2]}\n",
        "password: {file: a [b, plain: hunter2]}\n",
        "password: {file: a], plain: hunter2}\n",
        "password: {file: a plain: hunter2}\n",
        "password: {file: \"a\" plain: hunter2}\n",
        "password: {file: 'a, plain: hunter2}\n",
        "password: {file: 'a}', plain: hunter2}\n",
        "password: {file: \"a\\\"[\", plain: \"hunter2]\"}\n",
        "password: {file: it's, plain: hunter2 'x'}\n",
        "password: {file: 'a''[', plain: hunter2, x: ]}\n",
        "password: {file: a # [, plain: hunter2 ]}\n",
        "password:\n  plain: hunter2\n",
        "password: [hunter2]\n",
        "password: ünter hunter2\n",
        "api_token: hunter2\n",
        "x: \"{\\\"password\\\":\\\"hunter2\\\"}\"\n",
        "x: '{\"password\":\"hunter2\"}'\n",
        "location: rest:https://me:hunter2@nas/x\n",
        "secrets: hunter2\n",
        "secrets: [a, 'hunter2 !']\n",
        "secrets: {a: {value: hunter2}}\n",
        "secrets:\n  a: hunter2\n",
        "secrets:\n  a: {in: vault, value: hunter2}\n",
        "secrets:\n  a:\n    content: hunter2\n",
        "secrets:\n  hunter2\n",
        "x: {secrets: [a], password: hunter2}\n",
        "password: {file: a}, token: hunter2\n",
        "x: {password: hunter2, on: web, token: hunter2}\n",
        "x: {password: hunter,2 hunter2, on: web}\n",
        "x: {password: 'hunter2', on: 'hunter2 or so'}\n",
        "x: {password: one, note: {of: hunter2}, on: [hunter2]}\n",
        "x: {password: one, my note: hunter2}\n",
        "x: {password: 'one, a: hunter2', on: b}\n",
        "x: {password: \"one\\\", a: hunter2\", on: b}\n",
        "x: {password: one # hunter2, a: hunter2\n",
        "x: '{\"password\":\"one\",\"a\":\"hunter2\"}'\n",
        "note: hunter2-16C7e42F292c6912E7710c838347Ae178B4a\n",
        "key: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  hunter2\n  -----END OPENSSH PRIVATE KEY-----\n",
    ] {
        let masked = mask(text);
        assert!(!masked.contains("hunter2"), "{text}\n{masked}");
        assert_eq!(masked.len(), text.len(), "{text}\n{masked}");
        assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
    }
}

#[test]
fn the_rest_is_left_alone() {
    for text in [
        "host: web\n",
        "password: {file: ~/.config/holdfast/usb.pass}\n",
        "password: {command: [pass, show, usb]}\n",
        "password: {command: [pass, \"show [it]\", 'us, b']}\n",
        "password: {file: \"a[b\"}\n",
        "password: {file: 'a, b'}\n",
        "password: {sops: secrets/usb.yaml, key: usb.password}\n",
        "password: {sops: secrets/usb.yaml, key: [usb, password]}\n",
        "password: {age: secrets/usb.age}\n",
        "password:\n  command:\n    - pass\n    - show\nto: usb\n",
        "password:\n  env: USB_PASSWORD\n",
        "PasswordAuthentication: no\n",
        "PasswordAuthentication: maybe\n",
        "PermitEmptyPasswords: yes\n",
        "PermitEmptyPasswords: maybe\n",
        "wordpress:\n  image: a\n  ports: 1\n",
        "keyword: a\nwords: b\ncompass: c\npassed: d\n",
        "token-server:\n  image: a\n  ports: 1\n",
        "token-server: {image: a, ports: 1}\n",
        "rules:\n  sec-default-password: warning\n  x: 1\n",
        "password_file: ./a\ntoken_ttl: 5m\n",
        "keys: [\"ssh-ed25519 AAAA x\"]\n",
        "user: admin # a comment: here\n",
        "location: sftp://nas/x\n",
        "x: {secrets: [restic-usb, secret/b2], tier: core}\n",
        "usb: {on: web, password: {file: ~/usb.pass}, keys: [restic]}\n",
        "- DB_PASSWORD=${PW}\n",
        "- DB_PASSWORD=$PW\n",
        "- DB_PASSWORD_FILE=/run/secrets/db\n",
        "  ssh-password-login: {severity: info, why: keys come later}\n",
        "secrets:\n  - db\n  - wiki\nports: 1\n",
        "secrets:\n- db\n- wiki\nports: 1\n",
        "secrets: {usb: {in: vaultwarden, escrow: printed at home}}\n",
        "secrets:\n  usb: {in: vaultwarden, place: {unknown: not said}, opens: [a, b], escrow: {unknown: \"who knows, who knows\"}}\n",
        "secrets:\n  usb: {in: vaultwarden, holders: [jo, sam], escrow: printed at home}\n  b2:\n    in: paper\n    opens: [b2]\nhosts:\n",
    ] {
        assert_eq!(mask(text), text);
    }
}

/// What is described stays readable, and what it should not have is hidden.
#[test]
fn names_in_the_register_are_left_alone() {
    for (text, want) in [
        (
            "secrets: {restic-usb: hunter2}\n",
            "secrets: {restic-usb: *******}\n",
        ),
        (
            "secrets:\n  restic-usb: hunter2\n",
            "secrets:\n  restic-usb: *******\n",
        ),
        (
            "secrets:\n  usb: {in: paper, value: hunter2, opens: [a]}\n",
            "secrets:\n  usb: {in: paper, value: *******, opens: [a]}\n",
        ),
    ] {
        assert_eq!(mask(text), want);
    }
}

/// What other keys of a map say stays.
#[test]
fn the_rest_of_a_map_is_left_alone() {
    for (text, want) in [
        (
            "a: {password: hunter2, changes: 2026-05-01, on: host/nas}\n",
            "a: {password: *******, changes: 2026-05-01, on: host/nas}\n",
        ),
        (
            "a: {password: 'hunter 2', count: 3}\n",
            "a: {password: **********, count: 3}\n",
        ),
        (
            "- {name: x, token: *******, port: 80}\n",
            "- {name: x, token: *******, port: 80}\n",
        ),
        (
            "a: {password: hunter2, port: 80, token: hunter2, on: web}\n",
            "a: {password: *******, port: 80, ************************\n",
        ),
    ] {
        assert_eq!(mask(text), want);
    }
}

#[test]
fn the_lines_below_a_secret_are_left_alone() {
    let text = "r:\n  password: hunter2\n  disk: usb0\nb: 1\n";
    assert_eq!(mask(text), "r:\n  password: *******\n  disk: usb0\nb: 1\n");
}
