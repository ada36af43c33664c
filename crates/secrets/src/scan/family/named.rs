//! Any file.

use super::Family;

pub(super) const FAMILY: Family = Family {
    name: "any text",
    files: &[],
    what: "values under names such as `password`, `DB_PASS`, `apiKey`, `B2_APPLICATION_KEY`, `LLDAP_KEY_SEED`, `NONCE_SALT` (YAML and JSON read as such, other text by lines; of Markdown without its marks, and by the columns of tables; also in escaped quotes, in lists and under plurals (`\"token\": [\"X\"]`, `passwords: {jo: X}`), and between the `\\n` of a text in quotes; of Markdown the fences of a shell as scripts), passwords in URLs and beside names (`user:password@tcp(host)`), headers (`Authorization: Bearer …`), sentences and tables of documents (`The password is X`, `Login: NAME / X`), tokens of known shape (of GitHub, GitLab, Matrix, Grafana, Cloudflare, Tailscale, Headscale and others; also to join K3s and Docker Swarm), signed tokens (JWT), hashes of passwords",
    shapes: &[],
    read: None,
};
