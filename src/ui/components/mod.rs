//! Widgets that know nothing of releases: they import neither the rules nor the journal.

pub mod button;
pub mod combobox;
pub mod copy;
pub mod dialog;
pub mod draft;
pub mod field;
pub mod finder;
pub mod form;
pub mod icon;
pub mod more;
pub mod notice;
pub mod picker;
pub mod rows;
pub mod table;
