//! Where in the page one is, as a location hash, both ways. Every page has one, and every form that
//! shows a plan: it can be linked to, reloaded, and reached with Back.
//!
//! Anything that is no address of this page is [`Route::Unknown`], shown as such.

use std::fmt;

use crate::domain::id::{EnvironmentId, FlowId, Position, ReleaseId};

/// A page, with what is open on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The home page: environments and releases.
    Environments {
        /// Which releases are listed.
        filter: Filter,
        /// What is open.
        open: Option<Open>,
    },
    /// All environments, to be edited.
    Pipeline {
        /// The environment whose removal is asked for.
        removing: Option<EnvironmentId>,
    },
    /// One environment.
    Environment {
        /// The environment.
        id: EnvironmentId,
        /// The tab.
        tab: Tab,
    },
    /// All flows.
    Flows {
        /// Whether the form for a new flow is open.
        creating: bool,
    },
    /// One flow.
    Flow {
        /// The flow.
        id: FlowId,
        /// Whether the form for a build is open.
        building: bool,
    },
    /// What runs where.
    Matrix {
        /// The flows whose name has this in it.
        search: String,
        /// Whether only flows are listed that differ between environments.
        differing: bool,
    },
    /// The journal, and everything as it was then.
    History {
        /// Which entries are listed.
        story: Story,
        /// The entry after which everything is shown; without one, everything is shown as it is.
        at: Option<Position>,
    },
    /// A running flow (X1).
    Play {
        /// The player.
        player: String,
        /// The flow.
        flow: FlowId,
        /// The environment; without one, the default one is meant.
        environment: Option<EnvironmentId>,
    },
    /// What keeps the journal.
    Storage,
    /// No address of this page.
    Unknown(String),
}

/// What is open on the home page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// A release's details.
    Release(ReleaseId),
    /// A form over a release's details.
    Form(ReleaseId, Form),
    /// The form that undoes a step of the history.
    Undo(Position),
    /// The form that builds a flow.
    Build,
}

/// A form about one release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// **Rollback Release** (R6).
    RollBack,
    /// **Promote release** (P5).
    Promote,
    /// Hold this release (H1).
    Hold,
    /// Delete release (D2).
    Delete,
    /// Remove a flow from the release (D1).
    RemoveFlow(FlowId),
}

/// The tabs of one environment's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The releases that are in it.
    #[default]
    Releases,
    /// The flows that are live in it.
    Flows,
    /// The variables' values in it.
    Variables,
    /// Its settings.
    Settings,
}

impl Tab {
    /// The tabs, in order.
    pub const ALL: [Self; 4] = [Self::Releases, Self::Flows, Self::Variables, Self::Settings];

    const fn slug(self) -> &'static str {
        match self {
            Self::Releases => "releases",
            Self::Flows => "flows",
            Self::Variables => "variables",
            Self::Settings => "settings",
        }
    }
}

/// Which releases the home page lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those in one environment only.
    pub environment: Option<EnvironmentId>,
    /// Those that were last deployed lately.
    pub since: Since,
    /// Those that match: release name, flow name, Version ID or notes.
    pub search: String,
}

/// How far back the list of releases goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// All releases.
    #[default]
    Ever,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// The last 90 days.
    Quarter,
}

impl Since {
    /// All spans, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
        Self::Ever,
    ];

    /// Returns the number of days, if there is a limit.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::Ever => None,
            Self::Day => Some(1),
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
        }
    }

    /// Returns the value in an address: the number of days, or nothing.
    #[must_use]
    pub fn slug(self) -> String {
        self.days().map(|days| days.to_string()).unwrap_or_default()
    }

    /// Reads what [`Since::slug`] wrote; anything else is no limit.
    #[must_use]
    pub fn parse(slug: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|since| since.slug() == slug)
            .unwrap_or_default()
    }
}

/// Which entries the history lists: all that fit everything that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Those about an environment.
    pub environment: Option<EnvironmentId>,
    /// Those about a release.
    pub release: Option<ReleaseId>,
    /// Those about a flow.
    pub flow: Option<FlowId>,
    /// Those of a kind.
    pub kind: Option<Kind>,
    /// Those that the person of this name recorded; empty for everybody.
    pub person: String,
}

/// What kind of step an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A build, with or without a reset.
    Build,
    /// A promotion.
    Promotion,
    /// A rollback.
    Rollback,
    /// The removal of a flow, the deletion of a release.
    Removal,
    /// A hold, set or lifted.
    Hold,
    /// A step undone, or redone.
    Undo,
    /// A flow created or edited.
    Flow,
    /// The environments and their settings.
    Environment,
    /// A variable or one of its values.
    Variable,
}

impl Kind {
    /// All kinds, those that move releases first.
    pub const ALL: [Self; 9] = [
        Self::Build,
        Self::Promotion,
        Self::Rollback,
        Self::Removal,
        Self::Hold,
        Self::Undo,
        Self::Flow,
        Self::Environment,
        Self::Variable,
    ];

