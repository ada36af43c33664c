//! Ledger, journal, ownership and identity on disk.
