//! The history: who did what and why, and everything as it was then.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, finish, go_home, open_rollback, release};

const MOMENT: &str = "Moment in the history";

/// R9: the history says who, what and why, and what is asked for stands in the address.
#[test]
fn the_history_says_who_did_what_and_why() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Prices were wrong");
        form.button(ROLL_BACK).click();
        finish(&form);
        page.named(Role::Navigation, "Pages")
            .link("History")
            .click();
        page.is_titled("History · Flow Environments");
        let rollback = page.saying(Role::Item, "Prices were wrong");
        rollback.says(&[
            "Administrator rolled Release B back from Production to Test",
            "Rollback",
            "Reason: Prices were wrong",
        ]);
        page.saying(Role::Item, "created the flow Orders")
            .is_there();

        page.combobox("Kind").pick("Rollbacks");
        page.saying(Role::Item, "created the flow Orders").is_gone();
        assert_eq!(page.hash(), "#/history?kind=rollback");
        page.reload();
        rollback.is_there();
        page.combobox("Release").pick("Loyalty launch");
        rollback.is_gone();
        page.combobox("Release").pick("Release B");
        page.combobox("Person").pick("Administrator");
        rollback.is_there();
        page.combobox("Flow").pick("Vouchers");
        page.saying(Role::Status, "0 of 42").is_there();
    });
}

/// The whole page can be seen as it was, compared with now, and not changed (R1).
#[test]
fn everything_can_be_seen_as_it_was() {
    journey(|page| {
        let form = open_rollback(page, "Release B");
        form.button(ROLL_BACK).click();
        finish(&form);
        release(page, "Release B").says(&["in Test"]);

        page.go("#/history");
        page.named(Role::Region, "Moment").says(&["This is now."]);
        page.tab_to(Role::Slider, MOMENT);
        page.press(keys::LEFT);
        let moment = page.named(Role::Region, "Moment");
        moment.says(&["You are looking at the past."]);
        page.named(Role::Table, "Then and now")
            .row("Orders")
            .says(&[
                "Production",
                "version 3 of Release B",
                "version 2 of Release A",
            ]);
        assert!(page.hash().starts_with("#/history?at="), "{}", page.hash());
        page.reload();
        moment.says(&["You are looking at the past."]);

        go_home(page);
        let then = release(page, "Release B");
        then.says(&["in Production"]);
        page.button("Release B").click();
        then.button(ROLL_BACK)
            .cannot_be_pressed("You are looking at the past, which cannot be changed.");
        page.button("Return to now").click();
        then.says(&["in Test"]);
        moment.is_gone();
        then.button(ROLL_BACK).can_be_pressed();
    });
}
