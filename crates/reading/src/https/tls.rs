//! Whom to trust: one certificate by its fingerprint, or those that one authority signed. Without either there is no TLS, and that has to be
//! said: there is no way to trust whatever certificate comes.

use super::error::ApiError;
use model::lab::api::Fingerprint;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

/// Who may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Whoever has the key of the certificate with this fingerprint, under any name.
    Fingerprint(Fingerprint),
    /// Whoever has a certificate for the name or address in the URL, signed by one of these (PEM).
    Authority(String),
    /// Whoever answers, in clear text, because the declaration says so.
    Clear,
}

/// The fingerprint that answered last.
pub(super) type Met = Arc<Mutex<Option<Fingerprint>>>;

/// The client's side of TLS, if there is to be any; `met` is filled by each handshake.
pub(super) fn config(trust: &Trust, met: &Met) -> Result<Option<Arc<ClientConfig>>, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder
        .with_safe_default_protocol_versions()
        .map_err(setup)?;
    let inner = match trust {
        Trust::Fingerprint(pinned) => Inner::Pinned(pinned.clone()),
        Trust::Authority(pem) => Inner::Authority(authority(pem, &provider)?),
        Trust::Clear => return Ok(None),
    };
    let verifier = Verifier {
        inner,
        provider,
        met: Arc::clone(met),
    };
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Some(Arc::new(builder.with_no_client_auth())))
}

fn setup(why: impl ToString) -> ApiError {
    ApiError::Setup(why.to_string())
}

fn authority(
    pem: &str,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, ApiError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| setup("the file of 'ca' is not PEM"))?;
        roots
            .add(certificate)
            .map_err(|e| setup(format!("the file of 'ca': {e}")))?;
    }
    if roots.is_empty() {
        return Err(setup("the file of 'ca' has no certificate in it"));
    }
    let builder = rustls::client::WebPkiServerVerifier::builder_with_provider(
        Arc::new(roots),
        Arc::clone(provider),
    );
    Ok(builder.build().map_err(setup)?)
}

#[derive(Debug)]
enum Inner {
    Pinned(Fingerprint),
    Authority(Arc<dyn ServerCertVerifier>),
}

#[derive(Debug)]
struct Verifier {
    inner: Inner,
    provider: Arc<CryptoProvider>,
    met: Met,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = Fingerprint(Sha256::digest(end_entity.as_ref()).into());
        *self.met.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        match &self.inner {
            Inner::Pinned(pinned) if *pinned == found => Ok(ServerCertVerified::assertion()),
            Inner::Pinned(_) => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
            Inner::Authority(verifier) => verifier.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
        }
    }

    /// That the other side has the certificate's key is proven in either case.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
