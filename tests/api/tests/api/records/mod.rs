//! `/api/v1/records/…`

mod fields;
mod list;
mod people;
mod rest;
mod timeline;

covers!(ListRecords, CreateRecord, GetRecord, UpdateRecord, DeleteRecord, GetTimeline);
