//! Planning, promises and evidence on a small lab.

mod evidence;
mod planning;
mod promises;
