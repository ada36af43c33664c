//! What is measured of a lab: the figures that follow from its declaration, and those that only somebody can say.

use crate::declare::words;

words! {
    /// A figure of the lab, or of the part of it that a claim is about.
    pub enum Measure("measure", "a metric") {
        /// Memory of all hosts, of the members of a cluster, or of one machine.
        TotalMemory = "total-memory",
        /// Memory that the guests have been given.
        ReservedMemory = "reserved-memory",
        /// Memory in use; said, not computed.
        UsedMemory = "used-memory",
        /// Memory that is left; said, not computed.
        FreeMemory = "free-memory",
        /// Used memory as a share of all memory; computed from the two, where they are claimed.
        MemoryUsage = "memory-usage",
        /// Growth of memory in use, per year; said, not computed.
        MemoryGrowth = "memory-growth",
        /// Processor cores.
        Cores = "cores",
        /// Processor threads.
        Threads = "threads",
        /// Virtual processors that the guests have been given.
        ReservedCores = "reserved-cores",
        /// Cores in use; said, not computed.
        UsedCores = "used-cores",
        /// Cores that are left; said, not computed.
        FreeCores = "free-cores",
        /// Used cores as a share of all; computed from the two, where they are claimed.
        CoreUsage = "core-usage",
        /// Growth of cores in use, per year; said, not computed.
        CoreGrowth = "core-growth",
        /// Disks, or the devices of a pool.
        RawStorage = "raw-storage",
        /// What can be used of the pools.
        UsableStorage = "usable-storage",
        /// Disks of guests.
        ReservedStorage = "reserved-storage",
        /// What is used of the pools.
        UsedStorage = "used-storage",
        /// Storage that is left; said, not computed.
        FreeStorage = "free-storage",
        /// Used storage as a share of all; computed from the two, where they are claimed.
        StorageUsage = "storage-usage",
        /// Growth of storage in use, per year; said, not computed.
        StorageGrowth = "storage-growth",
        /// Rate of the network; said, not computed.
        Bandwidth = "bandwidth",
        /// Rate in use; said, not computed.
        UsedBandwidth = "used-bandwidth",
        /// Rate that is left; said, not computed.
        FreeBandwidth = "free-bandwidth",
        /// Used rate as a share of all; computed from the two, where they are claimed.
        BandwidthUsage = "bandwidth-usage",
        /// Growth of the rate in use, per year; said, not computed.
        BandwidthGrowth = "bandwidth-growth",
        /// Number of hosts; of members, for a cluster.
        Hosts = "hosts",
        /// Number of guests that are no templates.
        Guests = "guests",
        /// Number of services that are running.
        Services = "services",
        /// Number of stacks.
        Stacks = "stacks",
        /// Number of disks.
        Disks = "disks",
        /// Number of devices that are no hosts.
        Devices = "devices",
        /// Number of networks.
        Networks = "networks",
        /// Number of places.
        Sites = "sites",
        /// Number of datasets.
        Datasets = "datasets",
        /// Number of repositories.
        Repositories = "repositories",
        /// Number of people who run the lab.
        People = "people",
        /// Members of a cluster's control plane.
        Masters = "masters",
        /// Members of a cluster that run workloads.
        Workers = "workers",
        /// What hosts and devices draw on average.
        Power = "power",
        /// Electricity in a year.
        Energy = "energy-per-year",
        /// Work per week, of all people.
        HoursPerWeek = "hours-per-week",
        /// Work per month, of all people.
        HoursPerMonth = "hours-per-month",
        /// What is paid once.
        OneTimeCost = "one-time-cost",
        /// What is paid per month; with `over`, what is paid once is spread over that time.
        MonthlyCost = "monthly-cost",
        /// What is paid per year.
        YearlyCost = "yearly-cost",
        /// What is paid once, and what is paid again and again `over` a time.
        TotalCost = "total-cost",
        /// What the subscriptions that the lab replaces would cost.
        ReplacedCost = "replaced-cost",
        /// What is saved `over` a time: replaced subscriptions less all that is paid.
        Savings = "savings",
        /// When what is saved exceeds what was paid.
        BreakEven = "break-even",
        /// Electricity at the average power and the price of the site.
        ElectricityCost = "electricity-cost",
        /// The share of time that it works; said or measured, not computed.
        Uptime = "uptime",
    }
}
