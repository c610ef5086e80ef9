//! Pixels in memory.

use std::ops::Range;

use super::LogoError;

/// Red, green and blue of each pixel, row by row from the top. Neither side is empty.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Pixels {
    /// The same picture, made smaller until it fits. Its proportions stay.
    pub(super) fn shrink_into(self, most_width: u32, most_height: u32) -> Self {
        let (width, height) = fit((self.width, self.height), (most_width, most_height));
        if (width, height) == (self.width, self.height) {
            return self;
        }
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            let rows = share(y, height, self.height);
            for x in 0..width {
                rgb.extend(self.mean(share(x, width, self.width), rows.clone()));
            }
        }
        Self { width, height, rgb }
    }

    /// The mean colour of a box of pixels.
    fn mean(&self, columns: Range<usize>, rows: Range<usize>) -> [u8; 3] {
        let count = (columns.len() * rows.len()).max(1) as u64;
        let mut sums = [0_u64; 3];
        for row in rows {
            let start = row * self.width as usize;
            let stretch = (start + columns.start) * 3..(start + columns.end) * 3;
            for pixel in self.rgb.get(stretch).unwrap_or_default().chunks_exact(3) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += u64::from(value);
                }
            }
        }
        sums.map(|sum| u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX))
    }

    /// A PNG file without anything but the pixels.
    pub(super) fn to_png(&self) -> Result<Vec<u8>, LogoError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.rgb)?;
            writer.finish()
        });
        written.map_err(|_| LogoError::Damaged)?;
        Ok(file)
    }
}

/// The largest size of the same proportions within the limits, never larger than `size`.
fn fit((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    if width <= most_width && height <= most_height {
        return (width, height);
    }
    let scaled = |side: u32, by: u32, of: u32| {
        let side = (u64::from(side) * u64::from(by) + u64::from(of) / 2) / u64::from(of.max(1));
        u32::try_from(side).unwrap_or(u32::MAX).max(1)
    };
    let is_wide =
        u64::from(width) * u64::from(most_height) > u64::from(height) * u64::from(most_width);
    if is_wide {
        (most_width, scaled(height, most_width, width))
    } else {
        (scaled(width, most_height, height), most_height)
    }
}

/// What of a side of `whole` pixels becomes the pixel `index` of `parts`.
fn share(index: u32, parts: u32, whole: u32) -> Range<usize> {
    let edge = |index: u64| index * u64::from(whole);
    let parts = u64::from(parts.max(1));
    let start = edge(u64::from(index)) / parts;
    let end = edge(u64::from(index) + 1).div_ceil(parts);
    start as usize..end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_stay() {
        assert_eq!(fit((1500, 100), (750, 225)), (750, 50));
        assert_eq!(fit((100, 1000), (750, 225)), (23, 225));
        assert_eq!(fit((4000, 1), (750, 225)), (750, 1));
        assert_eq!(fit((20, 10), (750, 225)), (20, 10));
    }

    #[test]
    fn shrinking_takes_means() {
        let chequered = Pixels {
            width: 2,
            height: 2,
            rgb: vec![0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0],
        };
        assert_eq!(chequered.shrink_into(1, 1).rgb, [128, 128, 128]);
    }

    #[test]
    fn shares_cover_a_side() {
        let shares: Vec<_> = (0..3).map(|index| share(index, 3, 7)).collect();
        assert_eq!(shares, [0..3, 2..5, 4..7]);
    }
}
