//! What a page is called in the browser's tab and in its history.

use super::problem::flow_name;
use super::route::{Form, Open, Route, Tab};
use super::tenant::{Tenant, environment_name, release_name};
use super::wizard::Act;

/// The product's name, which ends every title.
pub const PRODUCT: &str = "Flow Environments";

/// Returns the title of a page: what it is about first, then where that belongs.
#[must_use]
pub fn title(tenant: Tenant, route: &Route) -> String {
    let mut parts = tenant.read(|state| match route {
        Route::Environments { open, .. } => {
            let mut parts = match open {
                Some(Open::Release(id) | Open::Form(id, _)) => vec![release_name(state, *id)],
                Some(Open::Build) => vec!["Build flow".to_owned()],
                Some(Open::Undo(_)) | None => Vec::new(),
            };
            parts.push("Environments".to_owned());
            parts
        }
        Route::Pipeline { .. } => vec!["Edit environments".to_owned()],
        Route::Environment { id, tab } => {
            vec![tab_name(*tab).to_owned(), environment_name(state, *id)]
        }
        Route::Flows { .. } => vec!["Flows".to_owned()],
        Route::Flow { id, .. } => vec![flow_name(state, *id), "Flows".to_owned()],
        Route::Matrix { .. } => vec!["Matrix".to_owned()],
        Route::History { .. } => vec!["History".to_owned()],
        Route::Play {
            flow, environment, ..
        } => {
            let place = environment.unwrap_or(state.pipeline().default_environment());
            let (flow, place) = (flow_name(state, *flow), environment_name(state, place));
            vec![format!("{flow} in {place}")]
        }
        Route::Storage => vec!["Storage".to_owned()],
        Route::Unknown(_) => vec!["Not found".to_owned()],
    });
    if let Route::Environments {
        open: Some(open), ..
    } = route
        && let Some(form) = form(tenant, *open)
    {
        parts.insert(0, form);
    }
    parts.push(PRODUCT.to_owned());
    parts.join(" · ")
}

/// Returns what the open form is called.
fn form(tenant: Tenant, open: Open) -> Option<String> {
    let act = match open {
        Open::Release(_) | Open::Build => return None,
        Open::Undo(position) => Act::Undo(position),
        Open::Form(_, Form::Hold) => return Some("Hold".to_owned()),
        Open::Form(id, Form::RollBack) => Act::RollBack(id),
        Open::Form(id, Form::Promote) => Act::Promote(id),
        Open::Form(id, Form::Delete) => Act::Delete(id),
        Open::Form(id, Form::RemoveFlow(flow)) => Act::RemoveFlow(id, flow),
    };
    Some(act.title(tenant))
}

/// Returns what a tab of an environment's page is called.
#[must_use]
pub const fn tab_name(tab: Tab) -> &'static str {
    match tab {
        Tab::Releases => "Releases",
        Tab::Flows => "Flows",
        Tab::Variables => "Variables",
        Tab::Settings => "Settings",
    }
}
