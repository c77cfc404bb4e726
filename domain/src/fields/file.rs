//! Files, or only photos, that a record holds. The value knows name, size and kind of each, as the file itself does:
//! neither ever changes. Whose files may be taken is decided when the command is planned.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::tags::JOINT;
use super::{FieldType, Reading, Shape, TextFormats};
use crate::expr::Type;
use crate::files::{FileInfo, MAX_NAME};
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// Files of one field.
pub const MAX_FILES: i64 = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FileField {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub photos_only: bool,
    /// How many files it holds, 1 to 10.
    pub max: i64,
}

const UPLOADING: &str = "uploading";

/// Holds the place of a file that is still on its way, so that no record is saved without it.
#[must_use]
pub fn uploading(name: &str, key: u32) -> Json {
    json!({UPLOADING: name, "key": key})
}

impl FileField {
    /// What is wrong with files whose kinds are known.
    #[must_use]
    pub fn problem(&self, files: &[FileInfo]) -> Option<Problem> {
        let other = |file: &&FileInfo| !file.media.is_empty() && !file.is_photo();
        let wrong = files.iter().find(other).filter(|_| self.photos_only);
        wrong.map(|file| Problem::new("problem.not_photo").with("name", &file.name))
    }
}

impl FieldType for FileField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let items = json.as_array().ok_or_else(|| Problem::new("problem.not_list"))?;
        let mut files: Vec<FileInfo> = Vec::new();
        for item in items {
            if let Some(name) = item.get(UPLOADING).and_then(Json::as_str) {
                let name = name.chars().take(MAX_NAME).collect::<String>();
                return Err(Problem::new("problem.file_uploading").with("name", name));
            }
            let file = FileInfo::from_json(item).ok_or_else(|| Problem::new("problem.not_files"))?;
            if !files.iter().any(|known| known.id == file.id) {
                files.push(file);
            }
        }
        if i64::try_from(files.len()).is_ok_and(|count| count > self.max) {
            return Err(Problem::new("problem.too_many").with("max", self.max));
        }
        if let Some(problem) = self.problem(&files) {
            return Err(problem);
        }
        Ok(if files.is_empty() { Value::Null } else { Value::Files(files) })
    }

    fn read_text(&self, _text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        Err(Problem::new("problem.file_import"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.files().iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(JOINT)
    }

    fn shape(&self) -> Shape {
        Shape::Files
    }

    /// By their names.
    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::List
    }

    fn check_settings(&self) -> Vec<Problem> {
        let fits = (1..=MAX_FILES).contains(&self.max);
        let problem = || Problem::on("max", "problem.out_of_range").with("min", 1).with("max", MAX_FILES);
        if fits { Vec::new() } else { vec![problem()] }
    }

    fn is_importable(&self) -> bool {
        false
    }
}
