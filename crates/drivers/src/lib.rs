//! Drivers: how facts are read and actions are carried out.
