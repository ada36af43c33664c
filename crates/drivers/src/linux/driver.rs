//! The driver of Linux hosts: renders an order, sends it in one go, reads the answer.

use super::access;
use super::act::{self, reply};
use super::observe::{authorized_keys, observe};
use super::script::{Frame, Script, segment};
use super::transport::{Completed, RunOptions, Transport, TransportError};
use jiff::Timestamp;
use model::fact::{NativeIdentity, Scope, TargetFacts};
use model::id::ObjectRef;
use model::realm::{Realm, RealmTag};
use model::run::Output;
use model::secret::{Redactor, Secret};
use plan::driver::{AccessOrder, ActError, Driver, Maturity, Order, Properties, Refusal, Ticket};
use reading::told::SecretSource;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a complete observation may take.
const OBSERVE: Duration = Duration::from_secs(120);
/// How long an order waits for another one on the same target, in seconds.
const PATIENCE: &str = "20";

/// A Linux host of realm `R`.
pub struct LinuxDriver<R: RealmTag> {
    tag: R,
    target: ObjectRef,
    transport: Transport,
    enrolled: Option<NativeIdentity>,
    secrets: SecretSource,
    redactor: Redactor,
    patience: Duration,
}

impl<R: RealmTag> LinuxDriver<R> {
    /// A driver for `target`, reached by `transport`. Without an enrolled identity it only observes. What it observes of
    /// free text is hidden by `redactor`.
    pub fn new(
        tag: R,
        target: ObjectRef,
        transport: Transport,
        enrolled: Option<NativeIdentity>,
        secrets: SecretSource,
        redactor: Redactor,
    ) -> Self {
        Self {
            tag,
            target,
            transport,
            enrolled,
            secrets,
            redactor,
            patience: OBSERVE,
        }
    }

    /// How long a complete observation may take; two minutes if nothing is said.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Reads who the target is, marks it as belonging to this driver's realm, and remembers its identity. The caller has asked
    /// a person whether this is the right machine.
    ///
    /// # Errors
    /// Refused if the target is marked as another realm's; otherwise as [`Driver::act`].
    pub fn enrol(&mut self, marker: &Realm) -> Result<NativeIdentity, ActError> {
        let own = self.tag.realm();
        if *marker != own {
            return Err(self.refused(Refusal::WrongIdentity {
                target: self.target.clone(),
                what: "realm marker".to_owned(),
                enrolled: own.to_string(),
                found: marker.to_string(),
            }));
        }
        let script = Script::new(act::ENROL)
            .functions(act::FILES)
            .value("HF_MARKER", &own.to_string())
            .finish(Frame::Stranger);
        let output = self.send(
            "enrolling",
            &script,
            RunOptions::new(Duration::from_secs(60)),
            &[],
        )?;
        let text = |name: &str| {
            let value = output.values.get(name).and_then(|v| v.as_text());
            value.unwrap_or_default().to_owned()
        };
        let identity = NativeIdentity {
            machine_id: text("machine-id"),
            host_key: text("host-key"),
            realm_marker: Some(own.to_string()),
        };
        self.enrolled = Some(identity.clone());
        Ok(identity)
    }

    /// Whole lines of authorised keys by `ACCOUNT/FINGERPRINT`, to be declared; facts have but their fingerprints.
    ///
    /// # Errors
    /// Why the host did not tell.
    pub fn authorized_keys(&self) -> Result<BTreeMap<String, String>, String> {
        authorized_keys(&self.transport, self.patience)
    }

    fn refused(&self, refusal: Refusal) -> ActError {
        ActError::Refused(refusal)
    }

    /// The enrolled identity, if it belongs to this driver's realm.
    fn identity(&self) -> Result<&NativeIdentity, Refusal> {
        let target = || self.target.clone();
        let enrolled = self.enrolled.as_ref();
        let enrolled = enrolled.ok_or_else(|| Refusal::NotEnrolled { target: target() })?;
        let own = self.tag.realm();
        let fits = match (&own, &enrolled.realm_marker) {
            (Realm::Real, None) => true,
            (own, marker) => marker.as_deref() == Some(own.to_string().as_str()),
        };
        if fits {
            Ok(enrolled)
        } else {
            Err(Refusal::WrongIdentity {
                target: target(),
                what: "realm marker".to_owned(),
                enrolled: enrolled.realm_marker.clone().unwrap_or("none".to_owned()),
                found: own.to_string(),
            })
        }
    }

    /// Adds who acts and on whom.
    fn addressed(&self, script: Script, ticket: &Ticket, order: &str) -> Result<Script, Refusal> {
        let identity = self.identity()?;
        for text in [&ticket.controller.0, &ticket.run.0, &ticket.step.0] {
            if text.is_empty() || text.chars().any(char::is_control) {
                return Err(Refusal::Invalid(
                    "a ticket's name is empty or not one line".to_owned(),
                ));
            }
        }
        Ok(script
            .value("HF_MACHINE_ID", &identity.machine_id)
            .value("HF_HOST_KEY", &identity.host_key)
            .value(
                "HF_MARKER",
                identity.realm_marker.as_deref().unwrap_or_default(),
            )
            .value("HF_REALM", &self.tag.realm().to_string())
            .value("HF_CONTROLLER", &ticket.controller.0)
            .value("HF_EPOCH", &ticket.epoch.to_string())
            .value("HF_RUN", &segment(&ticket.run.0))
            .value("HF_STEP", &ticket.step.0)
            .value("HF_STEP_DIR", &segment(&ticket.step.0))
            .value("HF_PATIENCE", PATIENCE)
            .value("HF_ORDER", order))
    }

