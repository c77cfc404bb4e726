//! Files: what goes up as it is, and what is known of it.

use serde::{Deserialize, Serialize};

use crate::files::FileInfo;
use crate::ids::Id;
use crate::time::Instant;

/// The body is the file itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// With its extension, which has to agree with what the file holds.
    pub name: String,
    /// Bytes, at most 20 MB; the body has to have exactly as many.
    pub size: u64,
}

/// The body is a JPEG picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThumbnailRequest {
    /// Bytes, at most 100 KB; the body has to have exactly as many.
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StoredFile {
    /// As a record's field takes it.
    pub file: FileInfo,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub created_at: Instant,
    pub created_by: Id,
}

/// A file as it is; the header `content-type` of the reply says of which kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(extend("contentMediaType" = "application/octet-stream")))]
pub struct Bytes(pub String);
