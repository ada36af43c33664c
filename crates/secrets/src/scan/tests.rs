//! What is found, and what is none: rows of a path, a text and what of it is a secret.

mod families;
mod inner;
mod work;

use super::*;
use std::sync::LazyLock;

/// Its expressions are compiled once.
static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::default);

fn found(path: &str, text: &str) -> Vec<String> {
    let leaks = SCANNER.scan(path, text);
    assert_eq!(masked(text, &leaks).len(), text.len());
    leaks
        .iter()
        .map(|l| format!("{}: {}", l.what, &text[l.span.clone()]))
        .collect()
}

/// Behind the name of a password whatever somebody thought up is one, however weak.
#[test]
fn what_people_think_up_is_a_password() {
    for value in [
        "banana77",
        "Kaffeekanne",
        "Gr\u{fc}n2024!x",
        "Summer1111",
        "vpnvpn88",
        "abc123",
        "geheim!",
        "Berlin/Ost.1989",
        "abcd efgh ijkl mnop",
        "Todoroki99xQ",
    ] {
        let text = format!("DB_PASSWORD={value}");
        let want = format!("the value of 'DB_PASSWORD': {value}");
        assert_eq!(found("db.env", &text), [want]);
    }
    let phrase = "BORG_PASSPHRASE=lettuce-turnip-beet";
    assert_eq!(found("x.env", phrase).len(), 1);
    for value in [
        "required",
        "todo",
        "insert-here",
        "replace_me",
        "aaaaaaaa",
        "Passwort",
        "vault-db-login",
        "required!",
        "sha512",
        "30days",
        "certs/db.pem",
        "change_this_password_now_9",
    ] {
        let text = format!("DB_PASSWORD={value}");
        assert_eq!(found("db.env", &text), [""; 0], "{value}");
    }
}

#[test]
fn what_is_a_secret() {
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----";
    assert_eq!(found("id", key), [format!("a private key: {key}")]);
    // Put together here, so that the repository itself holds none.
    let github = format!("ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a");
    let identity = format!(
        "AGE-SECRET-KEY-{}",
        "1QJUNTJR4Z6K0NPQV3SDYYVX6HKAR4ZN5FTNWZ5V3E3SNYR0RGQHQZZZZZZ"
    );
    let long = "Kq7vR2mXw9Lz4TbNKq7vR2mXw9Lz4TbN";
    for (what, text) in [
        ("an API key of Anthropic", format!("sk-ant-api03-{long}")),
        ("an API key of OpenAI", format!("sk-proj-{long}")),
        ("a token of Hugging Face", format!("hf_{long}")),
        (
            "a token of DigitalOcean",
            format!("dop_v1_{}", "0a".repeat(32)),
        ),
        (
            "a login of netrc",
            format!("machine git.lan\n  login bob\n  password {long}"),
        ),
    ] {
        assert_eq!(found("notes.txt", &text), [format!("{what}: {text}")]);
    }
    for (path, text, want) in [
        (
            "x.sh",
            format!("curl -H {github}"),
            format!("a token of GitHub: {github}"),
        ),
        (
            "keys.txt",
            identity.clone(),
            format!("an age identity: {identity}"),
        ),
        (
            ".env",
            "DB_PASSWORD=Tr0ub4dor".to_owned(),
            "the value of 'DB_PASSWORD': Tr0ub4dor".to_owned(),
        ),
        (
            "c.yaml",
            "  - POSTGRES_PASSWORD=hunter2x".to_owned(),
            "the value of 'POSTGRES_PASSWORD': hunter2x".to_owned(),
        ),
        (
            "c.yaml",
            "api_key: \"9f8e7d6c5b4a\"".to_owned(),
            "the value of 'api_key': 9f8e7d6c5b4a".to_owned(),
        ),
        (
            "c.json",
            "{\"adminPassword\": \"Winter2026!\"}".to_owned(),
            "the value of 'adminPassword': Winter2026!".to_owned(),
        ),
        (
            "x.md",
            "postgres://app:s3cretly@db/x".to_owned(),
            "a password in a URL: s3cretly".to_owned(),
        ),
        (
            "x.sh",
            "restic --password=Tr0ub4dor".to_owned(),
            "the value of '--password': Tr0ub4dor".to_owned(),
        ),
        (
            "c.yaml",
            "command: [\"--password\",\"CANARY\"]".to_owned(),
            "the value of '--password': CANARY".to_owned(),
        ),
        (
            "c.yaml",
            "  - --requirepass\n  - 'x1y2'\nnext: a".to_owned(),
            "the value of '--requirepass': x1y2".to_owned(),
        ),
        (
            "x.sh",
            "x --db-pass=weak --port 80".to_owned(),
            "the value of '--db-pass': weak".to_owned(),
        ),
        (
            "c.yaml",
            "test: [\"curl\", \"-u\",\"root:CANARY2\"]".to_owned(),
            "a password beside a name: CANARY2".to_owned(),
        ),
        (
            "x.sh",
            "curl -H 'Authorization: Bearer abcdefgh'".to_owned(),
            "the value of 'Authorization': abcdefgh".to_owned(),
        ),
        (
            "c.yaml",
            "test: mysqladmin ping -h localhost -pCANARY".to_owned(),
            "a password on a command line: CANARY".to_owned(),
        ),
        (
            "x.md",
            "password: qX7rT9kLm2Vz".to_owned(),
            "the value of 'password': qX7rT9kLm2Vz".to_owned(),
        ),
    ] {
        assert_eq!(found(path, &text), [want], "{text}");
    }
}

