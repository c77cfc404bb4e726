use leptos::prelude::*;

/// Rows to come, in the size of rows.
#[component]
pub fn SkeletonRows(count: usize) -> impl IntoView {
    let row = |_| {
        view! {
            <div class="row">
                <span class="skeleton skeleton-circle"></span>
                <span class="row-text">
                    <span class="skeleton skeleton-title"></span>
                    <span class="skeleton skeleton-short skeleton-gap"></span>
                </span>
            </div>
        }
    };
    view! {
        <div class="group" aria-hidden="true">
            {(0..count).map(row).collect_view()}
        </div>
    }
}

/// A paragraph to come.
#[component]
pub fn SkeletonText(#[prop(default = 3)] lines: usize) -> impl IntoView {
    let line = |_| view! { <span class="skeleton skeleton-line skeleton-gap"></span> };
    view! {
        <div aria-hidden="true">
            <span class="skeleton skeleton-title"></span>
            {(1..lines).map(line).collect_view()}
        </div>
    }
}
