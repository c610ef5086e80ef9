//! A seeded generator with a stream of its own for every record, so that one
//! record never shifts another and the same seed means the same estate
//! everywhere. The algorithm is SplitMix64: short, fast and fixed for good.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that depends on nothing but how it was opened.
pub(crate) struct Stream(u64);

impl Stream {
    /// The stream of record `index` of `kind` under `seed`.
    pub(crate) fn of(seed: u64, kind: &str, index: usize) -> Self {
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        Self(mix(seed ^ hash(kind)).wrapping_add(mix(index.wrapping_add(GOLDEN))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number from 0 to `bound` - 1; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound.max(1)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True in `percent` of 100 draws.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `options`, which is never empty.
    pub(crate) fn pick<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        &options[self.below(options.len())]
    }

    /// One of `options` by weight, the weights adding up to any total.
    pub(crate) fn weighted<'a, T>(&mut self, options: &'a [(usize, T)]) -> &'a T {
        let total = options.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, option) in options {
            if left < *weight {
                return option;
            }
            left -= weight;
        }
        &options[0].1
    }

    /// A UUID of version 4 in lower case.
    pub(crate) fn uuid(&mut self) -> String {
        let high = (self.next() & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (self.next() & 0x3fff_ffff_ffff_ffff) | (1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// The UUID that belongs to these words, for records that are derived from
/// others (contacts, invoices, usage) and not stored.
pub(crate) fn derived_uuid(kind: &str, of: &str) -> String {
    Stream(hash(kind) ^ mix(hash(of))).uuid()
}

/// A number that belongs to these words, for choices that must not change
/// from one answer to the next.
pub(crate) fn choice(of: &str, topic: &str, bound: usize) -> usize {
    Stream(hash(topic) ^ mix(hash(of))).below(bound)
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_uuid_for_ever() {
        let uuid = Stream::of(1, "company", 0).uuid();
        assert_eq!(uuid, Stream::of(1, "company", 0).uuid());
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]));
        assert_ne!(uuid, Stream::of(2, "company", 0).uuid());
        assert_ne!(uuid, Stream::of(1, "company", 1).uuid());
    }

    #[test]
    fn weights_are_kept() {
        let mut stream = Stream::of(7, "weights", 0);
        let mut heavy = 0;
        for _ in 0..10_000 {
            heavy += usize::from(*stream.weighted(&[(75, true), (25, false)]));
        }
        assert!((7_300..7_700).contains(&heavy), "{heavy}");
    }
}
