//! The lab as tables: what is declared, said in rows for terminals, pages and programs.
//!
//! A view decides nothing and looks at nothing but the declaration; each cell says how its text is known.

mod alerts;
mod assets;
mod backups;
mod cables;
mod cell;
mod controls;
mod costs;
pub mod diagram;
mod documents;
mod exposures;
mod flows;
pub mod goals;
mod guests;
mod hosts;
mod labels;
mod networks;
mod people;
mod planned;
mod ports;
mod secrets;
mod services;
mod sheet;
mod size;
mod stacks;
mod storage;
mod summary;
mod topic;

pub use assets::{Due, dues};
pub use cell::{Cell, How};
pub use labels::{KINDS as LABEL_KINDS, Label, Paper, labels};
pub use sheet::Sheet;
pub use topic::{Input, Topic, sheets};
