//! Properties: what is rendered reads back; garbage never panics; long text takes linear time.

use super::{context, statements, zones};

#[test]
fn a_megabyte_of_digits_and_colons_is_read_in_time() {
    let zones = zones();
    let context = context(&zones, "2024-01-01");
    for line in ["12:34:56 ", "2024-05-05 10:00 - ", "10/11/2024|", "Mon Tue UTC 5 - ", "((((((1", "May 5 to "] {
        let text = format!("{}\n", line.repeat(1000 / line.len())).repeat(1000);
        assert!(statements(&text, &context).len() < text.len());
    }
}
