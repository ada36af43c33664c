//! Texts in a text: lines between quotes, JSON in a value, commands in a document.

use super::SCANNER;

/// What is told of a text.
fn told(path: &str, text: &str) -> Vec<String> {
    let leaks = SCANNER.scan(path, text);
    leaks
        .iter()
        .map(|l| text[l.span.clone()].to_owned())
        .collect()
}

/// The name behind `\n` is one of its own, and so is its value.
#[test]
fn every_line_in_quotes_is_a_setting() {
    for (path, text) in [
        ("c.yaml", r#"A: "db_password = @1\napi_token: @2""#),
        ("c.yaml", r#"a: ["CONF=db_password = @1\napi_token: @2"]"#),
        (
            "c.yaml",
            r#"a: {b: "x: y\r\nkey: z\r\nnpm_token: @1\r\napi_key: @2"}"#,
        ),
        ("c.yaml", r#"a: "requirepass @1\nmasterauth @2\n""#),
        ("c.yaml", "a: \"password = @1\\n\\\n  token=@2\\n\"\n"),
        ("c.json", r#"{"a": "api_key = \"@1\"\npsk = \"@2\""}"#),
        (
            "c.yaml",
            r#"a: "curl -u jo:@1 http://x\nmysql -uroot -p@2""#,
        ),
    ] {
        for (one, two) in [
            ("hunter2abc", "hunter3abc"),
            ("Kx7mQ2pLtR9sWv3A", "Kx7mQ2pLtR9sWv3B"),
        ] {
            let text = text.replace("@1", one).replace("@2", two);
            assert_eq!(told(path, &text), [one, two], "{text}");
        }
    }
    let leaks = SCANNER.scan("c.yaml", r#"a: "b: c\napi_token: hunter2abc""#);
    assert_eq!(leaks[0].what, "the value of 'api_token'");
    // Where no reader says what ends a line, more is hidden.
    for (path, text) in [
        (
            "x.env",
            r#"CONF="db_password=hunter2abc\napi_token: hunter3abc""#,
        ),
        (
            "c.yaml",
            r#"a: 'db_password = hunter2abc\napi_token: hunter3abc'"#,
        ),
        (
            "c.yaml",
            r#"a: '{"conf":"db_password = hunter2abc\napi_token: hunter3abc"}'"#,
        ),
        (
            "c.yaml",
            r#"a: "{\"conf\":\"db_password = hunter2abc\\napi_token: hunter3abc\"}""#,
        ),
        (
            "x.sh",
            r#"printf "db_password = hunter2abc\napi_token: hunter3abc" > x"#,
        ),
        (
            "x.md",
            "```sh\nprintf 'db_password = hunter2abc\\napi_token: hunter3abc' > x\n```\n",
        ),
        ("x.env", r"DB_PASSWORD=hunter2abc\nhunter3abc"),
    ] {
        let veiled = SCANNER.look(path, text).veiled(text);
        assert!(!veiled.contains("hunter"), "{text}\n{veiled}");
        assert_eq!(veiled.len(), text.len());
    }
}

#[test]
fn words_in_quotes_are_none() {
    for (path, text) in [
        (
            "c.yaml",
            r#"a: "Enter the password:\nThe token: ask jo\nkey: 4""#,
        ),
        ("c.yaml", r#"a: "C:\\new_tokens\\nas12 x""#),
        ("x.sh", r#"printf "password:\nusage: token NAME12\n""#),
        ("x.rs", r#"let x = "password: abcd1234\ntoken: abcd1234";"#),
    ] {
        assert_eq!(told(path, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn several_secrets_under_one_name() {
    for text in [
        r#"J: '{"a":1,"password":"Kx7mQ2pLt1","token":["Kx7mQ2pLt2","x"]}'"#,
        r#"J: '{"a":["b"],"token":["Kx7mQ2pLt1", "Kx7mQ2pLt2"]}'"#,
        r#"J: "{\"token\": [\"Kx7mQ2pLt1\", \"Kx7mQ2pLt2\"]}""#,
        r#"J: '{"passwords":{"bob":"Kx7mQ2pLt1","jo":"Kx7mQ2pLt2"}}'"#,
        r#"J: '{"passwords":{"bob":"Kx7mQ2pLt1","min_length":"123456789","jo":"Kx7mQ2pLt2"}}'"#,
        "token: [Kx7mQ2pLt1, Kx7mQ2pLt2]",
        "passwords: {bob: Kx7mQ2pLt1, jo: Kx7mQ2pLt2, min_length: 123456789}",
        "x: {passwords: {bob: Kx7mQ2pLt1}, access_tokens: {al: Kx7mQ2pLtR9sWv3Z}}",
    ] {
        let got = told("c.yaml", text);
        let want = |n: &String| n.starts_with("Kx7mQ2pLt");
        assert!(got.len() == 2 && got.iter().all(want), "{text} {got:?}");
    }
    let keys = r#"'{"api_keys":["Kx7mQ2pLtR9sWv3Z"]}'"#;
    for path in ["c.yaml", "x.env", "x.sh", "x.toml", "x"] {
        let text = format!("J={keys}");
        assert_eq!(told(path, &text), ["Kx7mQ2pLtR9sWv3Z"], "{path}");
    }
    for text in [
        r#"J: '{"token":["${A}","$B",""],"tokens":["abcd1234"],"scopes":{"a":"abcd1234"}}'"#,
        r#"J: '{"password":{"min":"abcd1234"},"passwords":{"policy":"abcd1234","file":"abcd1234"}}'"#,
        "passwords: {in: vaultwarden, cost: 4EUR/month, jo: 'ask 4 them', al: kaffeekanne}",
        "keys: [a1b2c3d4e5f6]\npassword_file: [a1b2c3d4e5f6]\npasswords: {length: 12, hash: sha512}",
    ] {
        assert_eq!(told("c.yaml", text), Vec::<String>::new(), "{text}");
    }
}

/// The same lines that a script has; a word of what belongs there is only hidden.
#[test]
fn a_fence_of_a_shell_is_a_script() {
    const COMMANDS: [&str; 9] = [
        "mysql -uroot -p@@ db",
        "curl -u admin:@@ https://x.lan",
        "sshpass -p @@ ssh nas",
        "redis-cli -a @@ ping",
        "ldapsearch -D cn=a -w @@",
        "smbclient //x/y -U a%@@",
        "export BORG_PASSPHRASE='@@'",
        "mosquitto_pub -h x -P @@ -t a",
        "echo '@@' | cryptsetup luksOpen /dev/sda x",
    ];
    for command in COMMANDS {
        for (head, tail) in [
            ("```sh\n", "\n```\n"),
            ("~~~ bash\ntrue\n", "\n~~~\n"),
            ("1. Then:\n\n   ```console\n   root@nas:~# ", "\n   ```\n"),
            ("```\n$ ", "\n```\n"),
            ("> ```shell-session\n> # ", "\n> ```\n"),
        ] {
            for secret in ["Kx7mQ2pL", "Sommer2024", "Kx7mQ2pLtR"] {
                let line = command.replace("@@", secret);
                let text = format!("# Ü\n\n{head}{line}{tail}");
                assert_eq!(told("x.md", &text), [secret], "{text}");
            }
            for word in ["password", "PASSWORD", "secret", "$PW", "<password>"] {
                let line = command.replace("@@", word);
                let text = format!("# Ü\n\n{head}{line}{tail}");
                assert_eq!(told("x.md", &text), Vec::<String>::new(), "{text}");
            }
        }
    }
    for text in [
        "```yaml\nmysql -uroot -pKx7mQ2pL\n```\n",
        "```console\n$ true\nmysql -uroot -pKx7mQ2pL\n```\n",
    ] {
        assert_eq!(told("x.md", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_said_in_passing() {
    for text in [
        "zfs destroy tank # PIN Kx7mQ2pLtR\n",
        "zfs destroy tank # pin is 483920\n",
    ] {
        let veiled = SCANNER.look("x.md", text).veiled(text);
        assert!(veiled.starts_with("zfs destroy tank # "), "{veiled}");
        assert!(veiled.ends_with("*\n"), "{veiled}");
    }
    let board = "gpio: pin 13, pins 2345, pin GPIO17, spin 4839\n";
    assert_eq!(SCANNER.look("x.md", board).veiled(board), board);
}
