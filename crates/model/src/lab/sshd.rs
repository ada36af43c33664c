//! Keywords of sshd_config(5) with the types of their values.

use Takes::{Comma, Flag, Free, Number, Space, Time, Word};

/// What a keyword takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// `yes` or `no`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// A time as in sshd_config(5), TIME FORMATS.
    Time,
    /// Words separated by blanks; may be written as a list.
    Space,
    /// Words separated by commas; may be written as a list.
    Comma,
    /// One line.
    Free,
}

const FORWARDING: Takes = Word(&["yes", "no", "all", "local", "remote"]);

/// Keywords of OpenSSH 9.2 to 10.0 that make sense in a drop-in for the whole server.
pub const KEYWORDS: &[(&str, Takes)] = &[
    ("AcceptEnv", Space),
    ("AddressFamily", Word(&["any", "inet", "inet6"])),
    ("AllowAgentForwarding", Flag),
    ("AllowGroups", Space),
    ("AllowStreamLocalForwarding", FORWARDING),
    ("AllowTcpForwarding", FORWARDING),
    ("AllowUsers", Space),
    ("AuthenticationMethods", Space),
    ("AuthorizedKeysCommand", Free),
    ("AuthorizedKeysCommandUser", Free),
    ("AuthorizedKeysFile", Space),
    ("AuthorizedPrincipalsCommand", Free),
    ("AuthorizedPrincipalsCommandUser", Free),
    ("AuthorizedPrincipalsFile", Free),
    ("Banner", Free),
    ("CASignatureAlgorithms", Comma),
    ("ChannelTimeout", Space),
    ("ChrootDirectory", Free),
    ("Ciphers", Comma),
    ("ClientAliveCountMax", Number),
    ("ClientAliveInterval", Time),
    ("Compression", Word(&["yes", "no", "delayed"])),
    ("DenyGroups", Space),
    ("DenyUsers", Space),
    ("DisableForwarding", Flag),
    ("ExposeAuthInfo", Flag),
    ("FingerprintHash", Word(&["md5", "sha256"])),
    ("ForceCommand", Free),
    ("GatewayPorts", Word(&["yes", "no", "clientspecified"])),
    ("GSSAPIAuthentication", Flag),
    ("GSSAPICleanupCredentials", Flag),
    ("GSSAPIStrictAcceptorCheck", Flag),
    ("HostbasedAcceptedAlgorithms", Comma),
    ("HostbasedAuthentication", Flag),
    ("HostbasedUsesNameFromPacketOnly", Flag),
    ("HostCertificate", Free),
    ("HostKey", Free),
    ("HostKeyAgent", Free),
    ("HostKeyAlgorithms", Comma),
    ("IgnoreRhosts", Word(&["yes", "no", "shosts-only"])),
    ("IgnoreUserKnownHosts", Flag),
    ("IPQoS", Space),
    ("KbdInteractiveAuthentication", Flag),
    ("KerberosAuthentication", Flag),
    ("KexAlgorithms", Comma),
    ("ListenAddress", Free),
    ("LoginGraceTime", Time),
    (
        "LogLevel",
        Word(&[
            "QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3",
        ]),
    ),
    ("LogVerbose", Comma),
    ("MACs", Comma),
    ("MaxAuthTries", Number),
    ("MaxSessions", Number),
    ("MaxStartups", Free),
    ("PasswordAuthentication", Flag),
    ("PermitEmptyPasswords", Flag),
    ("PermitListen", Space),
    ("PermitOpen", Space),
    (
        "PermitRootLogin",
        Word(&["yes", "no", "prohibit-password", "forced-commands-only"]),
    ),
    ("PermitTTY", Flag),
    (
        "PermitTunnel",
        Word(&["yes", "no", "point-to-point", "ethernet"]),
    ),
    ("PermitUserEnvironment", Free),
    ("PermitUserRC", Flag),
    ("PerSourceMaxStartups", Free),
    ("PerSourceNetBlockSize", Free),
    ("PerSourcePenalties", Space),
    ("PidFile", Free),
    ("Port", Number),
    ("PrintLastLog", Flag),
    ("PrintMotd", Flag),
    ("PubkeyAcceptedAlgorithms", Comma),
    ("PubkeyAuthentication", Flag),
    ("PubkeyAuthOptions", Comma),
    ("RekeyLimit", Space),
    ("RequiredRSASize", Number),
    ("RevokedKeys", Free),
    ("SetEnv", Space),
    ("StreamLocalBindMask", Free),
    ("StreamLocalBindUnlink", Flag),
    ("StrictModes", Flag),
    ("Subsystem", Free),
    (
        "SyslogFacility",
        Word(&[
            "DAEMON", "USER", "AUTH", "AUTHPRIV", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4",
            "LOCAL5", "LOCAL6", "LOCAL7",
        ]),
    ),
    ("TCPKeepAlive", Flag),
    ("TrustedUserCAKeys", Free),
    ("UnusedConnectionTimeout", Time),
    ("UseDNS", Flag),
    ("UsePAM", Flag),
    ("VersionAddendum", Free),
    ("X11DisplayOffset", Number),
    ("X11Forwarding", Flag),
    ("X11UseLocalhost", Flag),
    ("XAuthLocation", Free),
];
