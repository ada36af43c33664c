//! An image of which nobody can say what runs.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::compose::Image;
use model::id::{Kind, ObjectRef};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "img-pin",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An image has no version, so that what runs is decided by whoever pushed last.",
    rationale: "'latest' and tags without a number move. The same file starts another program after the next pull; there is \
        no version to go back to when it does not work, and none to compare with a list of weaknesses.",
    example: "services: {web: {image: 'nextcloud:latest'}}",
    controls: &[
        "CIS v8 2.2",
        "NIST CSF 2.0 PR.PS-02",
        "ISO 27001:2022 A.8.19",
    ],
    mend: Mend::DisplayOnly("which version runs is known only to the machine"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut stacks: BTreeMap<&str, Vec<Container<'_>>> = BTreeMap::new();
    for container in ctx.containers() {
        stacks.entry(container.stack).or_default().push(container);
    }
    for (stack, containers) in stacks {
        let object = ObjectRef::new(Kind::Stack, stack);
        let images: Vec<_> = containers
            .iter()
            .filter(|c| c.service.build.is_none())
            .filter_map(|c| c.service.image.as_ref())
            .collect();
        let open = |i: &&&diag::Spanned<Image>| {
            let known = containers
                .first()
                .is_none_or(|c| c.project.is_settled(i.span));
            !known && i.value.digest.is_none()
        };
        if let Some(first) = images.iter().find(open) {
            let count = images.iter().filter(open).count();
            let images = if count == 1 { "image" } else { "images" };
            let message = format!(
                "which version {count} {images} of stack '{stack}' have: a variable decides"
            );
            out.add(
                object.clone(),
                RULE.unknown(message).at(first.span, "without a value here"),
            );
        }
        let moving: Vec<_> = images
            .iter()
            .filter(|i| !open(i) && !is_fixed(&i.value))
            .collect();
        if moving.is_empty() {
            continue;
        }
        let names: Vec<String> = moving.iter().map(|i| shown(&i.value)).collect();
        let message = match names.as_slice() {
            [one] => format!("image {one} of stack '{stack}' has no fixed version"),
            more => format!(
                "{} images of stack '{stack}' have no fixed version: {}",
                more.len(),
                more.join(", ")
            ),
        };
        let mut d = RULE.finding(message).note(format!(
            "images with a version or digest: {} of {}",
            images.len() - moving.len(),
            images.len()
        ));
        for (n, image) in moving.iter().enumerate() {
            d = d.of(image.value.reference.as_str());
            d = match n {
                0 => d.at(image.span, "moves"),
                _ => d.and_at(image.span, "moves"),
            };
        }
        out.add(
            object,
            d.help("write the version that runs now: 'docker compose images' lists it; a digest (@sha256:…) fixes it for good"),
        );
    }
}

/// It has a digest, or a tag with a number in it that is not merely the base system's.
pub(crate) fn is_fixed(image: &Image) -> bool {
    let tag = image.tag.as_deref().unwrap_or("latest");
    image.digest.is_some() || tag.starts_with(|c: char| c.is_ascii_digit()) || is_version(tag)
}

/// `v1.2`, `RELEASE.2024-01-01`, `bookworm-1.2`: a part of it begins with a number, after at most one letter.
fn is_version(tag: &str) -> bool {
    tag.split(['-', '_', '.']).any(|part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        part.len() - rest.len() <= 2 && rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn shown(image: &Image) -> String {
    format!("'{}'", image.reference)
}

#[cfg(test)]
mod tests {
    use super::is_fixed;
    use model::compose::Image;

    #[test]
    fn tags_with_a_number_are_versions() {
        for (image, fixed) in [
            ("a", false),
            ("a:latest", false),
            ("a:alpine", false),
            ("a:stable", false),
            ("a:14", true),
            ("a:v1.2", true),
            ("a:pg16", true),
            ("a:RELEASE.2024-01-01T00", true),
            ("a:latest@sha256:ff", true),
        ] {
            assert_eq!(is_fixed(&Image::parse(image)), fixed, "{image}");
        }
    }
}
