//! Buttons, fields, dialogs, rows: what every screen is built from. They know no CRM words and import nothing of ours;
//! texts come in as properties.

mod avatar;
mod button;
mod chips;
mod empty;
mod field;
mod file_button;
pub mod icons;
mod input;
mod mark;
mod media;
mod pick;
mod row;
mod save_file;
mod sentinel;
mod several;
mod sheet;
mod sight;
mod skeleton;
mod stars;
mod steps;
mod thumbnail;
mod toast;
mod toggle;
mod yes_no;

pub use avatar::{Avatar, AvatarShape};
pub use button::{Button, ButtonKind, IconButton};
pub use chips::{Badge, ChipGroup, Choice, ColorBadge, Tone};
pub use empty::EmptyState;
pub use field::{Field, FormProblem};
pub use file_button::FileButton;
pub use icons::{Icon, icon};
pub use input::{PasswordInput, SearchBox, Select, Switch, TextArea, TextInput};
pub use mark::mark_page;
pub use media::media;
pub use pick::PickButton;
pub use row::{ButtonRow, Group, LinkRow};
pub use save_file::{save_blob, save_text};
pub use sentinel::{Sentinel, watch_near};
pub use several::{CheckChips, WordInput, tick};
pub use sheet::{Modal, Sheet};
pub use sight::{focus_in_place, is_focus_lost, show_in_middle, show_nearest};
pub use skeleton::{SkeletonRows, SkeletonText};
pub use stars::{Stars, StarsShown};
pub use steps::StepInput;
pub use thumbnail::{small_png, thumbnail};
pub use toast::{Toast, ToastRegion, Toasts};
pub use toggle::ToggleCard;
pub use yes_no::YesNo;

use std::sync::atomic::{AtomicU32, Ordering};

/// A name unique on the page, to tie labels, helps and problems to their control.
fn unique_id(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
