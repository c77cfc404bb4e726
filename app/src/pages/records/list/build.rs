//! The filter builder: rules in plain words, joined by all or any, one level of groups. It works on a draft; the list
//! changes when it is applied.

use std::cell::Cell;

use domain::filter::{Filter, Join, Part};
use leptos::html;
use leptos::prelude::*;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::rule::{DraftRule, RuleEditor};
use super::work::Work;
use crate::components::{Button, ButtonKind, ChipGroup, Choice, IconButton, Sheet, icons};
use crate::i18n::{t, tr};

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

fn next_key() -> u32 {
    NEXT.replace(NEXT.get() + 1)
}

#[derive(Clone, Copy)]
struct Draft {
    join: RwSignal<Join>,
    parts: RwSignal<Vec<(u32, DraftPart)>>,
}

#[derive(Clone)]
enum DraftPart {
    Rule(DraftRule),
    Group(Draft),
    Other(Json),
}

impl Draft {
    fn of(filter: &Filter) -> Self {
        let part = |part: &Part| match part {
            Part::Rule(rule) => DraftPart::Rule(DraftRule::of(rule)),
            Part::Group(group) => DraftPart::Group(Self::of(group)),
            Part::Other(json) => DraftPart::Other(json.clone()),
        };
        let parts = filter.parts.iter().map(|one| (next_key(), part(one))).collect();
        Self { join: RwSignal::new(filter.join), parts: RwSignal::new(parts) }
    }

    fn add(&self, part: DraftPart) {
        self.parts.update(|parts| parts.push((next_key(), part)));
    }

    fn remove(&self, key: u32) {
        self.parts.update(|parts| parts.retain(|(own, _)| *own != key));
    }

    /// The filter, or nothing when a rule is not finished; its problem then stands at the rule.
    fn finish(&self, work: Work) -> Option<Filter> {
        let mut sound = true;
        let mut parts = Vec::new();
        for (_, part) in self.parts.get_untracked() {
            match part {
                DraftPart::Rule(rule) => match rule.finish(work) {
                    Some(rule) => parts.push(Part::Rule(rule)),
                    None => sound = false,
                },
                DraftPart::Group(group) => match group.finish(work) {
                    Some(group) if group.is_empty() => {}
                    Some(group) => parts.push(Part::Group(group)),
                    None => sound = false,
                },
                DraftPart::Other(json) => parts.push(Part::Other(json)),
            }
        }
        sound.then(|| Filter { join: self.join.get_untracked(), parts })
    }
}

#[component]
pub fn FilterSheet(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let draft = RwSignal::new(None::<Draft>);
    // A draft is begun anew each time the sheet opens. Its signals belong to the sheet and not to the effect, which
    // would take them away while the sheet is still closing.
    let sheet = Owner::current();
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        let begin = || {
            let filter = work.filter.with_untracked(|asked| asked.filter.clone());
            let begun = Draft::of(&filter);
            if filter.is_empty() {
                begun.add(DraftPart::Rule(DraftRule::first(work)));
            }
            begun
        };
        draft.set(Some(sheet.as_ref().map_or_else(begin, |sheet| sheet.with(begin))));
    });
    let apply = move |()| {
        let Some(filter) = draft.get_untracked().and_then(|draft| draft.finish(work)) else { return };
        work.set_filter(&filter);
        open.set(false);
    };
    let clear = move |()| {
        work.set_filter(&Filter::default());
        open.set(false);
    };
    let foot = move || {
        view! {
            <Button label=t("filter.clear") on_press=clear />
            <Button label=t("filter.apply") kind=ButtonKind::Primary on_press=apply />
        }
    };
    view! {
        <Sheet open title=t("filter.title") close=t("action.close") foot=foot>
            {move || draft.get().map(|draft| view! { <Parts work draft outermost=true /> })}
        </Sheet>
    }
}

fn join_choices() -> Vec<Choice> {
    vec![Choice::new("and", t("filter.join.all")), Choice::new("or", t("filter.join.any"))]
}

#[component]
fn Parts(work: Work, draft: Draft, outermost: bool) -> AnyView {
    let several = Memo::new(move |_| draft.parts.with(Vec::len) > 1);
    let choose = move |code: String| draft.join.set(if code == "or" { Join::Any } else { Join::All });
    let joined = Signal::derive(move || draft.join.get().name().to_owned());
    let place = NodeRef::<html::Div>::new();
    // A rule that was added is what one goes on with; where one was taken out, the focus went with it.
    let go_on_at = move |selector: &'static str| {
        request_animation_frame(move || {
            let found = place.get_untracked().and_then(|place| place.query_selector(selector).ok().flatten());
            if let Some(control) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = control.focus();
            }
        });
    };
    let one = move |(key, part): (u32, DraftPart)| {
        let out = move |()| {
            draft.remove(key);
            go_on_at(":scope > .rules-add button");
        };
        match part {
            DraftPart::Rule(rule) => view! { <RuleEditor work rule on_remove=out /> }.into_any(),
            DraftPart::Group(group) => view! {
                <div class="rule-group" role="group" aria-label=t("filter.group")>
                    <div class="rule-group-head">
                        <span class="group-title">{t("filter.group")}</span>
                        <IconButton label=t("filter.group.remove") drawing=icons::DELETE on_press=out />
                    </div>
                    <Parts work draft=group outermost=false />
                </div>
            }
            .into_any(),
            DraftPart::Other(json) => view! {
                <div class="rule rule-other">
                    <p>{t("filter.other")}</p>
                    <code class="rule-code">{json.to_string()}</code>
                    <IconButton label=move || tr("filter.remove", &[("rule", &tr("filter.other", &[]))]) drawing=icons::DELETE on_press=out />
                </div>
            }
            .into_any(),
        }
    };
    let add = move |part: DraftPart| {
        draft.add(part);
        // The buttons stand last.
        go_on_at(":scope > :nth-last-child(2) select");
    };
    let add_rule = move |()| add(DraftPart::Rule(DraftRule::first(work)));
    let add_group = move |()| {
        let group = Draft::of(&Filter { join: Join::Any, parts: Vec::new() });
        group.add(DraftPart::Rule(DraftRule::first(work)));
        add(DraftPart::Group(group));
    };
    view! {
        <div class="rules" node_ref=place>
            <Show when=move || several.get()>
                <ChipGroup legend=t("filter.join") choices=join_choices() value=joined on_choose=choose />
            </Show>
            <For each=move || draft.parts.get() key=|(key, _)| *key children=one />
            <div class="rules-add">
                <Button label=t("filter.add") drawing=icons::ADD on_press=add_rule />
                {outermost.then(|| view! { <Button label=t("filter.add_group") drawing=icons::ADD on_press=add_group /> })}
            </div>
        </div>
    }
    .into_any()
}
