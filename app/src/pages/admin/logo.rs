//! The workspace's logo: chosen, made small on the device, sent like any file, and taken by a change of definitions.

use domain::api::UploadFile;
use domain::api::file::{StoredFile, UploadRequest};
use domain::files::{LOGO_PIXELS, MAX_LOGO_BYTES, is_logo, size_text};
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::define::define;
use crate::api::{self, upload::upload};
use crate::components::{Button, ButtonKind, FileButton, FormProblem, icons, small_png};
use crate::i18n::t;
use crate::pages::account::logo_address;
use crate::pages::more::{Problems, problems_of};
use crate::state::{app, heard};

const PICTURES: &str = "image/png,image/jpeg,image/webp";

#[component]
pub fn Logo() -> impl IntoView {
    let problems = Problems::none();
    let pending = RwSignal::new(false);
    let carry_out = move |work: Work| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let outcome = work.carry_out().await;
            pending.try_set(false);
            problems.0.try_set(outcome.err().unwrap_or_default());
        });
    };
    let choose = move |chosen: Vec<web_sys::File>| {
        if let Some(file) = chosen.into_iter().next() {
            carry_out(Work::Take(file));
        }
    };
    let closed = Signal::derive(move || pending.get() || !app().online.get());
    let add = move || {
        if logo_address().is_some() { t("settings.logo.replace")() } else { t("settings.logo.add")() }
    };
    view! {
        <section class="stack stack-tight">
            <h2 class="group-title">{t("settings.logo")}</h2>
            <div class="card form">
                {move || {
                    logo_address().map(|address| view! { <img class="logo-shown" src=address alt=t("settings.logo") /> })
                }}
                <div class="btn-row">
                    <FileButton label=add drawing=icons::CAMERA accept=PICTURES single=true disabled=closed on_choose=choose />
                    <Show when=move || logo_address().is_some()>
                        <Button
                            label=t("settings.logo.remove")
                            kind=ButtonKind::DangerQuiet
                            pending
                            on_press=move |()| carry_out(Work::Remove)
                        />
                    </Show>
                </div>
                <FormProblem problem=problems.rest(&[]) />
                <p class="field-help">{t("settings.logo.help")}</p>
            </div>
        </section>
    }
}

enum Work {
    Take(web_sys::File),
    Remove,
}

impl Work {
    async fn carry_out(self) -> Result<(), Vec<Problem>> {
        let logo = match self {
            Self::Take(file) => Some(send(&file).await?.file.id),
            Self::Remove => None,
        };
        define(DefinitionChange::SetLogo { logo }).await
    }
}

/// Sends a small picture of the file. What the browser cannot read as one of the kinds is no logo; what the server says
/// of it counts.
async fn send(file: &web_sys::File) -> Result<StoredFile, Vec<Problem>> {
    let not_one = || vec![Problem::new("problem.not_logo")];
    if !is_logo(&file.type_()) {
        return Err(not_one());
    }
    let small = small_png(file, LOGO_PIXELS).await.ok_or_else(not_one)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes are whole and not negative"
    )]
    let size = small.size() as u64;
    if size > MAX_LOGO_BYTES {
        return Err(vec![Problem::new("problem.file_too_large").with("max", size_text(MAX_LOGO_BYTES))]);
    }
    let request = UploadRequest { name: "logo.png".to_owned(), size };
    let (_, answer) =
        upload::<UploadFile>(&[], &request, &small, |_| ()).map_err(|error| problems_of(&error))?;
    let reply = answer.await;
    heard(&reply, true);
    reply.and_then(|text| api::read::<StoredFile>(&text)).map_err(|error| problems_of(&error))
}
