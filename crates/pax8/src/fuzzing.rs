//! The decoders without a connection, for the fuzzer: built with `--cfg fuzzing` only.

use crate::error::Problem;
use crate::pull::read_page;
use crate::reply::Reply;
use crate::secrets::Secrets;
use crate::{Company, Invoice, InvoiceItem, Product, Subscription};

const SECRETS: Secrets<'static> = Secrets {
    client_secret: "s3cret",
    token: Some("t0ken"),
};

/// Reads an answer in every way the client would.
///
/// # Panics
/// If an error would repeat a secret that the answer repeats.
pub fn read_answer(body: &[u8]) {
    for status in [200, 400, 401, 404, 429, 503] {
        let reply = Reply {
            path: "/v1/companies".to_owned(),
            status,
            retry_after: None,
            body: body.to_vec(),
        };
        let read = |body: &[u8]| {
            read_page::<Company>(body);
            read_page::<Subscription>(body);
            read_page::<Product>(body);
            read_page::<Invoice>(body);
            read_page::<InvoiceItem>(body);
            Err::<(), _>("it was only read".to_owned())
        };
        let said = match reply.into_meaning(read, &SECRETS) {
            Ok(()) => continue,
            Err(fault) => format!("{fault:?}"),
        };
        let kept = SECRETS.token.is_some_and(|token| said.contains(token));
        assert!(!kept && !said.contains(SECRETS.client_secret), "{said}");
    }
    let _ = Problem::from_body(body, &SECRETS);
}
