//! What was asked for in one round, and what came.

use crate::client::Client;
use model::kleene::Reason;
use reading::https::ApiError;
use serde_json::Value;
use std::collections::BTreeMap;

/// Answers by the path that was asked for.
pub(crate) struct Answers(BTreeMap<String, Result<Value, ApiError>>);

impl Answers {
    pub(crate) fn ask(client: &Client, paths: Vec<String>) -> Self {
        let answers = client.all(&paths);
        Self(paths.into_iter().zip(answers).collect())
    }

    /// As if they had come.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(told: [(String, Result<Value, ApiError>); N]) -> Self {
        Self(BTreeMap::from(told))
    }

    /// Takes over later ones.
    pub(crate) fn add(&mut self, more: Answers) {
        self.0.extend(more.0);
    }

    /// The answer, or why there is none in words for people.
    pub(crate) fn get(&self, path: &str) -> Result<&Value, Reason> {
        match self.0.get(path) {
            Some(Ok(value)) => Ok(value),
            Some(Err(why)) => Err(Reason::new(format!("{}: {why}", place(path)))),
            None => Err(Reason::new(format!("{} was not asked for", place(path)))),
        }
    }

    /// The token lacks the right to ask this.
    pub(crate) fn is_forbidden(&self, path: &str) -> bool {
        matches!(self.0.get(path), Some(Err(why)) if why.is_forbidden())
    }
}

/// A path without its query.
pub(crate) fn place(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}
