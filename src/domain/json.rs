//! Reads JSON into any type that serde can read.
//!
//! Made to be small where it is compiled into the page, of which `serde_json`'s reader was a
//! twentieth: what serde derives is compiled once for each way in which a format may hold a value,
//! and here there is one only. A struct is an object and nothing else, a number is whole, and a
//! mistake says nothing but that it is one.
//!
//! Deliberately not here: writing. That is `serde_json`'s, whose texts this reads as it would.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Visitor};

/// The text is not the JSON that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

impl fmt::Display for Garbled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not the JSON that was expected")
    }
}

impl std::error::Error for Garbled {}

impl de::Error for Garbled {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Reads all of `text`.
///
/// # Errors
///
/// [`Garbled`] where it is anything else than one such value.
pub fn read<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, Garbled> {
    read_telling(text).map_err(|_| Garbled)
}

/// Reads all of `text`.
///
/// # Errors
///
/// Where it is anything else than one such value: what of the text had been read when that was seen.
pub fn read_telling<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, &'text str> {
    let mut reader = Reader::new(text);
    match T::deserialize(&mut reader) {
        Ok(value) if reader.next().is_none() => Ok(value),
        _ => Err(text.get(..reader.at).unwrap_or(text)),
    }
}

/// Reads all of `text`, which is an array, as `read` takes its items. None where it is anything else, or has more
/// of them than are taken.
pub fn read_row<'text, T>(
    text: &'text str,
    read: impl FnOnce(&mut Row<'_, 'text>) -> Option<T>,
) -> Option<T> {
    let mut reader = Reader::new(text);
    let value = Row::within(&mut reader, read)?;
    reader.next().is_none().then_some(value)
}

/// An array whose items are taken one after the other: for what comes in great numbers, where serde would make
/// values of which others are made at once. None is returned where the next item is not what is asked for.
pub struct Row<'reader, 'text>(Items<'reader, 'text>);

impl<'text> Row<'_, 'text> {
    fn within<T>(
        reader: &mut Reader<'text>,
        read: impl FnOnce(&mut Row<'_, 'text>) -> Option<T>,
    ) -> Option<T> {
        reader.take(b'[').ok()?;
        let mut row = Row(Items::new(reader, b']'));
        let value = read(&mut row)?;
        row.0.end().ok()?;
        Some(value)
    }

    /// Goes to the next item, which there must be.
    fn item(&mut self) -> Option<&mut Reader<'text>> {
        self.0.another().ok()?.then_some(&mut *self.0.reader)
    }

    /// Takes the next item, whatever can be read, if there is one.
    pub fn value_if_any<T: Deserialize<'text>>(&mut self) -> Option<Option<T>> {
        if self.0.another().ok()? {
            T::deserialize(&mut *self.0.reader).ok().map(Some)
        } else {
            Some(None)
        }
    }

    /// Takes the next item, whatever can be read.
    pub fn value<T: Deserialize<'text>>(&mut self) -> Option<T> {
        T::deserialize(self.item()?).ok()
    }

    /// Takes the next item, which is a whole number from 0 on.
    pub fn number<N: TryFrom<u64>>(&mut self) -> Option<N> {
        match self.item()?.whole().ok()? {
            (false, number) => N::try_from(number).ok(),
            (true, _) => None,
        }
    }

    /// Takes the next item, which is an array.
    pub fn row<T>(&mut self, read: impl FnOnce(&mut Row<'_, 'text>) -> Option<T>) -> Option<T> {
        Row::within(self.item()?, read)
    }

    /// Takes the next item, which is an array or nothing.
    pub fn row_or_nothing<T>(
        &mut self,
        read: impl FnOnce(&mut Row<'_, 'text>) -> Option<T>,
    ) -> Option<Option<T>> {
        let reader = self.item()?;
        if reader.took_word("null") {
            return Some(None);
        }
        Row::within(reader, read).map(Some)
    }

    /// Takes all that follow, which are arrays.
    pub fn each(&mut self, mut read: impl FnMut(&mut Row<'_, 'text>) -> Option<()>) -> Option<()> {
        while self.0.another().ok()? {
            Row::within(self.0.reader, &mut read)?;
        }
        Some(())
    }
}

/// How deep values may lie in one another that nobody asked for: reading them must not overflow the
/// stack.
const DEPTH: u8 = 128;

/// How many digits a number may have that is less than 2⁶⁴, whatever they are.
const MOST_DIGITS: usize = 19;

