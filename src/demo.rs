//! The tenants that a journal can begin with: a small shop in which both examples of the user's
//! document can be clicked at once, or nothing but three environments.
//!
//! The demo is played through the rules, step by step: it holds nothing that an administrator could
//! not have done. It names the rule of each step rather than giving commands to all of them, which
//! keeps the other rules out of what a first visit loads.

use uuid::Uuid;

use crate::domain::actor::{Actor, Context, Role, Timestamp};
use crate::domain::command::Into;
use crate::domain::decide;
use crate::domain::event::Event;
use crate::domain::flow::Canvas;
use crate::domain::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId, TenantId};
use crate::domain::pipeline::{Environment, Pipeline, Settings};
use crate::domain::plan;
use crate::domain::refusal::Refusal;
use crate::domain::state::{Misfit, State};
use crate::domain::text::{Body, Name, Note, TextProblem, ValueText, VariableName};
use crate::domain::variable::Value;

/// The events that a journal begins with, each with when and by whom.
pub type Founding = Vec<(Context, Event)>;

/// Why a tenant could not be begun: a mistake in this file, which a test would have found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DemoProblem {
    /// A text of the demo is not a valid one.
    Text(TextProblem),
    /// The rules refused a step of the demo.
    Refused(Box<Refusal>),
    /// An event did not fit.
    Misfit(Misfit),
}

impl From<TextProblem> for DemoProblem {
    fn from(problem: TextProblem) -> Self {
        Self::Text(problem)
    }
}

