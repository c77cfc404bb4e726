//! `/api/v1/imports/{id}`; importing itself is a command.

use api_tests::ids::new_id;
use api_tests::workspace::Workspace;
use domain::api::{Code, Empty, GetImport};

covers!(GetImport);

#[test]
fn an_import_that_is_not_there_is_not_found() {
    let Workspace { admin } = Workspace::new();
    for id in [new_id().to_string(), "x".to_owned(), "..".to_owned()] {
        assert_eq!(admin.refusal::<GetImport>(&[&id], &Empty {}).code, Code::NotFound, "{id}");
    }
}
