//! What the CRM knows and decides: definitions, values, validation, access, commands.
//!
//! The same code runs in the browser (to foresee) and in the Worker (to decide). Nothing here reads a
//! clock, makes randomness, talks to a network or knows a platform: times and ids come in as arguments.
//!
//! Reading order: [`ids`], [`time`], [`money`], [`address`], [`files`], [`value`] and [`message`] are the vocabulary; [`schema`]
//! describes what a workspace keeps and [`fields`] how each type of field behaves; [`access`] says who may;
//! [`process`] decides how records go from stage to stage, [`signals`] say how they stand there; [`expr`] is the one condition language, [`filter`] how people build and read it; [`command`] turns a wish into
//! planned changes; [`conversion`] and [`import_file`] turn a lead and a file into commands, [`export_file`] records
//! into a file; [`reminder`] says of what is due who hears when and how, [`channel`] where it may be sent, [`agenda`] what of it comes first; [`when`] reads days and times in what was written, [`fruitless`] counts touches that came to nothing; [`stay`] adds up the time in each stage, [`forecast`] what is expected to come in; [`look`] says whose
//! histories belong together, [`comment`] whom a comment names; [`api`] describes every endpoint once.

pub mod access;
pub mod address;
pub mod agenda;
pub mod api;
pub mod channel;
pub mod command;
pub mod comment;
pub mod conversion;
pub mod export_file;
pub mod expr;
pub mod fields;
pub mod files;
pub mod filter;
pub mod forecast;
pub mod fruitless;
pub mod ids;
pub mod import_file;
pub mod look;
pub mod message;
pub mod money;
pub mod process;
pub mod rank;
pub mod record;
pub mod recurrence;
pub mod reminder;
pub mod schema;
pub mod signals;
pub mod snooze_choices;
pub mod stay;
pub mod text;
pub mod time;
pub mod value;
pub mod when;
