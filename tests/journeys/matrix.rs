//! The matrix: what runs where, how neighbours differ, and what a rollback would uncover.

use crate::page::{Role, Within, journey, keys};
use crate::steps::{ROLL_BACK, ROLLBACK_FORM};

/// R2: what lies beneath a version is one press away, and so is the plan that uncovers it.
#[test]
fn the_matrix_says_what_a_rollback_would_uncover() {
    journey(|page| {
        page.named(Role::Navigation, "Pages").link("Matrix").click();
        page.is_titled("Matrix · Flow Environments");
        let orders = page.row("Orders");
        orders.says(&["Version 3 of Release B", "same as Test"]);
        orders.does_not_say(&["Rolling Release B back"]);
        page.tab_to(Role::Link, "Orders");
        // Development, Test, Production.
        for _ in 0..3 {
            page.press(keys::TAB);
        }
        page.press(keys::ENTER);
        orders.says(&["Rolling Release B back uncovers version 2 of Release A."]);

        page.row("Newsletter")
            .says(&["not available", "only in Test"]);
        page.row("Prices").says(&["behind Test"]);
        orders.button("See the rollback of Release B").click();
        page.dialog(ROLLBACK_FORM).button(ROLL_BACK).is_there();
    });
}

/// What is listed is said in the address, and a reload lists the same.
#[test]
fn the_matrix_is_narrowed_to_differences_and_to_names() {
    journey(|page| {
        page.go("#/matrix");
        let flows = page.named(Role::Table, "Matrix");
        flows.row("Orders").is_there();
        page.named(Role::Checkbox, "Only differences").click();
        flows.row("Vouchers").is_gone();
        page.reload();
        flows.row("Vouchers").is_gone();
        page.named(Role::SearchBox, "Search")
            .fill("no flow is called this");
        page.saying(Role::Status, "0 of 7").is_there();
        assert!(page.hash().starts_with("#/matrix?q=no"), "{}", page.hash());
    });
}
