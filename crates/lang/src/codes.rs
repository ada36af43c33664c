//! What the diagnostics of this crate mean, for `holdfast explain`.

/// Code and explanation of every diagnostic that reading a lab can give, sorted by code.
pub const CODES: &[(&str, &str)] = &[
    (
        "ambiguous-reference",
        "A bare name fits several objects of different kinds. Write it as KIND/NAME.",
    ),
    (
        "compose-conflict",
        "Two parts of a Compose project contradict each other, or a needed part is missing: a service without image and build, two limits of one resource, a definition that an included file gives differently. Compose refuses the project.",
    ),
    (
        "compose-cycle",
        "Services extend or wait for each other, or files include each other, in a circle. None of them can come first.",
    ),
    (
        "compose-env-file",
        "An environment file cannot be read: a name with a space, a quote that is never closed, a '${' without its '}'. Compose refuses the project. The line is not shown, since such files hold secrets.",
    ),
    (
        "compose-file",
        "A file that a Compose project names is not there or cannot be read. Paths are meant from the folder of the file that names them.",
    ),
    (
        "compose-obsolete",
        "The key 'version' of a Compose file has had no effect for years. It can be removed.",
    ),
    (
        "compose-reference",
        "A service refers to a network, volume, secret, config or service that the project does not declare. Compose refuses the project.",
    ),
    (
        "compose-services",
        "A Compose file has no services, or a service of the lab runs in a stack that has nothing for it: all that the file starts is another service. What rules would say of it, they say of nothing.",
    ),
    (
        "compose-type",
        "A value of a Compose file is of another kind than its key takes: a list for a map, a number for text. Compose refuses the project.",
    ),
    (
        "compose-unknown-key",
        "A key of a Compose file has no meaning where it stands. It is kept and otherwise ignored, since another version of Compose may know it; the version at hand may refuse it. Keys that begin with 'x-' are never meant for Compose.",
    ),
    (
        "compose-unset-variable",
        "A variable in a Compose file has no value and no default, so empty text takes its place. Set it in .env, or write a default.",
    ),
    (
        "compose-value",
        "A value of a Compose file cannot be read as what its key takes: a port, a size, a duration, a mount, one of a few words. Compose refuses the project.",
    ),
    (
        "compose-variable",
        "A '${' of a Compose file is not followed by a name and '}', or a required variable has no value. A dollar sign that is meant as such is written twice.",
    ),
    (
        "conflicting-keys",
        "Two keys exclude each other, such as 'folder' and 'postgres' of a dataset, or a check does not fit the kind of data it checks. Keep the one that is meant.",
    ),
    (
        "document-file",
        "A file that 'documents' names cannot be read: it is not there, lies outside of the lab tree, is no plain file, is too large or is not UTF-8 text. What it says is not checked.",
    ),
    (
        "duplicate-address",
        "Two hosts have the same address in the same network. Only one of them would be reached, and which one may change from minute to minute.",
    ),
    (
        "duplicate-definition",
        "An object of this kind and name is defined twice, perhaps in two files. Sections merge over all files of a lab, so a name is given once; merge the two definitions or rename one.",
    ),
    (
        "duplicate-key",
        "A map gives the same key twice. YAML readers silently take one of the two; here it is an error, because the other one was meant by somebody.",
    ),
    (
        "duplicate-name",
        "A host and a guest that is logged in to have the same name. Verbs choose a machine by its name alone, so nobody could say which of the two is meant, and what was seen of one would be taken for the other.",
    ),
    (
        "duplicate-value",
        "A list names the same thing twice. Remove one of the two.",
    ),
    (
        "format-version",
        "The lab says that it is written in a version of the language that this program does not know. Nothing else of it is read, since the same words may mean something else there.",
    ),
    (
        "include-nothing",
        "A pattern of 'include' in holdfast.yaml fits no file of the lab tree, so nothing is read by it. The folder may be misspelt, or the files end in .yml and not in .yaml.",
    ),
    (
        "invalid-address",
        "Text is not an IPv4 or IPv6 address or subnet, a subnet has bits set behind its prefix, an address is outside of the subnet of its network, or no machine can have it (multicast, broadcast, loopback).",
    ),
    (
        "invalid-name",
        "A name has characters that it cannot have. Names end up in paths, commands and reports, so they are kept to letters, digits and a few marks.",
    ),
    (
        "invalid-path",
        "A path is not absolute, goes up by '..', or is not in its shortest form. One file has one name here, so that two definitions of it are seen.",
    ),
    (
        "invalid-ssh-key",
        "A public key is not one line of the form 'TYPE BASE64 COMMENT', is cut off, or holds another type than it says. sshd would ignore it without a word, which locks its owner out.",
    ),
    (
        "invalid-value",
        "A value is not of the kind that its key takes: a duration such as 15m, a date such as 2027-01-31, a port, a number in a range, or one of a few words.",
    ),
    (
        "misplaced-key",
        "'format' and 'lab' are given once, in holdfast.yaml, and stand in another file.",
    ),
    (
        "missing-key",
        "A key that is always needed is not there. The message says what to write.",
    ),
    (
        "rename-conflict",
        "'was' names an object that still exists, or two objects claim the same former name. A rename moves the identity and the history of one object to one other.",
    ),
    (
        "secret-in-clear",
        "A secret stands in the lab tree itself. Labs are shared, copied and kept in history, so secrets are references: {file: …}, {env: …} or {command: […]}. The value is never printed; change it, since whoever read the file has it. This is told where the language expects a reference; a secret anywhere else in the files is sec-clear-text.",
    ),
    (
        "sshd-keyword",
        "A keyword is not one of sshd_config(5), or its value is not one that the keyword takes. sshd would refuse the whole configuration.",
    ),
    (
        "too-many",
        "There are more diagnostics than anybody would read. Mend the first ones and check again.",
    ),
    (
        "unknown-key",
        "A key has no meaning here. It may be misspelt, or indented too far or too little. Unknown keys are errors, because what they were meant to say would be ignored.",
    ),
    (
        "unknown-reference",
        "A name refers to an object that is declared nowhere. References are bare names, or KIND/NAME.",
    ),
    (
        "wrong-type",
        "A list stands where a map belongs, a map where a value belongs, or there is no value at all.",
    ),
    (
        "yaml-limit",
        "The text is nested too deep, or its aliases stand for more values than any lab has. Reading stops there, in bounded memory.",
    ),
    (
        "yaml-syntax",
        "The text is not valid YAML, or uses a part of it that has no meaning here. The file is read up to this place; references into the rest of it are not reported.",
    ),
];

/// The explanation of a code of this crate.
pub fn explain(code: &str) -> Option<&'static str> {
    CODES
        .iter()
        .find(|(c, _)| *c == code)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(super::CODES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
