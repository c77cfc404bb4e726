//! What tests begin with.

use domain::money::Currency;
use domain::schema::{Schema, WorkDays, WorkspaceSettings, builtin};

/// The definitions of a new workspace.
pub fn schema() -> Schema {
    builtin::schema(WorkspaceSettings {
        name: "T".to_owned(),
        language: "zh".to_owned(),
        zone: "UTC".to_owned(),
        currency: Currency::parse("CNY").expect("a currency"),
        work: WorkDays::default(),
        logo: None,
    })
}
