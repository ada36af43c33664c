//! Planning, promises and evidence on a small lab.

mod doubt;
mod evidence;
mod planning;
mod promises;