    fn send(
        &self,
        command: &str,
        script: &Secret,
        options: RunOptions,
        secrets: &[&Secret],
    ) -> Result<Output, ActError> {
        let Completed {
            stdout,
            stderr,
            status,
            ..
        } = self
            .transport
            .run(script.expose().as_bytes(), options)
            .map_err(|error| self.unanswered(command, &error))?;
        reply::read(&self.target, command, &stdout, &stderr, status, secrets)
    }

    fn unanswered(&self, command: &str, error: &TransportError) -> ActError {
        ActError::Unreachable {
            target: self.target.clone(),
            message: format!("{command}: {error}"),
        }
    }

    fn lease(&self, ticket: &Ticket, script: Script) -> Result<Output, ActError> {
        let script = self
            .addressed(script, ticket, "lease")
            .map_err(|r| self.refused(r))?;
        let options = RunOptions::new(Duration::from_secs(60));
        self.send("the lease", &script.finish(Frame::Lease), options, &[])
    }

    fn step(&self, ticket: &Ticket, order: &Order<'_>) -> Result<Output, ActError> {
        let options = RunOptions::new(act::patience(order));
        let refuse = |r| self.refused(r);
        match order {
            Order::TakeLease { ttl } => {
                if ttl.0 < 1 {
                    return Err(refuse(Refusal::Invalid(format!("a lease for {ttl}"))));
                }
                let ttl = ttl.0.to_string();
                self.lease(ticket, Script::new("hf_lease_take").value("HF_TTL", &ttl))
            }
            Order::ReleaseLease => self.lease(ticket, Script::new("hf_lease_release")),
            Order::Do(action) => {
                // Refused before any secret is obtained.
                self.identity().map_err(refuse)?;
                let secret = act::secret_of(action).map(|reference| (self.secrets)(reference));
                let secret = secret.transpose().map_err(|why| {
                    refuse(Refusal::Invalid(format!(
                        "the secret cannot be obtained: {why}"
                    )))
                })?;
                let script = act::script(action, secret.as_ref()).map_err(refuse)?;
                let script = self.addressed(script, ticket, "do").map_err(refuse)?;
                let known: Vec<&Secret> = secret.iter().collect();
                self.send(
                    &act::describe(action),
                    &script.finish(Frame::Step),
                    options,
                    &known,
                )
            }
            Order::Access(AccessOrder::Test { nonce, timeout }) => self.test(
                ticket,
                *nonce,
                Duration::from_secs(timeout.0.max(1).unsigned_abs()),
            ),
            Order::Access(order) => {
                let script = access::script(order).map_err(refuse)?;
                let name = access::name(order);
                let script = self.addressed(script, ticket, name).map_err(refuse)?;
                let frame = match order {
                    AccessOrder::Status => Frame::Look,
                    _ => Frame::Step,
                };
                self.send(
                    &format!("access {name}"),
                    &script.finish(frame),
                    options,
                    &[],
                )
            }
        }
    }

    /// A connection of its own, whole authentication, and the nonce read back through it. Any doubt is a failure.
    fn test(
        &self,
        ticket: &Ticket,
        nonce: Option<&str>,
        limit: Duration,
    ) -> Result<Output, ActError> {
        let order = AccessOrder::Test {
            nonce,
            timeout: model::units::Seconds(1),
        };
        let script = access::script(&order)
            .and_then(|script| self.addressed(script, ticket, "test"))
            .map_err(|r| self.refused(r))?;
        let options = RunOptions::new(limit).fresh();
        let output = self.send("access test", &script.finish(Frame::Look), options, &[])?;
        let found = output.values.get("nonce").and_then(|v| v.as_text());
        match nonce {
            Some(nonce) if nonce.is_empty() || found != Some(nonce) => Err(ActError::Failed {
                target: self.target.clone(),
                command: "access test".to_owned(),
                message: "the nonce that the change wrote was not found there".to_owned(),
            }),
            _ => Ok(output),
        }
    }
}

impl<R: RealmTag> Driver<R> for LinuxDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        let target = self.target.clone();
        observe(
            &self.transport,
            target,
            scope,
            now,
            self.patience,
            &self.redactor,
        )
    }

    fn act(&mut self, ticket: &Ticket, order: &Order<'_>) -> Result<Output, ActError> {
        self.step(ticket, order)
    }

    fn properties(&self) -> Properties {
        Properties {
            name: "linux".to_owned(),
            target: self.target.clone(),
            maturity: Maturity::Real,
            holds_revert: true,
        }
    }
}
