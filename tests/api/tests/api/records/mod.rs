//! `/api/v1/records/…`

mod fields;
mod list;
mod people;
mod rest;
mod stages;
mod timeline;

covers!(ListRecords, CreateRecord, GetRecord, UpdateRecord, DeleteRecord, GetTimeline, GetStays);
