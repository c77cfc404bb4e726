//! Time in stages, and what is expected to come in.

use serde::{Deserialize, Serialize};

use crate::stay::Stay;
use crate::time::Date;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StaysReply {
    /// The first first; the last one lasts.
    pub stays: Vec<Stay>,
    pub seq: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ForecastRequest {
    /// A condition as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ForecastReply {
    /// This month and this quarter, by the workspace's clock.
    pub month: Forecast,
    pub quarter: Forecast,
    /// Open records that are left out, because nobody said when they close.
    pub undated: u64,
    /// What became of those that came to each open stage in the last twelve months (the latest 5,000 where more came), as
    /// far as the reader sees them; the filter plays no part.
    pub history: Vec<StageHistory>,
    /// The first day that history looks at.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub since: Date,
    pub seq: u64,
}

/// Records that are open or won and close within some days. Sums are minor units of the workspace's currency, rounded
/// once, halves away from zero; what is won counts whole in each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Forecast {
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub from: Date,
    /// The last day.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub to: Date,
    pub won: u64,
    pub won_sum: i64,
    pub open: u64,
    pub open_sum: i64,
    /// By the probabilities of their stages.
    pub by_stage: i64,
    /// By the probability that the record itself says, else that of its stage; absent when the reader may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_own: Option<i64>,
    /// How many of the open ones say one themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<u64>,
    /// By the share that was won of those that came to their stages, without those in stages of which too little is
    /// known; absent when that is all of the open ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_history: Option<i64>,
    /// Open records in stages of which too little is known, and their amounts.
    pub unseen: u64,
    pub unseen_sum: i64,
    /// Records without an amount: they count as nothing.
    pub unvalued: u64,
    /// Records whose amount is in another currency and stands in the sums by the rate of the day it was entered.
    pub converted: u64,
    /// Records whose amount has no known rate and is in no sum.
    pub unconverted: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StageHistory {
    pub stage: String,
    /// How many came to it.
    pub reached: u64,
    /// Of these: won by now, lost by now.
    pub won: u64,
    pub lost: u64,
    /// The share won of those that are decided, in hundredths of a percent; absent when they are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
}
