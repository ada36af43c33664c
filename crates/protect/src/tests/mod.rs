//! Planning, promises and evidence on a small lab.

mod doubt;
mod evidence;
mod guests;
mod planning;
mod promises;
