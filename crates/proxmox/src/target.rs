//! Where an API is, and as whom it is asked.

use crate::client::{Client, Product};
use model::id::ObjectRef;
use model::secret::SecretRef;
use reading::https::ApiError;
use reading::https::Limits;
use reading::https::Trust;
use reading::told::SecretSource;

/// Where an API is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct ApiTarget {
    /// The cluster, host or guest.
    pub object: ObjectRef,
    /// `https://HOST[:PORT]`.
    pub url: String,
    /// `USER@REALM!TOKEN`.
    pub token: String,
    /// Where the token's secret is had.
    pub secret: SecretRef,
    /// Who may answer.
    pub trust: Trust,
}

impl ApiTarget {
    /// A connection for one observation.
    pub(crate) fn client(
        &self,
        product: Product,
        secrets: &SecretSource,
        limits: Limits,
    ) -> Result<Client, ApiError> {
        let secret = secrets(&self.secret).map_err(|why| {
            ApiError::Setup(format!("the token's secret cannot be obtained: {why}"))
        })?;
        Client::new(product, &self.url, &self.token, secret, &self.trust, limits)
    }
}
