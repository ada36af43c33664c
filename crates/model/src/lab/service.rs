//! Services: what people use, what it needs, what it keeps, how it is reached.

use super::DataClass;
use super::proxy::Proxy;
use super::storage::Dump;
use crate::declare::{Given, Many, Need, Opt, Or, Ref, entity, set, words};
use crate::units::net::Ports;
use crate::units::size::{Churn, Size};
use crate::units::text::{AbsolutePath, HttpUrl, Name, Prose, Url};
use diag::Spanned;
use jiff::civil::Date;
use litemap::LiteMap;

words! {
    /// Whether something is there yet, or still.
    pub enum Status("status", "a status") {
        /// It is in use.
        Running = "running",
        /// It is to come.
        Planned = "planned",
        /// It is gone and kept for the record.
        Retired = "retired",
    }

    /// What the loss of something needed does.
    pub enum Strength("strength", "a strength of need") {
        /// The service fails.
        Hard = "hard",
        /// The service is worse.
        Soft = "soft",
    }

    /// Baseline controls.
    pub enum ControlName("control-name", "a baseline control") {
        /// Transport encryption.
        Tls = "tls",
        /// Single sign-on.
        Sso = "sso",
        /// Roles with different rights.
        Rbac = "rbac",
        /// Its data is backed up.
        Backup = "backup",
        /// Somebody is told when it fails.
        Monitoring = "monitoring",
        /// It is kept up to date.
        Patching = "patching",
        /// More than one factor to log in.
        Mfa = "mfa",
        /// What it does can be looked up.
        Logging = "logging",
    }

    /// How it stands with a control.
    pub enum ControlState("control-state", "a state of a control") {
        /// In place.
        Yes = "yes",
        /// Not in place.
        No = "no",
        /// To come.
        Planned = "planned",
        /// Another service does it.
        Inherited = "inherited",
        /// Makes no sense here.
        NotApplicable = "not-applicable",
    }

    /// Where connections may come from that no network of the lab is.
    pub enum Outside("outside", "'internet', 'any' or 'loopback'") {
        /// The internet.
        Internet = "internet",
        /// Everywhere.
        Any = "any",
        /// The machine itself.
        Loopback = "loopback",
    }
}

/// What a service can need.
pub type Needed = Ref<
    {
        set::SERVICE
            | set::STACK
            | set::MACHINE
            | set::CLUSTER
            | set::POOL
            | set::NETWORK
            | set::DEVICE
            | set::UPLINK
            | set::SUBSCRIPTION
    },
>;

/// What setting something up anew can need: the registry of its images, the repository with its definition or its state, a secret.
pub type RebuildNeed = Ref<
    {
        set::SERVICE
            | set::REPOSITORY
            | set::SECRET
            | set::DATASET
            | set::MACHINE
            | set::CLUSTER
            | set::DEVICE
    },
>;