/// A text, and how many bytes of it have been read: up to the end of a character.
struct Reader<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Reader<'text> {
    const fn new(text: &'text str) -> Self {
        Self { text, at: 0 }
    }

    /// What has not been read yet.
    fn rest(&self) -> &'text [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next byte that is not white space, without taking it.
    #[expect(
        clippy::inline_always,
        reason = "asked for before everything that is read"
    )]
    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        let next = self.text.as_bytes().get(self.at).copied();
        if next.is_none_or(|it| it > b' ') {
            return next;
        }
        self.next_after_space()
    }

    #[inline(never)]
    fn next_after_space(&mut self) -> Option<u8> {
        let space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        self.at += self.rest().iter().take_while(|byte| space(byte)).count();
        self.rest().first().copied()
    }

    /// Takes the next byte, which is a whole character's.
    const fn pass(&mut self) {
        self.at += 1;
    }

    /// Takes `mark`, which is a whole character's, where it comes next.
    #[expect(clippy::inline_always, reason = "asked for between all that is read")]
    #[inline(always)]
    fn took(&mut self, mark: u8) -> bool {
        let comes = self.next() == Some(mark);
        if comes {
            self.pass();
        }
        comes
    }

    fn take(&mut self, mark: u8) -> Result<(), Garbled> {
        self.took(mark).then_some(()).ok_or(Garbled)
    }

    /// Takes `word` where it comes next.
    fn took_word(&mut self, word: &str) -> bool {
        if self.next() != word.bytes().next() {
            return false;
        }
        let comes = self.rest().starts_with(word.as_bytes());
        if comes {
            self.at += word.len();
        }
        comes
    }

    fn take_word(&mut self, word: &str) -> Result<(), Garbled> {
        self.took_word(word).then_some(()).ok_or(Garbled)
    }

    /// Takes the next `length` bytes, of which the last is a whole character's.
    fn cut(&mut self, length: usize) -> Result<&'text str, Garbled> {
        let end = self.at.saturating_add(length);
        let cut = self.text.get(self.at..end).ok_or(Garbled)?;
        self.at = end;
        Ok(cut)
    }

    #[inline(never)]
    fn string(&mut self) -> Result<Cow<'text, str>, Garbled> {
        self.take(b'"')?;
        let plain = plain(self.rest());
        let begin = self.cut(plain)?;
        if self.rest().first() == Some(&b'"') {
            // As nearly all of them are.
            self.pass();
            return Ok(Cow::Borrowed(begin));
        }
        self.string_after(begin).map(Cow::Owned)
    }

    /// The rest of a string that does not end where something else than plain text comes.
    #[inline(never)]
    fn string_after(&mut self, begin: &str) -> Result<String, Garbled> {
        let mut text = begin.to_owned();
        loop {
            match self.cut(1)? {
                "\"" => return Ok(text),
                "\\" => text.push(self.escaped()?),
                _ => return Err(Garbled),
            }
            let plain = plain(self.rest());
            text += self.cut(plain)?;
        }
    }

    /// The character that what follows a backslash stands for.
    fn escaped(&mut self) -> Result<char, Garbled> {
        Ok(match self.cut(1)? {
            "\"" => '"',
            "\\" => '\\',
            "/" => '/',
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            "u" => {
                let unit = self.unit()?;
                let code = match unit {
                    0xd800..0xdc00 => {
                        if self.cut(2)? != "\\u" {
                            return Err(Garbled);
                        }
                        let low = self.unit()?;
                        if !(0xdc00..0xe000).contains(&low) {
                            return Err(Garbled);
                        }
                        0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    unit => unit,
                };
                char::from_u32(code).ok_or(Garbled)?
            }
            _ => return Err(Garbled),
        })
    }

    fn unit(&mut self) -> Result<u32, Garbled> {
        self.cut(4)?.chars().try_fold(0, |unit, digit| {
            Ok(unit << 4 | digit.to_digit(16).ok_or(Garbled)?)
        })
    }

    /// The text of a number, which may be of any kind.
    #[inline(never)]
    fn number(&mut self) -> Result<&'text str, Garbled> {
        self.next();
        let number = |byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.rest().iter().take_while(|byte| number(**byte)).count();
        self.cut(length)
    }

    /// A whole number, with its sign.
    #[inline(never)]
    fn whole(&mut self) -> Result<(bool, u64), Garbled> {
        let negative = self.took(b'-');
        let from = self.at;
        let mut number = 0_u64;
        let next = loop {
            let next = self.text.as_bytes().get(self.at).copied();
            match next {
                Some(digit @ b'0'..=b'9') => {
                    number = number.wrapping_mul(10).wrapping_add((digit - b'0').into());
                    self.pass();
                }
                next => break next,
            }
        };
        let length = self.at - from;
        // A number, and not a whole one.
        let broken = matches!(next, Some(b'-' | b'+' | b'.' | b'e' | b'E'));
        // Neither is a whole number to JSON: a leading zero, and the zero that has a sign.
        let zero = self.text.as_bytes().get(from) == Some(&b'0');
        let padded = zero && (negative || length > 1);
        if length == 0 || broken || padded {
            return Err(Garbled);
        }
        if length > MOST_DIGITS {
            let digits = self.text.get(from..self.at).ok_or(Garbled)?;
            number = digits.parse().map_err(|_| Garbled)?;
        }
        Ok((negative, number))
    }

    /// Takes a value that nobody asked for.
    fn skip(&mut self, depth: u8) -> Result<(), Garbled> {
        match self.next() {
            Some(b'"') => self.string().map(drop),
            Some(b'{' | b'[') => {
                let depth = depth.checked_sub(1).ok_or(Garbled)?;
                let (object, close) = if self.took(b'{') {
                    (true, b'}')
                } else {
                    (false, b']')
                };
                if !object {
                    self.take(b'[')?;
                }
                let mut items = Items::new(self, close);
                while items.another()? {
                    if object {
                        items.reader.string()?;
                        items.reader.take(b':')?;
                    }
                    items.reader.skip(depth)?;
                }
                Ok(())
            }
            _ if self.took_word("null") || self.took_word("true") || self.took_word("false") => {
                Ok(())
            }
            _ => decimal(self.number()?),
        }
    }
}

