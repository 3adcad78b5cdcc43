//! Reads mail that no rule knows: calendar part first, then labelled fields, tables, prose. Always goes in front of a person.
