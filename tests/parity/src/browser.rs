//! The door to the page that runs this build.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::time::ZONES;
use crate::{Table, verdict};

/// Answers every case of a table (JSON) anew. What comes back: how many there were, and in words the first ones that
/// this build decides otherwise.
#[wasm_bindgen]
pub fn disagreements(table: &str) -> Result<String, String> {
    let table: Table = serde_json::from_str(table).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for case in &table.cases {
        let setting = table.settings.get(case.setting).ok_or("a case without its setting")?;
        let here = verdict(setting, &case.command, &ZONES);
        if here != case.verdict {
            let command = serde_json::to_string(&case.command).map_err(|error| error.to_string())?;
            let zone = &setting.zone;
            found.push(format!("{command} in {zone}\n  there {}\n  here  {here}", case.verdict));
        }
    }
    let first = found.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n");
    Ok(format!("{} cases, {} decided otherwise\n{first}", table.cases.len(), found.len()))
}
