//! `/api/v1/records/…`

mod list;
mod people;
mod rest;

covers!(ListRecords, CreateRecord, GetRecord, UpdateRecord, DeleteRecord, GetTimeline);
