//! What is typed to find something: it is found wherever the words are part of a text, whatever their
//! case.

/// What is looked for. Nothing typed finds everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(String);

impl Wanted {
    /// Takes what was typed.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        Self(typed.trim().to_lowercase())
    }

    /// Tells whether a text has it in it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        if text.is_ascii() {
            let Some((first, rest)) = self.0.as_bytes().split_first() else {
                return true;
            };
            // Most texts, at every key that is pressed: nothing is copied, and hardly more than a first
            // character compared.
            let mut after = text.as_bytes();
            while let Some((begin, others)) = after.split_first() {
                after = others;
                if begin.to_ascii_lowercase() == *first
                    && after
                        .get(..rest.len())
                        .is_some_and(|part| part.eq_ignore_ascii_case(rest))
                {
                    return true;
                }
            }
            return false;
        }
        text.to_lowercase().contains(&self.0)
    }

    /// Tells whether it can be part of an id, as ids are written.
    #[must_use]
    pub fn may_be_id(&self) -> bool {
        self.0
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_case() {
        for (typed, text, found) in [
            ("", "", true),
            ("  ", "Orders", true),
            (" oRD ", "Orders", true),
            ("orders", "Order", false),
            ("é", "CAFÉ", true),
            ("CAFÉ", "café au lait", true),
            ("café", "cafe", false),
            // The Kelvin sign's lower case is the letter k.
            ("k", "20 \u{212A}", true),
        ] {
            assert_eq!(
                Wanted::new(typed).is_in(text),
                found,
                "{typed:?} in {text:?}"
            );
        }
    }

    #[test]
    fn what_is_no_part_of_an_id_is_told() {
        assert!(Wanted::new("A1eddb28-287e").may_be_id());
        assert!(!Wanted::new("order").may_be_id());
    }
}
