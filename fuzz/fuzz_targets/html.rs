//! Any text as an HTML body → reading text and tables.
#![no_main]

use forewarn::mail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| {
    let raw = [b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", html.as_bytes()].concat();
    let parsed = mail::parse(&raw);
    let cells: usize = parsed.tables.iter().flat_map(|table| &table.rows).flatten().map(String::len).sum();
    assert!(cells <= 20 * html.len() + 10_000_000, "cells grew from {} to {cells} bytes", html.len());
});
