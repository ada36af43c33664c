//! Power, energy, temperature and frequency.

use super::quantity::quantity;

quantity! {
    /// Electrical power, `150W`.
    Power("power", "a power such as 150W or 1.5kW", ["150W", "1.5kW"]) unsigned,
    /// Exact number of milliwatts.
    fn milliwatts -> u64,
    { "W" = 1_000, "kW" = 1_000_000, "mW" = 1 }
}

quantity! {
    /// Apparent power, `1500VA`: what UPSs are sold by; the real power is less.
    Apparent("apparent-power", "an apparent power such as 1500VA", ["1500VA", "1.5kVA"]) unsigned,
    /// Exact number of millivolt-amperes.
    fn millivoltamperes -> u64,
    { "VA" = 1_000, "kVA" = 1_000_000 }
}

quantity! {
    /// Energy, `600Wh`.
    Energy("energy", "an energy such as 600Wh or 1.2kWh", ["600Wh", "1.2kWh"]) unsigned,
    /// Exact number of milliwatt-hours.
    fn milliwatt_hours -> u64,
    { "Wh" = 1_000, "kWh" = 1_000_000 }
}

quantity! {
    /// Temperature in degrees Celsius, `75°C`.
    Temperature("temperature", "a temperature such as 75°C", ["75°C", "-5°C"]) signed,
    /// Exact number of thousandths of a degree.
    fn millidegrees -> i64,
    { "°C" = 1_000, "C" = 1_000 }
}

quantity! {
    /// Frequency, `3200MHz`.
    Frequency("frequency", "a frequency such as 3200MHz or 3.6GHz", ["3200MHz", "3.6GHz"]) unsigned,
    /// Exact number of hertz.
    fn hertz -> u64,
    { "Hz" = 1, "kHz" = 1_000, "MHz" = 1_000_000, "GHz" = 1_000_000_000 }
}
