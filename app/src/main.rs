//! What people see: a Leptos app compiled to WebAssembly. It draws, foresees and remembers; the Worker decides.

mod apart;
mod api;
mod app;
mod components;
mod fields;
mod i18n;
mod pages;
mod routes;
mod state;
#[cfg(test)]
mod testing;

fn main() {
    app::start();
}