impl From<Refusal> for DemoProblem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Misfit> for DemoProblem {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

/// Begins a tenant with three environments and nothing in them (E1).
///
/// # Errors
///
/// [`DemoProblem`], which the tests rule out.
pub fn empty(now: Timestamp, fresh: &mut impl FnMut() -> Uuid) -> Result<Founding, DemoProblem> {
    let pipeline = Pipeline::new(
        environment(fresh, "Development", "Where flows are built and tried out.")?,
        vec![environment(
            fresh,
            "Test",
            "Where a release is checked before users get it.",
        )?],
        environment(fresh, "Production", "What your users run.")?,
    );
    let by = Actor {
        name: Name::new("Flow Environments")?,
        role: Role::Administrator,
    };
    let begun = Event::TenantBegun {
        tenant: TenantId::new(fresh()),
        pipeline,
    };
    Ok(vec![(Context { at: now, by }, begun)])
}

fn environment(
    fresh: &mut impl FnMut() -> Uuid,
    name: &str,
    description: &str,
) -> Result<Environment, DemoProblem> {
    Ok(Environment {
        id: EnvironmentId::new(fresh()),
        settings: Settings {
            name: Name::new(name)?,
            description: Note::new(description)?,
            player: Name::new("default")?,
        },
    })
}

/// Begins the demo: a shop whose last three weeks end at `now`.
///
/// - *Release B* lies over *Release A* in Production, with newer versions of the same three flows:
///   rolling it back brings Release A's versions back (R2, restored).
/// - *Loyalty launch* is in Production with nothing beneath it: rolling it back removes its three
///   flows there (R2, removed).
/// - *Winter campaign* is in Test and holds a newer version of one flow of Release B, so that
///   Release B's rollback puts an older version over it there, and says so (R3).
/// - *Tax update* is in Development.
///
/// # Errors
///
/// [`DemoProblem`], which the tests rule out.
pub fn shop(now: Timestamp, fresh: &mut impl FnMut() -> Uuid) -> Result<Founding, DemoProblem> {
    const HOUR: u64 = 3_600_000;
    const DAY: u64 = 24 * HOUR;
    let start = Timestamp::from_millis(now.as_millis().saturating_sub(21 * DAY));
    let founding = empty(start, fresh)?;
    let mut story = Story::begin(now, founding, fresh)?;

    story.at(21 * DAY, "Mina Okafor");
    story.variable(
        "ShopName",
        &[
            "Corner Shop (development)",
            "Corner Shop (test)",
            "Corner Shop",
        ],
    )?;
    story.variable(
        "SupportMail",
        &["dev@shop.example", "test@shop.example", "help@shop.example"],
    )?;
    // Blank in Production: Release A's Orders names it, so rolling back to it warns (V4).
    story.variable(
        "WarehouseUrl",
        &["https://dev.warehouse.example", "https://warehouse.example"],
    )?;

    let orders = story.flow(
        "Orders",
        "Your order",
        "Thank you for shopping at {{ShopName}}.\nTrack it at {{WarehouseUrl}}.",
    )?;
    let prices = story.flow(
        "Prices",
        "Our prices",
        "All prices at {{ShopName}} include tax.",
    )?;
    let refunds = story.flow(
        "Refunds",
        "Ask for a refund",
        "Write to {{SupportMail}} within 30 days.",
    )?;

    story.at(20 * DAY + 4 * HOUR, "Jonas Weber");
    let a = story.build_new("Release A", orders, "First version")?;
    story.build(a, prices, "First version")?;
    story.build(a, refunds, "First version")?;
    story.at(20 * DAY, "Jonas Weber");
    story.build(a, orders, "Shows where the parcel is")?;
    story.at(19 * DAY, "Mina Okafor");
    story.promote(a)?;
    story.at(18 * DAY + 3 * HOUR, "Mina Okafor");
    story.promote(a)?;

    story.at(6 * DAY, "Jonas Weber");
    story.edit(orders, "Your order", "Thank you for shopping at {{ShopName}}.\nYou can change your order for one hour.\nQuestions? {{SupportMail}}")?;
    story.edit(
        prices,
        "Our prices",
        "All prices at {{ShopName}} include tax.\nMembers save 5 %.",
    )?;
    story.edit(
        refunds,
        "Ask for a refund",
        "Start your refund online.\nMoney is back within five days.",
    )?;
    let b = story.build_new("Release B", orders, "Orders can be changed for one hour")?;
    story.build(b, prices, "Prices for members")?;
    story.build(b, refunds, "Refunds start online")?;
    story.at(5 * DAY, "Mina Okafor");
    story.promote(b)?;

    story.at(4 * DAY, "Aiko Tanaka");
    let cards = story.flow(
        "Gift cards",
        "Give a gift card",
        "From 10 to 100, by mail from {{ShopName}}.",
    )?;
    let loyalty = story.flow(
        "Loyalty",
        "Your points",
        "One point for every euro at {{ShopName}}.",
    )?;
    let vouchers = story.flow(
        "Vouchers",
        "Redeem a voucher",
        "Enter the code on your voucher.",
    )?;
    let launch = story.build_new("Loyalty launch", loyalty, "Points for every order")?;
    story.build(launch, vouchers, "Codes with eight letters")?;
    story.build(launch, cards, "Sent by mail")?;
    story.at(3 * DAY, "Mina Okafor");
    story.promote(launch)?;
    story.at(2 * DAY, "Mina Okafor");
    story.promote(launch)?;
    story.at(DAY + 2 * HOUR, "Mina Okafor");
    story.promote(b)?;

    story.at(20 * HOUR, "Aiko Tanaka");
    story.edit(
        prices,
        "Our prices",
        "Winter prices at {{ShopName}}: 20 % off until Sunday.",
    )?;
    let letter = story.flow(
        "Newsletter",
        "Stay in touch",
        "Once a month, from {{ShopName}}.",
    )?;
    let winter = story.build_new("Winter campaign", prices, "Winter sale")?;
    story.build(winter, letter, "Sign-up form")?;
    story.at(7 * HOUR, "Mina Okafor");
    story.promote(winter)?;

    story.at(2 * HOUR, "Jonas Weber");
    story.edit(
        refunds,
        "Ask for a refund",
        "Start your refund online.\nTax is refunded too.",
    )?;
    story.build_new("Tax update", refunds, "Refunds show the tax")?;
    Ok(story.told)
}

/// A demo as it is being told.
struct Story<'a, F> {
    now: Timestamp,
    context: Context,
    state: State,
    told: Founding,
    fresh: &'a mut F,
}

impl<'a, F: FnMut() -> Uuid> Story<'a, F> {
    fn begin(now: Timestamp, told: Founding, fresh: &'a mut F) -> Result<Self, DemoProblem> {
        let (context, begun) = told
            .first()
            .cloned()
            .ok_or(DemoProblem::Misfit(Misfit::OutOfOrder))?;
        let state = State::begin(&begun, context.clone())?;
        Ok(Self {
            now,
            context,
            state,
            told,
            fresh,
        })
    }

    fn at(&mut self, ago: u64, name: &str) {
        let at = Timestamp::from_millis(self.now.as_millis().saturating_sub(ago));
        if let Ok(name) = Name::new(name) {
            self.context = Context {
                at,
                by: Actor {
                    name,
                    role: Role::Administrator,
                },
            };
        }
    }

    fn tell(&mut self, event: Event) -> Result<(), DemoProblem> {
        self.state.apply(&event, self.context.clone())?;
        self.told.push((self.context.clone(), event));
        // What comes next was done a little later.
        self.context.at = Timestamp::from_millis(self.context.at.as_millis() + 90_000);
        Ok(())
    }