/// How many bytes there are before one that ends a string or means something else in it: eight at a time,
/// as most of what is read is text. Where they are all that is left, the string does not end.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is less than `limit`, and perhaps of those before them.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let mut count = 0;
    for word in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
        if below(word, 0x20) | quote | escape != 0 {
            break;
        }
        count += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..=0x1f);
    let rest = bytes.get(count..).unwrap_or_default();
    count + rest.iter().position(special).unwrap_or(rest.len())
}

/// Whether JSON has such a number.
fn decimal(text: &str) -> Result<(), Garbled> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            (mantissa, exponent)
        }
        None => (text, "0"),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let padded = whole.starts_with('0') && whole.len() > 1;
    (digits(whole) && !padded && digits(fraction) && digits(exponent))
        .then_some(())
        .ok_or(Garbled)
}

/// What lies between an opening and a closing bracket.
struct Items<'reader, 'text> {
    reader: &'reader mut Reader<'text>,
    close: u8,
    begun: bool,
    ended: bool,
}

impl<'reader, 'text> Items<'reader, 'text> {
    const fn new(reader: &'reader mut Reader<'text>, close: u8) -> Self {
        Self {
            reader,
            close,
            begun: false,
            ended: false,
        }
    }

    /// Goes to the next item, and tells whether there is one.
    #[expect(clippy::inline_always, reason = "asked for before every item")]
    #[inline(always)]
    fn another(&mut self) -> Result<bool, Garbled> {
        if !self.ended {
            match self.reader.next() {
                Some(next) if next == self.close => {
                    self.reader.pass();
                    self.ended = true;
                }
                Some(b',') if self.begun => self.reader.pass(),
                _ if self.begun => return Err(Garbled),
                _ => self.begun = true,
            }
        }
        Ok(!self.ended)
    }

    /// Whoever wanted the items has what it wanted: there must not be another one.
    fn end(&mut self) -> Result<(), Garbled> {
        if self.another()? {
            Err(Garbled)
        } else {
            Ok(())
        }
    }
}

impl<'text> de::SeqAccess<'text> for Items<'_, 'text> {
    type Error = Garbled;

