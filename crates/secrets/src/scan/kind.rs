//! What kind of text a file is, by its name.

use super::family::dockerfile::is_dockerfile;

/// How much is needed to take a value for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keys and values.
    Settings,
    /// Commands of a shell, to which every `$name` is a variable.
    Script,
    /// Words for people, in which a key and a colon may be a sentence.
    Prose,
    /// Programs, in which only what stands in quotes is written out.
    Code,
}

/// How the settings of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// YAML or JSON.
    Tree,
    /// One in a line.
    Lines,
    /// Anything.
    Text,
}

/// Ends of the names of programs' sources.
const CODE: [&str; 21] = [
    "rs", "py", "go", "js", "mjs", "ts", "tsx", "java", "c", "h", "cpp", "rb", "php", "lua", "cs",
    "kt", "swift", "scala", "jsx", "dart", "ex",
];

/// Folders of translations.
const TRANSLATIONS: [&str; 10] = [
    "i18n",
    "l10n",
    "lang",
    "langs",
    "languages",
    "locale",
    "locales",
    "nls",
    "translation",
    "translations",
];
/// How their files begin, if they stand elsewhere, before the name of a language.
const MESSAGES: [&str; 5] = [
    "messages",
    "strings",
    "translation",
    "translations",
    "locale",
];

/// By the name of a file.
pub(super) fn kind(path: &str) -> (Kind, Form) {
    let (kind, form) = by_end(path);
    match kind == Kind::Settings && is_translation(path) {
        true => (Kind::Prose, form),
        false => (kind, form),
    }
}

/// What programs say to people, under names of what it is about: `login.password: "Kennwort"`.
fn is_translation(path: &str) -> bool {
    let mut names = path.rsplit('/');
    let file = names.next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let head = stem.split(['_', '-']).next().unwrap_or_default();
    names.any(|name| TRANSLATIONS.contains(&name)) || MESSAGES.contains(&head)
}

fn by_end(path: &str) -> (Kind, Form) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let end = name.rsplit('.').next().unwrap_or(name);
    match end {
        "md" | "txt" | "rst" | "adoc" | "html" => (Kind::Prose, Form::Text),
        _ if is_dockerfile(path) => (Kind::Script, Form::Text),
        "sh" | "bash" | "zsh" | "fish" | "ps1" | "Makefile" | "justfile" => {
            (Kind::Script, Form::Text)
        }
        "yaml" | "yml" | "json" => (Kind::Settings, Form::Tree),
        "php" if is_settings(name) => (Kind::Settings, Form::Text),
        _ if CODE.contains(&end) => (Kind::Code, Form::Text),
        "env" | "ini" | "conf" | "cfg" | "cnf" | "toml" | "properties" | "service" => {
            (Kind::Settings, Form::Lines)
        }
        _ if name.contains(".env") => (Kind::Settings, Form::Lines),
        _ => (Kind::Settings, Form::Text),
    }
}

/// Settings that are written as a program: of Nextcloud, WordPress, MediaWiki.
fn is_settings(name: &str) -> bool {
    let stem = name.strip_suffix(".php").unwrap_or(name);
    let stem = stem.strip_suffix(".config").unwrap_or(stem);
    ["config", "wp-config", "settings", "LocalSettings", "local"].contains(&stem)
}

/// Whether a file of this name is a text: one in which something else hides what the text says.
pub fn is_text(path: &str) -> bool {
    kind(path) != (Kind::Settings, Form::Text)
}

/// Whether a file of this name is a program, to which every `$` may mean something else.
pub(crate) fn is_code(path: &str) -> bool {
    kind(path).0 == Kind::Code
}

/// Settings whose values are expressions: what has no quotes there is a reference.
pub(super) fn is_expressions(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    ["tf", "tfvars", "hcl", "nix"].contains(&end)
}
