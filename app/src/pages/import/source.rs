use domain::import_file::Encoding;
use leptos::prelude::*;

use super::{Work, entities_now, plural};
use crate::components::{Choice, Field, Select, Switch, icon, icons};
use crate::i18n::{format, t, tr};

/// The file, its letters, and what its rows are.
#[component]
pub fn Source(work: Work) -> impl IntoView {
    let summary = move || {
        work.chosen.with(|chosen| {
            chosen.as_ref().map(|chosen| {
                let count = format::number(chosen.sheet.rows.len() as i64);
                tr("import.file.rows", &[("name", &chosen.name), ("count", &count)])
            })
        })
    };
    let entity = Signal::derive(move || {
        work.mapping
            .with(|mapping| mapping.as_ref().map(|mapping| mapping.entity.clone()).unwrap_or_default())
    });
    let entities = Signal::derive(move || {
        entities_now()
            .into_iter()
            .map(|id| {
                let name = plural(&id);
                Choice::new(id, name)
            })
            .collect::<Vec<_>>()
    });
    let choose_entity = move |entity: String| {
        if let Some(chosen) = work.chosen.get_untracked() {
            work.mapping.set(Some(work.guess(&entity, &chosen.sheet)));
        }
    };
    let encoding = Signal::derive(move || {
        work.chosen.with(|chosen| {
            chosen.as_ref().map(|chosen| chosen.encoding.label().to_owned()).unwrap_or_default()
        })
    });
    let encodings: Vec<Choice> = Encoding::ALL
        .into_iter()
        .map(|encoding| {
            let name = match encoding {
                Encoding::Utf8 => "UTF-8",
                Encoding::Gb18030 => "GBK / GB18030",
                Encoding::Utf16Le => "UTF-16 LE",
                Encoding::Utf16Be => "UTF-16 BE",
            };
            Choice::new(encoding.label(), name)
        })
        .collect();
    let why = RwSignal::new(None::<&'static str>);
    let choose_encoding = move |label: String| {
        let Some((chosen, encoding)) = work.chosen.get_untracked().zip(Encoding::from_label(&label)) else {
            return;
        };
        match chosen.reread(encoding) {
            Ok(chosen) => {
                why.set(None);
                let entity = work
                    .mapping
                    .with_untracked(|mapping| mapping.as_ref().map(|mapping| mapping.entity.clone()));
                work.take(chosen, entity.as_deref());
            }
            Err(key) => why.set(Some(key)),
        }
    };
    let problem = Signal::derive(move || why.get().map(|key| tr(key, &[])));
    let headed = Signal::derive(move || {
        work.chosen.with(|chosen| chosen.as_ref().is_none_or(|chosen| chosen.sheet.headed))
    });
    let choose_headed = move |headed: bool| {
        let Some(chosen) = work.chosen.get_untracked() else { return };
        let entity =
            work.mapping.with_untracked(|mapping| mapping.as_ref().map(|mapping| mapping.entity.clone()));
        work.take(chosen.with_headings(headed), entity.as_deref());
    };
    view! {
        <div class="card stack">
            <p class="import-file">{icon(icons::IMPORT)} <span>{summary}</span></p>
            <div class="form-box">
                <div class="form form-grid">
                    <Field label=t("import.entity")>
                        <Select value=entity choices=entities on_choose=choose_entity />
                    </Field>
                    <Field label=t("import.file.encoding") help=t("import.file.encoding.help") problem>
                        <Select value=encoding choices=encodings on_choose=choose_encoding />
                    </Field>
                </div>
            </div>
            <Switch label=t("import.file.headed") value=headed on_change=choose_headed />
        </div>
    }
}
