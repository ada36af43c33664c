//! The lab as tables: what is declared, said in rows for terminals, pages and programs.
//!
//! A view decides nothing and looks at nothing but the declaration; each cell says how its text is known.

mod assets;
mod backups;
mod cell;
mod costs;
pub mod diagram;
mod exposures;
mod guests;
mod hosts;
mod networks;
mod services;
mod sheet;
mod size;
mod storage;
mod summary;
mod topic;

pub use cell::{Cell, How};
pub use sheet::Sheet;
pub use topic::{Topic, sheets};
