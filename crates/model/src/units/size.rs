//! Sizes and rates of data.

use super::quantity::quantity;

quantity! {
    /// A number of bytes. Decimal units (`512GB` is 512 × 10⁹, as on a disk's label) and binary ones (`16GiB` is 16 × 2³⁰, as of
    /// memory) are kept apart.
    Size("size", "a size such as 16GiB or 512GB", ["16GiB", "512GB", "1.8TB"]) rounded,
    /// Number of bytes, the nearest whole one: data sheets and `zpool list` round, so `3.1TiB` is no mistake.
    fn bytes -> u64,
    {
        "B" = 1,
        "kB" = 1_000, "KB" = 1_000, "MB" = 1_000_000, "GB" = 1_000_000_000, "TB" = 1_000_000_000_000, "PB" = 1_000_000_000_000_000,
        "KiB" = 1 << 10, "MiB" = 1 << 20, "GiB" = 1 << 30, "TiB" = 1 << 40, "PiB" = 1 << 50,
    }
}

quantity! {
    /// Data per second: bits as links are sold (`250Mbit/s`), or bytes as disks are measured (`100MB/s`).
    Rate("rate", "a rate such as 250Mbit/s, 2.5Gbit/s or 100MB/s", ["250Mbit/s", "2.5Gbit/s", "100MB/s"]) unsigned,
    /// Exact number of bits per second.
    fn bits_per_second -> u64,
    {
        "bit/s" = 1, "kbit/s" = 1_000, "Mbit/s" = 1_000_000, "Gbit/s" = 1_000_000_000,
        "B/s" = 8, "kB/s" = 8_000, "MB/s" = 8_000_000, "GB/s" = 8_000_000_000,
        "KiB/s" = 8 << 10, "MiB/s" = 8 << 20, "GiB/s" = 8 << 30,
    }
}

quantity! {
    /// Data written or changed per day, `10GB/day`: what a backup has to carry and how fast a pool fills.
    Churn("churn", "an amount of data per day such as 10GB/day", ["10GB/day", "500MB/day"]) rounded,
    /// Number of bytes per day, the nearest whole one.
    fn bytes_per_day -> u64,
    {
        "B/day" = 1, "kB/day" = 1_000, "MB/day" = 1_000_000, "GB/day" = 1_000_000_000, "TB/day" = 1_000_000_000_000,
        "KiB/day" = 1 << 10, "MiB/day" = 1 << 20, "GiB/day" = 1 << 30, "TiB/day" = 1 << 40,
    }
}
