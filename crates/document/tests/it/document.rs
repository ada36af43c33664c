//! Documents: text in, parts with their places out.

use diag::SourceId;
use model::document::{BlockKind, Command, Document, Place, Sure, Target};
use proptest::prelude::*;

fn read(file: &str, text: &str) -> Document {
    ::document::read("doc", file, SourceId(0), text)
}

fn shown(command: &Command) -> String {
    let mut out: Vec<String> = command
        .words
        .iter()
        .map(|w| match w.sure {
            Sure::Yes => w.text.clone(),
            sure => format!("{sure:?}({})", w.text),
        })
        .collect();
    out.extend(
        command
            .redirects
            .iter()
            .map(|r| format!("{}{}", r.operator, r.target.text)),
    );
    if command.piped {
        out.insert(0, "|".to_owned());
    }
    if let Some(why) = command.unknown {
        out.push(format!("?{why}"));
    }
    out.join(" ")
}

fn script(text: &str) -> Vec<String> {
    read("x.sh", text).commands.iter().map(shown).collect()
}

#[test]
fn commands_are_split_and_what_is_not_sure_says_so() {
    for (text, expected) in [
        ("rm -rf /srv/a\n", vec!["rm -rf /srv/a"]),
        (
            "cp /backups/cfg/* /DATA/x/",
            vec!["cp Pattern(/backups/cfg/*) /DATA/x/"],
        ),
        (
            "a && b || c; d & e | f",
            vec!["a", "b", "c", "d", "e", "| f"],
        ),
        (
            "mdadm --create /dev/md0 \\\n  --level=5 \\\n  /dev/sda",
            vec!["mdadm --create /dev/md0 --level=5 /dev/sda"],
        ),
        (
            "X=1 sudo -u db psql < /b/x.sql  # note",
            vec!["sudo -u db psql </b/x.sql"],
        ),
        (
            "docker exec pg pg_dumpall > /b/pg-$(date +%Y%m%d).sql",
            vec!["docker exec pg pg_dumpall >/b/pg-$(date +%Y%m%d).sql"],
        ),
        (
            "echo \"$HOME/x\" 'a b' c\\ d",
            vec!["echo Expands($HOME/x) a b c d"],
        ),
        ("ssh <HOST> reboot", vec!["ssh Gap(<HOST>) reboot"]),
        (
            "cmd 2>/dev/null >> log 2>&1",
            vec!["cmd 2>/dev/null >>log 2>&1"],
        ),
        ("if test -f x; then rm x; fi", vec!["test -f x", "rm x"]),
        (
            "for i in a b; do rm $i; done",
            vec!["for i in a b ?it is a compound command", "rm Expands($i)"],
        ),
        (
            "cat <<EOF > x\nrm -rf /\nEOF\nls",
            vec!["cat <<EOF >x", "ls"],
        ),
        ("echo 'open", vec!["echo open\n ?a quote is not closed"]),
        ("f() { rm x; }", vec!["f ?it has a parenthesis", "rm x"]),
        (
            "cat <<EOF\n$ ls\nEOF\nrm -rf /srv/a",
            vec!["cat <<EOF", "rm -rf /srv/a"],
        ),
        ("ufw allow 22/tcp # SSH", vec!["ufw allow 22/tcp"]),
    ] {
        assert_eq!(script(text), expected, "{text}");
    }
}

