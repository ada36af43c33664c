//! A twin host with a driver on it, and what the tests look at through the console.

use drivers::linux::LinuxDriver;
use drivers::linux::transport::{SshOptions, SshTransport, Transport};
use model::fact::NativeIdentity;
use model::id::{ControllerId, Kind, ObjectRef, RunId, StepId};
use model::plan::{AccessChange, Action};
use model::realm::{Realm, Twin};
use model::run::Output;
use model::secret::{Redactor, Secret, SecretRef};
use model::units::Seconds;
use plan::driver::{AccessOrder, ActError, Driver, Order, Ticket};
use std::time::{Duration, Instant};
use testkit::host::{OWNER, TestHost};

pub(crate) const NONCE: &str = "n-5f0e1d";

pub(crate) struct Rig {
    pub(crate) host: TestHost,
    pub(crate) driver: LinuxDriver<Twin>,
    pub(crate) ticket: Ticket,
}

pub(crate) fn ticket(controller: &str, epoch: u64, run: &str, step: &str) -> Ticket {
    Ticket {
        controller: ControllerId(controller.to_owned()),
        epoch,
        run: RunId(run.to_owned()),
        step: StepId(step.to_owned()),
    }
}

pub(crate) fn driver(host: &TestHost, enrolled: Option<NativeIdentity>) -> LinuxDriver<Twin> {
    driver_of(Twin::new(OWNER), host, enrolled)
}

/// A driver of this realm.
pub(crate) fn driver_of(
    realm: Twin,
    host: &TestHost,
    enrolled: Option<NativeIdentity>,
) -> LinuxDriver<Twin> {
    driver_to(None, None, realm, host, enrolled)
}

/// A driver that logs in as this user, else as the one of the configuration.
pub(crate) fn driver_as(user: Option<&str>, host: &TestHost) -> LinuxDriver<Twin> {
    driver_to(user, None, Twin::new(OWNER), host, None)
}

/// A driver that connects to this port of the host, as this user.
pub(crate) fn driver_to(
    user: Option<&str>,
    port: Option<u16>,
    realm: Twin,
    host: &TestHost,
    enrolled: Option<NativeIdentity>,
) -> LinuxDriver<Twin> {
    let transport = SshTransport::new(SshOptions {
        destination: host.name().to_owned(),
        user: user.map(str::to_owned),
        port,
        config_file: Some(host.ssh_config()),
        isolate: true,
    })
    .unwrap();
    LinuxDriver::new(
        realm,
        ObjectRef::new(Kind::Host, "web"),
        Transport::Ssh(transport),
        enrolled,
        Box::new(|reference| match reference {
            SecretRef::Env(name) => Ok(Secret::new(format!("secret-of-{name}"))),
            _ => Err("no such secret".to_owned()),
        }),
        Redactor::new([7; 32]),
    )
}

impl Rig {
    /// A fresh host, enrolled, with the lease taken.
    pub(crate) fn new() -> Self {
        Self::on(TestHost::fresh())
    }

    pub(crate) fn on(host: TestHost) -> Self {
        let mut driver = driver(&host, None);
        driver.enrol(&Realm::Twin(OWNER.to_owned())).unwrap();
        let ticket = ticket("c1", 1, "20261121T034500Z-0001", "web/x");
        let mut rig = Self {
            host,
            driver,
            ticket,
        };
        rig.order(&Order::TakeLease { ttl: Seconds(600) }).unwrap();
        rig
    }

    pub(crate) fn order(&mut self, order: &Order<'_>) -> Result<Output, ActError> {
        self.driver.act(&self.ticket, order)
    }

    /// The same rig as another step.
    pub(crate) fn step(&mut self, step: &str) -> &mut Self {
        self.ticket.step = StepId(step.to_owned());
        self
    }

    pub(crate) fn act(&mut self, action: &Action) -> Result<Output, ActError> {
        self.order(&Order::Do(action))
    }

    pub(crate) fn access(&mut self, order: AccessOrder<'_>) -> Result<Output, ActError> {
        self.order(&Order::Access(order))
    }

