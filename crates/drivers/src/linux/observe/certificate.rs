//! Certificates in the files of the programs that show them: whose they are and until when they hold.
//!
//! Only what is public leaves the host: the script takes the first certificate out of each file, never a key.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use super::told::WHOLE;
use data_encoding::{BASE64, HEXLOWER};
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

pub(super) const PART: Whole = Whole {
    sh: &[WHOLE, include_str!("sh/certificate.sh")],
    calls: &["certificate certificates"],
    read: gather,
};

const KIND: FactKind = FactKind::Certificate;
/// So many names are kept of one certificate.
const MOST: usize = 100;

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "certificate") else {
        return;
    };
    let text = section.text();
    for line in text.lines() {
        if let Some(why) = line.strip_prefix("! ") {
            to.incomplete(KIND, Reason::new(plain(why)));
        } else if let Some((body, path)) = line.strip_prefix("c ").and_then(|l| l.split_once(' ')) {
            one(body, &plain(path), to);
        }
    }
    match text.lines().last() {
        Some("all") => to.complete(KIND, "the places that docs/observe.md names were read"),
        _ => to.incomplete(KIND, Reason::new("the list did not come to its end")),
    }
}

/// One certificate. Several of one file are told apart by what they are of.
fn one(body: &str, path: &str, to: &mut Gathered) {
    let der = BASE64.decode(body.as_bytes()).ok();
    let read = der.as_deref().and_then(|der| {
        let (_, found) = X509Certificate::from_der(der).ok()?;
        Some((der, found))
    });
    let Some((der, found)) = read else {
        let why = Reason::new("it is no certificate that can be read");
        return to.put(KIND, path, Seen::Unknown(why), path);
    };
    let names = names(&found);
    let subject = plain(&found.subject().to_string());
    let several = path.ends_with("acme.json");
    let of = names.first().unwrap_or(&subject);
    let key = if several {
        format!("{path}#{of}")
    } else {
        path.to_owned()
    };
    let whole = names.len() <= MOST;
    let listed = names.into_iter().take(MOST).map(Value::from).collect();
    let validity = found.validity();
    let mut fields = vec![
        ("subject", Value::from(subject)),
        ("issuer", Value::from(plain(&found.issuer().to_string()))),
        ("names", Value::List(listed)),
        ("from", Value::Int(validity.not_before.timestamp())),
        ("until", Value::Int(validity.not_after.timestamp())),
        ("sha256", Value::from(HEXLOWER.encode(&Sha256::digest(der)))),
    ];
    if found.subject() == found.issuer() {
        fields.push(("self_signed", Value::Bool(true)));
    }
    if !whole {
        fields.push(("more", Value::Bool(true)));
    }
    to.present(KIND, key, Value::map(fields), path);
}

