//! Whom an encrypted connection trusts.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::Error;

/// TLS by rustls and ring, with the roots of this machine. A machine without
/// any (a bare container) gets the roots that Mozilla publishes, so that a
/// missing package is no reason to fail.
///
/// # Errors
/// When this build has no usable version of TLS.
pub fn client_config() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::config("this build has no usable version of TLS"))?
        .with_root_certificates(roots(rustls_native_certs::load_native_certs().certs))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(of_this_machine: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(of_this_machine);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_roots_trusts_the_published_ones() {
        assert_eq!(roots(vec![]).len(), webpki_roots::TLS_SERVER_ROOTS.len());
        let rubbish = vec![CertificateDer::from(vec![1, 2, 3])];
        assert!(!roots(rubbish).is_empty());
    }
}
