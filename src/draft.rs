//! Maintenance + affected → the customer notices in the house form, and the mails that staff get about them.
