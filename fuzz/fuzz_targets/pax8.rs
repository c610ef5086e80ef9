//! What Pax8 answers, whatever it is: read as a token, as a page of each list, and as an error that may repeat our secrets.
#![no_main]

libfuzzer_sys::fuzz_target!(|answer: &[u8]| pax8::fuzzing::read_answer(answer));
