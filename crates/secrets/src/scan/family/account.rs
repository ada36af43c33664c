//! Keys of accounts at providers.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "AWS, Google, Azure",
    files: &["credentials", "service-account*.json", "*.boto"],
    what: "`aws_secret_access_key`, the `private_key` of a service account, `aws configure set aws_secret_access_key …`, `AccountKey=`, `SharedAccessKey=`",
    shapes: &[
        Shape {
            parts: &["accountkey="],
            shape: r#"\b(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}={0,2})"#,
            reach: Reach::Any,
            what: What::Clear("a key of Azure"),
        },
        Shape {
            parts: &["aws_secret_access_key"],
            shape: r#"(?i)\baws_secret_access_key["\x27]?[ \t]*[=:][ \t]*["\x27]?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$)"#,
            reach: Reach::Any,
            what: What::Clear("a secret key of AWS"),
        },
        Shape {
            parts: &["aws_se"],
            shape: concat!(
                r#"\bconfigure["']?[ \t,]+["']?set["']?[ \t,]+["']?(?:[[:word:]-]+\.)*aws_(?:secret_access_key|session_token)["']?[ \t,]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a secret key of AWS"),
        },
    ],
    read: None,
};
