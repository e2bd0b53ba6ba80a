//! What is typed into a form, kept in this tab until the form is done or cancelled: a reload loses
//! nothing. Never for a secret (V2).

use leptos::prelude::*;

use crate::browser;

/// What is typed into one form.
#[derive(Clone, Copy)]
pub struct Draft {
    form: StoredValue<String>,
    fields: StoredValue<Vec<&'static str>>,
}

impl Draft {
    /// Begins, or goes on with, what is typed into the form of this name.
    #[must_use]
    pub fn of(form: String) -> Self {
        Self {
            form: StoredValue::new(form),
            fields: StoredValue::default(),
        }
    }

    /// Returns a field: with what was typed before a reload, or else with `begin`.
    #[must_use]
    pub fn field(self, field: &'static str, begin: &str) -> RwSignal<String> {
        self.fields.update_value(|fields| fields.push(field));
        let key = self.key(field);
        let typed = browser::remembered_here(&key).unwrap_or_else(|| begin.to_owned());
        let typed = RwSignal::new(typed);
        Effect::new(move |before: Option<()>| {
            let text = typed.read();
            if before.is_some() {
                browser::remember_here(&key, &text);
            }
        });
        typed
    }

    /// Forgets what was typed: the form is done, or cancelled.
    pub fn forget(self) {
        for field in self.fields.get_value() {
            browser::forget_here(&self.key(field));
        }
    }

    fn key(self, field: &str) -> String {
        self.form.with_value(|form| format!("typed/{form}/{field}"))
    }
}
