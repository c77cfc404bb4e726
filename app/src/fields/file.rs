//! Files and photos. They go to the server while the form is open, each with a small picture that the device makes of a
//! photo, and the record takes them over when it is saved. That needs a connection; everything else does not.

use std::cell::Cell;
use std::rc::Rc;

use domain::api::file::{StoredFile, ThumbnailRequest, UploadRequest};
use domain::api::{Call, Code, GetFile, GetThumbnail, Health, PutThumbnail, UploadFile, fill};
use domain::fields::{FileField, uploading};
use domain::files::{FileInfo, MAX_BYTES, MAX_THUMBNAIL_BYTES, THUMBNAIL_PIXELS, is_photo, size_text};
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::Input;
use crate::api::upload::{Sending, upload};
use crate::api::{self, ApiError, Question};
use crate::components::{FileButton, IconButton, icon, icons, thumbnail};
use crate::i18n::{label, problem_text, t, tr};
use crate::state::{app, ask_for, heard, sleep};

/// Without HEIC: asked for these, an iPhone hands its photos over as JPEG, which everybody can see.
const PHOTOS: &str = "image/jpeg,image/png,image/webp,image/gif";
/// Milliseconds between two looks whether the server is back.
const ASK_AGAIN_MS: i32 = 2_000;
/// Small pictures of one record in a list.
const SHOWN: usize = 3;

/// A file on its way. Its place in the value is held by [`uploading`], so that nobody saves without it.
struct Underway {
    key: u32,
    name: String,
    percent: RwSignal<u32>,
    sending: Sending,
    stopped: Rc<Cell<bool>>,
}

#[derive(Clone, Copy)]
struct Control {
    value: RwSignal<Json>,
    underway: RwSignal<Vec<Underway>, LocalStorage>,
    /// What became of files that did not come in.
    told: RwSignal<Vec<String>>,
    next: StoredValue<u32>,
    max: usize,
}

fn files(json: &Json) -> Vec<FileInfo> {
    json.as_array().into_iter().flatten().filter_map(FileInfo::from_json).collect()
}

pub(super) fn input(input: &Input, kind: &FileField) -> AnyView {
    let control = Control {
        value: input.value,
        underway: RwSignal::new_local(Vec::new()),
        told: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
        max: usize::try_from(kind.max).unwrap_or_default(),
    };
    // What was on its way when a draft was put aside did not come in.
    let kept = control.value.with_untracked(files);
    if control.items().len() > kept.len() {
        control.set(kept.iter().map(FileInfo::to_json).collect());
    }
    on_cleanup(move || control.underway.with_untracked(|all| all.iter().for_each(Underway::stop)));
    Effect::new(move |_| {
        if !app().online.get() {
            spawn_local(control.wait_for_the_server());
        }
    });
    let offline = move || !app().online.get();
    let full = move || control.value.with(count) >= control.max;
    let closed = Signal::derive(move || offline() || full());
    let (photos_only, max) = (kind.photos_only, kind.max);
    let add = move |chosen: Vec<web_sys::File>| {
        control.told.set(Vec::new());
        chosen.into_iter().for_each(|file| control.add(file));
    };
    let name = input.field.label.clone();
    let add_label = move || tr(if photos_only { "field.files.add_photo" } else { "field.files.add" }, &[]);
    let held = move || {
        let line = |file: FileInfo| {
            let (id, name) = (file.id, file.name.clone());
            let remove = move |()| control.remove(|item| item.id == id);
            view! {
                <FileLine file>
                    <IconButton
                        label=move || tr("field.files.remove", &[("name", &name)])
                        drawing=icons::CLOSE
                        on_press=remove
                    />
                </FileLine>
            }
        };
        control.value.with(files).into_iter().map(line).collect_view()
    };
    let coming = move || control.underway.with(|all| all.iter().map(|one| one.line()).collect_view());
    let told = move || {
        let line = |text: String| view! { <p class="field-problem" role="alert">{icon(icons::ALERT)} <span>{text}</span></p> };
        control.told.get().into_iter().map(line).collect_view()
    };
    let note = move || {
        let text = if offline() {
            tr("field.files.offline", &[])
        } else if full() {
            tr("field.files.full", &[("max", &max.to_string())])
        } else {
            return None;
        };
        Some(view! { <p class="field-help" role="status">{text}</p> })
    };
    view! {
        <div class="files-input" role="group" aria-label=move || label(&name)>
            <ul class="files">{held} {coming}</ul>
            {told}
            <div class="files-add">
                <FileButton
                    label=add_label
                    drawing=icons::ADD
                    accept=if photos_only { PHOTOS } else { "" }
                    disabled=closed
                    on_choose=add
                />
                <FileButton
                    label=t("field.files.camera")
                    drawing=icons::CAMERA
                    accept="image/*"
                    camera=true
                    disabled=closed
                    on_choose=add
                />
            </div>
            {note}
        </div>
    }
    .into_any()
}