/// Wherever a value begins, whatever it begins with, and whatever is put behind a name.
#[test]
fn secrets_in_all_forms_of_a_setting() {
    let mut wrong = Vec::new();
    for (path, text, want) in [
        ("c.yaml", "PASS: hunter2x", "hunter2x"),
        ("a.tf", "password = \"hunter2x\"", "hunter2x"),
        ("c.yaml", "PASSWD: hunter2x", "hunter2x"),
        ("c.yaml", "DB_PWD_OLD: hunter2x", "hunter2x"),
        (".env", "DB_PASSWORD_OLD=hunter2x", "hunter2x"),
        (".env", "DB_PASSWORD2=hunter2x", "hunter2x"),
        (".env", "SECRET_KEY_BASE=hunter2x", "hunter2x"),
        (".env", "TOKEN_GITHUB=qX7rT9kLm2Vz", "qX7rT9kLm2Vz"),
        ("c.yaml", "password:\n  hunter2x\nx: y", "hunter2x"),
        ("c.yaml", "password:\n\n  'hunter2x'\nx: y", "hunter2x"),
        ("c.yaml", "password: |\n  hunter2x\nx: y", "hunter2x"),
        (
            "c.yaml",
            "a:\n  password: >-\n    hunter2x\n  x: y",
            "hunter2x",
        ),
        ("c.yaml", "password: !!str hunter2x", "hunter2x"),
        ("c.yaml", "password: &p hunter2x\nx: *p", "hunter2x"),
        ("c.yaml", "password: &p !!str 'hunter2x'", "hunter2x"),
        ("c.yaml", "{{ x }}: [\npassword: !!str hunter2x", "hunter2x"),
        ("c.yaml", "{{ x }}: [\npassword:\n  hunter2x", "hunter2x"),
        ("c.yaml", "passwords:\n  password: [hunter2x]", "hunter2x"),
        (
            "c.yaml",
            "env:\n  - name: DB_PASSWORD\n    value: hunter2x",
            "hunter2x",
        ),
        ("c.yaml", "- 'DB_PASSWORD=a,b}x]y1'", "a,b}x]y1"),
        ("c.yaml", "ü: ä\npassword: hunter2x", "hunter2x"),
        ("c.yaml", "password: $ecret1", "$ecret1"),
        ("c.yaml", "password: $$ecret1", "$$ecret1"),
        ("c.yaml", "password: Pa$$w0rd", "Pa$$w0rd"),
        ("c.yaml", "password: $P@ssw0rd", "$P@ssw0rd"),
        (".env", "DB_PASSWORD=$5abcdefg1", "$5abcdefg1"),
        ("c.yaml", "password: ${P:-hunter2x}", "hunter2x"),
        ("c.yaml", "token: /9j3kfQ8+z=", "/9j3kfQ8+z="),
        ("c.yaml", "token: /9j3kfQ8z", "/9j3kfQ8z"),
        ("c.yaml", "password: aB3/x.9Q!k", "aB3/x.9Q!k"),
        ("c.yaml", "password: '!hunter2x'", "!hunter2x"),
        (".env", "PASS=!hunter2x", "!hunter2x"),
        (".env", "PASS=<9xK,b}x]y#", "<9xK,b}x]y#"),
        (".env", "PASS=ab\"c1d'ef", "ab\"c1d'ef"),
        (".env", "PASS=\"ab'c1d#ef\" # it's", "ab'c1d#ef"),
        ("c.yaml", "password: 'it''s1x!'", "it''s1x!"),
        ("c.yaml", "password: \"ab\\\"c1def\"", "ab\\\"c1def"),
        ("c.yaml", "password: ab\"c1def", "ab\"c1def"),
        ("c.yaml", "PASSWORD: 48151623", "48151623"),
        ("c.yaml", "x: {DB_PASSWORD: correcthorse}", "correcthorse"),
        ("c.yaml", "- DB_PASSWORD=correcthorse", "correcthorse"),
        (".env", "DB_PASSWORD=correcthorse", "correcthorse"),
        ("c.yaml", "passphrase: geheimeswort", "geheimeswort"),
        ("c.yaml", "wlan_key: sommer2024xyz", "sommer2024xyz"),
        (
            "c.yaml",
            "PASSWORD: correct horse battery staple",
            "correct horse battery staple",
        ),
        (
            "c.yaml",
            "restic:\n  password: correct horse battery staple7\n",
            "correct horse battery staple7",
        ),
        ("c.json", "{\n\t\"pass\": \"hunter2x\"}", "hunter2x"),
        ("c.yaml", "dsn: app:hunter2x@tcp(db:3306)/x", "hunter2x"),
        (
            "c.yaml",
            "dsn: app:qX7rT9#kLm2?Vz@db:3306",
            "qX7rT9#kLm2?Vz",
        ),
        ("c.yaml", "url: a://app:s3/cr#e?t@db/x", "s3/cr#e?t"),
        (
            "c.yaml",
            "url: jdbc:x://db;user=a;password=hunter2x",
            "hunter2x",
        ),
    ] {
        let leaks = SCANNER.scan(path, text);
        let got: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
        if got != [want] {
            wrong.push((text, got, want));
        }
    }
    assert_eq!(wrong, []);
}

