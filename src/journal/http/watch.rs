//! Looking for what others record: often while something happens, ever more rarely while nothing
//! does, not at all while nobody looks at the page.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen_futures::spawn_local;

use super::Http;
use super::exchange::{looked_again_after, missed_again_after};
use crate::browser::{Timer, WindowListener, chance, is_hidden, on_window_event};
use crate::domain::id::Position;

/// Looks until it is dropped.
#[must_use = "dropping it ends the looking"]
pub struct Watch {
    #[expect(
        dead_code,
        reason = "held for its drop, as what listens holds it weakly"
    )]
    looking: Rc<Looking>,
    #[expect(dead_code, reason = "held for their drop")]
    listeners: [WindowListener; 2],
}

struct Looking {
    http: Rc<Http>,
    callback: Box<dyn Fn()>,
    /// How often nothing had changed.
    quiet: Cell<u32>,
    /// Whether the last look was in vain because of an error.
    failed: Cell<bool>,
    /// What had been read at the last look.
    told: Cell<Option<Position>>,
    /// Whether an answer is being waited for.
    under_way: Cell<bool>,
    next: RefCell<Option<Timer>>,
}

impl Watch {
    /// Calls back when others have recorded something, when the store cannot be asked any more, and
    /// when it can again.
    pub fn new(http: Rc<Http>, callback: impl Fn() + 'static) -> Self {
        let looking = Rc::new(Looking {
            http,
            callback: Box::new(callback),
            quiet: Cell::new(0),
            failed: Cell::new(false),
            told: Cell::new(None),
            under_way: Cell::new(false),
            next: RefCell::new(None),
        });
        let listeners = ["visibilitychange", "online"].map(|event| {
            let looking = Rc::downgrade(&looking);
            on_window_event(event, move || Looking::begin_again(&looking, true))
        });
        // What is written here may soon be answered by others.
        let written = Rc::downgrade(&looking);
        looking
            .http
            .on_write(move || Looking::begin_again(&written, false));
        looking.wait();
        Self { looking, listeners }
    }
}

impl Looking {
    fn begin_again(looking: &Weak<Self>, at_once: bool) {
        let Some(looking) = looking.upgrade() else {
            return;
        };
        looking.quiet.set(0);
        if at_once && !is_hidden() {
            looking.look();
        } else {
            looking.wait();
        }
    }

    fn wait(self: &Rc<Self>) {
        if is_hidden() {
            // The page is told when it is seen again.
            self.next.take();
            return;
        }
        let chance = chance();
        let milliseconds = if self.failed.get() {
            missed_again_after(self.quiet.get(), chance)
        } else {
            looked_again_after(self.quiet.get(), chance)
        };
        let looking = Rc::downgrade(self);
        let timer = Timer::start(i32::try_from(milliseconds).unwrap_or(i32::MAX), move || {
            if let Some(looking) = looking.upgrade() {
                looking.look();
            }
        });
        self.next.replace(Some(timer));
    }

    fn look(self: &Rc<Self>) {
        if self.under_way.replace(true) {
            return;
        }
        let looking = Rc::downgrade(self);
        let http = self.http.clone();
        spawn_local(async move {
            let answer = http.has_news().await;
            let Some(looking) = looking.upgrade() else {
                return;
            };
            looking.under_way.set(false);
            let failed = answer.is_err();
            let missed_or_back = looking.http.note_missed(failed);
            let changed = looking.failed.replace(failed) != failed;
            let told = looking.told.replace(Some(looking.http.last()));
            let news = answer == Ok(true);
            // What cannot be read although it is there is told ever more rarely.
            if changed || news && told != looking.told.get() {
                looking.quiet.set(0);
            } else {
                looking.quiet.set(looking.quiet.get().saturating_add(1));
            }
            if missed_or_back || news {
                (looking.callback)();
            }
            looking.wait();
        });
    }
}