    /// Returns the value in an address.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Promotion => "promotion",
            Self::Rollback => "rollback",
            Self::Removal => "removal",
            Self::Hold => "hold",
            Self::Undo => "undo",
            Self::Flow => "flow",
            Self::Environment => "environment",
            Self::Variable => "variable",
        }
    }

    /// Reads what [`Kind::slug`] wrote.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

impl Route {
    /// The home page, with nothing open and everything listed.
    #[must_use]
    pub fn home() -> Self {
        Self::Environments {
            filter: Filter::default(),
            open: None,
        }
    }

    /// The home page with something open and everything listed.
    #[must_use]
    pub fn open(open: Open) -> Self {
        Self::Environments {
            filter: Filter::default(),
            open: Some(open),
        }
    }

    /// The home page with one release's details open.
    #[must_use]
    pub fn release(id: ReleaseId) -> Self {
        Self::open(Open::Release(id))
    }

    /// Reads a location hash, with or without its `#`.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        Self::try_parse(hash).unwrap_or_else(|| Self::Unknown(hash.to_owned()))
    }

    fn try_parse(hash: &str) -> Option<Self> {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let query = |name: &str| {
            query.split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                (key == name).then(|| decode(value))
            })
        };
        let filter = || Filter {
            environment: query("in").and_then(|id| id.parse().ok()),
            since: query("days")
                .map(|days| Since::parse(&days))
                .unwrap_or_default(),
            search: query("q").unwrap_or_default(),
        };
        let home = |open| {
            Some(Self::Environments {
                filter: filter(),
                open,
            })
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => home(None),
            ["build"] => home(Some(Open::Build)),
            ["undo", position] => home(Some(Open::Undo(Position::new(position.parse().ok()?)))),
            ["releases", id] => home(Some(Open::Release(id.parse().ok()?))),
            ["releases", id, rest @ ..] => {
                let form = match rest {
                    ["rollback"] => Form::RollBack,
                    ["promote"] => Form::Promote,
                    ["hold"] => Form::Hold,
                    ["delete"] => Form::Delete,
                    ["flows", flow, "remove"] => Form::RemoveFlow(flow.parse().ok()?),
                    _ => return None,
                };
                home(Some(Open::Form(id.parse().ok()?, form)))
            }
            ["environments"] => Some(Self::Pipeline { removing: None }),
            ["environments", id] => Some(Self::Environment {
                id: id.parse().ok()?,
                tab: Tab::default(),
            }),
            ["environments", id, "remove"] => Some(Self::Pipeline {
                removing: Some(id.parse().ok()?),
            }),
            ["environments", id, tab] => {
                let tab = Tab::ALL.into_iter().find(|known| known.slug() == *tab)?;
                Some(Self::Environment {
                    id: id.parse().ok()?,
                    tab,
                })
            }
            ["flows"] => Some(Self::Flows { creating: false }),
            ["flows", "new"] => Some(Self::Flows { creating: true }),
            ["flows", id] => Some(Self::Flow {
                id: id.parse().ok()?,
                building: false,
            }),
            ["flows", id, "build"] => Some(Self::Flow {
                id: id.parse().ok()?,
                building: true,
            }),
            ["storage"] => Some(Self::Storage),
            ["matrix"] => Some(Self::Matrix {
                search: query("q").unwrap_or_default(),
                differing: query("only").as_deref() == Some("differences"),
            }),
            ["history"] => Some(Self::History {
                story: Story {
                    environment: query("in").and_then(|id| id.parse().ok()),
                    release: query("release").and_then(|id| id.parse().ok()),
                    flow: query("flow").and_then(|id| id.parse().ok()),
                    kind: query("kind").and_then(|kind| Kind::parse(&kind)),
                    person: query("by").unwrap_or_default(),
                },
                // A moment that is named but is none must not become now.
                at: query("at")
                    .map(|at| at.parse().map(Position::new))
                    .transpose()
                    .ok()?,
            }),
            ["play", player] => Some(Self::Play {
                player: decode(player),
                flow: query("flow-id")?.parse().ok()?,
                // An environment that is named but is none must not become the default one.
                environment: query("environment-id")
                    .map(|id| id.parse())
                    .transpose()
                    .ok()?,
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Route {
    /// Writes the location hash, `#` included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environments { filter, open } => {
                match open {
                    None => write!(f, "#/")?,
                    Some(Open::Build) => write!(f, "#/build")?,
                    Some(Open::Undo(position)) => write!(f, "#/undo/{position}")?,
                    Some(Open::Release(id)) => write!(f, "#/releases/{id}")?,
                    Some(Open::Form(id, Form::RollBack)) => write!(f, "#/releases/{id}/rollback")?,
                    Some(Open::Form(id, Form::Promote)) => write!(f, "#/releases/{id}/promote")?,
                    Some(Open::Form(id, Form::Hold)) => write!(f, "#/releases/{id}/hold")?,
                    Some(Open::Form(id, Form::Delete)) => write!(f, "#/releases/{id}/delete")?,
                    Some(Open::Form(id, Form::RemoveFlow(flow))) => {
                        write!(f, "#/releases/{id}/flows/{flow}/remove")?;
                    }
                }
                let mut pairs = Vec::new();
                pairs.extend(filter.environment.map(|id| format!("in={id}")));
                pairs.extend(filter.since.days().map(|days| format!("days={days}")));
                if !filter.search.is_empty() {
                    pairs.push(format!("q={}", encode(&filter.search)));
                }
                write_query(f, &pairs)
            }
            Self::Matrix { search, differing } => {
                write!(f, "#/matrix")?;
                let mut pairs = Vec::new();
                if !search.is_empty() {
                    pairs.push(format!("q={}", encode(search)));
                }
                if *differing {
                    pairs.push("only=differences".to_owned());
                }
                write_query(f, &pairs)
            }
            Self::History { story, at } => {
                write!(f, "#/history")?;
                let mut pairs = Vec::new();
                pairs.extend(at.map(|at| format!("at={at}")));
                pairs.extend(story.environment.map(|id| format!("in={id}")));
                pairs.extend(story.release.map(|id| format!("release={id}")));
                pairs.extend(story.flow.map(|id| format!("flow={id}")));
                pairs.extend(story.kind.map(|kind| format!("kind={}", kind.slug())));
                if !story.person.is_empty() {
                    pairs.push(format!("by={}", encode(&story.person)));
                }
                write_query(f, &pairs)
            }
            Self::Pipeline { removing: None } => write!(f, "#/environments"),
            Self::Pipeline { removing: Some(id) } => write!(f, "#/environments/{id}/remove"),
            Self::Environment { id, tab } => write!(f, "#/environments/{id}/{}", tab.slug()),
            Self::Flows { creating: false } => write!(f, "#/flows"),
            Self::Flows { creating: true } => write!(f, "#/flows/new"),
            Self::Flow {
                id,
                building: false,
            } => write!(f, "#/flows/{id}"),
            Self::Flow { id, building: true } => write!(f, "#/flows/{id}/build"),
            Self::Play {
                player,
                flow,
                environment,
            } => {
                write!(f, "#/play/{}?flow-id={flow}", encode(player))?;
                environment.map_or(Ok(()), |id| write!(f, "&environment-id={id}"))
            }
            Self::Storage => write!(f, "#/storage"),
            Self::Unknown(hash) => f.write_str(hash),
        }
    }
}