/// Names and values in texts that stand in quotes of another text, and between the marks of Markdown.
#[test]
fn secrets_in_quotes_of_quotes_and_between_marks() {
    const SECRET: &str = "Kd83nfKs92lfPq83";
    let mut wrong = Vec::new();
    for (path, text) in [
        (
            "c.yaml",
            r#"command: ["sh","-c","curl -d \"{\\\"password\\\":\\\"@@\\\"}\" http://x"]"#,
        ),
        ("c.yaml", r#"payload: "{\"api_key\":\"@@\"}""#),
        ("c.json", r#"{"env":"{\"DB_PASSWORD\" : \"@@\"}"}"#),
        ("x.sh", r#"curl -d "{\"password\":\"@@\"}" http://x"#),
        (".env", r#"X="{\"a\":\"b\",\"password\":\"@@\"}""#),
        ("x.py", r#"x = "{\"password\": \"@@\"}""#),
        ("c.yaml", "WLAN-Schlüssel: @@"),
        ("x.md", "WLAN-Schlüssel: @@"),
        ("x.md", "WLAN-SCHLÜSSEL: @@"),
        ("x.md", "Der Netzwerkschlüssel: @@"),
        ("x.md", "- **Password:** @@"),
        ("x.md", "- **Password**: @@"),
        ("x.md", "- **Password**: **@@**"),
        ("x.md", "* *Password*: `@@`"),
        ("x.md", "__Root password:__ @@"),
        ("x.md", "***Password:*** _@@_"),
        ("x.md", "`Password`: @@"),
        ("x.md", "<b>Password:</b> @@"),
        (
            "x.html",
            "<span class=\"x\">Password</span>: <code>@@</code>",
        ),
        ("x.html", "<tr><td>Password</td><td>@@</td></tr>"),
        (
            "x.md",
            "| Host | Password | Note |\n|---|:-:|---|\n| nas | @@ | it is of 2024 |\n",
        ),
        ("x.md", "Host | **Password**\n--- | ---\nnas | `@@`\n"),
        (
            "x.md",
            "| Key | Value |\n|---|---|\n| Root password | @@ |\n",
        ),
    ] {
        let text = text.replace("@@", SECRET);
        let leaks = SCANNER.scan(path, &text);
        let got: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
        if got != [SECRET] {
            wrong.push((text.clone(), format!("{got:?}")));
        }
    }
    assert_eq!(wrong, []);
    let words = [r#"curl -d "{\"password\":\"Kd83nfKs92lfPq83\"}" http://x"#];
    let veiled = SCANNER.veiled_words(&words);
    let shown = veiled[0].as_deref().unwrap();
    assert!(
        !shown.contains("Kd83") && shown.contains("http://x"),
        "{shown}"
    );
}

/// A sign that nothing ends is one of the secret; it is hidden with it.
#[test]
fn signs_of_a_secret_are_no_marks() {
    for secret in [
        "Kd83nfKs92lfPq83*",
        "Kd_83nfKs92lfPq8__",
        "Kd83*nfKs_92lfPq83",
    ] {
        let text = format!("**Password:** {secret}\n");
        let leaks = SCANNER.scan("x.md", &text);
        let got: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
        assert_eq!(got, [secret]);
    }
}

/// The secret half of a join token stands behind the digest of a certificate, which alone is none.
#[test]
fn join_tokens_of_k3s() {
    let digest = "0a1b2c3d".repeat(8);
    for behind in [
        "server:9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "node:9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "jo:tiger",
        "abcdef.0123456789abcdef",
    ] {
        let token = format!("K10{digest}::{behind}");
        for (path, text) in [
            ("node-token", format!("{token}\n")),
            (
                "x.sh",
                format!("k3s agent --token {token} --server https://x:6443"),
            ),
            ("x.md", format!("Join with `{token}`.")),
            ("k3s.env", format!("K3S_TOKEN={token}\n")),
            ("config.yaml", format!("token: \"{token}\"\n")),
        ] {
            let found = found(path, &text);
            assert_eq!(found, [format!("a join token of K3s: {token}")], "{text}");
        }
    }
    let text = format!("K10{digest}::server:$TOKEN K10{digest}::server:<token> K10{digest}");
    assert_eq!(found("x.sh", &text), Vec::<String>::new());
}

/// Work is in proportion to the text, though all of its secrets stand in one line: counted in findings, and every finding is in
/// the order of the text and apart from the next.
#[test]
fn many_in_one_line() {
    for part in [
        "DB_PASSWORD=hunter2x ",
        "a://b:c1@d ",
        "curl -u a:b1c2 ; ",
        "mysql -pweak | ",
        "'--password','x1y2',",
    ] {
        let text = part.repeat(300);
        let leaks = SCANNER.scan("x.sh", &text);
        assert_eq!(leaks.len(), 300, "{part}");
        let apart = |l: &[Leak]| l[0].span.end <= l[1].span.start;
        assert!(leaks.windows(2).all(apart), "{part}");
    }
}

/// What only certain programs and their files have; text, and what is found in it.
#[test]
fn secrets_of_certain_programs() {
    use data_encoding::BASE64;
    let login = BASE64.encode(b"jo:hunter2x");
    let registries = BASE64.encode(b"{\"auths\":{\"r.lan\":{\"auth\":\"am86eA==\"}}}");
    let mut wrong = Vec::new();
    for (path, text, want) in [
        ("Dockerfile", "ENV DB_PASSWORD hunter2x", "hunter2x"),
        ("Dockerfile.web", "  env DB_PASSWORD hunter2x", "hunter2x"),
        ("web.Dockerfile", "ARG NPM_TOKEN=hunter2x", "hunter2x"),
        ("Containerfile", "ENV A=b DB_PASSWORD=hunter2x", "hunter2x"),
        (".pgpass", "db.lan:5432:*:app:weak", "weak"),
        ("home/.pgpass", "a:1:b:c:we", "we"),
        (".pgpass", "# x\n\\:\\:1:5432:*:app:we\\:ak", "we\\:ak"),
        (
            ".docker/config.json",
            &format!("{{\"auths\": {{\"r.lan\": {{\"auth\": \"{login}\"}}}}}}"),
            &login,
        ),
        ("x.yaml", &format!("auth: {login}"), &login),
        (".npmrc", &format!("//r.lan/:_auth={login}"), &login),
        (
            "x.yaml",
            &format!(".dockerconfigjson: {registries}"),
            &registries,
        ),
        ("a.xml", "<c><password>hunter2x</password></c>", "hunter2x"),
        (
            "a.xml",
            "<Password a='b'>\n  hunter2x\n</Password>",
            "hunter2x",
        ),
        (
            "a.xml",
            "<password><![CDATA[hunter2x]]></password>",
            "hunter2x",
        ),
        (
            "w.config",
            "<add key=\"DbPassword\" value=\"hunter2x\"/>",
            "hunter2x",
        ),
        (
            "w.config",
            "<add value='hunter2x' key='DbPassword' />",
            "hunter2x",
        ),
        (
            "a.xml",
            "<property name=\"password\"><value>hunter2x</value></property>",
            "hunter2x",
        ),
        (
            "a.xml",
            "<entry key=\"password\">hunter2x</entry>",
            "hunter2x",
        ),
        (
            "a.plist",
            "<key>Password</key>\n<string>hunter2x</string>",
            "hunter2x",
        ),
        ("x.sh", "echo root:weak | chpasswd", "weak"),
        (
            "x.sh",
            "echo \"root:weak\" | sudo /usr/sbin/chpasswd",
            "weak",
        ),
        ("x.sh", "chpasswd <<< 'root:weak'", "weak"),
        ("x.sh", "chpasswd <<EOF\nroot:weak\nEOF", "weak"),
        ("Dockerfile", "RUN echo 'root:weak' | chpasswd", "weak"),
        ("x.sh", "ldapsearch -x -D cn=a -w weak -b dc=x", "weak"),
        ("x.sh", "ldapadd -x \\\n  -D cn=a \\\n  -w 'weak'", "weak"),
        ("x.sh", "ldappasswd -s weak uid=jo", "weak"),
        ("c.yaml", "test: [CMD, ldapwhoami, -w, weak]", "weak"),
        ("x.sh", "htpasswd -b users jo weak", "weak"),
        ("x.sh", "htpasswd -nbB -C 10 jo 'we ak'", "we ak"),
        ("c.yaml", "command: [htpasswd, -nb, jo, \"weak\"]", "weak"),
        ("x.sh", "snmpget -v2c -c weak nas sysName.0", "weak"),
        ("x.sh", "snmpwalk -v3 -u jo -A weak nas", "weak"),
        ("x.sh", "mysql -uroot -pweak db", "weak"),
        ("x.sh", "curl -u jo:weak http://x", "weak"),
        ("x.sh", "curl -sSujo:weak http://x", "weak"),
        ("x.sh", "curl -fsu 'jo:weak' http://x", "weak"),
        ("x.sh", "smbclient //nas/x -U jo%weak", "weak"),
        ("c.yaml", "passwords: [hunter2x]", "hunter2x"),
        ("c.yaml", "passwords:\n  - hunter2x", "hunter2x"),
        ("c.toml", "passwords = [\"hunter2x\"]", "hunter2x"),
    ] {
        let leaks = SCANNER.scan(path, text);
        let got: Vec<_> = leaks
            .iter()
            .map(|l| (&text[l.span.clone()], l.grade))
            .collect();
        if got != [(want, Grade::Clear)] {
            wrong.push((path, text.to_owned(), format!("{got:?}")));
        }
    }
    assert_eq!(wrong, []);
}

/// Hashes of passwords are told as such, also under the name of a password, and whatever else stands beside them.
#[test]
fn hashes_are_no_clear_text() {
    let body = |n: usize| "aB3./xYz9".repeat(10)[..n].to_owned();
    let (bcrypt, sha) = (
        format!("$2b$12${}", body(53)),
        format!("$6$rounds=5000$salt1${}", body(86)),
    );
    for (path, text, want) in [
        ("c.yaml", format!("password: {bcrypt}"), bcrypt.clone()),
        ("users", format!("jo:{bcrypt}"), bcrypt.clone()),
        ("c.yaml", format!("password: 'jo:{bcrypt}'"), bcrypt.clone()),
        (
            "c.yaml",
            format!("- x.users=jo:{}", bcrypt.replace('$', "$$")),
            bcrypt.replace('$', "$$"),
        ),
        ("shadow", format!("jo:{sha}:19000:0"), sha.clone()),
        (
            "x.sh",
            format!("echo 'root:{sha}' | chpasswd -e"),
            sha.clone(),
        ),
        (
            "c.yaml",
            format!(
                "password: $argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ${}",
                body(43)
            ),
            format!("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ${}", body(43)),
        ),
        (
            "a.ldif",
            format!("userPassword: {{SSHA}}{}=", body(31).replace('.', "c")),
            format!("{{SSHA}}{}=", body(31).replace('.', "c")),
        ),
    ] {
        let leaks = SCANNER.scan(path, &text);
        let got: Vec<_> = leaks
            .iter()
            .map(|l| (&text[l.span.clone()], l.grade))
            .collect();
        assert_eq!(got, [(want.as_str(), Grade::Hash)], "{text}");
        assert_eq!(leaks[0].what, "a hash of a password");
    }
    let beside = format!("password: {bcrypt}\ntoken: hunter2x9\n");
    let leaks = SCANNER.scan("c.yaml", &beside);
    let grades: Vec<Grade> = leaks.iter().map(|l| l.grade).collect();
    assert_eq!(grades, [Grade::Hash, Grade::Clear]);
}

#[test]
fn what_is_none() {
    for (path, text) in [
        ("c.yaml", "password: sensor.wifi_password_2"),
        (
            "c.yaml",
            "- entity_id: sensor.password_age2\n  token: input_text.door_token_2",
        ),
        (
            "c.yaml",
            "auth:\n  existingSecret: grafana-admin-2024\n  existingSecretPasswordKey: admin-pass1x",
        ),
        (
            "c.yaml",
            "env:\n- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db-2024-creds, key: password}}",
        ),
        (
            "c.yaml",
            "volumes:\n- secret:\n    secretName: tls-2026-wild1",
        ),
        (
            "c.yaml",
            "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq\n    token: \"AgBy3i4OJSWK1PiTySYZZA9rO43cGDEr\"\n  template: {}",
        ),
        (
            "c.json",
            "{\"encryptedData\": {\"password\": \"AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq\"}}",
        ),
        (
            "c.yaml",
            "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638643965396266\n  3831616263646566",
        ),
        (
            "group_vars/all",
            "$ANSIBLE_VAULT;1.1;AES256\n66386439653962663831616263646566\n",
        ),
        (
            ".env",
            "DB_PASSWORD=ENC[AES256_GCM,data:aB3x9,iv:Yz=,tag:q1==,type:str]",
        ),
        (
            "c.ini",
            "password = ENC[AES256_GCM,data:aB3x9,iv:Yz=,tag:q1==,type:str]",
        ),
        (
            "c.yaml",
            "password_file: /etc/x/db2.pass\nAUTH_PASSWORD_FILE: ./a1b2c3d4.txt",
        ),
        ("c.yaml", "auth: oidcprovider1\nauth: QUJDREVGR0g="),
        (
            "Dockerfile",
            "ENV DB_PASSWORD_FILE /run/secrets/db\nARG NPM_TOKEN\nENV TOKEN $NPM_TOKEN",
        ),
        (".pgpass", "# host:port:db:user:password\n*:*:*:*:${PW}"),
        (
            "a.xml",
            "<password>${db.password}</password><passwordFile>/etc/a1b2c3</passwordFile>",
        ),
        ("a.xml", "<add key=\"PasswordLength\" value=\"hunter2x\"/>"),
        (
            "x.sh",
            "echo \"root:$PW\" | chpasswd; ldapsearch -W -y /etc/pw -w \"$PW\"",
        ),
        (
            "x.sh",
            "htpasswd -B users jo; htpasswd -nb jo \"$PW\"; snmpget -c public nas x; snmpwalk -c \"$C\" nas",
        ),
        (
            "x.sh",
            "curl -X PUT -H a:b http://x; curl -u \"$U:$P\" http://x; smbclient -U jo //nas/x",
        ),
        ("c.yaml", "password: ${DB_PASSWORD}"),
        ("a.tf", "password = var.db_password1"),
        (
            "a.tf",
            "token = data.vault_generic_secret.x1.data[\"token\"]",
        ),
        ("c.yaml", "POSTGRES_PASSWORD_FILE: /run/secrets/db"),
        ("c.yaml", "password: {sops: secrets/db.yaml, key: a.b}"),
        (
            "c.yaml",
            "password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]",
        ),
        ("c.yaml", "PasswordAuthentication: no"),
        ("c.yaml", "secrets: [databases]"),
        ("c.yaml", "password: changeme"),
        ("c.yaml", "password: required"),
        (
            "c.json",
            "{\"password\": \"Passwort\", \"passwordKey\": \"adminPassword\"}",
        ),
        (".env", "DB_PASSWORD=yourstrongpassword"),
        ("c.md", "the password: correcthorse"),
        ("c.yaml", "token: <your token here>"),
        ("x.md", "token: see the runbook of the tunnel"),
        (
            "x.md",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----",
        ),
        ("x.md", "https://nas.home.arpa:8000/x@y"),
        ("x.sh", "password=$(pass show db)"),
        ("x.rs", "use model::secret::{Secret, SecretRef2};"),
        ("x.py", "password = vault.read(path, 2)"),
        ("x.yaml", "secretName: tls-wildcard-2026"),
        ("x.yaml", "passphrase: unknown"),
        ("c.yaml", "command: [--token, --port, '80']\nimage: x"),
        ("c.yaml", "  - --token\n    image: x"),
        (
            "x.sh",
            "x --password \"$P\" --token-ttl 5m --ask-pass site.yml",
        ),
        (
            "x.sh",
            "docker run -u 1000:1000 -p8080:80 --user postgres:postgres mysql",
        ),
        ("x.sh", "x --password-file /run/x --password env:DB"),
        (
            "x.md",
            "give --password only when asked, and a --token for machines",
        ),
        ("x.sh", r#"curl -d "{\"password\":\"$PW\"}" http://x"#),
        (
            "x.sh",
            r#"curl -d "{\"password\":\"${DB_PASSWORD2}\",\"user\":\"Kd83nfKs92lf\"}""#,
        ),
        (
            "x.md",
            "**Password:** kept since 2026 in the **vault1234567**",
        ),
        (
            "x.md",
            "**Token**: <your token here>\n<b>Password:</b> <password>",
        ),
        (
            "x.md",
            "| Host | Password |\n|---|---|\n| Kd83nfKs92lfPq83 | in the vault |\n\n| a | Kd83nfKs92lfPq83 |\n",
        ),
        ("x.md", "Schlüssel: Kd83nfKs92lfPq83"),
        ("x.sh", "curl -H \"Authorization: Bearer $TOKEN\""),
        ("x.sh", "PASSWORD=$pw1 DB_PASS=\"$p4ssw0rd\" x"),
        ("c.yaml", "password: $DB_PASSWORD2"),
        ("c.yaml", "password: $$db_password2"),
        ("c.yaml", "password: ${DB_PASSWORD:-changeme}"),
        ("c.yaml", "password: ${DB_PASSWORD:?is missing in 2026}"),
        ("c.yaml", "password: '{{ vault.db2.password }}'"),
        ("c.yaml", "password: $2y$10$abcdefghijklmnopqrstuv1234"),
        (
            "c.yaml",
            "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3831",
        ),
        ("c.yaml", "password: !secret wifi_password2"),
        ("c.yaml", "password: /run/secrets/db2.txt"),
        ("c.yaml", "token: /srv/x/tokens/a1"),
        ("c.yaml", "password:\n  sops: secrets/db2.yaml\n  key: a.b2"),
        ("c.yaml", "token:\n  - see the runbook of 2026"),
        ("c.yaml", "token: kept since 2026 by the owner"),
        ("c.yaml", "password: kept on paper by anna"),
        ("c.yaml", "password: liegt im schrank oben links"),
        ("c.yaml", "password: Correct Horse Battery Staple"),
        ("c.yaml", "password: three small words"),
        ("c.yaml", "PWD: /srv/x.d"),
        ("c.yaml", "PASSWORD_HASH: abcdef123456"),
        ("c.yaml", "id: linux:sysctl:net.ipv4.ip_forward@nas"),
        ("c.yaml", "image: app:v1.2.3-4567abc@sha256:abc"),
    ] {
        assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
    }
}

/// Whoever has such a URL has what it lets in.
#[test]
fn what_the_query_of_a_url_says() {
    const TOKEN: &str = "QmFzaWMgdGVzdDp0ZXN0";
    for name in [
        "auth",
        "token",
        "key",
        "apikey",
        "api_key",
        "access_token",
        "sig",
        "X-Amz-Signature",
        "client_secret",
        "secret",
        "password",
    ] {
        for (path, text) in [
            ("c.yaml", format!("url: https://ntfy.sh/x?{name}={TOKEN}")),
            (
                "c.yaml",
                format!("a: {{b: https://ntfy.sh/x?p=1&{name}={TOKEN}, c: d}}"),
            ),
            (
                "x.md",
                format!("Open https://ntfy.sh/x?{name}={TOKEN}, or not."),
            ),
            (
                "x.sh",
                format!("curl -d hi 'https://ntfy.sh/x?{name}={TOKEN}&b=2#c'"),
            ),
        ] {
            let found = found(path, &text);
            assert!(
                matches!(&*found, [one] if one.contains(&format!(": {TOKEN}"))),
                "{text}: {found:?}"
            );
        }
    }
    for (path, text, is_hidden) in [
        ("c.yaml", "url: https://h/x?auth=${NTFY_AUTH}", true),
        (
            "x.sh",
            "curl \"https://h/x?token=$TOKEN&key={{ key }}\"",
            true,
        ),
        (
            "x.md",
            "https://h/x?apikey=YOUR_LONG_KEY_OF_THE_SERVICE",
            true,
        ),
        (
            "c.yaml",
            "url: mongodb://h/db?authSource=admin2026&retryWrites=true",
            false,
        ),
        ("c.yaml", "url: https://h/x?auth=basic&session=none", true),
        ("c.yaml", "url: https://h/x?sort=Kd83nfKs92lf&n=2", false),
    ] {
        let look = SCANNER.look(path, text);
        assert_eq!(look.leaks, [], "{text}");
        assert_eq!(look.veiled(text) != text, is_hidden, "{text}");
    }
}

/// What `-p` takes is a port, a path or a name in many programs, and a password in others.
#[test]
fn what_a_short_option_takes_is_hidden() {
    for (text, hidden) in [
        ("app -p tw1tt3rX9qL run", true),
        ("command: [app, -p, tw1tt3rX9qL]", true),
        ("command: [\"app\", \"-p\", \"tw1tt3rX9qL\"]", true),
        ("app -p 127.0.0.1:8080:8080", false),
        ("app -p 8080:80/tcp", false),
        ("docker compose -p my-project2 up", false),
        ("mkdir -p /srv/tw1tt3rX9qL", false),
        ("app -p tw1tt3r", false),
    ] {
        let look = SCANNER.look("x.yaml", text);
        assert_eq!(look.leaks, [], "{text}");
        assert_eq!(look.veiled(text) != text, hidden, "{text}");
    }
}
