//! Looking as an account that may do nothing else: what the observer script adds, and what it gives away to who may call it.

use crate::rig::driver_as;
use drivers::linux::observer;
use jiff::Timestamp;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen, TargetFacts};
use plan::driver::Driver;
use testkit::host::TestHost;

/// Kinds that are listed whole.
const LISTED: [FactKind; 8] = [
    FactKind::Host,
    FactKind::Sshd,
    FactKind::User,
    FactKind::Key,
    FactKind::Sudoer,
    FactKind::Listener,
    FactKind::Package,
    FactKind::Route,
];

const SINGLE: [&str; 12] = [
    "file:/etc/shadow",
    "file:/root/it's a $(name)\nof two lines",
    "file:/root/none",
    "unit:ssh.service",
    "unit:none.service",
    "sysctl:net.ipv4.ip_forward",
    "sysctl:net.ipv4.ip_forward@boot",
    "nft:inet/filter",
    "nft:inet/none",
    "timer:none.timer",
    "repository:none",
    "repository:main",
];

/// Everything on disk with times, but what a session leaves behind by itself.
const LISTING: &str = "find / /tmp -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /var/log -o -path /var/lib/systemd \
    -o -path /var/lib/postgresql -o -path /var/lib/sudo \\) -prune -o -printf '%p %y %m %s %T@ %C@\\n' | sort";

const WORLD: &str = "set -eu
    useradd --system --create-home --home-dir /var/lib/holdfast-observe --shell /bin/sh holdfast-observe
    install -D -m 600 -o holdfast-observe -g holdfast-observe /home/admin/.ssh/authorized_keys /var/lib/holdfast-observe/.ssh/authorized_keys
    chown holdfast-observe: /var/lib/holdfast-observe/.ssh
    echo x > \"/root/it's a \\$(name)
of two lines\"
    nft add table inet filter
    mkdir -p -m 700 /etc/holdfast/repositories && printf 'location=/srv/none\\npassword_file=/etc/none\\n' > /etc/holdfast/repositories/main";

const AS: &str = "runuser -u holdfast-observe --";

fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend(LISTED);
    for path in SINGLE {
        scope.add(FactPath::parse(path).unwrap());
    }
    scope
}

fn look(host: &TestHost, user: Option<&str>) -> TargetFacts {
    driver_as(user, host).observe(&scope(), Timestamp::UNIX_EPOCH)
}

fn limited(host: &TestHost) -> TargetFacts {
    look(host, Some(observer::LOGIN))
}

fn install(host: &TestHost) {
    host.exec_sh(&format!(
        "install -d -m 755 /usr/local/lib/holdfast; cat > {path} <<'HF_END'\n{script}HF_END\nchmod 755 {path}; chown root:root {path}",
        path = observer::PATH,
        script = observer::script(),
    ))
    .unwrap();
}

fn allow(host: &TestHost) {
    let rule = observer::sudoers(observer::LOGIN);
    host.exec_sh(&format!(
        "printf '%s\\n' '{rule}' > /etc/sudoers.d/holdfast-observe; chmod 440 /etc/sudoers.d/holdfast-observe; visudo -cq"
    ))
    .unwrap();
}

#[test]
fn an_account_whose_only_right_is_the_script_sees_all_and_changes_nothing() {
    let host = TestHost::smallest();
    host.exec_sh(WORLD).unwrap();
    let whole = look(&host, None);
    assert_eq!(whole.errors, [""; 0]);
    // Without the script, and with all but the right to call it.
    nothing_is_missing(&limited(&host), &whole);
    assert_eq!(limited(&host).errors, [""; 0]);
    install(&host);
    let facts = limited(&host);
    nothing_is_missing(&facts, &whole);
    says(
        &facts,
        "sudo does not let this account run the observer script",
    );

    allow(&host);
    let whole = look(&host, None);
    let before = host.exec_sh(LISTING).unwrap();
    let facts = limited(&host);
    let after = host.exec_sh(LISTING).unwrap();
    assert!(before == after, "looking changed something");
    assert_eq!(facts.errors, [""; 0]);
    for (kind, completeness) in &facts.collections {
        assert_eq!(Some(completeness), whole.collections.get(kind), "{kind:?}");
    }
    let differs = |(path, fact): &(&FactPath, &model::fact::Fact)| {
        whole.facts.get(*path) != Some(*fact) && path.to_string() != "host:uptime"
    };
    let differing: Vec<_> = facts.facts.iter().filter(differs).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(facts.digest(), whole.digest());
    let log = host
        .exec_sh("journalctl -q -o cat _COMM=sudo | grep holdfast-observe || :")
        .unwrap();
    assert!(
        log.contains("COMMAND=/usr/local/lib/holdfast/observe"),
        "{log}"
    );

    only_the_right_script_of_root_is_called(&host, &whole);
    who_may_call_it_learns_no_more(&host);
}

