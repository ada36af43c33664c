//! Every rendering, read by a shell that runs nothing.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::linux::script::Frame;
use model::id::{RunId, StepId};
use model::plan::{FilePut, RepositoryHandle, RestoredCheck, Source};
use std::io::Write as _;
use std::process::{Command, Stdio};

const HOSTILE: &str = "it's $(reboot) `x`\nHF_END\n}\nhf_fail no";

/// Fails if a POSIX shell cannot parse the text; bash in its own mode is not asked.
pub(in crate::linux) fn parses(text: &str) {
    let mut child = Command::new("dash")
        .args(["-n", "-s"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(
        out.status.success() && out.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn every_action() -> Vec<Action> {
    let text = |t: &str| t.to_owned();
    let repository = RepositoryHandle {
        name: text("usb"),
        location: text("/srv/repo"),
        password_file: text("/etc/holdfast/secrets/usb"),
    };
    let folder = Source::Folder {
        path: text("/srv/documents"),
    };
    let postgres = Source::Postgres {
        database: text("shop"),
    };
    vec![
        Action::PutFile(FilePut {
            path: text("/srv/it's"),
            content: text(HOSTILE),
            mode: text("0640"),
            owner: text("root"),
            group: text("adm"),
        }),
        Action::RemoveFile {
            path: text("/srv/$(x)"),
        },
        Action::RemoveFile {
            path: text("/etc/holdfast/secrets/x"),
        },
        Action::InstallPackage { name: text("g++") },
        Action::RemovePackage {
            name: text("libc6:amd64"),
        },
        Action::SetUnit {
            unit: text("a@b.service"),
            enabled: Some(true),
            active: Some(false),
        },
        Action::SetSysctl {
            key: text("net.ipv4.ip_forward"),
            value: text("1 2"),
        },
        Action::AddUser {
            name: text("anna"),
            shell: text("/bin/bash"),
        },
        Action::RemoveUser { name: text("anna") },
        Action::RestoreSaved {
            run: RunId(text("r'1")),
            step: StepId(text("web/a b")),
        },
        Action::PutSecret {
            path: text("/etc/x"),
            secret: SecretRef::Env(text("X")),
            keyed_hash: text("h"),
        },
        Action::InitRepository(repository.clone()),
        Action::TakeArchive {
            repository: repository.clone(),
            dataset: text("docs"),
            source: folder.clone(),
        },
        Action::VerifyArchive {
            repository: repository.clone(),
            dataset: text("docs"),
        },
        Action::RestoreArchive {
            repository,
            dataset: text("docs"),
            source: folder,
            archive: None,
            to: text("/var/lib/holdfast/scratch/x"),
        },
        Action::RemoveScratch {
            path: text("/var/lib/holdfast/scratch/x"),
        },
        Action::StartIsolated {
            dataset: text("shop"),
            source: postgres.clone(),
            scratch: text("/var/lib/holdfast/scratch/x"),
        },
        Action::StopIsolated {
            dataset: text("shop"),
            scratch: text("/var/lib/holdfast/scratch/x"),
        },
        Action::CheckRestored {
            dataset: text("shop"),
            source: postgres,
            scratch: text("/var/lib/holdfast/scratch/x"),
            check: RestoredCheck::SqlAtLeast {
                query: text("select 1"),
                at_least: 1,
            },
        },
    ]
}

#[test]
fn every_rendering_is_posix_sh_and_keeps_content_out_of_its_syntax() {
    let secret = Secret::new("hunter2-canary".to_owned());
    for action in every_action() {
        let text = script(&action, Some(&secret)).unwrap().finish(Frame::Step);
        parses(text.expose());
        assert!(!text.expose().contains("hunter2-canary") && !text.expose().contains("$(reboot)"));
        assert!(text.expose().ends_with("hf_step < /dev/null\n"));
        assert!(!describe(&action).contains("canary"));
    }
}

#[test]
fn what_cannot_be_a_name_is_refused_on_paper() {
    let text = |t: &str| t.to_owned();
    let put = |path: &str, mode: &str| {
        Action::PutFile(FilePut {
            path: text(path),
            content: String::new(),
            mode: text(mode),
            owner: text("root"),
            group: text("root"),
        })
    };
    let refused = [
        put("srv/x", "0644"),
        put("/srv/x\ny", "0644"),
        put("/srv/x", "u+x"),
        put("/srv/x", "99"),
        Action::RemoveFile { path: text("") },
        Action::InstallPackage { name: text("-y") },
        Action::InstallPackage { name: text("a b") },
        Action::RemovePackage { name: text("a;b") },
        Action::SetUnit {
            unit: text("--force"),
            enabled: None,
            active: None,
        },
        Action::SetSysctl {
            key: text("../x"),
            value: text("1"),
        },
        Action::SetSysctl {
            key: text("a"),
            value: text("1\n2"),
        },
        Action::AddUser {
            name: text("a:b"),
            shell: text("/bin/sh"),
        },
        Action::AddUser {
            name: text("anna"),
            shell: text("sh"),
        },
        Action::RemoveUser { name: text("-r") },
        Action::PutSecret {
            path: text("/x"),
            secret: SecretRef::Env(text("X")),
            keyed_hash: text("h"),
        },
    ];
    for action in refused {
        assert!(script(&action, None).is_err(), "{action:?}");
    }
}

#[test]
fn a_body_is_what_it_was() {
    let action = Action::SetUnit {
        unit: "cron.service".to_owned(),
        enabled: Some(true),
        active: Some(false),
    };
    let text = script(&action, None).unwrap().finish(Frame::Step);
    let (_, body) = text.expose().rsplit_once("hf_body() {").unwrap();
    let wanted = "\n:\n\
        [ \"$(systemctl show -p LoadState --value -- \"$HF_UNIT\")\" != not-found ] || systemctl daemon-reload\n\
        case $(systemctl show -p LoadState --value -- \"$HF_UNIT\") in\n\
        not-found) hf_refuse invalid \"there is no unit $HF_UNIT\" ;;\n\
        esac\n\
        [ \"$(systemctl show -p NeedDaemonReload --value -- \"$HF_UNIT\")\" != yes ] || systemctl daemon-reload\n\
        systemctl -q enable -- \"$HF_UNIT\"\n\
        systemctl stop -- \"$HF_UNIT\"\n\n}\nhf_step < /dev/null\n";
    assert_eq!(body, wanted);
}
