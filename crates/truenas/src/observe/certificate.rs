//! Certificates that the appliance keeps: whose they are and until when they hold. Their keys are not asked for.

use super::{text, word};
use data_encoding::{BASE64, HEXLOWER};
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use reading::found::{Fields, Found};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

const KIND: FactKind = FactKind::Certificate;
/// So many names are kept of one certificate.
const MOST: usize = 100;
/// No certificate is longer than this, in characters.
const LONGEST: usize = 1 << 20;

pub(super) fn all(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let name = row.get("name").and_then(text)?;
        let pem = match row.get("certificate") {
            // A request that nobody has signed yet.
            None | Some(Value::Null) => return word(row, "certificate").map(drop),
            Some(value) => value.as_str().filter(|pem| pem.len() <= LONGEST)?,
        };
        match der(pem).as_deref().and_then(read) {
            Some(fields) => found.add(KIND, name, fields, source),
            None => {
                let why = Reason::new("it is no certificate that can be read");
                found.put(KIND, name, Seen::Unknown(why), source);
            }
        }
        Some(())
    })
}

/// The first certificate of a PEM file.
fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_whitespace().collect();
    BASE64.decode(body.as_bytes()).ok()
}

fn read(der: &[u8]) -> Option<Fields> {
    let (_, found) = X509Certificate::from_der(der).ok()?;
    let names = names(&found);
    let whole = names.len() <= MOST;
    let listed = names.into_iter().take(MOST).collect();
    let validity = found.validity();
    let own = found.subject() == found.issuer();
    Some(
        Fields::default()
            .set("subject", Some(found.subject().to_string()))
            .set("issuer", Some(found.issuer().to_string()))
            .set("names", Some(super::list(listed)))
            .set("from", Some(validity.not_before.timestamp()))
            .set("until", Some(validity.not_after.timestamp()))
            .set("sha256", Some(HEXLOWER.encode(&Sha256::digest(der))))
            .set("self_signed", own.then_some(true))
            .set("more", (!whole).then_some(true)),
    )
}

fn names(of: &X509Certificate<'_>) -> Vec<String> {
    let extension = of.subject_alternative_name().ok().flatten();
    let names = extension.map(|e| &e.value.general_names);
    let names = names.into_iter().flatten().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(format!("{a}.{b}.{c}.{d}")),
        _ => None,
    });
    names.filter(|name| super::is_clean(name)).collect()
}
