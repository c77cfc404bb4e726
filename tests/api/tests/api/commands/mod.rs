//! `/api/v1/commands`: the one door.

mod assign;
mod convert;
mod definition;
mod import;
mod import_several;
mod merge;
mod money;
mod pause;
mod process;
mod records;
mod repeat;
mod sending;
mod settings;
mod snooze;
mod together;
mod touch;
mod undo;
mod ways;

covers!(SendCommands);
