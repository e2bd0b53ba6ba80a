//! A browser that has no room left: nothing is half recorded, and nothing typed is lost.

use crate::page::{Role, Within, journey};
use crate::steps::{ROLL_BACK, SHOP, all_run, finish, go_home, open_rollback, release, run_urls};

/// Fills what room there is, with a key of another page of the same host.
const FILL: &str = "
    let size = 1 << 22, count = 0;
    while (size >= 1) {
        try { localStorage.setItem('another page/' + count, 'x'.repeat(size)); count += 1; }
        catch { size = Math.floor(size / 2); }
    }
    return count;";

/// Takes all of it away again.
const FREE: &str = "
    Object.keys(localStorage).filter(key => key.startsWith('another page/'))
        .forEach(key => localStorage.removeItem(key));";

/// R5: all of a rollback is recorded, or none of it.
#[test]
fn a_full_storage_records_nothing_and_loses_nothing() {
    journey(|page| {
        let in_production = run_urls(page, "Production", &SHOP);
        let form = open_rollback(page, "Release B");
        form.field("Reason (optional)").fill("Totals were wrong");
        let filled = page.run(FILL);
        assert!(filled.as_u64() > Some(1), "{filled}");

        form.button(ROLL_BACK).click();
        form.saying(
            Role::Alert,
            "This browser's storage is full, so nothing was recorded.",
        )
        .says(&["Make room"]);
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");
        // In the same place again: it fails again, and still loses nothing.
        form.button(ROLL_BACK).click();
        form.saying(Role::Alert, "storage is full").is_there();
        assert_eq!(form.field("Reason (optional)").value(), "Totals were wrong");

        // A second tab sees that nothing has happened.
        let first = page.window();
        page.open_window();
        go_home(page);
        release(page, "Release B").says(&["in Production"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[3, 2, 2],
            "Release B",
            "Production",
        );
        page.switch_to(&first);

        page.run(FREE);
        form.button(ROLL_BACK).click();
        form.saying(Role::Status, "Release rolled back.").is_there();
        form.says(&["Reason: Totals were wrong"]);
        finish(&form);
        release(page, "Release B").says(&["rolled back from Production: Totals were wrong"]);
        all_run(
            page,
            &in_production,
            &SHOP,
            &[2, 1, 1],
            "Release A",
            "Production",
        );
    });
}
