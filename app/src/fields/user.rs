//! Somebody of the workspace.

use leptos::prelude::*;

use super::{Input, relation};

pub(super) fn input(input: &Input) -> AnyView {
    relation::input(input, "user")
}
