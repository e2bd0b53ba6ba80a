//! The icons: strokes on a 16-pixel grid, in the colour of the text. They never stand for a word.

use leptos::prelude::*;

/// A picture beside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Opens and closes.
    Chevron,
    /// Goes back to something earlier.
    Back,
    /// Goes on to something newer.
    Forward,
    /// Is there now.
    Plus,
    /// Is gone.
    Minus,
    /// Stays as it is.
    Equal,
    /// Needs attention.
    Warning,
    /// Was done.
    Check,
    /// Can be copied.
    Copy,
    /// Can be run.
    Play,
    /// Must not move.
    Hold,
    /// Closes.
    Close,
    /// Takes away.
    Trash,
    /// Layers over one another: the product itself.
    Stack,
    /// Finds.
    Search,
    /// Who acts.
    Person,
    /// An earlier moment.
    Clock,
}

impl Icon {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Chevron,
        Self::Back,
        Self::Forward,
        Self::Plus,
        Self::Minus,
        Self::Equal,
        Self::Warning,
        Self::Check,
        Self::Copy,
        Self::Play,
        Self::Hold,
        Self::Close,
        Self::Trash,
        Self::Stack,
        Self::Search,
        Self::Person,
        Self::Clock,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Chevron => "M6 4l4 4-4 4",
            Self::Back => "M6 3 2.5 6.5 6 10M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6",
            Self::Forward => "M3 8h10M9 4l4 4-4 4",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Minus => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4",
            Self::Equal => "M3.5 6h9M3.5 10h9",
            Self::Warning => "M8 2.5 14.5 13.5h-13ZM8 6.5v3.5M8 11.8v.2",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Copy => "M5.5 5.5h8v8h-8ZM2.5 10.5v-8h8",
            Self::Play => "M5 3.5v9l7-4.5Z",
            Self::Hold => "M5.5 3.5v9M10.5 3.5v9",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Trash => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.5 9h7l.5-9",
            Self::Stack => "M8 2l6 3-6 3-6-3ZM2 8l6 3 6-3M2 11l6 3 6-3",
            Self::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5l3.5 3.5",
            Self::Clock => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.5V8l2.5 1.5",
            Self::Person => {
                "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.5 14c.7-2.7 2.8-4 5.5-4s4.8 1.3 5.5 4"
            }
        }
    }
}

/// Draws an icon. Hidden from screen readers: the word beside it says the same.
#[component]
pub fn Glyph(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
