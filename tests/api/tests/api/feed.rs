//! `/api/v1/feed`, and the calendar that its address gives.

use api_tests::browser::{Browser, Reply, Request};
use api_tests::company::Company;
use api_tests::workspace::Workspace;
use domain::api::record::TodayRequest;
use domain::api::{Code, Empty, GetToday, MakeFeed, RevokeFeed};
use serde_json::json;

covers!(MakeFeed, RevokeFeed);
