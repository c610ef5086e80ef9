//! Addresses of our pages and calls.

/// A path with a query of the pairs that say something; those with an empty value do not.
#[must_use]
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_and_an_empty_query_are_left_out() {
        let pairs = [("q", "a & b"), ("status", ""), ("cursor", "x")];
        assert_eq!(address("/clients", pairs), "/clients?q=a+%26+b&cursor=x");
        assert_eq!(address("/clients", [("q", "")]), "/clients");
    }
}
