//! Functions whose code lives in a part of its own, fetched when it is first wanted: `xtask/src/split.rs` cuts the program
//! at them, one file for each part and one for what parts share. A debug build stays in one piece and runs without the
//! splitter. Each brings the texts along that only such parts show (`messages::LATER_AREAS`).

/// `part, name, value => type`: an async function that brings the part and gives the value, whose code lives there.
#[cfg(not(debug_assertions))]
macro_rules! apart {
    ($part:ident, $name:ident, $value:expr => $type:ty) => {
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $name() -> Result<$type, ::leptos::wasm_split::SplitLoaderError> {
            ::messages::bring_later();
            Ok($value)
        }
    };
}
#[cfg(debug_assertions)]
macro_rules! apart {
    ($part:ident, $name:ident, $value:expr => $type:ty) => {
        async fn $name() -> Result<$type, ::leptos::wasm_split::SplitLoaderError> {
            ::messages::bring_later();
            Ok($value)
        }
    };
}
pub(crate) use apart;