fn count(json: &Json) -> usize {
    json.as_array().map_or(0, Vec::len)
}

impl Control {
    fn items(self) -> Vec<Json> {
        self.value.with_untracked(|json| json.as_array().cloned().unwrap_or_default())
    }

    /// Without a connection nothing else may ask whether it is back. Ends with the control.
    async fn wait_for_the_server(self) {
        while !app().online.get_untracked() {
            sleep(ASK_AGAIN_MS).await;
            if self.told.try_get_untracked().is_none() {
                return;
            }
            if window().navigator().on_line() {
                let _ = ask_for(Question::get(Health::ENDPOINT.path.to_owned())).await;
            }
        }
    }

    fn set(self, items: Vec<Json>) {
        self.value.set(if items.is_empty() { Json::Null } else { Json::Array(items) });
    }

    fn remove(self, gone: impl Fn(&FileInfo) -> bool) {
        let mut items = self.items();
        items.retain(|item| !FileInfo::from_json(item).is_some_and(|file| gone(&file)));
        self.told.set(Vec::new());
        self.set(items);
    }

    fn tell(self, name: &str, problem: &str) {
        let text = untrack(|| tr("field.files.no", &[("name", name), ("problem", problem)]));
        self.told.try_update(|told| told.push(text));
    }

    fn add(self, file: web_sys::File) {
        let name = file.name();
        let mut items = self.items();
        if items.len() >= self.max {
            let problem = Problem::new("problem.too_many").with("max", self.max);
            self.tell(&name, &untrack(|| problem_text(&problem)));
            return;
        }
        let size = size_of(&file);
        if size > MAX_BYTES {
            let problem = Problem::new("problem.file_too_large").with("max", size_text(MAX_BYTES));
            self.tell(&name, &untrack(|| problem_text(&problem)));
            return;
        }
        let percent = RwSignal::new(0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a whole, in percent"
        )]
        let progress = move |part: f64| {
            percent.try_set((part * 100.0) as u32);
        };
        let request = UploadRequest { name: name.clone(), size };
        let Ok((sending, answer)) = upload::<UploadFile>(&[], &request, &file, progress) else {
            self.tell(&name, &untrack(|| tr(Code::Fault.message_key(), &[])));
            return;
        };
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        let place = uploading(&name, key);
        items.push(place.clone());
        self.set(items);
        let stopped = Rc::new(Cell::new(false));
        let one = Underway { key, name: name.clone(), percent, sending, stopped: Rc::clone(&stopped) };
        self.underway.update(|all| all.push(one));
        spawn_local(async move {
            let reply = answer.await;
            if !stopped.get() {
                heard(&reply, true);
            }
            let stored = reply.and_then(|text| api::read::<StoredFile>(&text));
            let outcome = match stored {
                Ok(StoredFile { file: info, .. }) => Ok(with_thumbnail(info, &file).await),
                Err(error) => Err(error),
            };
            // The form may have been left meanwhile.
            if self.underway.try_update(|all| all.retain(|one| one.key != key)).is_none() {
                return;
            }
            let mut items = self.items();
            let at = items.iter().position(|item| *item == place);
            match (&outcome, at) {
                (Ok(info), Some(at)) if !stopped.get() => items[at] = info.to_json(),
                (_, Some(at)) => {
                    items.remove(at);
                }
                _ => {}
            }
            self.set(items);
            if let Err(error) = outcome
                && !stopped.get()
            {
                self.tell(&name, &untrack(|| reason(&error)));
            }
        });
    }
}

impl Underway {
    fn stop(&self) {
        self.stopped.set(true);
        self.sending.stop();
    }

    fn line(&self) -> AnyView {
        let (name, percent) = (self.name.clone(), self.percent);
        let (uploading, stopping) = (self.name.clone(), self.name.clone());
        let (sending, stopped) = (self.sending.clone(), Rc::clone(&self.stopped));
        let stop = move |_| {
            stopped.set(true);
            sending.stop();
        };
        view! {
            <li class="file">
                <span class="file-sign">{icon(icons::SYNC)}</span>
                <span class="file-name">
                    <span class="truncate">{name}</span>
                    <progress
                        max="100"
                        prop:value=percent
                        aria-label=move || tr("field.files.progress", &[("name", &uploading)])
                    ></progress>
                </span>
                <button
                    type="button"
                    class="icon-btn"
                    aria-label=move || tr("field.files.stop", &[("name", &stopping)])
                    on:click=stop
                >
                    {icon(icons::CLOSE)}
                </button>
            </li>
        }
        .into_any()
    }
}

