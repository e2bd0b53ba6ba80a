//! Who acts: a name and a role, which the history and a running flow then name.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{LOYALTY, ROLL_BACK, finish, none_runs, open_profile, open_rollback, run_urls};

/// O1, R9, X2: a flow that cannot be run says what took it away, who did that, and why.
#[test]
fn a_flow_that_is_gone_says_who_took_it_away_and_why() {
    journey(|page| {
        open_profile(page);
        page.field("Your name").fill("Mina Okafor");
        page.press(keys::ESCAPE);
        page.button("Acting as: Mina Okafor, Administrator")
            .is_there();
        page.reload();
        page.button("Acting as: Mina Okafor, Administrator")
            .is_there();

        let in_production = run_urls(page, "Production", &LOYALTY);
        let form = open_rollback(page, "Loyalty launch");
        form.field("Reason (optional)")
            .fill("Points were counted twice");
        form.button(ROLL_BACK).click();
        form.says(&["Release rolled back."]);
        finish(&form);
        none_runs(page, &in_production, &LOYALTY, "Production");
        page.only(Role::Article).says(&[
            "Mina Okafor rolled Loyalty launch back from Production to Test,",
            "Reason: Points were counted twice",
        ]);
    });
}
