//! Handing an alert over to a webhook: where it may lead, how it is signed, what counts as taken.

use std::{
    error::Error as StdError,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use url::{Host, Url};

use super::settings::Webhook;

/// The header that proves who sent a body and when: `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA256 under the secret over
/// `SECONDS.BODY`.
const SIGNATURE: &str = "ascent-signature";
/// How long the other side may take, connecting included.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_URL: usize = 2000;

const USAGE: &str = "Write the whole address, such as https://hooks.example.com/ascent. It begins with https, has no user or password \
    in it, and at most 2000 characters.";
const PRIVATE: &str = "This address is within a private network. Whoever runs the server can allow its host with ASCENT_WEBHOOK_HOSTS.";

/// Hosts within the operator's own network that alerts may be sent to, `http` included. All others have to be public and
/// use `https`.
#[derive(Debug, Clone, Default)]
pub struct WebhookHosts(Vec<String>);

impl WebhookHosts {
    /// Reads hosts with commas between, each with its port where it is not the scheme's.
    ///
    /// # Errors
    /// When one of them is no host.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut hosts = Vec::new();
        for host in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let url = Url::parse(&format!("http://{host}/")).ok();
            let same = url.as_ref().and_then(place).filter(|it| {
                // With a path or a user it would be another thing than a host.
                it.len() <= host.len() && !host.contains(['/', '@', '?', '#'])
            });
            hosts.push(same.ok_or_else(|| {
                "write hosts with commas between, such as hooks.lan or 10.0.0.5:8443".to_owned()
            })?);
        }
        Ok(Self(hosts))
    }

    /// Whether the operator named the host of an address.
    fn name(&self, url: &Url) -> bool {
        place(url).is_some_and(|place| self.0.contains(&place))
    }

    /// An address that alerts may be sent to.
    pub(super) fn check(&self, text: &str) -> Result<Url, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| USAGE)?;
        let named = self.name(&url);
        let scheme = url.scheme() == "https" || (named && url.scheme() == "http");
        let bare = url.username().is_empty() && url.password().is_none();
        if !scheme || !bare || url.host().is_none() || text.len() > LONGEST_URL {
            return Err(USAGE);
        }
        let public = match url.host() {
            Some(Host::Ipv4(ip)) => is_public(ip.into()),
            Some(Host::Ipv6(ip)) => is_public(ip.into()),
            // Where a name leads is looked at each time that something is sent.
            _ => true,
        };
        if public || named {
            Ok(url)
        } else {
            Err(PRIVATE)
        }
    }

    /// Hands a body over. `Err` says in a sentence why it was not taken.
    pub(super) async fn send(
        &self,
        webhook: &Webhook,
        id: &str,
        body: String,
        now: Timestamp,
    ) -> Result<(), String> {
        // What the operator allows may have changed since the address was stored.
        let url = self.check(webhook.url()).map_err(str::to_owned)?;
        let client = self.client(&url)?;
        let signature = sign(webhook.secret.expose_secret(), now, &body);
        let answer = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("ascent-event-id", id)
            .header(SIGNATURE, signature)
            .body(body)
            .send()
            .await
            .map_err(|error| in_words(&error))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => Err(format!(
                "The webhook answered {}: it leads elsewhere, and redirects are not followed. Enter the address that it leads to.",
                status.as_u16()
            )),
            status => Err(format!("The webhook answered {}.", status.as_u16())),
        }
    }

    fn client(&self, url: &Url) -> Result<reqwest::Client, String> {
        let failed = |_| "The connection to the webhook could not be set up.".to_owned();
        let anywhere = self.name(url);
        reqwest::Client::builder()
            .tls_backend_preconfigured(pax8::tls_config().map_err(|error| error.to_string())?)
            .user_agent(concat!("Ascent/", env!("CARGO_PKG_VERSION")))
            // A redirect leads where nobody allowed it.
            .redirect(Policy::none())
            // A proxy of the environment would look up the name itself.
            .no_proxy()
            .dns_resolver(Arc::new(Looked { anywhere }))
            .timeout(PATIENCE)
            .build()
            .map_err(failed)
    }
}

/// Host and port, where that is not the scheme's, in the one way in which they are compared.
fn place(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|it| !it.is_empty())?;
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

fn sign(secret: &str, now: Timestamp, body: &str) -> String {
    let seconds = now.as_second();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // A key of any length is one.
        return String::new();
    };
    mac.update(format!("{seconds}.{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

/// Looks a name up and gives only the addresses that may be connected to, so that no later answer of the name's server
/// changes that.
struct Looked {
    anywhere: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("no public address")]
struct NotPublic;

impl Resolve for Looked {
    fn resolve(&self, name: Name) -> Resolving {
        let anywhere = self.anywhere;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|it| anywhere || is_public(it.ip())).collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What went wrong, without the address.
fn in_words(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(it) = cause {
        if it.is::<NotPublic>() {
            return PRIVATE.to_owned();
        }
        cause = it.source();
    }
    if error.is_timeout() {
        "The webhook did not answer within 10 seconds.".to_owned()
    } else if error.is_connect() {
        "There is no connection to the webhook: its host is not known, does not listen, or shows a certificate that is not \
         trusted."
            .to_owned()
    } else {
        "The connection to the webhook broke.".to_owned()
    }
}

/// Whether an address is one of the Internet at large.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        // Between a provider and its customers; protocol assignments; benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4_mapped() {
        return is_public_v4(ip);
    }
    let [first, second, ..] = ip.segments();
    // Global unicast, less what leads to addresses of version 4 (Teredo, 6to4), protocol assignments and documentation.
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        && !(first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_at_large_are_public() {
        for public in [
            "93.184.216.34",
            "8.8.8.8",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_is_public_and_encrypted_unless_the_operator_names_its_host() {
        let hosts = WebhookHosts::parse("hooks.lan, 10.0.0.5:8443").unwrap();
        for good in [
            "https://hooks.example.com/a?key=b",
            "http://hooks.lan/",
            "https://HOOKS.lan./x",
            "http://10.0.0.5:8443/x",
        ] {
            assert!(hosts.check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "hooks.example.com",
            "http://hooks.example.com/",
            "ftp://hooks.lan/",
            "https://user:word@hooks.example.com/",
            "https://10.0.0.5/",
            "https://10.0.0.6:8443/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "file:///etc/passwd",
        ] {
            assert!(hosts.check(bad).is_err(), "{bad}");
        }
        for bad in ["a/b", "user@host", "http://host", "ho st"] {
            assert!(WebhookHosts::parse(bad).is_err(), "{bad}");
        }
        assert!(WebhookHosts::parse("").unwrap().0.is_empty());
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_own_network_is_not_connected_to() {
        let resolve = |anywhere| Looked { anywhere }.resolve("localhost".parse().unwrap());
        assert!(resolve(false).await.err().unwrap().is::<NotPublic>());
        assert!(resolve(true).await.unwrap().next().is_some());
    }

    #[test]
    fn a_signature_is_what_anybody_with_the_secret_works_out() {
        // printf '1750000000.{}' | openssl dgst -sha256 -hmac secret
        let now = Timestamp::from_second(1_750_000_000).unwrap();
        assert_eq!(
            sign("secret", now, "{}"),
            "t=1750000000,v1=3fdabae93ac0fe8268882d2fd7845e468dd959a74561c9900a0af5b0a1bcc50a"
        );
    }
}