/// Of fences without a language, and of indented text, whatever shows itself to be a command.
#[test]
fn commands_in_fences_that_name_no_language() {
    for (text, expected) in [
        (
            "```\nsystemctl stop wiki\n```\n",
            vec!["systemctl stop wiki"],
        ),
        (
            "```\n# on nas\nsudo rm -rf /srv/a \\\n  /srv/b && zpool destroy tank\n```\n",
            vec!["sudo rm -rf /srv/a /srv/b", "zpool destroy tank"],
        ),
        (
            "```text\nzpool status tank\n  pool: tank\n state: ONLINE\n```\n",
            vec!["zpool status tank"],
        ),
        (
            "a\n\n    docker exec db pg_dump x\n",
            vec!["docker exec db pg_dump x"],
        ),
        ("```\n$ uptime\n up 3 days\n```\n", vec!["uptime"]),
        ("```\nroot@nas:~# uptime\n```\n", vec!["uptime"]),
        ("```\ncd /srv\nrm -rf a\n```\n", vec!["rm -rf a"]),
        ("```\nls -la\ntotal 8\nrm -rf a\n```\n", vec!["rm -rf a"]),
        ("```\ncat /etc/fstab\nrm -rf a\n```\n", vec!["rm -rf a"]),
        ("```\ncd x && rm -rf a\n```\n", vec!["rm -rf a"]),
        (
            "```\nsudo -u root rm -rf a\nsudo -iu root /bin/rm -rf b\n```\n",
            vec!["sudo -u root rm -rf a", "sudo -iu root /bin/rm -rf b"],
        ),
        (
            "```\n/usr/sbin/mkfs.ext4 /dev/sda\n```\n",
            vec!["/usr/sbin/mkfs.ext4 /dev/sda"],
        ),
        (
            "```\nnice -n 10 rm -rf a\ntimeout 10 rm -rf b\nenv A=1 rm -rf c\n```\n",
            vec![
                "nice -n 10 rm -rf a",
                "timeout 10 rm -rf b",
                "env A=1 rm -rf c",
            ],
        ),
        (
            "```\nfor d in a b; do\n  rm -rf $d\ndone\n```\n",
            vec!["rm -rf Expands($d)"],
        ),
        (
            "```\nif test -d a; then rm -rf a; fi\n```\n",
            vec!["rm -rf a"],
        ),
        ("```\nFORCE=1 rm -rf a\n```\n", vec!["rm -rf a"]),
        (
            "```\nDISK=/dev/sdb\nwipefs -a $DISK\n```\n",
            vec!["wipefs -a Expands($DISK)"],
        ),
        ("```\nfind a -delete\n```\n", vec!["find a -delete"]),
        (
            "```\nrm -rf a\n$ ls\nrm -rf b\n```\n",
            vec!["rm -rf a", "ls"],
        ),
        (
            "```bash\nrm -rf a\nroot@nas:~# ls\nrm -rf b\n```\n",
            vec!["rm -rf a", "ls"],
        ),
        (
            "```\nLinux nas 6.1\nrm -rf b\nroot@nas:~# ls\n```\n",
            vec!["ls"],
        ),
        (
            "```\nls\nrm: cannot remove 'a'\nmkfs.ext4: no device\nrm is a program\n+ rm -rf a\n501  rm -rf b\n```\n",
            vec![],
        ),
        ("```\nfor example nas1\nrm -rf /srv\n```\n", vec![]),
        ("```\nif in doubt\nrm -rf /srv\n```\n", vec![]),
        ("```\nA=1\nB=2\n```\n", vec![]),
        ("```\nnas1 -> nas2\nrm -rf /srv\n```\n", vec![]),
        ("```\ndocker: not found\n```\n", vec![]),
        ("```\ngit | a program\n```\n", vec![]),
        ("```yaml\nrm -rf /srv\n```\n", vec![]),
    ] {
        let found: Vec<String> = read("a.md", text).commands.iter().map(shown).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn every_part_lies_where_it_is_written() {
    let text = "# Wiki down\n\nRun `systemctl restart wiki` on *it*, see [net](../net.md#dns) and [[NOTES]].\n\n1. Stop:\n\n   ```bash\n   # on nas\n   docker compose \\\n     stop wiki # now\n   ```\n- [x] done 2026\n- [ ] open\n\n| a | b |\n|---|---|\n| c | `d` |\n";
    let doc = read("docs/run/wiki.md", text);
    let at = |s: diag::Span| &text[s.start as usize..s.end as usize];
    assert_eq!(doc.headings[0].slug, "wiki-down");
    let commands: Vec<(&str, Place)> = doc.commands.iter().map(|c| (at(c.span), c.place)).collect();
    assert_eq!(commands[0], ("systemctl restart wiki", Place::Inline));
    assert_eq!(
        commands[1],
        ("docker compose \\\n     stop wiki", Place::Fence(0))
    );
    let fenced = &doc.commands[1];
    assert_eq!(
        fenced.words.iter().map(|w| at(w.span)).collect::<Vec<_>>(),
        ["docker", "compose", "stop", "wiki"]
    );
    assert_eq!(fenced.under.as_ref().unwrap().value, "on nas");
    assert_eq!(fenced.comment.as_ref().unwrap().value, "now");
    let path = |p: &str, a: Option<&str>| Target::Path {
        path: p.to_owned(),
        anchor: a.map(str::to_owned),
    };
    assert_eq!(doc.links[0].target, path("docs/net.md", Some("dns")));
    assert_eq!(doc.links[1].target, path("docs/run/NOTES.md", None));
    assert_eq!(at(doc.links[0].span), "[net](../net.md#dns)");
    let tasks: Vec<(bool, &str)> = doc
        .blocks
        .iter()
        .filter_map(|b| match b.kind {
            BlockKind::Task { done } => Some((done, b.text.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(tasks, [(true, "done 2026"), (false, "open")]);
    let rows: Vec<&str> = doc
        .blocks
        .iter()
        .filter(|b| matches!(b.kind, BlockKind::Row { .. }))
        .map(|b| b.text.as_str())
        .collect();
    assert_eq!(rows, ["a | b", "c | d"]);
    assert_eq!(
        doc.block(doc.commands[0].span).unwrap().text,
        "Run systemctl restart wiki on it, see net and [[NOTES]].".replace("[[NOTES]]", "NOTES")
    );
    assert_eq!(doc.section(fenced.span)[0].text, "Wiki down");
}

#[test]
fn of_a_recorded_session_only_what_was_typed_counts() {
    let text = "```console\nroot@pve1:~# pvecm status\nVotes: 2\n$ rm -rf \\\n  /tmp/x\nrm: no\n```\n\n```\n/DATA\n├── rm -rf /\n```\n";
    let doc = read("x.md", text);
    let commands: Vec<(String, Option<&str>)> = doc
        .commands
        .iter()
        .map(|c| (shown(c), c.prompt.as_deref()))
        .collect();
    assert_eq!(
        commands,
        [
            ("pvecm status".to_owned(), Some("pve1")),
            ("rm -rf /tmp/x".to_owned(), None)
        ]
    );
}

/// A shell asks for the rest of what it was given with `> `.
#[test]
fn what_a_prompt_goes_on_with_was_typed_too() {
    let text = "```console\n$ for d in a b; do\n>   rm -rf /srv/$d\n> done\nremoved\n> not typed\n# x\nroot@nas:~# cat <<EOF >/x\n> rm -rf /\n> EOF\n>\n$ ls\n```\n";
    let doc = read("x.md", text);
    let commands: Vec<String> = doc.commands.iter().map(shown).collect();
    assert_eq!(
        commands,
        [
            "for d in a b ?it is a compound command",
            "rm -rf Expands(/srv/$d)",
            "cat <<EOF >/x",
            "ls"
        ]
    );
    let at = doc.commands[1].span;
    assert_eq!(&text[at.start as usize..at.end as usize], "rm -rf /srv/$d");
}

#[test]
fn diagrams_have_nodes_frames_and_lines() {
    let text = "graph LR\n    subgraph Proxmox Cluster\n        PVE1(Proxmox Node 1)\n    end\n    subgraph k [K3s]\n    K3sM[Control Plane]\n    end\n    PVE1 --> TN1((iSCSI LUNs)) & K3sM\n    A -->|HTTPS| B -.-> C\n    A -- text --> D[(S3 \"x\")]\n    A --o oven\n    A-->B;B==>E\n    %% holdfast: TN1 = pool/luns\n    style A fill:#fff\n    what is ! this\n";
    let doc = read("x.mmd", text);
    let diagram = &doc.diagrams[0];
    let edges: Vec<String> = diagram
        .edges
        .iter()
        .map(|e| format!("{}>{}", e.from, e.to))
        .collect();
    assert_eq!(
        edges,
        [
            "PVE1>TN1",
            "PVE1>K3sM",
            "A>B",
            "B>C",
            "A>D",
            "A>oven",
            "A>B",
            "B>E"
        ]
    );
    assert_eq!(
        diagram.nodes["PVE1"].label.as_deref(),
        Some("Proxmox Node 1")
    );
    assert_eq!(diagram.nodes["PVE1"].frames, ["Proxmox Cluster"]);
    assert_eq!(diagram.nodes["K3sM"].frames, ["k"]);
    assert_eq!(diagram.frames["k"], "K3s");
    assert_eq!(diagram.nodes["TN1"].object.as_deref(), Some("pool/luns"));
    assert_eq!(diagram.unknown.len(), 1);
    assert!(
        read("x.mmd", "sequenceDiagram\n A->>B: x\n")
            .diagrams
            .is_empty()
    );
}

#[test]
fn mounts_are_read_from_fstab_and_from_what_appends_to_it() {
    let of = |file: &str, text: &str| -> Vec<String> {
        let doc = read(file, text);
        let at = |s: diag::Span| text[s.start as usize..s.end as usize].to_owned();
        doc.mounts
            .iter()
            .map(|m| {
                assert_eq!(at(m.spec.span), m.spec.value);
                assert_eq!(at(m.point.span), m.point.value);
                let options: Vec<String> = m.options.iter().map(|o| at(o.span)).collect();
                format!(
                    "{} {} {} {}",
                    m.spec.value,
                    m.point.value,
                    m.kind.value,
                    options.join("+")
                )
            })
            .collect()
    };
    let fstab = "# <file system>\nUUID=1-2 / ext4 defaults,nofail 0 1\n\n/dev/md0\t/media/pool btrfs defaults 0 0\n";
    assert_eq!(
        of("etc/fstab", fstab),
        [
            "UUID=1-2 / ext4 defaults+nofail",
            "/dev/md0 /media/pool btrfs defaults"
        ]
    );
    let line = "/dev/md0 /media/pool btrfs defaults";
    assert_eq!(
        of(
            "x.md",
            "```bash\necho '/dev/md0 /media/pool btrfs defaults 0 0' >> /etc/fstab\n```\n"
        ),
        [line]
    );
    assert_eq!(
        of(
            "x.sh",
            "echo \"/dev/md0 /media/pool btrfs defaults 0 0\" | sudo tee -a /etc/fstab"
        ),
        [line]
    );
}

#[test]
fn paths_of_the_lab_tree_are_told_from_other_words() {
    let text = "Edit `services/values.yaml`, pull `containrrr/watchtower`, see `/etc/fstab`, `example.org/x.md`, run `make smoke`.\n\n```bash\nansible-playbook ../plays/site.yml -i inventory/hosts.yml\n```\n";
    let doc = read("docs/run/x.md", text);
    let mentions: Vec<(&str, Vec<&str>)> = doc
        .mentions
        .iter()
        .map(|m| {
            (
                m.written.as_str(),
                m.candidates.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(
        mentions,
        [
            (
                "services/values.yaml",
                vec!["docs/run/services/values.yaml", "services/values.yaml"]
            ),
            ("../plays/site.yml", vec!["docs/plays/site.yml"]),
            (
                "inventory/hosts.yml",
                vec!["docs/run/inventory/hosts.yml", "inventory/hosts.yml"]
            ),
            ("Makefile", vec!["docs/run/Makefile", "Makefile"]),
        ]
    );
}

proptest! {
    /// Whatever is written, reading ends, and every part lies inside of the text.
    #[test]
    fn no_text_is_too_strange(text in "([a-z$#'\"`<>|&;(){}\\[\\]\\\\ \n*-]|```bash\n|```mermaid\ngraph LR\n|-->|ö){0,60}") {
        for file in ["x.md", "x.sh", "x.mmd", "fstab"] {
            let doc = read(file, &text);
            let spans = doc.commands.iter().flat_map(|c| c.words.iter().map(|w| w.span).chain([c.span]));
            let spans = spans.chain(doc.diagrams.iter().flat_map(|d| d.edges.iter().map(|e| e.span)));
            for span in spans.chain(doc.mounts.iter().map(|m| m.spec.span)) {
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} of {:?}", span, text);
            }
        }
    }
}