    pub(crate) fn arm(&mut self, change: &AccessChange, after: i64) -> Result<Output, ActError> {
        self.access(AccessOrder::Arm {
            change,
            revert_after: Seconds(after),
        })
    }

    pub(crate) fn live(&mut self, change: &AccessChange) -> Result<Output, ActError> {
        self.access(AccessOrder::Live {
            change,
            nonce: NONCE,
        })
    }

    pub(crate) fn test(&mut self, nonce: Option<&str>) -> Result<Output, ActError> {
        self.access(AccessOrder::Test {
            nonce,
            timeout: Seconds(3),
        })
    }

    /// Arm, live, test, persist, test, disarm: as the engine does it.
    pub(crate) fn commit(&mut self, change: &AccessChange) -> Result<(), ActError> {
        self.test(None)?;
        self.arm(change, 60)?;
        self.live(change)?;
        self.test(Some(NONCE))?;
        self.access(AccessOrder::Persist { change })?;
        self.test(Some(NONCE))?;
        self.access(AccessOrder::Disarm).map(drop)
    }

    /// Sends `order` and has the console kill every process that holds descriptor `fd` open on `lock`, so long after the first one
    /// took it: the death of the target's session in the middle of an order.
    pub(crate) fn killed(
        &mut self,
        order: &Order<'_>,
        fd: u8,
        lock: &str,
        after: Duration,
    ) -> Result<Output, ActError> {
        let holders = format!(
            "holders() {{ ls -l /proc/[0-9]*/fd/{fd} 2>/dev/null | grep -F -- '-> {lock}' | sed 's|.*/proc/\\([0-9]*\\)/fd/.*|\\1|'; }}\n\
             touch /run/watching; n=0; until [ -n \"$(holders)\" ]; do n=$((n + 1)); [ $n -lt 4000 ] || exit 0; done\n\
             sleep {:.3}; kill -9 $(holders) 2>/dev/null || :",
            after.as_secs_f64()
        );
        let (host, driver, ticket) = (&self.host, &mut self.driver, &self.ticket);
        std::thread::scope(|scope| {
            let killer = scope.spawn(|| host.exec_sh(&holders));
            while host.exec_sh("rm /run/watching").is_err() {}
            let result = driver.act(ticket, order);
            let _ = killer.join();
            result
        })
    }

    pub(crate) fn sh(&self, script: &str) -> String {
        self.host.exec_sh(script).unwrap()
    }

    /// The state file, through the console.
    pub(crate) fn state(&self) -> String {
        self.sh("cat /var/lib/holdfast/revert/state 2>/dev/null || echo idle")
    }

    pub(crate) fn wait_state(&self, wanted: &str, limit: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let state = self.state();
            if state == wanted {
                return begun.elapsed();
            }
            assert!(
                begun.elapsed() < limit,
                "{state} instead of {wanted} after {limit:?}:\n{}",
                self.sh("systemctl status holdfast-revert.service 2>&1; journalctl -u 'holdfast*' 2>&1 | tail -30; cat /var/lib/holdfast/revert/order || :")
            );
            // tidy: allowed because a condition is asked again until its deadline, not waited out.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Everything that an access change may touch, as text.
    pub(crate) fn world(&self) -> String {
        self.sh(
            "for f in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/* /home/admin/.ssh /home/admin/.ssh/* \
             /etc/holdfast/nft/* /etc/holdfast/route /etc/systemd/system/holdfast* /etc/systemd/system/*.wants/holdfast*; do\n\
             if [ -e \"$f\" ] || [ -L \"$f\" ]; then stat -c '%N %a %u:%g' \"$f\"; [ ! -f \"$f\" ] || sha256sum < \"$f\"; fi; done\n\
             nft -s list ruleset; ip route show default; sshd -T | sha256sum; systemctl is-active ssh; systemctl is-enabled ssh\n\
             ss -Hlnt sport = :22 or sport = :2222 | awk '{print $4}' | sort; \
             find / -xdev -name '*.holdfast-tmp' -not -path '/proc/*'",
        )
    }
}
