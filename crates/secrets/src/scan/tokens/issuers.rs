//! The shapes of tokens, as their issuers publish them so that scanners can find them.

/// Tokens: who issues them, letters that are in each, and their shape.
pub(super) const TOKENS: &[(&str, &[&str], &str)] = &[
    (
        "a token of GitHub",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    ),
    (
        "a token of GitLab",
        &[
            "glpat-",
            "glrt-",
            "gldt-",
            "glcbt-",
            "glptt-",
            "gloas-",
            "glsoat-",
            "glagent-",
            "glft-",
            "glimt-",
            "glffct-",
            "gr1348941",
        ],
        r"\bgl(?:pat|rt|dt|cbt|ptt|oas|soat|agent|ft|imt|ffct)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?|\bGR1348941[A-Za-z0-9_-]{20,}",
    ),
    (
        "an access key of AWS",
        &["akia", "asia"],
        r"\bA(?:KIA|SIA)[A-Z2-7]{16}\b",
    ),
    (
        "an API key of Anthropic",
        &["sk-ant-"],
        r"\bsk-ant-[A-Za-z0-9_-]{24,}",
    ),
    (
        "an API key of OpenAI",
        &["sk-proj-", "sk-svcacct-", "sk-admin-", "t3blbkfj"],
        r"\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{24,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
    ),
    (
        "a token of Hugging Face",
        &["hf_"],
        r"\bhf_[A-Za-z0-9]{30,}\b",
    ),
    (
        "a token of DigitalOcean",
        &["_v1_"],
        r"\bdo[opr]_v1_[a-f0-9]{64}\b",
    ),
    (
        "a login of netrc",
        &["machine"],
        r"\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+\S+",
    ),
    (
        "a token of Slack",
        &["xox", "xapp-"],
        r"\b(?:xox[abeprs]-[A-Za-z0-9-]{20,}|xapp-[0-9]-[A-Z0-9]{8,}-[0-9]{8,}-[a-f0-9]{32,})",
    ),
    (
        "a key of Stripe",
        &["k_live_"],
        r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    ),
    (
        "a key of Tailscale",
        &["tskey-"],
        r"\btskey-(?:[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}|[A-Za-z0-9]{20,})",
    ),
    (
        "a token of Vault",
        &["hvb.", "hvs.", "hvr."],
        r"\bhv[bsr]\.[A-Za-z0-9_-]{24,}",
    ),
    (
        "a token of Docker Hub",
        &["dckr_"],
        r"\bdckr_[a-z]+_[A-Za-z0-9_-]{20,}",
    ),
    ("a token of npm", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "a token of PyPI",
        &["pypi-"],
        r"\bpypi-AgEI[A-Za-z0-9_-]{40,}",
    ),
    ("a key of Google", &["aiza"], r"\bAIza[A-Za-z0-9_-]{35}\b"),
    (
        "a key of SendGrid",
        &["sg."],
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}",
    ),
    (
        "a token of a Telegram bot",
        &[":aa"],
        r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}",
    ),
    (
        "a webhook of Discord",
        &["/webhooks/"],
        r"discord(?:app)?\.com/api(?:/v[0-9]+)?/webhooks/[0-9]{16,}/[A-Za-z0-9_-]{50,}",
    ),
    (
        "a webhook of Slack",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    ),
    (
        "a signed token (JWT)",
        &[".eyj"],
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "a token of a Cloudflare tunnel",
        &["eyjhijoi"],
        r"\beyJhIjoi[A-Za-z0-9_=-]{80,}",
    ),
    (
        "logins of registries in base64",
        &["eyjhdxrocyi6"],
        r"\beyJhdXRocyI6[A-Za-z0-9+/=]{20,}",
    ),
    (
        "a join token of K3s",
        &["k10"],
        r#"\bK10[0-9A-Fa-f]{64}::(?:[^\s:"'`<>\\]+:[^\s"'`<>\\,;|&()\[\]{}$*][^\s"'`<>\\,;|&()\[\]{}]*|[a-z0-9]{6}\.[a-z0-9]{16})"#,
    ),
    (
        "an age identity",
        &["age-secret-key-"],
        r"\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,}",
    ),
    (
        "a token of Matrix",
        &["syt_", "syr_", "syl_"],
        r"\bsy[trl]_[A-Za-z0-9+/=_-]{1,200}_[A-Za-z]{20}_[A-Za-z0-9]{6}\b",
    ),
    (
        "a token of Matrix",
        &["mat_", "mar_", "mct_", "mcr_"],
        r"\bm(?:at|ar|ct|cr)_[A-Za-z0-9]{30,}_[A-Za-z0-9]{6}\b",
    ),
    (
        "a token of Grafana",
        &["glc_ey", "glsa_", "eyjrijoi"],
        r"\b(?:glc_eyJ[A-Za-z0-9+/]{30,}={0,2}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}\b|eyJrIjoi[A-Za-z0-9+/]{40,}={0,2})",
    ),
    (
        "a private key in base64",
        &["ls0tls1crudjti"],
        r"\bLS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVkFU|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZBVE|BFTkNSWVBURUQgUFJJVkFU)[A-Za-z0-9+/]{20,}={0,2}",
    ),
    (
        "a token of Cloudflare",
        &["cfut_", "cfat_", "cfk_"],
        r"\bcf(?:ut|at|k)_[A-Za-z0-9]{40,}\b",
    ),
    (
        "a key of Cloudflare",
        &["v1.0-"],
        r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{100,}\b",
    ),
    (
        "a key of Headscale",
        &["hskey-"],
        r"\bhskey-[a-z]+-[A-Za-z0-9_-]{40,}",
    ),
    ("a token of NetBird", &["nbp_"], r"\bnbp_[A-Za-z0-9]{36}\b"),
    (
        "a key of a WireGuard or Tailscale node",
        &["privkey:"],
        r"\bprivkey:[0-9a-f]{64}\b",
    ),
    (
        "a join token of Docker Swarm",
        &["swmtkn-"],
        r"\bSWMTKN-[0-9]-[a-z0-9]{40,}-[a-z0-9]{20,}",
    ),
    (
        "a token of Portainer",
        &["ptr_"],
        r"\bptr_[A-Za-z0-9+/]{43}=",
    ),
    (
        "a key of Backblaze B2",
        &["k00"],
        r"\bK00[0-9][A-Za-z0-9/+]{27}\b",
    ),
    (
        "a token of Google",
        &["gocspx-", "ya29."],
        r"\b(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,})",
    ),
    (
        "a refresh token of Google",
        &["1//0"],
        r"\b1//0[A-Za-z0-9_-]{40,}",
    ),
    (
        "a token of Dropbox",
        &["sl."],
        r"\bsl\.[A-Za-z0-9._-]{100,}",
    ),
    (
        "a secret of Azure",
        &["q~"],
        r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    ),
    (
        "a token of 1Password",
        &["ops_ey"],
        r"\bops_eyJ[A-Za-z0-9+/_-]{100,}={0,2}",
    ),
    (
        "a secret key of 1Password",
        &["a3-"],
        r"\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}\b",
    ),
    (
        "a token of Bitwarden",
        &["0."],
        r"\b0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{20,}={0,2}",
    ),
    (
        "a token of Doppler",
        &["dp."],
        r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}",
    ),
    (
        "a token of Terraform",
        &[".atlasv1."],
        r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}",
    ),
    ("a token of Pulumi", &["pul-"], r"\bpul-[a-f0-9]{40}\b"),
    (
        "a key of Supabase",
        &["sbp_", "sb_secret_"],
        r"\b(?:sbp_[a-f0-9]{40}\b|sb_secret_[A-Za-z0-9_-]{22,})",
    ),
    ("a token of Fly", &["fo1_"], r"\bfo1_[A-Za-z0-9_-]{43}\b"),
    ("a token of Netlify", &["nfp_"], r"\bnfp_[A-Za-z0-9]{36}\b"),
    (
        "a token of Sentry",
        &["sntrys_", "sntryu_"],
        r"\b(?:sntrys_eyJ[A-Za-z0-9+/=_-]{40,}|sntryu_[a-f0-9]{64}\b)",
    ),
    ("a key of New Relic", &["nrak-"], r"\bNRAK-[A-Z0-9]{27}\b"),
    (
        "a token of Notion",
        &["ntn_"],
        r"\bntn_[0-9]{9,}[A-Za-z0-9]{30,}\b",
    ),
    (
        "a token of RubyGems",
        &["rubygems_"],
        r"\brubygems_[a-f0-9]{48}\b",
    ),
    ("a key of Mailgun", &["key-"], r"\bkey-[0-9a-f]{32}\b"),
    (
        "a key of Brevo",
        &["xkeysib-", "xsmtpsib-"],
        r"\bx(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}\b",
    ),
    (
        "a key of Resend",
        &["re_"],
        r"\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}\b",
    ),
    (
        "an API key of OpenRouter",
        &["sk-or-"],
        r"\bsk-or-v1-[a-f0-9]{64}\b",
    ),
    ("an API key of Groq", &["gsk_"], r"\bgsk_[A-Za-z0-9]{48,}\b"),
    ("an API key of xAI", &["xai-"], r"\bxai-[A-Za-z0-9]{70,}\b"),
    (
        "an API key of Perplexity",
        &["pplx-"],
        r"\bpplx-[A-Za-z0-9]{48,}\b",
    ),
    ("a token of Replicate", &["r8_"], r"\br8_[A-Za-z0-9]{37}\b"),
    (
        "a secret of Stripe",
        &["whsec_"],
        r"\bwhsec_[A-Za-z0-9+/]{30,}={0,2}",
    ),
    (
        "a key of Nostr",
        &["nsec1"],
        r"\bnsec1[02-9ac-hj-np-z]{58}\b",
    ),
    (
        "an encrypted token (JWE)",
        &["eyj"],
        r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    ),
];
