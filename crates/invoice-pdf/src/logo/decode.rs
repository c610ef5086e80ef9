//! From a file to pixels. Nothing in the file is believed before the decoder has seen all of it.

use std::io::Cursor;

use png::{ColorType, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::pixels::Pixels;
use super::{Logo, LogoError};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
/// What a PNG decoder may hold: the pixels, with some room for itself.
const PNG_MEMORY: usize = 128 << 20;

/// Tells the kind of file by how it starts.
pub(super) fn decode(file: &[u8]) -> Result<Pixels, LogoError> {
    if file.starts_with(PNG) {
        png(file)
    } else if file.starts_with(JPEG) {
        jpeg(file)
    } else {
        Err(LogoError::Kind)
    }
}

fn png(file: &[u8]) -> Result<Pixels, LogoError> {
    let limits = Limits { bytes: PNG_MEMORY };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = check_sides(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().ok_or(LogoError::Damaged)?;
    let mut raw = vec![0; size];
    let frame = reader.next_frame(&mut raw).map_err(damaged)?;
    reader.finish().map_err(damaged)?;
    let rgb = match frame.color_type {
        ColorType::Rgb => raw,
        ColorType::Rgba => on_white::<4>(&raw),
        ColorType::GrayscaleAlpha => on_white::<2>(&raw),
        ColorType::Grayscale => raw.iter().flat_map(|&grey| [grey; 3]).collect(),
        ColorType::Indexed => return Err(LogoError::Damaged),
    };
    complete(width, height, rgb)
}

fn jpeg(file: &[u8]) -> Result<Pixels, LogoError> {
    // Larger ones are refused here, with a word of our own.
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder.info().ok_or(LogoError::Damaged)?;
    let (width, height) = check_sides(u32::from(info.width), u32::from(info.height))?;
    let rgb = decoder.decode().map_err(damaged)?;
    complete(width, height, rgb)
}

fn check_sides(width: u32, height: u32) -> Result<(u32, u32), LogoError> {
    if width > Logo::MOST_SIDE || height > Logo::MOST_SIDE {
        return Err(LogoError::Pixels { width, height });
    }
    if width == 0 || height == 0 {
        return Err(LogoError::Damaged);
    }
    Ok((width, height))
}

fn complete(width: u32, height: u32, rgb: Vec<u8>) -> Result<Pixels, LogoError> {
    if rgb.len() != width as usize * height as usize * 3 {
        return Err(LogoError::Damaged);
    }
    Ok(Pixels { width, height, rgb })
}

/// Lays pixels of `N` bytes, the last of which says how much they cover, on white paper.
fn on_white<const N: usize>(raw: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(raw.len() / N * 3);
    for pixel in raw.chunks_exact(N) {
        let Some((&cover, colors)) = pixel.split_last() else {
            continue;
        };
        let cover = u16::from(cover);
        let lay = |value: &u8| {
            let mixed = u32::from(*value) * u32::from(cover) + 255 * u32::from(255 - cover);
            u8::try_from((mixed + 127) / 255).unwrap_or(u8::MAX)
        };
        // Grey has one value for all three.
        rgb.extend(colors.iter().cycle().take(3).map(lay));
    }
    rgb
}

fn damaged<E>(_: E) -> LogoError {
    LogoError::Damaged
}
