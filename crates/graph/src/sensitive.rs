//! What gives away a machine or its data to whoever reaches it: databases, and what administrators use.

use core::ops::RangeInclusive;

/// Ports whose service gives away the host or its data (IANA names, and products' default ports).
pub const PORTS: [(u16, &str); 21] = [
    (22, "ssh"),
    (23, "telnet"),
    (445, "smb"),
    (1433, "mssql"),
    (1521, "oracle"),
    (2375, "the Docker API"),
    (2376, "the Docker API"),
    (2379, "etcd"),
    (3306, "mysql"),
    (3389, "rdp"),
    (5432, "postgresql"),
    (5900, "vnc"),
    (5984, "couchdb"),
    (6379, "redis"),
    (6443, "the Kubernetes API"),
    (7687, "neo4j"),
    (8006, "the Proxmox API"),
    (9042, "cassandra"),
    (9200, "elasticsearch"),
    (11211, "memcached"),
    (27017, "mongodb"),
];

/// Images that are databases, by the last part of their name, and the port that they listen on unless told otherwise (their documentation).
const DATABASES: [(&str, u16); 27] = [
    ("azure-sql-edge", 1433),
    ("cassandra", 9042),
    ("clickhouse-server", 8123),
    ("cockroach", 26257),
    ("couchdb", 5984),
    ("dragonfly", 6379),
    ("elasticsearch", 9200),
    ("etcd", 2379),
    ("influxdb", 8086),
    ("keydb", 6379),
    ("mariadb", 3306),
    ("memcached", 11211),
    ("mongo", 27017),
    ("mongodb", 27017),
    ("mssql", 1433),
    ("mysql", 3306),
    ("neo4j", 7687),
    ("opensearch", 9200),
    ("pgvector", 5432),
    ("postgis", 5432),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("redis", 6379),
    ("scylla", 9042),
    ("surrealdb", 8000),
    ("timescaledb", 5432),
    ("valkey", 6379),
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
const DATA: [u16; 12] = [
    1433, 1521, 2379, 3306, 5432, 5984, 6379, 7687, 9042, 9200, 11211, 27017,
];

/// Which of the well-known services some ports are for.
pub fn port(ports: &RangeInclusive<u16>) -> Option<(u16, &'static str)> {
    PORTS.iter().copied().find(|(p, _)| ports.contains(p))
}

/// The image is a database: `docker.io/library/postgres:17` and `postgres` alike.
pub fn is_database(image: &str) -> bool {
    database_port(image).is_some()
}

/// The port on which a database of this image listens, unless it is told otherwise.
pub fn database_port(image: &str) -> Option<u16> {
    // Microsoft's image is called `mssql/server`.
    let name = match last(image) {
        "server" if image.contains("mssql/") => "mssql",
        name => name,
    };
    let of = DATABASES.iter().find(|(n, _)| *n == name);
    of.map(|(_, port)| *port)
}

/// What a port of a container of this image gives away.
pub fn served(image: &str, target: u16) -> Option<&'static str> {
    let name = last(image);
    if is_database(image) {
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
            "mcr.microsoft.com/mssql/server:2022-latest",
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
