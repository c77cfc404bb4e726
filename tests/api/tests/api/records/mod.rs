//! `/api/v1/records/…`

mod fields;
mod list;
mod people;
mod rest;

covers!(ListRecords, CreateRecord, GetRecord, UpdateRecord, DeleteRecord, GetTimeline);
