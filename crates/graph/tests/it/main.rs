//! Tests of what follows from a declaration, where it can be held against something simpler.

mod packing;