fn write_query(f: &mut fmt::Formatter<'_>, pairs: &[String]) -> fmt::Result {
    if pairs.is_empty() {
        Ok(())
    } else {
        write!(f, "?{}", pairs.join("&"))
    }
}

/// Percent-encodes all but the characters that RFC 3986 leaves unreserved.
fn encode(text: &str) -> String {
    use fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Takes percent-encoding back; what is not well-formed stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            // "+1" is a number to the parser, and no escape.
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11";

    /// X1: what an address says survives being written and read.
    #[test]
    fn every_address_reads_back_as_itself() {
        let addresses = [
            "#/".to_owned(),
            "#/build".to_owned(),
            "#/undo/12".to_owned(),
            format!("#/?in={ID}&days=30&q=caf%C3%A9%20%26%20%25"),
            format!("#/releases/{ID}"),
            format!("#/releases/{ID}/rollback"),
            format!("#/releases/{ID}/promote?q=b"),
            format!("#/releases/{ID}/hold"),
            format!("#/releases/{ID}/delete"),
            format!("#/releases/{ID}/flows/{ID}/remove"),
            "#/environments".to_owned(),
            format!("#/environments/{ID}/flows"),
            format!("#/environments/{ID}/remove"),
            "#/flows".to_owned(),
            "#/flows/new".to_owned(),
            "#/storage".to_owned(),
            format!("#/flows/{ID}"),
            format!("#/flows/{ID}/build"),
            "#/matrix".to_owned(),
            "#/matrix?q=a%20b&only=differences".to_owned(),
            "#/history".to_owned(),
            format!("#/history?at=7&in={ID}&release={ID}&flow={ID}&kind=rollback&by=Mina%20O"),
            format!("#/play/default?flow-id={ID}"),
            format!("#/play/my%20player?flow-id={ID}&environment-id={ID}"),
        ];
        for address in addresses {
            let route = Route::parse(&address);
            assert!(
                !matches!(route, Route::Unknown(_)),
                "{address} is an address"
            );
            assert_eq!(route.to_string(), address);
        }
    }

    #[test]
    fn no_hash_is_the_home_page() {
        assert_eq!(Route::parse(""), Route::home());
        assert_eq!(Route::parse("#"), Route::home());
    }

    #[test]
    fn what_is_no_address_is_said_to_be_unknown() {
        let hashes = [
            "#/nowhere",
            "#/releases/x",
            "#/releases/x/rollback",
            "#/play/default",
            "#/undo/-1",
            "#/history?at=then",
            "#/play/default?flow-id=6f1c2a52-52cc-4a8e-b2a7-0d9d6f6f7a11&environment-id=x",
        ];
        for hash in hashes {
            assert_eq!(Route::parse(hash), Route::Unknown(hash.to_owned()));
        }
    }

    #[test]
    fn malformed_escapes_are_text() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%+1"), "%+1");
    }
}
