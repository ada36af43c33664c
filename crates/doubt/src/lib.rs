//! What rules cannot judge, said once for all of them: findings that may rest on what could not be read ([`unread`]), and questions that
//! nobody can answer where a value is declared not to be known ([`open`]). Rules are known here by their ids; the rules know nothing of it.

mod narrow;
pub mod open;
pub mod unread;
