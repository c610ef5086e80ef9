//! Reads a written file back: its pages and their text.

#![expect(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]

use lopdf::{Document, Object};

/// The text of each page.
pub fn pages(bytes: &[u8]) -> Vec<String> {
    let pdf = Document::load_mem(bytes).unwrap();
    let numbers: Vec<u32> = pdf.get_pages().into_keys().collect();
    numbers
        .into_iter()
        .map(|number| pdf.extract_text(&[number]).unwrap())
        .collect()
}

/// Width and height of the first page, in whole points.
pub fn paper(bytes: &[u8]) -> (i64, i64) {
    let pdf = Document::load_mem(bytes).unwrap();
    let page = pdf.get_pages()[&1];
    let media_box = pdf
        .get_dictionary(page)
        .unwrap()
        .get(b"MediaBox")
        .unwrap()
        .as_array()
        .unwrap();
    let side = |object: &Object| object.as_float().unwrap().round() as i64;
    (side(&media_box[2]), side(&media_box[3]))
}

/// The XMP metadata, as XML.
pub fn xmp(bytes: &[u8]) -> String {
    let pdf = Document::load_mem(bytes).unwrap();
    let reference = pdf
        .catalog()
        .unwrap()
        .get(b"Metadata")
        .unwrap()
        .as_reference()
        .unwrap();
    let stream = pdf.get_object(reference).unwrap().as_stream().unwrap();
    String::from_utf8(stream.content.clone()).unwrap()
}

/// Whether every font in the file carries its own font program.
pub fn fonts_are_embedded(bytes: &[u8]) -> bool {
    let pdf = Document::load_mem(bytes).unwrap();
    let dictionaries = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok());
    let descriptors: Vec<_> = dictionaries
        .filter(|dict| dict.has_type(b"FontDescriptor"))
        .collect();
    !descriptors.is_empty() && descriptors.iter().all(|dict| dict.has(b"FontFile2"))
}

/// The kinds of element in the structure of the file, as often as they occur.
pub fn elements(bytes: &[u8]) -> Vec<String> {
    let pdf = Document::load_mem(bytes).unwrap();
    let dictionaries = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok());
    let kinds = dictionaries
        .filter(|dict| dict.has(b"P"))
        .filter_map(|dict| dict.get(b"S").ok());
    kinds
        .map(|kind| String::from_utf8(kind.as_name().unwrap().to_vec()).unwrap())
        .collect()
}
