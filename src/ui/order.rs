//! The order in which people look for a name in a list: numbers in it count as numbers.

/// Returns what a name is sorted by: whatever the case, *Flow 2* before *Flow 10*.
#[must_use]
pub fn sorted_by(name: &str) -> String {
    let name = name.to_lowercase();
    let mut key = String::with_capacity(name.len() + 4);
    let mut rest = name.as_str();
    while let Some(begin) = rest.find(|it: char| it.is_ascii_digit()) {
        let (before, number) = rest.split_at(begin);
        let end = number.find(|it: char| !it.is_ascii_digit());
        let (digits, after) = number.split_at(end.unwrap_or(number.len()));
        let digits = digits.trim_start_matches('0');
        key.push_str(before);
        // Of two numbers the longer one is the greater one.
        let length = u8::try_from(digits.len()).unwrap_or(u8::MAX);
        key.push(char::from(b'0'.saturating_add(length)));
        key.push_str(digits);
        rest = after;
    }
    key.push_str(rest);
    key
}

/// Sorts things by their names.
pub fn by_name<T>(named: impl IntoIterator<Item = (String, T)>) -> Vec<(String, T)> {
    let mut named: Vec<_> = named.into_iter().collect();
    named.sort_by_cached_key(|(name, _)| sorted_by(name));
    named
}

#[cfg(test)]
mod tests {
    use super::sorted_by;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = [
            "Flow 10",
            "flow 9",
            "Flow",
            "Flow 2b",
            "Alpha 3.10",
            "Alpha 3.9",
            "Flow 010",
            "Flow 2a",
            "Übersicht",
            "Flow X",
        ];
        names.sort_by_key(|name| sorted_by(name));
        let sorted = [
            "Alpha 3.9",
            "Alpha 3.10",
            "Flow",
            "Flow 2a",
            "Flow 2b",
            "flow 9",
            "Flow 10",
            "Flow 010",
            "Flow X",
            "Übersicht",
        ];
        assert_eq!(names, sorted);
    }
}