/// DNS names and addresses that it holds for, RFC 5280, 4.2.1.6.
fn names(found: &X509Certificate<'_>) -> Vec<String> {
    let extension = found.subject_alternative_name().ok().flatten();
    let all = extension.iter().flat_map(|e| &e.value.general_names);
    all.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(plain(name)),
        GeneralName::IPAddress(bytes) => {
            let v4: Result<[u8; 4], _> = (*bytes).try_into();
            let v6: Result<[u8; 16], _> = (*bytes).try_into();
            v4.map(|b| core::net::IpAddr::from(b).to_string())
                .or(v6.map(|b| core::net::IpAddr::from(b).to_string()))
                .ok()
        }
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::fact::{Completeness, FactPath};
    use std::process::Command;

    /// The script over files of its own, in place of those of the machine.
    fn look(folder: &std::path::Path, calls: &str) -> String {
        let text = format!(
            "nl='\n'\nneed() {{ :; }}\ncount=0\nnamed=\nvolumes=$PWD/volumes\n{}\n{calls}\necho all\n",
            PART.sh.concat()
        );
        let ran = Command::new("sh")
            .arg("-c")
            .arg(text)
            .current_dir(folder)
            .output()
            .unwrap();
        String::from_utf8(ran.stdout).unwrap()
    }

    fn read(said: &str) -> Gathered {
        let output = format!("\n@begin 7 certificate\n{said}\n@end 7 certificate 0 \n");
        let mut to = Gathered::default();
        gather(&Sections::read(output.as_bytes(), "7"), &mut to);
        to
    }

    /// A file that others made may never answer: of a socket, of a file system of theirs.
    #[test]
    fn a_file_that_does_not_answer_holds_up_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "1234567890").unwrap();
        let never = "timeout() { return 124; }";
        for (before, size, said) in [
            (never, 10, "! it cannot be read\n"),
            ("", 10, "read\n"),
            ("", 9, "! it is too large: it has more than 9 bytes\n"),
        ] {
            let calls = format!("{before}\nwhole a {size} it && echo read");
            assert_eq!(look(folder.path(), &calls), format!("{said}all\n"));
        }
    }

    #[test]
    fn a_certificate_is_read_and_its_key_stays() {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let made =
            rcgen::CertificateParams::new(["cloud.example.org".to_owned(), "10.0.0.5".to_owned()])
                .unwrap()
                .self_signed(&key)
                .unwrap();
        let both = format!("{}{}", key.serialize_pem(), made.pem());
        std::fs::write(folder.path().join("one.pem"), &both).unwrap();
        let acme = format!(
            "{{\"le\": {{\"Certificates\": [\n {{\"domain\": {{}}, \"certificate\": \"{}\",\n \"key\": \"{}\"}}]}}}}",
            BASE64.encode(made.pem().as_bytes()),
            BASE64.encode(key.serialize_pem().as_bytes()),
        );
        std::fs::write(folder.path().join("acme.json"), acme).unwrap();
        std::fs::write(
            folder.path().join("none.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        let said = look(
            folder.path(),
            "certificate_file one.pem\ncertificate_acme acme.json\ncertificate_file none.pem\ncertificate_file gone.pem",
        );
        let secret: String = key.serialize_pem().lines().skip(1).take(1).collect();
        assert!(!said.contains(&secret), "{said}");
        assert!(
            !said.contains(&BASE64.encode(key.serialize_pem().as_bytes())),
            "{said}"
        );
        let found = read(&said);
        let value = |key: &str| {
            found
                .facts
                .get(&FactPath::new(KIND, key))
                .unwrap()
                .seen
                .clone()
        };
        for key in ["one.pem", "acme.json#cloud.example.org"] {
            let Seen::Present(value) = value(key) else {
                panic!("{key}: {said}");
            };
            let names = ["cloud.example.org", "10.0.0.5"].map(Value::from).to_vec();
            assert_eq!(value.field("names"), Some(&Value::List(names)));
            assert_eq!(value.field("self_signed"), Some(&Value::Bool(true)));
            let until = value.field("until").and_then(Value::as_int).unwrap();
            assert!(until > value.field("from").and_then(Value::as_int).unwrap());
        }
        assert!(matches!(value("none.pem"), Seen::Unknown(_)));
        assert_eq!(found.facts.len(), 3);
        assert!(matches!(
            found.collections.get(&KIND),
            Some(Completeness::Yes(_))
        ));
    }

    /// Who writes into a volume neither holds up the observation of the host nor chooses what is read.
    #[test]
    fn files_of_containers_are_bounded_and_of_their_volume() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("volumes");
        let put = |path: &str, text: &str| {
            let at = root.join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, text).unwrap();
        };
        let link = |to: &str, path: &str| {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(to, root.join(path)).unwrap();
        };
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        put("a/_data/archive/x/cert1.pem", text);
        // As certbot does it.
        link("../../archive/x/cert1.pem", "a/_data/live/x/cert.pem");
        link("../../a/_data/archive/x/cert1.pem", "b/_data/cert.pem");
        link("../../a/_data", "b/_data/live");
        put("c/_data/cert.pem", "");
        put(
            "c/_data/full.pem",
            &format!("{}{text}", "#\n".repeat((262_144 - text.len()) / 2)),
        );
        for name in ["c/_data/cert.pem", "c/_data/acme.json"] {
            // Holes take no room.
            std::fs::File::create(root.join(name))
                .unwrap()
                .set_len(300 << 20)
                .unwrap();
        }
        let said = look(
            folder.path(),
            "for f in a/_data/live/x/cert.pem b/_data/cert.pem b/_data/live/archive/x/cert1.pem c/_data/cert.pem c/_data/full.pem; do \
             certificate_file \"$volumes/$f\"; done; certificate_acme \"$volumes/c/_data/acme.json\"",
        );
        let said = said.replace(&format!("{}/", root.display()), "");
        let want = "c AAAA a/_data/live/x/cert.pem\n\
            ! b/_data/cert.pem is a link that leads out of its folder\n\
            ! b/_data/live/archive/x/cert1.pem is a link that leads out of its folder\n\
            ! c/_data/cert.pem is too large: it has more than 262144 bytes\n\
            c AAAA c/_data/full.pem\n\
            ! c/_data/acme.json is too large: it has more than 4194304 bytes\nall\n";
        assert_eq!(said, want);
    }

    /// Where the end of a certificate is missing, the lines of a key would pass for its own.
    #[test]
    fn what_follows_a_certificate_without_an_end_stays() {
        let folder = tempfile::tempdir().unwrap();
        let key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
        for (text, body) in [
            (format!("-----BEGIN CERTIFICATE-----\nAAAA\n{key}"), None),
            (
                format!(
                    "-----BEGIN CERTIFICATE-----\nAAAA\n {}-----END CERTIFICATE-----\n",
                    key.replace('\n', "\n ")
                ),
                None,
            ),
            ("-----BEGIN CERTIFICATE-----\nhunter2\n".to_owned(), None),
            (
                format!(
                    "{key}-----BEGIN CERTIFICATE-----\r\nAAAA\r\nBB==\r\n-----END CERTIFICATE-----\r\n{key}"
                ),
                Some("AAAABB=="),
            ),
        ] {
            std::fs::write(folder.path().join("one.pem"), &text).unwrap();
            let acme = format!(
                "{{\"certificate\": \"{}\"}}",
                BASE64.encode(text.as_bytes())
            );
            std::fs::write(folder.path().join("acme.json"), acme).unwrap();
            for (file, call) in [
                ("one.pem", "certificate_file"),
                ("acme.json", "certificate_acme"),
            ] {
                let said = look(folder.path(), &format!("{call} {file}"));
                assert!(!said.contains("hunter2"), "{said}");
                let want = match body {
                    Some(body) => format!("c {body} {file}\nall\n"),
                    None => format!("! {file} has a certificate without an end\nall\n"),
                };
                assert_eq!(said, want, "{text}");
                let complete = matches!(
                    read(&said).collections.get(&KIND),
                    Some(Completeness::Yes(_))
                );
                assert_eq!(complete, body.is_some());
            }
        }
    }
}