/// What root sees is seen as it is or in part, or is unknown; nothing of it is absent.
#[track_caller]
fn nothing_is_missing(facts: &TargetFacts, whole: &TargetFacts) {
    assert!(facts.identity.is_some(), "{:?}", facts.errors);
    for (path, fact) in &whole.facts {
        let is_there = matches!(fact.seen, Seen::Present(_));
        let seen = facts.seen(path);
        assert!(
            !(is_there && seen == Seen::Absent),
            "{path} is taken for missing"
        );
    }
    for kind in [
        FactKind::Sshd,
        FactKind::User,
        FactKind::Key,
        FactKind::Sudoer,
        FactKind::Listener,
    ] {
        let complete = facts.collections.get(&kind);
        assert!(
            matches!(complete, Some(Completeness::No(_))),
            "{kind:?}: {complete:?}"
        );
    }
    for path in [
        "sudoer:/etc/sudoers.d/none:1",
        "key:root/none",
        "nft:inet/filter",
        "nft:inet/none",
        "file:/root/none",
        "repository:none",
        "user:nobody-such",
        "listener:tcp/0.0.0.0:1",
    ] {
        let seen = facts.seen(&FactPath::parse(path).unwrap());
        assert!(matches!(seen, Seen::Unknown(_)), "{path}: {seen}");
    }
}

#[track_caller]
fn says(facts: &TargetFacts, what: &str) {
    let said = facts.errors.join("\n");
    assert!(
        said.contains(what) && said.contains("holdfast access"),
        "{said}"
    );
}

fn only_the_right_script_of_root_is_called(host: &TestHost, whole: &TargetFacts) {
    let path = observer::PATH;
    // As an older version's, with its own rule: sudo would run it, this version does not.
    host.exec_sh(&format!(
        "cp -a {path} /root/right; echo '# old; touch /root/called' >> {path}; sed -i '2i touch /root/called' {path}\n\
         sed -i \"s|sha256:[0-9a-f]*|sha256:$(sha256sum < {path} | cut -d' ' -f1)|\" /etc/sudoers.d/holdfast-observe; visudo -cq"
    ))
    .unwrap();
    let facts = limited(host);
    says(&facts, "is another one than this version's");
    nothing_is_missing(&facts, whole);
    // Changed behind the rule's back: sudo refuses it, whoever calls.
    allow(host);
    let called = host.exec_sh(&format!(
        "{AS} sudo -n {path} </dev/null 2>&1 || :; ls /root/called 2>&1 || :"
    ));
    assert!(called.unwrap().contains("No such file"));
    host.exec_sh(&format!("cp -a /root/right {path}; chmod 775 {path}"))
        .unwrap();
    says(&limited(host), "it must belong to root");
    host.exec_sh(&format!(
        "chmod 755 {path}; ls /root/called 2>/dev/null && exit 1; exit 0"
    ))
    .unwrap();
    assert_eq!(limited(host).errors, [""; 0]);
}

/// What the script prints when the account itself asks.
fn asked(host: &TestHost, lines: &str) -> String {
    host.exec_sh(&format!(
        "printf '%s\\n' '@nonce 0123' '{}' | {AS} sudo -n {} 2>&1 || echo ended",
        lines.replace('\n', "' '"),
        observer::PATH
    ))
    .unwrap()
}

fn who_may_call_it_learns_no_more(host: &TestHost) {
    for command in ["true", "/bin/sh", "/usr/local/lib/holdfast/observe x", "-l"] {
        let ran = host.exec_sh(&format!("{AS} sudo -n {command} </dev/null >/dev/null 2>&1 && [ '{command}' != -l ] && echo ran; exit 0"));
        assert_eq!(ran.unwrap(), "", "{command}");
    }
    host.exec_sh("printf 'root:$6$secret:1\\n' > /root/secret; chmod 600 /root/secret")
        .unwrap();
    for ask in [
        "@ask x file =etc/shadow",
        "@ask x kernel_setting =/proc/sys/../../root/secret",
        "@ask x kernel_setting =/root/secret",
        "@ask x kernel_setting =/proc/sys/net/ipv4/tcp_fastopen_key",
        "@ask x nft_table =inet =t =/root/secret",
        "@ask x nft_table =inet =../t =/etc/holdfast/nft/../t.nft",
        "@ask x restic_json =../../../root/secret =cat =config",
        "@ask x restic_json =main =dump =x",
        "@ask x cat =/root/secret",
        "@ask x eval =id",
        "@ask x unit =--root=/",
        "@ask x section =a =id",
        "@ask x sudoers_file =/root/secret =0",
    ] {
        let said = asked(host, ask);
        assert!(
            said.contains("@end 0123 x 1 the observer script does not look at this"),
            "{ask}: {said}"
        );
        assert!(!said.contains("secret:1"), "{ask}: {said}");
    }
    let whole = asked(host, "@ask x file =/root/secret\n@ask y meta");
    assert!(whole.contains("regular file|600|root"), "{whole}");
    assert!(whole.contains("@begin 0123 y\nuid 0\n"), "{whole}");
    for mark in ["@ask x", "@ask a;id file =/etc", "@nonce $(id)", "@nonce"] {
        let said = asked(host, mark);
        assert!(!said.contains("uid="), "{mark}: {said}");
    }

    // Links of its own lead nowhere that it could not go itself.
    host.exec_sh("ln -sf /root/secret /var/lib/holdfast-observe/.ssh/authorized_keys")
        .unwrap();
    let keys = asked(host, "@ask x key");
    assert!(
        keys.contains("cannot be read by holdfast-observe"),
        "{keys}"
    );
    assert!(!keys.contains("secret:1"), "{keys}");
}
