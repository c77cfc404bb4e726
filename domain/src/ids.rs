//! Identifiers. Records, commands and users are named by UUIDs made on the device (RFC 9562, version 7);
//! they are unique only together with their workspace.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUID in its canonical lower-case text form on the wire and in storage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Id(#[cfg_attr(feature = "openapi", schemars(with = "String"))] Uuid);

impl Id {
    /// A version 7 UUID: `unix_ms` milliseconds since 1970 and ten random bytes (74 bits are used).
    #[must_use]
    pub fn v7(unix_ms: u64, random: &[u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, random).into_uuid())
    }

    /// The same name below the same id is the same id (version 5). Imports use it, so that two chunks which
    /// both miss an account agree on the account they create.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self(Uuid::new_v5(&self.0, name.as_bytes()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

/// The text was not a hyphenated lower- or upper-case UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        // `Uuid::parse_str` also takes braces, URNs and unhyphenated digits; one spelling is enough.
        if text.len() != 36 {
            return Err(NotAnId);
        }
        Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let early = Id::v7(1_000, &[255; 10]);
        let late = Id::v7(1_001, &[0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn only_the_hyphenated_spelling_is_an_id() {
        let id = Id::v7(1_764_000_000_000, &[7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "x", "urn:uuid:0193", "{0193}", "0193a0b0c0d0e0f00000000000000000"] {
            assert_eq!(wrong.parse::<Id>(), Err(NotAnId), "{wrong}");
        }
    }
}
