//! What is taken as a logo.

mod samples;

use invoice_pdf::{Logo, LogoError, PageSize, render};
use proptest::prelude::*;
use samples::{JPEG, png, with_logo};

#[test]
fn a_logo_is_kept_as_pixels_alone_and_comes_back_unchanged() {
    let logo = Logo::read(JPEG).unwrap();
    let kept = logo.to_png().unwrap();
    assert!(JPEG.windows(5).any(|part| part == b"taken"));
    assert!(!kept.windows(5).any(|part| part == b"taken"));
    let again = Logo::read(&kept).unwrap();
    assert!(again == logo);
    assert!(again.to_png().unwrap() == kept);
}

#[test]
fn a_logo_is_no_finer_than_paper_shows_and_keeps_its_proportions() {
    for (given, kept) in [
        ((3000, 600), (750, 150)),
        ((500, 2500), (45, 225)),
        ((4000, 1), (750, 1)),
        ((1, 4000), (1, 225)),
        ((32, 32), (32, 32)),
    ] {
        let file = png(given.0, given.1, [10, 20, 30, 255]);
        assert_eq!(Logo::read(&file).unwrap().size(), kept);
        assert!(render(&with_logo(&file).unwrap(), PageSize::A4).is_ok());
    }
}

#[test]
fn what_is_see_through_shows_white_paper() {
    let logo = Logo::read(&png(2, 1, [255, 0, 0, 51])).unwrap();
    let kept = logo.to_png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(kept))
        .read_info()
        .unwrap();
    let mut pixels = [0; 6];
    reader.next_frame(&mut pixels).unwrap();
    assert_eq!(pixels, [255, 204, 204, 255, 204, 204]);
}

#[test]
fn another_kind_of_file_is_refused_whatever_it_is_called() {
    for file in [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice(),
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a\x01\x00\x01\x00",
        b"%PDF-1.7",
        b"",
    ] {
        assert_eq!(Logo::read(file), Err(LogoError::Kind));
    }
}

#[test]
fn a_large_file_is_refused_unread() {
    let mut file = png(2, 2, [0; 4]);
    file.resize(2_000_000, 0);
    assert_eq!(Logo::read(&file), Err(LogoError::Bytes));
}

#[test]
fn a_large_picture_is_refused_by_its_head() {
    for (width, height) in [(1, 100_000), (4001, 1)] {
        let refused = Err(LogoError::Pixels { width, height });
        assert_eq!(Logo::read(&png(width, height, [0; 4])), refused);
    }
    // The head says more than the file could ever hold.
    let mut bomb = png(1, 1, [0; 4]);
    bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert!(Logo::read(&bomb).is_err());
}

#[test]
fn a_picture_that_ends_early_is_refused() {
    let png = png(40, 40, [1, 2, 3, 255]);
    for file in [png.as_slice(), JPEG] {
        for kept in [12, file.len() / 2, file.len() * 9 / 10] {
            assert_eq!(Logo::read(&file[..kept]), Err(LogoError::Damaged));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_damage_breaks_it(is_png: bool, at in 0..1_000_usize, byte: u8, length in 0..4_000_usize) {
        let mut file = if is_png { png(9, 7, [1, 2, 3, 200]) } else { JPEG.to_vec() };
        let place = at % file.len();
        file[place] = byte;
        file.truncate(length.max(1));
        if let Ok(logo) = Logo::read(&file) {
            let kept = logo.to_png().unwrap();
            prop_assert!(Logo::read(&kept) == Ok(logo));
        }
    }
}
