//! Where a request comes from: the other end of its connection, or what proxies say that the operator trusts.

use std::{convert::Infallible, fmt, net::IpAddr, net::SocketAddr, str::FromStr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// Where proxies write whom they speak for, the nearest one last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where a request comes from; none: nobody knows, as in a test of the router alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct RemoteAddress(pub Option<IpAddr>);

/// The proxies whose word counts. By default none's does: whoever is asked directly could be told anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// The addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    first: IpAddr,
    bits: u32,
}

impl TrustedProxies {
    /// Whom a request is from: the last in the chain whom none of our proxies is.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter();
        let hops: Vec<&str> = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .collect();
        for hop in hops.into_iter().rev() {
            if !self.contains(client) {
                break;
            }
            match hop_address(hop) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        parts.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "{text} is no address or network; write them with commas between, such as 10.0.0.5,192.168.0.0/24,fd00::/8"
            )
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| refused())?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| refused())?;
        let most = width(first);
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(refused());
        }
        Ok(Self { first, bits })
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if width(address) != width(self.first) {
            return false;
        }
        let unlike = number(address) ^ number(self.first);
        unlike
            .checked_shr(width(self.first) - self.bits)
            .unwrap_or(0)
            == 0
    }
}

impl fmt::Display for RemoteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// An address as proxies write it, some with a port or in brackets.
fn hop_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(bare).map(|it: IpAddr| it.to_canonical())
}

/// Keeps with the request where it comes from.
pub(super) async fn locate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip());
    let client = |peer| app.settings.trusted_proxies.client(peer, request.headers());
    let remote = RemoteAddress(peer.map(client));
    request.extensions_mut().insert(remote);
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for RemoteAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let trusted: TrustedProxies = trusted.parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_whom_it_speaks_for() {
        assert_eq!(client("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        let trusted = "10.0.0.0/8, fd00::/8, 192.0.2.7";
        assert_eq!(
            client(trusted, "203.0.113.9", &["198.51.100.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            client(trusted, "10.1.2.3", &["198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            client(trusted, "::ffff:10.1.2.3", &["198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(client(trusted, "192.0.2.8", &["198.51.100.1"]), "192.0.2.8");
    }

    #[test]
    fn what_the_client_itself_wrote_before_the_proxies_counts_for_nothing() {
        let trusted = "10.0.0.0/8,192.0.2.7";
        let said = ["6.6.6.6, 198.51.100.1", "192.0.2.7"];
        assert_eq!(client(trusted, "10.1.2.3", &said), "198.51.100.1");
        assert_eq!(
            client(trusted, "10.1.2.3", &["6.6.6.6, nonsense, 10.0.0.2"]),
            "10.0.0.2"
        );
        assert_eq!(client(trusted, "10.1.2.3", &["10.0.0.9"]), "10.0.0.9");
        assert_eq!(client(trusted, "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn addresses_come_with_ports_and_brackets() {
        assert_eq!(
            client("10.0.0.1", "10.0.0.1", &["198.51.100.1:4711"]),
            "198.51.100.1"
        );
        assert_eq!(client("::1", "::1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client("::1", "::1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn networks_are_addresses_and_bits() {
        for good in ["", "10.0.0.1", "0.0.0.0/0", "::/0", "10.0.0.0/8 , ::1"] {
            assert!(good.parse::<TrustedProxies>().is_ok(), "{good}");
        }
        for refused in [
            "proxy",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.0/-1",
        ] {
            assert!(refused.parse::<TrustedProxies>().is_err(), "{refused}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("203.0.113.9".parse().unwrap()));
        assert!(!all.contains("2001:db8::1".parse().unwrap()));
    }
}
