//! Files and answers, whole, damaged and hostile, as the script filters them and as they are read. `hunter2` stands where a secret would.

use super::*;
use model::fact::{Completeness, FactPath};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

mod names;

const CLOUDFLARED_YML: &str = include_str!("../../../../tests/fixtures/told/cloudflared.yml");
const STATUS: &str = include_str!("../../../../tests/fixtures/told/status.json");
const PREFS: &str = include_str!("../../../../tests/fixtures/told/prefs.json");
const SERVE: &str = include_str!("../../../../tests/fixtures/told/serve.json");
const PIHOLE_TOML: &str = include_str!("../../../../tests/fixtures/told/pihole.toml");
const SETUP: &str = include_str!("../../../../tests/fixtures/told/setupVars.conf");

/// What the functions print when they are called so.
fn sh(part: &Whole, call: &str, input: &str) -> String {
    let prelude = include_str!("../sh/prelude.sh");
    let text = format!("{prelude}{}\n{call}", part.sh.concat());
    let mut sh = Command::new("sh")
        .args(["-c", &text])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read all of it has heard enough.
    let _ = sh.stdin.take().unwrap().write_all(input.as_bytes());
    let output = sh.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the observer makes of lines; nothing of a secret is in either.
fn gathered(kind: FactKind, part: &Whole, body: &str) -> Gathered {
    assert!(!body.contains("hunter2"), "a secret left the host: {body}");
    let word = kind.word();
    let output = format!("\n@begin 7 {word}\n{body}\n@end 7 {word} 0 \n");
    let mut to = Gathered::default();
    (part.read)(&Sections::read(output.as_bytes(), "7"), &mut to);
    to
}

/// Every fact in a line, and behind them why there may be more.
fn said(found: &Gathered) -> Vec<String> {
    let line =
        |(path, fact): (&FactPath, &model::fact::Fact)| format!("{} {}", path.key, fact.seen);
    let mut all: Vec<String> = found.facts.iter().map(line).collect();
    all.extend(found.collections.values().filter_map(|c| match c {
        Completeness::Yes(_) => None,
        Completeness::No(why) => Some(format!("? {why}")),
    }));
    all
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn put(at: &Path, text: &str) -> String {
    std::fs::create_dir_all(at.parent().unwrap()).unwrap();
    std::fs::write(at, text).unwrap();
    at.display().to_string()
}

fn cloudflared(text: &str) -> Vec<String> {
    let folder = folder();
    let at = put(&folder.path().join("config.yml"), text);
    let lines = sh(
        &CLOUDFLARED,
        &format!("cloudflared_file {at} /etc/config.yml"),
        "",
    );
    let body = format!("i host\n{lines}all");
    said(&gathered(FactKind::Cloudflared, &CLOUDFLARED, &body))
}

#[test]
fn a_tunnel_leads_where_its_configuration_says() {
    let tunnel = "6ff42ae2-765d-4adf-8112-31c55c1551ef";
    let want = [
        " config=/etc/config.yml managed=file runs=host",
        "/* host=* refuses=true service=http_status:404",
        "/*.apps.example.org host=*.apps.example.org service=unix:/run/app.sock",
        "/cloud.example.org host=cloud.example.org service=http://localhost:8080",
        r"/git.example.org\.(jpg|png)$ host=git.example.org path=\.(jpg|png)$ service=https://192.168.1.5:8443",
        "/ssh.example.org host=ssh.example.org service=ssh://localhost:22",
    ];
    assert_eq!(
        cloudflared(CLOUDFLARED_YML),
        want.map(|line| format!("{tunnel}{line}"))
    );
}

#[test]
fn what_is_kept_at_the_provider_or_not_understood_is_unknown() {
    for (text, want) in [
        ("tunnel: home\n", "? home: its configuration names no rules"),
        (
            "tunnel: home\nurl: http://a:hunter2@b\n",
            "? home: it leads to one address, under names that the provider keeps",
        ),
        (
            "token: hunter2\n",
            "? provider: its rules are kept at the provider",
        ),
        (
            "tunnel: home\ningress: [{hostname: hunter2, service: b}]\n",
            "? cloudflared: 1 lines of its configuration are not understood, or too many",
        ),
        (
            "tunnel: home\ningress:\n  - hostname: a.b\n",
            "? home: a rule has no service, or there are too many rules",
        ),
        (
            "tunnel: home\ningress:\n  - hostname: |\n      hunter2\n    service: x\n",
            "? cloudflared: 2 lines of its configuration are not understood, or too many",
        ),
        (
            "root:hunter2:1:0:99999:7:::\n",
            "? cloudflared: 1 lines of its configuration are not understood, or too many",
        ),
        (
            "ingress:\n  - service: http://x\n   hostname: y\n",
            "? cloudflared: its configuration is no YAML that can be read",
        ),
    ] {
        let found = cloudflared(text);
        assert_eq!(
            found.last().map(String::as_str),
            Some(want),
            "{text}: {found:#?}"
        );
    }
}

#[test]
fn rules_behind_the_limit_of_what_is_read_are_not_absent() {
    let filled = |bytes: usize| {
        let fill = "#".repeat(bytes - CLOUDFLARED_YML.len() - 1);
        format!("{fill}\n{CLOUDFLARED_YML}")
    };
    assert_eq!(cloudflared(&filled(1 << 18)), cloudflared(CLOUDFLARED_YML));
    let why = "a file of its configuration is too large: it has more than 262144 bytes";
    assert_eq!(
        cloudflared(&filled((1 << 18) + 1)),
        [
            format!("cloudflared unknown ({why})"),
            format!("? cloudflared: {why}")
        ]
    );
}

#[test]
fn words_of_a_process_tell_of_a_token_and_never_which() {
    for (words, want) in [
        (
            "tunnel\0--no-autoupdate\0run\0--token\0hunter2\0",
            "m tunnel\nm token\n",
        ),
        (
            "--config\0/etc/c.yml\0tunnel\0run\0home\0",
            "m config /etc/c.yml\nm tunnel\nm name home\n",
        ),
        (
            "tunnel\0--token=hunter2\0--url=http://hunter2\0run\0",
            "m tunnel\nm token\nm url\n",
        ),
        ("tunnel\0--url\0http://hunter2@x\0", "m tunnel\nm url\n"),
        ("access\0tcp\0--hostname\0hunter2\0", "m other\n"),
    ] {
        let folder = folder();
        let at = folder.path().join("1");
        put(
            &at.join("cmdline"),
            &format!("/usr/bin/cloudflared\0{words}"),
        );
        put(&at.join("environ"), "A=hunter2\0TUNNEL_TOKEN=\0");
        let of = CLOUDFLARED
            .sh
            .concat()
            .replace("/proc/$1", &at.display().to_string());
        let text = format!("{of}\ncloudflared_words 1");
        let output = Command::new("sh").args(["-c", &text]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), want);
    }
}

/// A process of that name is found, whoever started it, and so is what it reads.
#[test]
fn a_process_is_found_by_its_name() {
    let folder = folder();
    let config = put(&folder.path().join("config.yml"), CLOUDFLARED_YML);
    let program = folder.path().join("cloudflared");
    std::fs::copy("/bin/sh", &program).unwrap();
    let mut process = Command::new(&program)
        .args([
            "-c",
            "echo; read line; :",
            "--config",
            &config,
            "tunnel",
            "run",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It has its name once it has said something.
    let mut first = [0];
    let mut says = process.stdout.take().unwrap();
    std::io::Read::read_exact(&mut says, &mut first).unwrap();
    let body = sh(&CLOUDFLARED, "cloudflared", "");
    drop(process.stdin.take());
    process.wait().unwrap();
    let found = said(&gathered(FactKind::Cloudflared, &CLOUDFLARED, &body));
    let rule = "service=ssh://localhost:22";
    assert!(
        found.iter().any(|l| l.ends_with(rule)),
        "{found:#?}\n{body}"
    );
}

/// Who has no grep, or one that fails, does not know that nothing runs.
#[test]
fn what_cannot_be_looked_for_is_not_absent() {
    let folder = folder();
    let tools = [
        "awk", "stat", "sed", "head", "tr", "readlink", "id", "cat", "timeout",
    ];
    for tool in tools {
        let at = ["/usr/bin", "/bin"].map(|d| Path::new(d).join(tool));
        let at = at.iter().find(|at| at.exists()).unwrap();
        std::os::unix::fs::symlink(at, folder.path().join(tool)).unwrap();
    }
    for (part, call) in [
        (&DNS, "dns_servers"),
        (&CLOUDFLARED, "cloudflared"),
        (&TAILSCALE, "tailscale_here"),
    ] {
        let call = format!("PATH={}; {call} 2>&1; echo $?", folder.path().display());
        assert_eq!(sh(part, &call, ""), "grep is not installed\n127\n");
    }
    let fails = "grep() { return 2; }; running \"$(cat /proc/$$/comm)\"; echo $$";
    let found = sh(&DNS, fails, "");
    let own = found.lines().last().unwrap_or_default();
    assert!(found.contains(&format!("{own}/host\n")), "{found}");
}

/// A script of its name around it hides neither it nor what it was told.
#[test]
fn a_script_of_its_name_is_not_the_program() {
    let folder = folder();
    let program = folder.path().join("bin/cloudflared");
    std::fs::create_dir_all(folder.path().join("bin")).unwrap();
    std::fs::copy("/bin/sh", &program).unwrap();
    let script = folder.path().join("cloudflared");
    let text = "#!/bin/sh\n\"${0%/*}/bin/cloudflared\" -c 'echo $$; read line; :' tunnel run\n:\n";
    put(&script, text);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, mode).unwrap();
    let mut process = Command::new(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = std::io::BufReader::new(process.stdout.take().unwrap());
    let mut inner = String::new();
    std::io::BufRead::read_line(&mut says, &mut inner).unwrap();
    let found = sh(&CLOUDFLARED, "running cloudflared", "");
    drop(process.stdin.take());
    process.wait().unwrap();
    let is = |pid: &str| {
        found
            .lines()
            .any(|l| l.split('/').next() == Some(pid.trim()))
    };
    assert!(is(&inner), "{inner} {found}");
    assert!(!is(&process.id().to_string()), "{found}");
}

/// A process of the host may have another root, or other mounts.
#[test]
fn files_are_those_that_the_process_sees() {
    let folder = folder();
    let other = folder.path().join("other");
    put(&other.join("etc/x.conf"), "");
    std::os::unix::fs::symlink("/etc", other.join("link")).unwrap();
    let own = |name: &str| std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
    let proc = folder.path().join("1");
    std::fs::create_dir_all(proc.join("ns")).unwrap();
    let link = |to: &Path, name: &str| {
        let _ = std::fs::remove_file(proc.join(name));
        std::os::unix::fs::symlink(to, proc.join(name)).unwrap();
    };
    link(&own("user"), "ns/user");
    let of = DNS
        .sh
        .concat()
        .replace("/proc/$1", &proc.display().to_string());
    let sees = |root: &Path, mounts: &Path, path: &str| {
        link(root, "root");
        link(mounts, "ns/mnt");
        // Who owns the folder is who runs it.
        let text = format!(
            "{of}\nme=0\nid() {{ echo 0; }}\nstat() {{ [ \"$2\" != %u ] || {{ echo 0; return; }}; command stat \"$@\"; }}\nseen_by 1 host {path}"
        );
        let ran = Command::new("sh").args(["-c", &text]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
        said.replace(&proc.display().to_string(), "/proc/1")
    };
    let (root, mnt) = (Path::new("/"), own("mnt"));
    assert_eq!(sees(root, &mnt, "/etc/x.conf"), "/etc/x.conf");
    let elsewhere = Path::new("mnt:[1]");
    assert_eq!(
        sees(root, elsewhere, "/etc/x.conf"),
        "/proc/1/root/etc/x.conf"
    );
    assert_eq!(sees(&other, &mnt, "/etc/x.conf"), "/proc/1/root/etc/x.conf");
    let why = "! a part of the path of its configuration is a link";
    assert_eq!(sees(&other, &mnt, "/link/x.conf"), why);
}

fn tailscale(status: &str, prefs: &str, serve: &str) -> Vec<String> {
    let filtered = |form: &str, text: &str| {
        let text = format!("{text}\n@ 0\n");
        format!("t {form}\n{}", sh(&TAILSCALE, "tailscale_public", &text))
    };
    let body = format!(
        "i host\n{}{}{}all",
        filtered("status", status),
        filtered("prefs", prefs),
        filtered("serve", serve)
    );
    assert!(!body.contains("key:"), "a key left the host: {body}");
    said(&gathered(FactKind::Tailscale, &TAILSCALE, &body))
}

#[test]
fn a_tailnet_is_told_without_keys_and_people() {
    assert_eq!(
        tailscale(STATUS, PREFS, SERVE),
        [
            "peer/gw.tail1234.ts.net addresses=[100.64.0.4] exit=true online=true os=linux routes=[10.8.0.0/16] tags=[tag:router]",
            "peer/phone.tail1234.ts.net addresses=[100.64.0.3] exit=false online=false os=android",
            "self accepts_routes=false addresses=[100.101.102.103, fd7a:115c:a1e0::1] approved=[192.168.10.0/24] exit=true expired=false name=web.tail1234.ts.net routes=[192.168.10.0/24, 192.168.20.0/24] runs=host server=https://controlplane.tailscale.com shields=false ssh=true state=Running tags=[tag:server] until=1798859045 uses_exit=false version=1.90.1-t8b5c4a1e2-g3f6d7c8b9",
            "serve/:10000 public=false tls=true to=[127.0.0.1:22]",
            "serve/web.tail1234.ts.net:443 public=true tls=true to=[/ http://127.0.0.1:3000, /motd files or text]",
            "serve/web.tail1234.ts.net:8443 public=false tls=true to=[/ http://127.0.0.1:9090]",
        ]
    );
    // Nothing is served.
    assert!(
        tailscale(STATUS, PREFS, "{}")
            .iter()
            .all(|l| !l.starts_with('?'))
    );
}

#[test]
fn a_part_that_is_damaged_makes_that_part_unknown() {
    let cut = &STATUS[..890];
    assert_eq!(
        tailscale(cut, PREFS, SERVE),
        [
            "self unknown (1 lines of the answer are not understood, or too many)",
            "? self: 1 lines of the answer are not understood, or too many"
        ]
    );
    // Whole lines, and not all of them.
    let (fewer, _) = STATUS.split_once("  \"Peer\"").unwrap();
    let found = tailscale(fewer, PREFS, SERVE);
    assert_eq!(
        found[0],
        "self unknown (the answer about status is no JSON)"
    );
    let found = tailscale(STATUS, "{\"RunSSH\": true, \"Config\": \"hunter2\"}", SERVE);
    let why = "? what this machine offers: 1 lines of the answer are not understood, or too many";
    assert_eq!(found.last().map(String::as_str), Some(why));
    let own = found.iter().find(|l| l.starts_with("self")).unwrap();
    assert!(!own.contains("ssh") && !own.contains("routes="), "{own}");
    let stopped = "t status\ns 1\nall";
    for (body, want) in [
        (
            format!("i host\n{stopped}"),
            "self unknown (asking for status ended with status 1)",
        ),
        ("i stopped\nall".to_owned(), "self runs=stopped"),
        (
            "i abc\n! it runs in a container, and nothing is run in there\nall".to_owned(),
            "self unknown (it runs in a container, and nothing is run in there)",
        ),
        (
            "i host\n! tailscaled runs, and there is no tailscale to ask it by\nall".to_owned(),
            "self unknown (tailscaled runs, and there is no tailscale to ask it by)",
        ),
        ("i host".to_owned(), "self unknown (it was not asked)"),
    ] {
        let found = said(&gathered(FactKind::Tailscale, &TAILSCALE, &body));
        assert_eq!(found.first().map(String::as_str), Some(want));
    }
    assert_eq!(
        said(&gathered(FactKind::Tailscale, &TAILSCALE, "all")),
        [""; 0]
    );
}

/// What it answers for as a service of the tailnet is not its own; and who is not logged in tells of no end of the key.
#[test]
fn services_have_names_of_their_own_and_keys_end_somehow() {
    let serve = r#"{
  "TCP": {
    "22": {
      "TCPForward": "127.0.0.1:22"
    }
  },
  "Services": {
    "svc:db": {
      "TCP": {
        "5432": {
          "TCPForward": "127.0.0.1:5432"
        }
      }
    },
    "svc:lab": {
      "Tun": true
    }
  }
}"#;
    let status = |state: &str, about: &str| {
        format!(
            "{{\n  \"BackendState\": \"{state}\",\n  \"Self\": {{\n    \"DNSName\": \"gw.t.ts.net.\"{about}\n  }}\n}}"
        )
    };
    let running = status("Running", "");
    let found = tailscale(&running, "{}", serve);
    let served: Vec<&str> = found
        .iter()
        .filter_map(|l| l.strip_prefix("serve/"))
        .collect();
    assert_eq!(
        served,
        [
            ":22 public=false tls=false to=[127.0.0.1:22]",
            "svc:db:5432 public=false tls=false to=[127.0.0.1:5432]",
            "svc:lab:* public=false tls=false to=[all of this machine]",
        ]
    );
    let own = |status: &str| {
        let found = tailscale(status, "{}", "{}");
        found.into_iter().find(|l| l.starts_with("self")).unwrap()
    };
    assert!(own(&running).contains(" until=false"));
    let gone = own(&status("NeedsLogin", ",\n    \"Expired\": true"));
    assert!(
        gone.contains(" expired=true") && !gone.contains("until="),
        "{gone}"
    );
}

/// What has another form than the program's own must not pass for nothing: no routes, no exit, nothing that is open to everybody.
#[test]
fn what_is_no_list_is_unknown_and_not_empty() {
    let plain = "{\n  \"BackendState\": \"Running\"\n}";
    let rows = [
        (
            [plain, "{\n  \"AdvertiseRoutes\": \"0.0.0.0/0\"\n}", "{}"],
            "its 'AdvertiseRoutes' is no list of texts",
            ["routes=", " exit="],
        ),
        (
            [
                "{\n  \"BackendState\": \"Running\",\n  \"Peer\": true\n}",
                "{}",
                "{}",
            ],
            "its peers are no map",
            ["peer/", "peer/"],
        ),
        (
            [
                plain,
                "{}",
                "{\n  \"Web\": {},\n  \"AllowFunnel\": {\n    \"web:443\": \"yes\"\n  }\n}",
            ],
            "what this machine serves: its answer has a form that is not known here",
            ["public=", "serve/"],
        ),
        (
            [plain, "{}", "[\n]"],
            "what this machine serves: its answer has a form that is not known here",
            ["public=", "serve/"],
        ),
    ];
    for ([status, prefs, serve], why, never) in rows {
        let found = tailscale(status, prefs, serve);
        let last = found.last().cloned().unwrap_or_default();
        assert_eq!(last, format!("? {why}"), "{found:#?}");
        let told = found.join("\n");
        assert!(never.iter().all(|n| !told.contains(n)), "{found:#?}");
    }
    // Null is how Go writes an empty list.
    let found = tailscale(plain, "{\n  \"AdvertiseRoutes\": null\n}", "{}");
    assert!(
        found[0].contains(" exit=false") && found.len() == 1,
        "{found:#?}"
    );
}

fn pihole(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder();
    for (path, text) in files {
        put(&folder.path().join(path), text);
    }
    let lines = sh(
        &DNS,
        &format!("pihole_files {}", folder.path().display()),
        "",
    );
    let body = format!("i host pihole\n{lines}all");
    said(&gathered(FactKind::Dns, &DNS, &body))
}

#[test]
fn a_pihole_of_version_6() {
    let aside = (
        "etc/dnsmasq.d/10-mine.conf",
        "address=/other.lan/192.168.1.9\n",
    );
    let list = (
        "etc/pihole/listsCache/list.1.raw.githubusercontent.com.domains",
        "",
    );
    let whole = ("etc/pihole/pihole.toml", PIHOLE_TOML);
    let want = [
        "pihole blocking=true dhcp=false forwards=[fritz.box 192.168.1.1#53] generation=6 interface=eth0 listening=LOCAL lists=1 port=53 runs=host upstreams=[127.0.0.1#5335, 192.168.1.1]",
        "pihole/cname/wiki.lan target=nas.lan",
        "pihole/host/nas addresses=[192.168.1.5]",
        "pihole/host/nas.lan addresses=[192.168.1.5]",
        "pihole/host/ns.lan addresses=[192.168.1.2, fd00::2]",
        "pihole/host/äste.lan addresses=[192.168.1.6]",
    ];
    assert_eq!(pihole(&[whole, aside, list]), want);
    let reads = PIHOLE_TOML.replace("etc_dnsmasq_d = false", "etc_dnsmasq_d = true");
    let found = pihole(&[("etc/pihole/pihole.toml", &reads), aside]);
    assert!(found.contains(&"pihole/host/other.lan addresses=[192.168.1.9]".to_owned()));
    let dhcp = (
        "etc/dnsmasq.d/20-mine.conf",
        "dhcp-host=52:54:00:12:34:56,192.168.1.5,nas\n",
    );
    let found = pihole(&[("etc/pihole/pihole.toml", &reads), dhcp]);
    let why = "? pihole: other settings of it answer names, too (dhcp-host)";
    assert_eq!(found.last().map(String::as_str), Some(why));
    let lines = PIHOLE_TOML.replace("dnsmasq_lines = []", "dnsmasq_lines = [\n  \"hunter2\"\n]");
    let found = pihole(&[("etc/pihole/pihole.toml", &lines)]);
    let why = "? pihole: it has lines of dnsmasq of its own (misc.dnsmasq_lines)";
    assert_eq!(found.last().map(String::as_str), Some(why));
}

#[test]
fn a_pihole_of_version_5() {
    let files = [
        ("etc/pihole/setupVars.conf", SETUP),
        (
            "etc/pihole/custom.list",
            "192.168.1.5 nas.lan # hunter2\nfd00::5 nas.lan\n",
        ),
        (
            "etc/dnsmasq.d/05-pihole-custom-cname.conf",
            "cname=wiki.lan,nas.lan\n",
        ),
        (
            "etc/dnsmasq.d/01-pihole.conf",
            "server=9.9.9.9\nserver=/corp.example/10.0.0.1\ndhcp-range=192.168.1.100,192.168.1.200,24h\n",
        ),
    ];
    assert_eq!(
        pihole(&files),
        [
            "pihole blocking=false dhcp=true dhcp_from=192.168.1.100 dhcp_router=192.168.1.1 dhcp_to=192.168.1.200 forwards=[corp.example 10.0.0.1, fritz.box 192.168.1.1] generation=5 interface=eth0 listening=local lists=0 runs=host upstreams=[192.168.1.1#53, 9.9.9.9]",
            "pihole/cname/wiki.lan target=nas.lan",
            "pihole/host/nas.lan addresses=[192.168.1.5, fd00::5]",
        ]
    );
}

#[test]
fn a_damaged_pihole_is_unknown_and_not_without_records() {
    for (text, why) in [
        (
            &PIHOLE_TOML[..420],
            "1 lines of its configuration are not understood, or too many",
        ),
        (
            "[dns]\n  upstreams = [\n    hunter2\n  ]\n",
            "1 lines of its configuration are not understood, or too many",
        ),
        (
            "[dhcp]\n  active = true\n",
            "its configuration says nothing of names",
        ),
        (
            "[dns]\n  port = fifty\n",
            "its configuration is no TOML that can be read",
        ),
    ] {
        let found = pihole(&[("etc/pihole/pihole.toml", text)]);
        assert_eq!(
            found,
            [
                format!("pihole unknown ({why})"),
                format!("? pihole: {why}")
            ]
        );
    }
}
