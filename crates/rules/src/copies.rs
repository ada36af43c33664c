//! Which copies survive which fault: a copy counts for a fault scope only if it lies outside of the failure domain.

use model::lab::{Dataset, FaultScope, Lab, Repository};

/// Where a repository lies as seen from a dataset that is hit by a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// Lost together with the data; why.
    Inside(String),
    /// Survives.
    Outside,
    /// Not declared well enough to tell; what is missing.
    Unknown(String),
}

/// On which side of a fault of this scope the repository lies.
pub(crate) fn side(
    lab: &Lab,
    dataset: &Dataset,
    name: &str,
    repository: &Repository,
    scope: FaultScope,
) -> Side {
    // Archives are not changed when the data is; what an intruder can reach is another scope.
    if scope == FaultScope::Corruption {
        return Side::Outside;
    }
    let Some(home) = dataset.host.as_ref().map(|h| h.value.as_str()) else {
        return Side::Unknown("the dataset's host is not declared".to_owned());
    };
    let remote = repository
        .location
        .as_ref()
        .is_some_and(|l| !l.value.starts_with('/'));
    let Some(store) = repository.on.as_ref().map(|h| h.value.as_str()) else {
        return match scope {
            FaultScope::Device | FaultScope::Host if remote => Side::Outside,
            _ => Side::Unknown(format!(
                "where repository '{name}' stands is not declared ('on')"
            )),
        };
    };
    match scope {
        FaultScope::Corruption => Side::Outside,
        FaultScope::Device if store != home => Side::Outside,
        FaultScope::Device => same_disk(dataset, name, repository),
        FaultScope::Host if store == home => {
            Side::Inside(format!("repository '{name}' is on host '{home}' too"))
        }
        FaultScope::Host => Side::Outside,
        FaultScope::Site => same_site(lab, home, name, store),
    }
}

fn same_disk(dataset: &Dataset, name: &str, repository: &Repository) -> Side {
    match (&dataset.disk, &repository.disk) {
        (Some(a), Some(b)) if a.value == b.value => {
            Side::Inside(format!("repository '{name}' is on disk '{}' too", b.value))
        }
        (Some(_), Some(_)) => Side::Outside,
        (None, _) => Side::Unknown("the dataset's disk is not declared ('disk')".to_owned()),
        (_, None) => Side::Unknown(format!(
            "the disk of repository '{name}' is not declared ('disk')"
        )),
    }
}

fn same_site(lab: &Lab, home: &str, name: &str, store: &str) -> Side {
    let site = |host: &str| lab.hosts.get(host)?.site.as_ref().map(|s| s.value.as_str());
    if home == store {
        return Side::Inside(format!("repository '{name}' is on host '{home}' too"));
    }
    match (site(home), site(store)) {
        (Some(a), Some(b)) if a == b => {
            Side::Inside(format!("repository '{name}' is at site '{a}' too"))
        }
        (Some(_), Some(_)) => Side::Outside,
        (None, _) => Side::Unknown(format!("the site of host '{home}' is not declared")),
        (_, None) => Side::Unknown(format!("the site of host '{store}' is not declared")),
    }
}
