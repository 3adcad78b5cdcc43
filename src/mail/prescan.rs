//! A linear look at the raw bytes that refuses what would hurt the parser: size, header block, parts, nesting.
