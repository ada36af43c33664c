//! What gives away a machine or its data to whoever reaches it: databases, and what administrators use.

use core::ops::RangeInclusive;

/// Ports whose service gives away the host or its data (IANA names, and products' default ports).
pub const PORTS: [(u16, &str); 14] = [
    (22, "ssh"),
    (23, "telnet"),
    (445, "smb"),
    (2375, "the Docker API"),
    (2376, "the Docker API"),
    (2379, "etcd"),
    (3306, "mysql"),
    (3389, "rdp"),
    (5432, "postgresql"),
    (5900, "vnc"),
    (6379, "redis"),
    (6443, "the Kubernetes API"),
    (8006, "the Proxmox API"),
    (27017, "mongodb"),
];

/// Images that are databases, by the last part of their name.
const DATABASES: [&str; 24] = [
    "cassandra",
    "clickhouse-server",
    "cockroach",
    "couchdb",
    "dragonfly",
    "elasticsearch",
    "etcd",
    "influxdb",
    "keydb",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mssql",
    "mysql",
    "neo4j",
    "opensearch",
    "pgvector",
    "postgis",
    "postgres",
    "postgresql",
    "redis",
    "timescaledb",
    "valkey",
];

/// Images that administer something, by the last part of their name: what they are, and of images that also serve others the port that does.
const ADMINISTRATION: [(&str, &str, Option<u16>); 15] = [
    ("adminer", "the administration of databases", None),
    ("cockpit", "the administration of its machine", None),
    ("docker-socket-proxy", "the Docker API", None),
    ("mongo-express", "the administration of MongoDB", None),
    (
        "nginx-proxy-manager",
        "the administration of the proxy",
        Some(81),
    ),
    ("pgadmin4", "the administration of PostgreSQL", None),
    ("phpmyadmin", "the administration of MySQL", None),
    ("phpredisadmin", "the administration of Redis", None),
    ("portainer", "the administration of containers", None),
    ("portainer-ce", "the administration of containers", None),
    ("portainer-ee", "the administration of containers", None),
    ("rabbitmq", "the administration of RabbitMQ", Some(15672)),
    ("redis-commander", "the administration of Redis", None),
    ("redisinsight", "the administration of Redis", None),
    ("traefik", "the dashboard of Traefik", Some(8080)),
];

/// Well-known ports of the list that belong to data: a container that serves one is a database, whatever its image is called.
const DATA: [u16; 5] = [2379, 3306, 5432, 6379, 27017];

/// Which of the well-known services some ports are for.
pub fn port(ports: &RangeInclusive<u16>) -> Option<(u16, &'static str)> {
    PORTS.iter().copied().find(|(p, _)| ports.contains(p))
}

/// The image is a database: `docker.io/library/postgres:17` and `postgres` alike.
pub fn is_database(image: &str) -> bool {
    DATABASES.contains(&last(image))
}

/// What a port of a container of this image gives away.
pub fn served(image: &str, target: u16) -> Option<&'static str> {
    let name = last(image);
    if is_database(name) {
        return Some("a database");
    }
    let of = ADMINISTRATION.iter().find(|(n, _, only)| {
        let this = only.is_none_or(|p| p == target);
        *n == name && this
    });
    match of {
        Some((_, what, _)) => Some(*what),
        None if DATA.contains(&target) => Some("a database"),
        None => None,
    }
}

/// The last part of an image's name, without tag and digest.
fn last(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split(':').next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::{is_database, served};

    #[test]
    fn images_are_known_by_the_last_part_of_their_name() {
        for image in [
            "postgres",
            "docker.io/library/postgres:17@sha256:00",
            "registry:5000/bitnami/postgresql",
        ] {
            assert!(is_database(image), "{image}");
        }
        assert!(!is_database("prom/postgres-exporter"));
    }

    #[test]
    fn ports_tell_what_an_image_does_not() {
        assert_eq!(served("traefik", 443), None);
        assert_eq!(served("traefik", 8080), Some("the dashboard of Traefik"));
        assert_eq!(served("own/store", 5432), Some("a database"));
        assert_eq!(served("own/store", 22), None);
    }
}
