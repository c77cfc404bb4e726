//! Files as they are, in R2. Every key begins with the workspace.

use std::cell::Cell;
use std::rc::Rc;

use domain::ids::Id;
use futures_util::{Stream, StreamExt};
use worker::{Bucket, Env, FixedLengthStream, ResponseBody, Result};

use super::files::Expired;

/// The two objects a file may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    Thumbnail,
}

fn key(workspace: Id, file: Id, part: Part) -> String {
    match part {
        Part::Whole => format!("{workspace}/{file}"),
        Part::Thumbnail => format!("{workspace}/{file}/thumbnail"),
    }
}

/// One workspace's files.
pub struct Objects {
    bucket: Bucket,
    workspace: Id,
}

/// Why a file was not kept.
pub enum NotKept {
    /// Fewer bytes came, or more, than were announced.
    Incomplete,
    Fault(worker::Error),
}

impl Objects {
    /// # Errors
    /// The bucket is not bound.
    pub fn open(env: &Env, workspace: Id) -> Result<Self> {
        Ok(Self { bucket: env.bucket("FILES")?, workspace })
    }

    /// Keeps what streams in, which has to be `size` bytes; nothing is kept otherwise.
    ///
    /// # Errors
    /// Another size, or the platform.
    pub async fn put(
        &self,
        file: Id,
        part: Part,
        size: u64,
        bytes: impl Stream<Item = Result<Vec<u8>>> + 'static,
    ) -> std::result::Result<(), NotKept> {
        let came = Rc::new(Cell::new(0_u64));
        let count = Rc::clone(&came);
        let counted = bytes.inspect(move |chunk| {
            let length = chunk.as_ref().map_or(0, Vec::len) as u64;
            count.set(count.get() + length);
        });
        let stream = FixedLengthStream::wrap(counted, size);
        match self.bucket.put(key(self.workspace, file, part), stream).execute().await {
            Ok(_) => Ok(()),
            Err(_) if came.get() != size => Err(NotKept::Incomplete),
            Err(error) => Err(NotKept::Fault(error)),
        }
    }

    /// A file on its way out; `None` when it is not there.
    ///
    /// # Errors
    /// What the platform says.
    pub async fn get(&self, file: Id, part: Part) -> Result<Option<ResponseBody>> {
        let object = self.bucket.get(key(self.workspace, file, part)).execute().await?;
        object.as_ref().and_then(|object| object.body()).map(|body| body.response_body()).transpose()
    }
}

/// Removes files of any workspaces.
///
/// # Errors
/// What the platform says; what is gone already is no error.
pub async fn remove(env: &Env, files: &[Expired]) -> Result<()> {
    let keys: Vec<String> = files
        .iter()
        .flat_map(|(workspace, file)| [Part::Whole, Part::Thumbnail].map(|part| key(*workspace, *file, part)))
        .collect();
    env.bucket("FILES")?.delete_multiple(keys).await
}
