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

/// Every picture in the file: its width and height in pixels.
pub fn pictures(bytes: &[u8]) -> Vec<(i64, i64)> {
    let pdf = Document::load_mem(bytes).unwrap();
    let streams = pdf.objects.values().filter_map(|it| it.as_stream().ok());
    let pictures = streams.filter(|stream| {
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
        kind.is_ok_and(|kind| kind == b"Image")
    });
    let side = |stream: &lopdf::Stream, name| stream.dict.get(name).unwrap().as_i64().unwrap();
    pictures
        .map(|it| (side(it, b"Width".as_slice()), side(it, b"Height")))
        .collect()
}

/// What is said in place of each figure.
pub fn figures(bytes: &[u8]) -> Vec<String> {
    let pdf = Document::load_mem(bytes).unwrap();
    let dictionaries = pdf.objects.values().filter_map(|it| it.as_dict().ok());
    let figures = dictionaries.filter(|dict| {
        let kind = dict.get(b"S").and_then(Object::as_name);
        kind.is_ok_and(|kind| kind == b"Figure")
    });
    let said =
        |dict: &lopdf::Dictionary| lopdf::decode_text_string(dict.get(b"Alt").unwrap()).unwrap();
    figures.map(said).collect()
}

/// The colours that the file was made for, each with the profile that says what they are.
pub fn output_intents(bytes: &[u8]) -> Vec<String> {
    let pdf = Document::load_mem(bytes).unwrap();
    let intents = pdf.catalog().unwrap().get(b"OutputIntents").unwrap();
    let (_, intents) = pdf.dereference(intents).unwrap();
    let kind = |intent: &Object| {
        let intent = pdf.dereference(intent).unwrap().1.as_dict().unwrap();
        let profile = intent.get(b"DestOutputProfile").unwrap();
        assert!(pdf.dereference(profile).unwrap().1.as_stream().is_ok());
        String::from_utf8(intent.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap()
    };
    intents.as_array().unwrap().iter().map(kind).collect()
}

/// Whether anything in the file lets something else shine through.
pub fn is_transparent(bytes: &[u8]) -> bool {
    let pdf = Document::load_mem(bytes).unwrap();
    let dictionaries = pdf.objects.values().filter_map(|object| match object {
        Object::Dictionary(dict) => Some(dict),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    });
    let shines = |dict: &lopdf::Dictionary| {
        let below_one = |name| {
            dict.get(name)
                .and_then(Object::as_float)
                .is_ok_and(|it| it < 1.0)
        };
        dict.has(b"SMask") || below_one(b"ca".as_slice()) || below_one(b"CA")
    };
    dictionaries.into_iter().any(shines)
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
