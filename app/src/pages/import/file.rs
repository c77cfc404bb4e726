//! A chosen file: its bytes, how they are letters, and the cells in it.

use std::sync::Arc;

use domain::import_file::{Encoding, Sheet, SheetProblem};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::state::session::schema_now;

/// Far more than the rows of one import need; beyond it a phone runs out of memory before it runs out of patience.
const MAX_BYTES: f64 = 30.0 * 1024.0 * 1024.0;

#[derive(Clone, Debug)]
pub struct Chosen {
    pub name: String,
    bytes: Arc<Vec<u8>>,
    pub encoding: Encoding,
    pub sheet: Arc<Sheet>,
}

/// The message key of why a file cannot be used.
pub type Why = &'static str;

pub async fn read(file: &web_sys::File) -> Result<Chosen, Why> {
    if file.size() > MAX_BYTES {
        return Err("import.problem.too_big");
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| "import.problem.unreadable")?;
    let buffer: js_sys::ArrayBuffer = buffer.dyn_into().map_err(|_| "import.problem.unreadable")?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    let encoding = Encoding::of(&bytes);
    let sheet = cells(&bytes, encoding)?;
    Ok(Chosen { name: file.name(), bytes: Arc::new(bytes), encoding, sheet: Arc::new(sheet) })
}

impl Chosen {
    /// The same file read by another table of letters.
    pub fn reread(&self, encoding: Encoding) -> Result<Self, Why> {
        let sheet = cells(&self.bytes, encoding)?;
        Ok(Self { encoding, sheet: Arc::new(sheet), ..self.clone() })
    }

    /// The same cells with the first row as headings, or as a row like the others.
    pub fn with_headings(&self, headed: bool) -> Self {
        Self { sheet: Arc::new(self.sheet.with_headings(headed)), ..self.clone() }
    }
}

fn cells(bytes: &[u8], encoding: Encoding) -> Result<Sheet, Why> {
    let sheet = Sheet::parse(&decode(bytes, encoding)?).map_err(|problem| match problem {
        SheetProblem::Empty => "import.problem.empty",
        SheetProblem::TooManyRows => "import.problem.too_many_rows",
        SheetProblem::TooManyColumns => "import.problem.too_many_columns",
    })?;
    let headed = sheet.has_headings(&schema_now());
    Ok(sheet.with_headings(headed))
}

fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, Why> {
    if encoding == Encoding::Utf8 {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    // The browser carries the tables; ours would weigh more than the whole page.
    let decoder =
        web_sys::TextDecoder::new_with_label(encoding.label()).map_err(|_| "import.problem.unreadable")?;
    decoder.decode_with_u8_array(bytes).map_err(|_| "import.problem.unreadable")
}
