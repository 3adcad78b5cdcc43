//! Written mail → frozen bytes.
