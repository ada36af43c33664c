//! How the `sops` section, and new keys, are written in each format.

use super::meta::{Recipient, Selection};
use super::{Format, dotenv, json};

/// What is written of the metadata.
pub(super) struct Section<'a> {
    pub(super) recipients: &'a [Recipient],
    pub(super) modified: &'a str,
    pub(super) mac: &'a str,
    pub(super) selection: &'a Selection,
    pub(super) version: &'a str,
}

impl Section<'_> {
    /// Key and text of everything but the recipients, and whether the text stands in quotes.
    fn rest(&self) -> Vec<(&'static str, String, bool)> {
        let mut out = vec![
            ("lastmodified", self.modified.to_owned(), true),
            ("mac", self.mac.to_owned(), true),
        ];
        let which = self.selection.which.written();
        out.extend(which.map(|(key, text)| (key, text, true)));
        if self.selection.mac_only_encrypted {
            out.push(("mac_only_encrypted", "true".to_owned(), false));
        }
        out.push(("version", self.version.to_owned(), true));
        out
    }

    /// The section, from its key to its end.
    pub(super) fn text(&self, format: Format) -> String {
        match format {
            Format::Yaml => self.yaml(),
            Format::Json => self.json(),
            Format::Dotenv => self.dotenv(),
        }
    }

    fn yaml(&self) -> String {
        let mut out = String::from("sops:\n    age:\n");
        for recipient in self.recipients {
            let public = yaml_text(&recipient.public);
            out.push_str(&format!(
                "        - recipient: {public}\n          enc: |\n"
            ));
            for line in recipient.sealed.lines() {
                out.push_str(&format!("            {line}\n"));
            }
        }
        for (key, text, quotes) in self.rest() {
            let text = if quotes { json::quoted(&text) } else { text };
            out.push_str(&format!("    {key}: {text}\n"));
        }
        out
    }

    fn json(&self) -> String {
        let one = |r: &Recipient| {
            format!(
                "\t\t\t{{\n\t\t\t\t\"recipient\": {},\n\t\t\t\t\"enc\": {}\n\t\t\t}}",
                json::quoted(&r.public),
                json::quoted(&r.sealed)
            )
        };
        let list: Vec<String> = self.recipients.iter().map(one).collect();
        let mut out = format!("\"sops\": {{\n\t\t\"age\": [\n{}\n\t\t]", list.join(",\n"));
        for (key, text, quotes) in self.rest() {
            let text = if quotes { json::quoted(&text) } else { text };
            out.push_str(&format!(",\n\t\t\"{key}\": {text}"));
        }
        out + "\n\t}"
    }

    fn dotenv(&self) -> String {
        let mut lines = Vec::new();
        for (number, recipient) in self.recipients.iter().enumerate() {
            let item = format!("{}age__list_{number}__map", dotenv::PREFIX);
            let sealed = recipient.sealed.replace('\n', "\\n");
            lines.push(format!("{item}_enc={sealed}\n"));
            lines.push(format!("{item}_recipient={}\n", recipient.public));
        }
        for (key, text, _) in self.rest() {
            lines.push(format!("{}{key}={text}\n", dotenv::PREFIX));
        }
        lines.sort();
        lines.concat()
    }
}

/// A text of YAML: plain if nobody can take it for anything else.
pub(super) fn yaml_text(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_-./@+".contains(c) || c == ' ';
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    let plain = begins && !word && text.chars().all(harmless) && !text.ends_with(' ');
    if plain {
        text.to_owned()
    } else {
        json::quoted(text)
    }
}
