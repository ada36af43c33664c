//! Repositories, dumps, restores and drills, rendered as plans.
