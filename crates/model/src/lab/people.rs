//! People, what they may, and the secrets they hold.

use crate::declare::{Need, Opt, OptExt as _, Ref, entity, set, words};
use crate::secret::SecretRef;
use crate::units::duration::{Duration, Effort};
use crate::units::text::{Mail, Name, Prose};
use diag::Spanned;
use jiff::civil::Date;
use litemap::LiteMap;

words! {
    /// Where a secret is kept.
    pub enum SecretStore("secret-store", "a place for secrets") {
        /// A SOPS file.
        Sops = "sops",
        /// A file that is encrypted with age.
        Age = "age",
        /// A file.
        File = "file",
        /// An environment variable.
        Environment = "environment",
        /// A command's output.
        Command = "command",
        /// A password manager.
        Vaultwarden = "vaultwarden",
        /// A server that hands secrets out to programs.
        Vault = "vault",
        /// Paper.
        Paper = "paper",
        /// A hardware token.
        Token = "token",
    }

    /// What somebody may do.
    pub enum AccessLevel("access-level", "a level of access") {
        /// Everything, as the superuser.
        Root = "root",
        /// Everything, in the product's own terms.
        Admin = "admin",
        /// Use it.
        User = "user",
        /// Look at it.
        Viewer = "viewer",
    }

    /// How somebody gets in.
    pub enum AccessWay("access-way", "a way in") {
        /// SSH key.
        SshKey = "ssh-key",
        /// Password.
        Password = "password",
        /// Single sign-on.
        Sso = "sso",
        /// VPN.
        Vpn = "vpn",
        /// Keyboard and screen.
        Console = "console",
    }
}

entity! {
    /// What a person's time goes to.
    pub struct Work or hours {
        /// How much, or how much at least.
        hours: Opt<Effort>,
        /// How much at most.
        most: Opt<Effort>,
        /// Hours set aside for it in a month, a whole number. Beside `hours` the two have to agree; a month has 52/12 weeks.
        monthly: Opt<u32>,
    }

    /// Who uses or runs the lab.
    pub struct Person {
        /// The name he or she had before.
        was: Option<Spanned<Name>>,
        /// What he or she does.
        role: Opt<String>,
        /// Time for the lab, `9h/week`.
        hours: Opt<Effort>,
        /// What that time goes to.
        work: LiteMap<Name, Work>,
        /// Can be called at any time.
        on_call: Opt<bool>,
        /// Until he or she begins to work on a fault.
        response: Opt<Duration>,
        /// Mail address.
        mail: Opt<Mail>,
        /// Runs the lab.
        admin: Opt<bool>,
        /// Lives with the lab.
        household: Opt<bool>,
    }

    /// Who may get in where.
    pub struct Access {
        /// Who.
        who: Need<Ref<{ set::PERSON }>>,
        /// To what.
        to: Vec<Spanned<Ref<{ set::MACHINE | set::CLUSTER | set::SERVICE | set::DEVICE | set::REPOSITORY | set::SITE }>>>,
        /// As what.
        r#as: Opt<AccessLevel>,
        /// How.
        how: Opt<AccessWay>,
        /// With more than one factor.
        mfa: Opt<bool>,
        /// Until when.
        until: Opt<Date>,
        /// Why.
        why: Opt<Prose>,
    }

    /// A secret: where it is kept and who holds it. The secret itself is never in the lab tree.
    pub struct SecretEntry {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// Where it is kept.
        r#in: Need<SecretStore>,
        /// Where exactly: the path, the entry, the drawer.
        place: Opt<String>,
        /// How Holdfast gets it, if it may.
        from: Option<Spanned<SecretRef>>,
        /// What keeps it, if something of the lab does: the password manager, the machine with the file.
        held_by: Opt<Ref<{ set::SERVICE | set::MACHINE | set::DEVICE | set::CLUSTER | set::REPOSITORY }>>,
        /// Who can get at it.
        holders: Vec<Spanned<Ref<{ set::PERSON }>>>,
        /// What it opens.
        opens: Vec<Spanned<Ref<{ set::REPOSITORY | set::MACHINE | set::SERVICE | set::DEVICE | set::POOL | set::CLUSTER }>>>,
        /// How it is had when the lab is gone.
        escrow: Opt<Prose>,
        /// When it was last changed.
        rotated: Opt<Date>,
        /// How often it is changed.
        rotate_every: Opt<Duration>,
    }
}

impl Person {
    /// Works on the lab: everybody but those who only live with it.
    pub fn is_staff(&self) -> bool {
        let yes = |given: &Opt<bool>| given.known() == Some(&true);
        !yes(&self.household) || yes(&self.admin) || yes(&self.on_call)
    }
}