/// Bytes of a file.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and not negative"
)]
fn size_of(file: &web_sys::Blob) -> u64 {
    file.size() as u64
}

/// A photo gets its small picture before a record holds it. Without one it shows as a name.
async fn with_thumbnail(info: FileInfo, file: &web_sys::File) -> FileInfo {
    if !is_photo(&info.media) {
        return info;
    }
    let Some(small) = thumbnail(file, THUMBNAIL_PIXELS).await else { return info };
    let size = size_of(&small);
    if size > MAX_THUMBNAIL_BYTES {
        return info;
    }
    let id = info.id.to_string();
    let sent = match upload::<PutThumbnail>(&[&id], &ThumbnailRequest { size }, &small, |_| ()) {
        Ok((_, answer)) => answer.await.is_ok(),
        Err(_) => false,
    };
    FileInfo { thumbnail: sent, ..info }
}

fn reason(error: &ApiError) -> String {
    match error {
        // What is wrong is wrong with the file, which stands beside it.
        ApiError::Refused(envelope) if !envelope.problems.is_empty() => {
            envelope.problems.iter().map(problem_text).collect::<Vec<_>>().join(" · ")
        }
        error => tr(error.message_key(), &[]),
    }
}

/// One file: its picture or sign, its name, which opens it, and its size; what can be done with it follows.
#[component]
fn FileLine(file: FileInfo, children: Children) -> impl IntoView {
    let (name, size) = (file.name.clone(), size_text(file.size));
    let address = fill(GetFile::ENDPOINT.path, &[&file.id.to_string()]);
    view! {
        <li class="file">
            {sign(&file)}
            <span class="file-name">
                <a class="truncate" href=address target="_blank" rel="noopener noreferrer">
                    {name}
                </a>
                <span class="file-size">{size}</span>
            </span>
            {children()}
        </li>
    }
}

fn sign(file: &FileInfo) -> AnyView {
    if file.thumbnail {
        let address = fill(GetThumbnail::ENDPOINT.path, &[&file.id.to_string()]);
        view! { <img class="file-sign" src=address alt="" width="44" height="44" loading="lazy" decoding="async" /> }
            .into_any()
    } else {
        view! { <span class="file-sign">{icon(icons::FILE)}</span> }.into_any()
    }
}

/// Their names.
pub(super) fn text(json: &Json) -> String {
    let names = json.as_array().into_iter().flatten().filter_map(|file| file.get("name")?.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// One file as it is read: its line, with the way to fetch it.
pub fn file_line(file: FileInfo) -> AnyView {
    let (name, label) = (file.name.clone(), file.name.clone());
    let address = fill(GetFile::ENDPOINT.path, &[&file.id.to_string()]);
    view! {
        <FileLine file>
            <a
                class="icon-btn"
                href=address
                download=name
                aria-label=move || tr("field.files.save", &[("name", &label)])
            >
                {icon(icons::EXPORT)}
            </a>
        </FileLine>
    }
    .into_any()
}

/// Files below a text: their small pictures, and names where there are none. Each opens its file.
pub fn file_strip(json: &Json) -> AnyView {
    let tile = |file: FileInfo| {
        let address = fill(GetFile::ENDPOINT.path, &[&file.id.to_string()]);
        let name = (!file.thumbnail).then(|| view! { <span class="truncate">{file.name.clone()}</span> });
        view! {
            <li>
                <a class="file-tile" href=address target="_blank" rel="noopener noreferrer" aria-label=file.name.clone()>
                    {sign(&file)}
                    {name}
                </a>
            </li>
        }
    };
    view! { <ul class="file-strip">{files(json).into_iter().map(tile).collect_view()}</ul> }.into_any()
}

pub(super) fn display(json: &Json) -> AnyView {
    let offline = move || {
        (!app().online.get()).then(|| view! { <p class="field-help">{t("field.files.open_offline")}</p> })
    };
    view! {
        <ul class="files">{files(json).into_iter().map(file_line).collect_view()}</ul>
        {offline}
    }
    .into_any()
}

/// In a list: the first small pictures, and a name or how many there are.
pub(super) fn cell(json: &Json) -> AnyView {
    let all = files(json);
    let shown = all.iter().filter(|file| file.thumbnail).take(SHOWN).map(sign).collect_view();
    let words = match all.as_slice() {
        [only] => only.name.clone(),
        all => {
            let count = all.len().to_string();
            return view! { <span class="files-cell">{shown} <span>{move || tr("field.files.count", &[("count", &count)])}</span></span> }
                .into_any();
        }
    };
    view! { <span class="files-cell">{shown} <span class="truncate">{words}</span></span> }.into_any()
}