    fn next_element_seed<T: DeserializeSeed<'text>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Garbled> {
        if self.another()? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'text> de::MapAccess<'text> for Items<'_, 'text> {
    type Error = Garbled;

    fn next_key_seed<K: DeserializeSeed<'text>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Garbled> {
        if self.another()? {
            seed.deserialize(Key(self.reader.string()?)).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'text>>(&mut self, seed: V) -> Result<V::Value, Garbled> {
        self.reader.take(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

macro_rules! whole_numbers {
    ($($unsigned:ident $signed:ident)*) => {$(
        fn $unsigned<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
            match self.whole()? {
                (false, number) => visitor.visit_u64(number),
                (true, _) => Err(Garbled),
            }
        }

        fn $signed<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
            let (negative, number) = self.whole()?;
            let number = if negative {
                0_i64.checked_sub_unsigned(number)
            } else {
                i64::try_from(number).ok()
            };
            visitor.visit_i64(number.ok_or(Garbled)?)
        }
    )*};
}

impl<'text> de::Deserializer<'text> for &mut Reader<'text> {
    type Error = Garbled;

    /// What is to be read is always known beforehand.
    fn deserialize_any<V: Visitor<'text>>(self, _: V) -> Result<V::Value, Garbled> {
        Err(Garbled)
    }

    fn deserialize_bool<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        let yes = self.took_word("true");
        if !yes {
            self.take_word("false")?;
        }
        visitor.visit_bool(yes)
    }

    whole_numbers! {
        deserialize_u8 deserialize_i8
        deserialize_u16 deserialize_i16
        deserialize_u32 deserialize_i32
        deserialize_u64 deserialize_i64
    }

    fn deserialize_str<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        Key(self.string()?).deserialize_any(visitor)
    }

    fn deserialize_string<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        if self.took_word("null") {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'text>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        self.take(b'[')?;
        let mut items = Items::new(self, b']');
        let value = visitor.visit_seq(&mut items)?;
        items.end().map(|()| value)
    }

    fn deserialize_tuple<V: Visitor<'text>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'text>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        self.take(b'{')?;
        let mut items = Items::new(self, b'}');
        let value = visitor.visit_map(&mut items)?;
        items.end().map(|()| value)
    }

    fn deserialize_struct<V: Visitor<'text>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'text>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        if !self.took(b'{') {
            let name = self.string()?;
            return visitor.visit_enum(Variant {
                name,
                content: Content(None),
            });
        }
        let name = self.string()?;
        self.take(b':')?;
        let value = visitor.visit_enum(Variant {
            name,
            content: Content(Some(&mut *self)),
        })?;
        self.take(b'}').map(|()| value)
    }

    fn deserialize_ignored_any<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        self.skip(DEPTH)?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'text>>
        f32 f64 char bytes byte_buf unit unit_struct identifier
    }
}

/// The name of a field, or any other text.
struct Key<'text>(Cow<'text, str>);

impl<'text> de::Deserializer<'text> for Key<'text> {
    type Error = Garbled;

    fn deserialize_any<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_u64<V: Visitor<'text>>(self, visitor: V) -> Result<V::Value, Garbled> {
        let mut reader = Reader::new(&self.0);
        let digit = self.0.starts_with(|it: char| it.is_ascii_digit());
        match reader.whole()? {
            (_, number) if digit && reader.rest().is_empty() => visitor.visit_u64(number),
            _ => Err(Garbled),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'text>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'text>>
        bool i8 i16 i32 i64 u8 u16 u32 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Which of an enum's variants the text holds, and what it says of it.
struct Variant<'reader, 'text> {
    name: Cow<'text, str>,
    content: Content<'reader, 'text>,
}

impl<'reader, 'text> de::EnumAccess<'text> for Variant<'reader, 'text> {
    type Error = Garbled;
    type Variant = Content<'reader, 'text>;

    fn variant_seed<V: DeserializeSeed<'text>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), Garbled> {
        Ok((seed.deserialize(Key(self.name))?, self.content))
    }
}

/// What an enum's variant holds; none where the text is its bare name.
struct Content<'reader, 'text>(Option<&'reader mut Reader<'text>>);

impl<'text> de::VariantAccess<'text> for Content<'_, 'text> {
    type Error = Garbled;

    fn unit_variant(self) -> Result<(), Garbled> {
        self.0.map_or(Ok(()), |reader| reader.take_word("null"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'text>>(self, seed: T) -> Result<T::Value, Garbled> {
        seed.deserialize(self.0.ok_or(Garbled)?)
    }

    fn tuple_variant<V: Visitor<'text>>(self, _: usize, visitor: V) -> Result<V::Value, Garbled> {
        de::Deserializer::deserialize_seq(self.0.ok_or(Garbled)?, visitor)
    }

    fn struct_variant<V: Visitor<'text>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Garbled> {
        de::Deserializer::deserialize_map(self.0.ok_or(Garbled)?, visitor)
    }
}
