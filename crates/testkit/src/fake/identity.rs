//! Who a fake host is, and whom its driver expects.

use model::fact::NativeIdentity;
use model::id::ObjectRef;
use model::realm::Realm;
use plan::driver::Refusal;

/// The identity of the fake host of this name in this realm.
pub(super) fn of(name: &str, realm: &Realm) -> NativeIdentity {
    NativeIdentity {
        machine_id: format!("id-of-{name}"),
        host_key: format!("SHA256:key-of-{name}"),
        realm_marker: match realm {
            Realm::Real => None,
            Realm::Twin(_) => Some(realm.to_string()),
        },
    }
}

/// Compares who answers with who was enrolled, and its realm marker with the driver's realm.
pub(super) fn check(
    target: &ObjectRef,
    enrolled: Option<&NativeIdentity>,
    found: &NativeIdentity,
    realm: &Realm,
) -> Result<(), Refusal> {
    let Some(enrolled) = enrolled else {
        return Err(Refusal::NotEnrolled {
            target: target.clone(),
        });
    };
    let marker = found.realm_marker.clone();
    let marker = marker.unwrap_or_else(|| Realm::Real.to_string());
    let pairs = [
        ("machine-id", &enrolled.machine_id, &found.machine_id),
        ("host key", &enrolled.host_key, &found.host_key),
        ("realm marker", &realm.to_string(), &marker),
    ];
    for (what, enrolled, found) in pairs {
        if enrolled != found {
            return Err(Refusal::WrongIdentity {
                target: target.clone(),
                what: what.to_owned(),
                enrolled: enrolled.clone(),
                found: found.clone(),
            });
        }
    }
    Ok(())
}
