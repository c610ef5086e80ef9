//! The part of a web or mail address that somebody registered.

use psl::Type;

use super::shared_hosts::is_shared;

/// The registrable domain of a web address, lower case: `shop.acme.co.uk/a`
/// gives `acme.co.uk`. Scheme, user, port and path may be there or not.
///
/// `None` for what cannot tell one company from another: IP addresses, names
/// without a public suffix, and hosts that many share (free mail, social
/// networks, site builders).
#[must_use]
pub fn website_domain(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    registrable(without_port(host))
}

/// The registrable domain of a mail address. `None` as for [`website_domain`],
/// free-mail hosts above all.
#[must_use]
pub fn email_domain(address: &str) -> Option<String> {
    let (local, host) = address.trim().rsplit_once('@')?;
    if local.is_empty() {
        None
    } else {
        registrable(host)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn registrable(host: &str) -> Option<String> {
    let host = host.trim().trim_end_matches('.').to_lowercase();
    if !host
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
    {
        return None;
    }
    let domain = psl::domain(host.as_bytes())?;
    // A suffix from the private part of the list (a site builder's) is handed
    // out to anyone, and an unknown one says nothing (`server.local`, `10.0.0.1`).
    if domain.suffix().typ() != Some(Type::Icann) {
        return None;
    }
    let domain = std::str::from_utf8(domain.as_bytes()).ok()?;
    let well_formed = domain.split('.').all(|label| !label.is_empty());
    (well_formed && !is_shared(domain)).then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s59_the_registrable_domain_is_what_counts() {
        for (address, domain) in [
            ("acme.com", "acme.com"),
            ("https://www.Acme.com/", "acme.com"),
            ("http://user:pw@shop.acme.co.uk:8443/a?b#c", "acme.co.uk"),
            ("//acme.com.au", "acme.com.au"),
            ("acme.com.", "acme.com"),
            (" www.acme.de ", "acme.de"),
            ("acme.com/contact@us", "acme.com"),
            ("www.müller.de", "müller.de"),
        ] {
            assert_eq!(
                website_domain(address).as_deref(),
                Some(domain),
                "{address}"
            );
        }
    }

    #[test]
    fn s59_hosts_that_many_share_never_count() {
        for address in [
            "",
            " ",
            "n/a",
            "none",
            "http://",
            "localhost",
            "server.local",
            "co.uk",
            "com",
            "10.0.0.1",
            "http://192.168.1.20:8080/x",
            "[2001:db8::1]:80",
            "gmail.com",
            "hotmail.co.uk",
            "yahoo.fr",
            "facebook.com/acme",
            "https://www.linkedin.com/company/acme",
            "acme.wixsite.com/home",
            "acme.wordpress.com",
            "acme.github.io",
            "acme.onmicrosoft.com",
            "sites.google.com/acme",
            "acme .com",
            "a..com",
        ] {
            assert_eq!(website_domain(address), None, "{address}");
        }
    }

    #[test]
    fn s59_a_mail_address_counts_unless_it_is_free_mail() {
        assert_eq!(
            email_domain("Billing@Mail.Acme.com").as_deref(),
            Some("acme.com")
        );
        for address in [
            "",
            "acme.com",
            "@acme.com",
            "joe@gmail.com",
            "joe@web.de",
            "joe@",
        ] {
            assert_eq!(email_domain(address), None, "{address}");
        }
    }
}