entity! {
    /// Something that a service needs: a name; `{need: NAME, kind: soft}`; `{all: […]}`; `{any: […]}`; `{of: 2, among: […]}`.
    pub struct Dependency or need {
        /// What is needed.
        need: Opt<Needed>,
        /// What its loss does; hard if nothing is said.
        kind: Opt<Strength>,
        /// All of these are needed.
        all: Vec<Dependency>,
        /// One of these is enough.
        any: Vec<Dependency>,
        /// So many of `among` are needed.
        of: Opt<u32>,
        /// Of which `of` are needed.
        among: Vec<Dependency>,
    }

    /// Where a service runs.
    pub struct Runs {
        /// In this stack.
        stack: Opt<Ref<{ set::STACK }>>,
        /// Under this name in the stack; the service's own if nothing is said.
        service: Opt<Name>,
        /// On this guest.
        guest: Opt<Ref<{ set::GUEST }>>,
        /// On this host.
        host: Opt<Ref<{ set::HOST }>>,
        /// As this systemd unit.
        unit: Opt<String>,
        /// In this cluster.
        cluster: Opt<Ref<{ set::CLUSTER }>>,
        /// On this device.
        device: Opt<Ref<{ set::DEVICE }>>,
    }

    /// A body of data of a service.
    pub struct ServiceData {
        /// The dataset that it is, where that is declared.
        dataset: Opt<Ref<{ set::DATASET }>>,
        /// Directory.
        path: Opt<AbsolutePath>,
        /// Docker volume.
        volume: Opt<Name>,
        /// What a loss would mean.
        class: Opt<DataClass>,
        /// How a consistent copy is had.
        dump: Opt<Dump>,
        /// How much it is.
        size: Opt<Size>,
        /// How much of it changes.
        changes: Opt<Churn>,
        /// The pool it lies on.
        on: Opt<Ref<{ set::POOL }>>,
    }

    /// A justified way to a service.
    pub struct ServiceExposure {
        /// Port.
        port: Need<Ports>,
        /// Where connections may come from.
        from: Opt<Or<Outside, Ref<{ set::NETWORK | set::ZONE }>>>,
        /// The proxy, tunnel or router that lets them in.
        via: Opt<Ref<{ set::SERVICE | set::DEVICE | set::MACHINE }>>,
        /// Host name by which it is reached.
        host: Opt<Name>,
        /// Why.
        why: Opt<Prose>,
        /// Who answers for it.
        owner: Opt<Ref<{ set::PERSON }>>,
        /// When it must be looked at again.
        review: Opt<Date>,
    }

    /// A test that tells whether the service works; a bare text is a URL.
    pub struct Smoke or http needs http | tcp | command: "write '{http: https://wiki.home.arpa/}', '{tcp: 443}' or '{command: …}'" {
        /// This URL answers …
        http: Opt<HttpUrl>,
        /// … with this status; 200 if nothing is said.
        expect: Opt<u32>,
        /// This port takes connections.
        tcp: Opt<Ports>,
        /// This command ends well, in the service's container or on its machine.
        command: Opt<String>,
    }

    /// How it stands with a control; a bare word is the state.
    pub struct Control or is {
        /// The state.
        is: Opt<ControlState>,
        /// Why so.
        why: Opt<Prose>,
        /// The service that does it.
        by: Opt<Ref<{ set::SERVICE }>>,
    }

    /// Memory of a service.
    pub struct ServiceMemory or expected {
        /// What it usually takes.
        expected: Opt<Size>,
        /// What it can take at most.
        limit: Opt<Size>,
    }

    /// What people, or other services, use.
    pub struct Service {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What it is for.
        description: Opt<Prose>,
        /// Its objectives.
        tier: Opt<Ref<{ set::TIER }>>,
        /// Who answers for it.
        owner: Opt<Ref<{ set::PERSON }>>,
        /// Whether it is there; running if nothing is said.
        status: Opt<Status>,
        /// Where it runs; several places if it has replicas.
        runs: Many<Runs>,
        /// What it needs.
        needs: Vec<Dependency>,
        /// What it keeps.
        data: LiteMap<Name, ServiceData>,
        /// Ways in.
        exposures: Vec<ServiceExposure>,
        /// How to tell that it works.
        smoke: Vec<Smoke>,
        /// Baseline controls.
        controls: LiteMap<ControlName, Control>,
        /// Memory.
        memory: Option<ServiceMemory>,
        /// Processors it may take.
        cpu: Opt<String>,
        /// Image, without its tag.
        image: Opt<String>,
        /// Version.
        version: Opt<String>,
        /// Where people find it.
        url: Opt<Url>,
        /// How many people use it.
        users: Opt<u32>,
        /// Paid services that it replaces.
        replaces: Vec<Spanned<Ref<{ set::SUBSCRIPTION }>>>,
        /// What keeps it up to date.
        patched_by: Opt<Ref<{ set::JOB }>>,
        /// Started before and stopped after services of a lower number.
        priority: Opt<u32>,
        /// Secrets that it needs to start.
        secrets: Vec<Spanned<Ref<{ set::SECRET }>>>,
        /// It is a reverse proxy, and this is how it says what it routes.
        proxy: Option<Proxy>,
        /// What must be there to set it up anew, beyond what it needs to run.
        rebuild_needs: Vec<Spanned<RebuildNeed>>,
    }
}

impl Service {
    /// The first place where it runs.
    pub fn runs_on(&self) -> Option<&Runs> {
        self.runs.first()
    }

    /// It is not planned and not retired.
    pub fn is_running(&self) -> bool {
        let status = self.status.as_deref().and_then(Given::value);
        status.is_none_or(|s| *s == Status::Running)
    }
}
