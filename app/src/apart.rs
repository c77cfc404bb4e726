//! Functions whose code lives in a part of its own, fetched when it is first wanted: `xtask/src/split.rs` cuts the program
//! at them, one file for each part and one for what parts share. A debug build stays in one piece and runs without the
//! splitter. Each brings the texts along that only such parts show (`messages::LATER_AREAS`), unless it shows none.

/// `part, name, value => type`: an async function that brings the part and gives the value, whose code lives there.
/// An `untold` part shows none of the later texts, and does not wait for them.
macro_rules! apart {
    ($part:ident, $name:ident, $value:expr => $type:ty) => {
        $crate::apart::apart!(told $part, $name, $value => $type);
    };
    (told $part:ident, $name:ident, $value:expr => $type:ty) => {
        $crate::apart::apart!(untold $part, $name, {
            ::messages::bring_later();
            $value
        } => $type);
    };
    (untold $part:ident, $name:ident, $value:expr => $type:ty) => {
        #[cfg(not(debug_assertions))]
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $name() -> Result<$type, ::leptos::wasm_split::SplitLoaderError> {
            Ok($value)
        }
        #[cfg(debug_assertions)]
        async fn $name() -> Result<$type, ::leptos::wasm_split::SplitLoaderError> {
            Ok($value)
        }
    };
}
pub(crate) use apart;
