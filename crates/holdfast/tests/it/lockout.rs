//! lockout
