//! Pages whose code is fetched when it is first wanted: `xtask/src/split.rs` cuts the program at the functions below,
//! one file for each group and one for what groups share. What every day begins with stays in the program itself.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::apart::apart;
use crate::api::ApiError;
use crate::components::{Button, EmptyState, SkeletonRows, Toast, icons};
use crate::i18n::{say, t};
use crate::pages::home::BoardFilter;
use crate::pages::{
    UnreadPart, admin, calendar, day, home, import, more, notifications, records, search, tray,
};
use crate::state::{app, live, outbox, sleep};

/// Builds a page. The function itself lives in the part that has been fetched.
type Build = fn() -> AnyView;
type Fetch = fn() -> Pin<Box<dyn Future<Output = Result<Build, SplitLoaderError>>>>;

/// `told` or `untold` by the texts of the later areas, the part, and in it `name: how it is shown = what is built`
macro_rules! later {
    ($texts:ident $part:ident: $($name:ident: $shown:ident = $build:expr;)+) => {$(
        pub fn $name() -> AnyView {
            apart!($texts $part, $name, || $build.into_any() => Build);
            $shown(|| Box::pin($name()))
        }
    )+};
}

later! { untold board:
    board: page = home::Board();
}

later! { told records:
    record_list: page = records::Records();
    deleted_records: page = records::Deleted();
    record: page = records::Record();
    convert_lead: page = records::ConvertLead();
    search_page: page = search::Search();
    touch_sheet: touch = records::TouchSheet();
    moving_sheet: moving = records::MovingSheet();
    tray_sheet: tray = tray::TraySheet();
    day_sheet: day = day::DaySheet();
    calendar: page = calendar::Calendar();
    palette_sheet: palette = search::Palette();
    board_filters: filters = records::BoardFilters();
    board_lanes: lanes = home::Lanes();
}

later! { told office:
    definitions: page = admin::Definitions();
    pipelines: page = admin::Pipelines();
    roles: page = admin::Roles();
    role: page = admin::Role();
    teams: page = admin::Teams();
    workspace: page = admin::Workspace();
    more_page: page = more::More();
    appearance: page = more::Appearance();
    notifications: page = notifications::Notifications();
    reminders: page = more::Reminders();
    sessions: page = more::Sessions();
    password: page = more::Password();
    members: page = more::Members();
    join: page = more::Join();
    reset: page = more::Reset();
}

later! { told import:
    import_page: page = import::Import();
}

#[derive(Clone, Copy)]
enum Code {
    Coming,
    Here(Build),
    /// The connection was lost on the way.
    Missing,
}

/// The code on its way, and how to fetch it again when it did not come.
fn bring(fetch: Fetch) -> (RwSignal<Code>, Callback<()>) {
    let code = RwSignal::new(Code::Coming);
    let begin = move || {
        spawn_local(async move {
            let arrived = fetch().await;
            code.try_set(arrived.map_or(Code::Missing, Code::Here));
        });
    };
    begin();
    let pressed = StoredValue::new(false);
    let again = move |()| {
        // What does not come although there is a connection belongs to a release that is no longer served.
        if pressed.get_value() && window().navigator().on_line() {
            let _ = window().location().reload();
        }
        pressed.set_value(true);
        code.set(Code::Coming);
        begin();
    };
    (code, Callback::new(again))
}

/// The page once its code is there; until then its outline, and a way to try again when it did not come.
fn page(fetch: Fetch) -> AnyView {
    let (code, again) = bring(fetch);
    let draw = move || match code.get() {
        Code::Here(build) => build(),
        Code::Coming => view! {
            <header class="topbar"></header>
            <main id="main" class="main" aria-busy="true">
                <div class="page">
                    <SkeletonRows count=6 />
                </div>
            </main>
        }
        .into_any(),
        Code::Missing => view! {
            <header class="topbar"></header>
            <main id="main" class="main">
                <EmptyState drawing=icons::OFFLINE title=t("auth.stranded.title") body=t("error.offline")>
                    <Button label=t("action.retry") on_press=again />
                </EmptyState>
            </main>
        }
        .into_any(),
    };
    draw.into_any()
}

fn touch(fetch: Fetch) -> AnyView {
    let touching = app().touching;
    sheet(
        fetch,
        Signal::derive(move || touching.with(Option::is_some)),
        Callback::new(move |()| touching.set(None)),
    )
}

fn moving(fetch: Fetch) -> AnyView {
    let moving = app().moving;
    sheet(
        fetch,
        Signal::derive(move || moving.with(Option::is_some)),
        Callback::new(move |()| moving.set(None)),
    )
}

fn day(fetch: Fetch) -> AnyView {
    let day = app().day;
    sheet(fetch, Signal::derive(move || day.with(Option::is_some)), Callback::new(move |()| day.set(None)))
}

fn tray(fetch: Fetch) -> AnyView {
    let open = app().tray;
    sheet(fetch, open.into(), Callback::new(move |()| open.set(false)))
}

fn palette(fetch: Fetch) -> AnyView {
    let open = app().palette;
    sheet(fetch, open.into(), Callback::new(move |()| open.set(false)))
}

/// A part of the board; nothing stands in its place until it is there. What did not come is said where `tells`.
fn part(code: RwSignal<Code>, again: Callback<()>, tells: impl Fn() -> bool + Send + 'static) -> AnyView {
    let draw = move || match code.get() {
        Code::Here(build) => Some(build()),
        Code::Missing if tells() => {
            Some(view! { <UnreadPart error=ApiError::Offline on_again=again /> }.into_any())
        }
        Code::Missing | Code::Coming => None,
    };
    draw.into_any()
}

/// The filters of the board. Where it takes them to know which cards there are, the board itself says that they are
/// missing.
fn filters(fetch: Fetch) -> AnyView {
    let Some(board) = use_context::<BoardFilter>() else { return ().into_any() };
    let (code, again) = bring(fetch);
    Effect::new(move |_| {
        let missing = code.with(|code| matches!(code, Code::Missing));
        board.missing.set(missing.then_some(again));
    });
    part(code, again, move || board.ready.get())
}

fn lanes(fetch: Fetch) -> AnyView {
    let (code, again) = bring(fetch);
    part(code, again, || true)
}

/// A sheet of the shell, fetched when it is first wanted and built once.
fn sheet(fetch: Fetch, wanted: Signal<bool>, give_up: Callback<()>) -> AnyView {
    let here = RwSignal::new(None::<Build>);
    Effect::new(move |_| {
        if !wanted.get() || here.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            if let Ok(build) = fetch().await {
                here.try_set(Some(build));
            } else {
                give_up.try_run(());
                app().toasts.show(Toast::new(say("error.offline", &[])).with_icon(icons::OFFLINE));
            }
        });
    });
    (move || here.get().map(|build| build())).into_any()
}

/// Brings the code of daily work while nothing else is to be done, so that it is there on a bad line and without one:
/// first what keeps a change, then what most changes are made with.
pub fn fetch_in_the_background() {
    apart!(untold board, board_part, () => ());
    apart!(records, records_part, day::watch_swipes() => ());
    apart!(outbox, live_part, live::run() => ());
    spawn_local(async {
        outbox::fetch().await;
        // Without it the board comes when it is opened.
        let _ = board_part().await;
        sleep(3_000).await;
        // Without it pages read again when they are looked at, until somebody comes in anew.
        let _ = live_part().await;
        // What did not come now is fetched when it is wanted.
        let _ = records_part().await;
    });
}
