//! The seller's sign.

mod decode;
mod pixels;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use krilla::image::{BitsPerComponent, CustomImage, ImageColorspace};

use pixels::Pixels;

/// The box a logo is fitted into, in points: about 63 mm by 19 mm.
const BOX: (u32, u32) = (180, 54);
/// More pixels than these show on no printer: 300 to an inch of the box.
const MOST_PIXELS: (u32, u32) = (750, 225);

/// A picture that was read in full and can be drawn.
///
/// Kept as it is printed: on white, without anything the file said beside the pixels, and no
/// finer than a printer can show. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    pixels: Arc<Pixels>,
}

/// Why a file is no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// Of another kind, whatever its name says.
    #[error("the file is neither a PNG nor a JPEG picture")]
    Kind,
    /// More bytes than [`Logo::MOST_BYTES`].
    #[error("the file has more than {most} bytes", most = Logo::MOST_BYTES)]
    Bytes,
    /// Wider or higher than [`Logo::MOST_SIDE`].
    #[error("the picture has {width} × {height} pixels, at most {most} × {most} are taken", most = Logo::MOST_SIDE)]
    Pixels {
        /// From left to right.
        width: u32,
        /// From top to bottom.
        height: u32,
    },
    /// It ends too early or contradicts itself.
    #[error("the picture is damaged or incomplete")]
    Damaged,
}

impl Logo {
    /// The largest file that is read: 1 MB.
    pub const MOST_BYTES: usize = 1_000_000;
    /// The most pixels along a side.
    pub const MOST_SIDE: u32 = 4_000;

    /// Reads the content of a PNG or JPEG file. Its name and what sent it do not matter.
    pub fn read(file: &[u8]) -> Result<Self, LogoError> {
        if file.len() > Self::MOST_BYTES {
            return Err(LogoError::Bytes);
        }
        let (width, height) = MOST_PIXELS;
        let pixels = decode::decode(file)?.shrink_into(width, height);
        Ok(Self {
            pixels: Arc::new(pixels),
        })
    }

    /// The picture as a PNG file, which [`Logo::read`] gives back unchanged.
    ///
    /// Fails with [`LogoError::Damaged`] only if the writer refuses what it was given.
    pub fn to_png(&self) -> Result<Vec<u8>, LogoError> {
        self.pixels.to_png()
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.pixels.width, self.pixels.height)
    }

    /// Width and height in points: as large as the box allows, but with no pixel larger than a
    /// point, since a small picture blown up looks worse than a small one.
    pub(crate) fn size_on_paper(&self) -> (f32, f32) {
        // Exact: a few hundred at most.
        let (width, height) = (self.pixels.width as f32, self.pixels.height as f32);
        let scale = (BOX.0 as f32 / width).min(BOX.1 as f32 / height).min(1.0);
        (width * scale, height * scale)
    }
}

/// Without the pixels.
impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        write!(f, "Logo({width} × {height})")
    }
}

impl Hash for Logo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pixels.hash(state);
    }
}

impl CustomImage for Logo {
    fn color_channel(&self) -> &[u8] {
        &self.pixels.rgb
    }

    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }

    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }

    fn size(&self) -> (u32, u32) {
        Logo::size(self)
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Rgb
    }
}