    fn variable(&mut self, name: &str, values: &[&str]) -> Result<(), DemoProblem> {
        let variable = VariableName::new(name)?;
        let environments: Vec<_> = self.state.pipeline().iter().map(|one| one.id).collect();
        for (index, (environment, text)) in environments.into_iter().zip(values).enumerate() {
            let value = Some(&Value::Text(ValueText::new(text)?));
            let decided = if index == 0 {
                decide::create_variable(&self.state, &variable, environment, value)
            } else {
                decide::set_variable(&self.state, &variable, environment, value)
            };
            self.tell(decided?)?;
        }
        Ok(())
    }

    fn flow(&mut self, name: &str, title: &str, body: &str) -> Result<FlowId, DemoProblem> {
        let flow = FlowId::new((self.fresh)());
        let canvas = Canvas {
            title: Name::new(title)?,
            body: Body::new(body)?,
        };
        let name = Name::new(name)?;
        self.tell(decide::create_flow(&self.state, flow, &name, &canvas)?)?;
        Ok(flow)
    }

    fn edit(&mut self, flow: FlowId, title: &str, body: &str) -> Result<(), DemoProblem> {
        let canvas = Canvas {
            title: Name::new(title)?,
            body: Body::new(body)?,
        };
        let name = self
            .state
            .flow(flow)
            .ok_or(Refusal::NoSuchFlow(flow))?
            .name
            .clone();
        self.tell(decide::edit_flow(&self.state, flow, &name, &canvas)?)
    }

    fn build_new(
        &mut self,
        name: &str,
        flow: FlowId,
        notes: &str,
    ) -> Result<ReleaseId, DemoProblem> {
        let id = ReleaseId::new((self.fresh)());
        self.build_into(
            &Into::New {
                id,
                name: Name::new(name)?,
            },
            flow,
            notes,
        )?;
        Ok(id)
    }

    fn build(&mut self, release: ReleaseId, flow: FlowId, notes: &str) -> Result<(), DemoProblem> {
        self.build_into(&Into::Existing(release), flow, notes)
    }

    fn build_into(&mut self, into: &Into, flow: FlowId, notes: &str) -> Result<(), DemoProblem> {
        let snapshot = SnapshotId::new((self.fresh)());
        let notes = Note::new(notes)?;
        self.tell(decide::build(
            &self.state,
            snapshot,
            flow,
            into,
            &notes,
            None,
        )?)
    }

    fn promote(&mut self, release: ReleaseId) -> Result<(), DemoProblem> {
        let shown = plan::promotion(&self.state, release)?;
        self.tell(decide::promote(&self.state, release, &shown)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut() -> Uuid {
        let mut count = 0;
        move || {
            count += 1;
            Uuid::from_u128(count)
        }
    }

    fn replayed(told: &[(Context, Event)]) -> State {
        let mut events = told.iter();
        let (context, begun) = events.next().expect("a tenant begins");
        let mut state = State::begin(begun, context.clone()).expect("the beginning fits");
        for (context, event) in events {
            state
                .apply(event, context.clone())
                .expect("every event fits");
        }
        state
    }

    /// R2: both examples of the user's document are there to be clicked.
    #[test]
    fn the_shop_has_a_release_over_another_and_one_over_nothing() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let state = replayed(&shop(now, &mut counting()).expect("the rules accept the demo"));
        let named = |name: &str| {
            state
                .release_named(&Name::new(name).expect("a name"))
                .expect("the demo has it")
        };
        let after = |name: &str| -> Vec<_> {
            let plan = plan::rollback(&state, named(name)).expect("it can be rolled back");
            plan.rows
                .iter()
                .map(|row| row.effects[0].after().map(|live| live.release))
                .collect()
        };
        assert_eq!(after("Release B"), vec![Some(named("Release A")); 3]);
        assert_eq!(after("Loyalty launch"), vec![None; 3]);
    }

    /// Nothing in the demo lies in the future, and time never runs backwards.
    #[test]
    fn the_shop_was_told_in_order() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let told = shop(now, &mut counting()).expect("the rules accept the demo");
        assert!(told.windows(2).all(|pair| pair[0].0.at <= pair[1].0.at));
        assert!(told.iter().all(|(context, _)| context.at <= now));
    }

    /// E1: three environments, and nothing in them.
    #[test]
    fn an_empty_tenant_has_three_environments_and_no_releases() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let state = replayed(&empty(now, &mut counting()).expect("it begins"));
        assert_eq!(state.pipeline().iter().count(), 3);
        assert_eq!(state.releases().count(), 0);
    }
}
