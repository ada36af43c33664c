//! Files of logins for mounts, and settings of clients with one password in them.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "credentials of CIFS, ddclient, TURN, libpq, MySQL",
    files: &[
        ".smbcredentials",
        "*.smbcredentials",
        ".smbcred",
        "*cifs*cred*",
        ".my.cnf",
        "my.cnf",
        ".mylogin.cnf",
        "ddclient.conf",
        "turnserver.conf",
        "pg_service.conf",
        ".pg_service.conf",
    ],
    what: "`password=`, `static-auth-secret=`, `user=name:password`, `user=name%X` of a mount in `fstab`, `curlftpfs#name:X@host`",
    shapes: &[
        Shape {
            parts: &["pass"],
            shape: concat!(
                r#"(?m)^[ \t]*(?:password|pass|cli-password)[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a login"),
        },
        Shape {
            parts: &["secret"],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"static-auth-secret[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a shared secret"),
        },
        Shape {
            parts: &["user"],
            shape: r"(?m)^[ \t]*//\S+[ \t]+/\S*[ \t]+cifs[ \t][^\n]*?\buser(?:name)?=[^\s,%]+%([^\s,]+)",
            reach: Reach::Any,
            what: What::Clear("a password of a login"),
        },
        Shape {
            parts: &["#"],
            shape: r"\b(?:curlftpfs|sshfs|davfs|s3fs)#(?:ftps?://)?[^\s:/@]+:([^\s@]+)@",
            reach: Reach::Any,
            what: What::Clear("a password of a login"),
        },
        Shape {
            parts: &["user"],
            shape: r#"(?m)^[ \t]*user=[^\s:]+:(\S+)"#,
            reach: Reach::Here,
            what: What::Clear("a password of a login"),
        },
    ],
    read: None,
};
