//! Files: what is known of one, how large it may be, and which kinds are taken. A kind is decided by what a file
//! holds, never by what whoever sends it says; a name that says otherwise is refused.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::ids::Id;
use crate::message::Problem;
use crate::text::{has_forbidden, tidy};

/// Bytes of one file: 20 MB.
pub const MAX_BYTES: u64 = 20 * 1024 * 1024;
/// Bytes of the small picture that a device makes of a photo: 100 KB.
pub const MAX_THUMBNAIL_BYTES: u64 = 100 * 1024;
/// Pixels of the longer side of that picture.
pub const THUMBNAIL_PIXELS: u32 = 256;
/// Bytes of a workspace's logo: 200 KB. Devices make it smaller than that before it goes up.
pub const MAX_LOGO_BYTES: u64 = 200 * 1024;
/// Pixels of the longer side of what they make.
pub const LOGO_PIXELS: u32 = 256;
/// Characters of a file's name.
pub const MAX_NAME: usize = 200;
/// Bytes at the beginning of a file that tell its kind.
pub const HEAD_BYTES: usize = 4096;
/// Milliseconds that a file waits for a record to hold it: a day.
pub const UNUSED_MS: i64 = 24 * 60 * 60 * 1000;
/// Milliseconds that a file outlives the last record that held it, so that an undo finds it again: thirty days.
pub const DROPPED_MS: i64 = 30 * UNUSED_MS;
/// Files of one person that wait for a record at the same time.
pub const MAX_UNUSED: u64 = 200;

/// What a record's field knows of a file it holds. A file never changes, and so neither does this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FileInfo {
    pub id: Id,
    /// With its extension.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The media type by its content, such as `image/jpeg`.
    #[serde(rename = "type")]
    pub media: String,
    /// Whether there is a small picture of it.
    pub thumbnail: bool,
}

/// A file of the workspace, for the planner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    pub info: FileInfo,
    pub by: Id,
}

impl FileInfo {
    /// A file of which only the id was said.
    fn unknown(id: Id) -> Self {
        Self { id, name: String::new(), size: 0, media: String::new(), thumbnail: false }
    }

    /// The shape on the wire and in storage.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let Self { id, name, size, media, thumbnail } = self;
        json!({"id": id, "name": name, "size": size, "type": media, "thumbnail": thumbnail})
    }

    /// Reads a file off the wire: what [`FileInfo::to_json`] writes, or the id alone. What is said about it is believed
    /// only where nobody knows better.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        if let Some(id) = json.as_str() {
            return Some(Self::unknown(id.trim().parse().ok()?));
        }
        let object = json.as_object()?;
        let mut info = Self::unknown(object.get("id")?.as_str()?.trim().parse().ok()?);
        for (key, value) in object {
            match key.as_str() {
                "id" => {}
                "name" => value.as_str().filter(|text| is_plain(text, MAX_NAME))?.clone_into(&mut info.name),
                "size" => info.size = value.as_u64().filter(|size| *size <= MAX_BYTES)?,
                "type" => value.as_str().filter(|text| is_plain(text, 100))?.clone_into(&mut info.media),
                "thumbnail" => info.thumbnail = value.as_bool()?,
                _ => return None,
            }
        }
        Some(info)
    }

    #[must_use]
    pub fn is_photo(&self) -> bool {
        is_photo(&self.media)
    }
}

/// A size as people read it, in units that both languages write alike: `1 KB`, `183 KB`, `2.4 MB`.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    const KB: u64 = 1024;
    if bytes < KB * KB {
        return format!("{} KB", bytes.div_ceil(KB));
    }
    let tenths = (bytes * 10).div_ceil(KB * KB);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

fn is_plain(text: &str, max: usize) -> bool {
    !has_forbidden(text) && !text.contains(['\n', '\r', '\t']) && text.chars().count() <= max
}

/// Pictures that cameras and screens make.
#[must_use]
pub fn is_photo(media: &str) -> bool {
    matches!(media, "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "image/heic")
}

/// What a workspace's logo may be: pictures that every browser shows and that hold nothing but a picture.
#[must_use]
pub fn is_logo(media: &str) -> bool {
    matches!(media, "image/jpeg" | "image/png" | "image/webp")
}

/// What a browser may show by itself: nothing that could carry a script of its own into our pages.
#[must_use]
pub fn is_shown(media: &str) -> bool {
    matches!(media, "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "application/pdf")
}

/// The name as it is kept: without the folders some devices send with it.
///
/// # Errors
/// A name that says nothing, is too long, or holds what turns its reading around.
pub fn read_name(text: &str) -> Result<String, Problem> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name = tidy(text.rsplit(['/', '\\']).next().unwrap_or_default());
    match name {
        Some(name) if is_plain(name, MAX_NAME) && !name.contains(turns) => Ok(name.to_owned()),
        _ => Err(Problem::on("name", "problem.file_name").with("max", MAX_NAME)),
    }
}

/// The media type of a file by its beginning, [`HEAD_BYTES`] where there are so many, which its name has to agree with.
///
/// # Errors
/// A kind that is not taken, such as programs and pages, and a name that says something else than the file.
pub fn recognise(name: &str, head: &[u8]) -> Result<&'static str, Problem> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.unwrap_or_default();
    let kind = KINDS.iter().find(|(extensions, ..)| extensions.contains(&extension.as_str()));
    let Some((_, media, holds)) = kind else {
        let extension = extension.chars().take(20).collect::<String>();
        return Err(Problem::on("name", "problem.file_kind").with("extension", extension));
    };
    let agrees = match holds {
        Holds::One(found) => found.contains(&found_in(head)),
        // Two letters make a bitmap, and begin many a text.
        Holds::Text => is_text(head) && matches!(found_in(head), "" | "image/bmp"),
    };
    if agrees {
        Ok(media)
    } else {
        Err(Problem::on("name", "problem.file_lies").with("extension", extension))
    }
}

/// Whether these are the first bytes of a small picture: every device can write a JPEG.
#[must_use]
pub fn is_thumbnail(head: &[u8]) -> bool {
    found_in(head) == "image/jpeg"
}

/// What a kind has to hold.
enum Holds {
    /// One of these, as [`found_in`] names them.
    One(&'static [&'static str]),
    Text,
}

const ZIP: &str = "application/zip";
/// The container of the older office programs; the newer ones use it for what has a password.
const OLE: &str = "application/msword";

/// Kinds of file that are taken: extensions, media type, content.
const KINDS: &[(&[&str], &str, Holds)] = &[
    (&["jpg", "jpeg"], "image/jpeg", Holds::One(&["image/jpeg"])),
    (&["png"], "image/png", Holds::One(&["image/png"])),
    (&["gif"], "image/gif", Holds::One(&["image/gif"])),
    (&["webp"], "image/webp", Holds::One(&["image/webp"])),
    (&["heic", "heif"], "image/heic", Holds::One(&["image/heif"])),
    (&["bmp"], "image/bmp", Holds::One(&["image/bmp"])),
    (&["tif", "tiff"], "image/tiff", Holds::One(&["image/tiff"])),
    (&["psd"], "image/vnd.adobe.photoshop", Holds::One(&["image/vnd.adobe.photoshop"])),
    (&["dwg"], "image/vnd.dwg", Holds::One(&["image/vnd.dwg"])),
    (&["pdf"], "application/pdf", Holds::One(&["application/pdf"])),
    (&["doc", "wps"], "application/msword", Holds::One(&[OLE])),
    (&["xls", "et"], "application/vnd.ms-excel", Holds::One(&[OLE])),
    (&["ppt", "dps"], "application/vnd.ms-powerpoint", Holds::One(&[OLE])),
    (&["msg"], "application/vnd.ms-outlook", Holds::One(&[OLE])),
    (
        &["docx"],
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Holds::One(&[ZIP, OLE]),
    ),
    (&["xlsx"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Holds::One(&[ZIP, OLE])),
    (
        &["pptx"],
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Holds::One(&[ZIP, OLE]),
    ),
    (&["odt"], "application/vnd.oasis.opendocument.text", Holds::One(&[ZIP])),
    (&["ods"], "application/vnd.oasis.opendocument.spreadsheet", Holds::One(&[ZIP])),
    (&["odp"], "application/vnd.oasis.opendocument.presentation", Holds::One(&[ZIP])),
    (&["ofd"], "application/ofd", Holds::One(&[ZIP])),
    (&["zip", "xmind", "vsdx", "pages", "numbers", "key"], ZIP, Holds::One(&[ZIP])),
    (&["rar"], "application/vnd.rar", Holds::One(&["application/vnd.rar"])),
    (&["7z"], "application/x-7z-compressed", Holds::One(&["application/x-7z-compressed"])),
    (&["rtf"], "application/rtf", Holds::One(&["application/rtf"])),
    (&["mp3"], "audio/mpeg", Holds::One(&["audio/mpeg"])),
    (&["m4a"], "audio/mp4", Holds::One(&["audio/m4a", "video/mp4", "video/x-m4v"])),
    (&["wav"], "audio/wav", Holds::One(&["audio/x-wav"])),
    (&["amr"], "audio/amr", Holds::One(&["audio/amr"])),
    (&["aac"], "audio/aac", Holds::One(&["audio/aac"])),
    (&["ogg", "opus"], "audio/ogg", Holds::One(&["audio/ogg", "audio/opus"])),
    (&["mp4", "m4v"], "video/mp4", Holds::One(&["video/mp4", "video/x-m4v"])),
    (&["mov"], "video/quicktime", Holds::One(&["video/quicktime", "video/mp4"])),
    (&["webm"], "video/webm", Holds::One(&["video/webm"])),
    (&["txt", "md", "log", "dxf"], "text/plain", Holds::Text),
    (&["csv", "tsv"], "text/csv", Holds::Text),
    (&["ics"], "text/calendar", Holds::Text),
    (&["vcf"], "text/vcard", Holds::Text),
    (&["eml"], "message/rfc822", Holds::Text),
    (&["json"], "application/json", Holds::Text),
];

/// What a file holds by its first bytes; empty when they say nothing.
fn found_in(head: &[u8]) -> &'static str {
    // Documents of many programs are ZIP archives; which, is not to be told from their beginning.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return ZIP;
    }
    if is_drawing(head) {
        return "image/svg+xml";
    }
    infer::get(head).map_or("", |found| found.mime_type())
}

/// Drawings need no line that says they are XML, and can hold scripts.
fn is_drawing(head: &[u8]) -> bool {
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    head[start..].get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"<svg"))
}

/// Text of any encoding: without the bytes no text has, or with the mark of one that has them.
fn is_text(head: &[u8]) -> bool {
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    marked || !head.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F'];
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const OLE_HEAD: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];

    #[test]
    fn a_kind_is_what_the_file_holds_and_its_name_agrees() {
        for (name, head, media) in [
            ("a.jpg", JPEG, "image/jpeg"),
            ("照片.JPEG", JPEG, "image/jpeg"),
            ("a.png", PNG, "image/png"),
            ("a.gif", b"GIF89a\x01\0", "image/gif"),
            ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
            ("合同.pdf", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
            ("a.doc", OLE_HEAD, "application/msword"),
            ("报价.xls", OLE_HEAD, "application/vnd.ms-excel"),
            (
                "a.xlsx",
                b"PK\x03\x04\x14\0",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                "secret.docx",
                OLE_HEAD,
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            ("发票.ofd", b"PK\x03\x04\x14\0", "application/ofd"),
            ("a.zip", b"PK\x05\x06\0\0", "application/zip"),
            ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
            ("a.amr", b"#!AMR\n\x3c\x08\x16\0\0\0", "audio/amr"),
            ("a.txt", "知客".as_bytes(), "text/plain"),
            ("BMW.csv", b"BMW,3\r\n", "text/csv"),
            ("gbk.txt", &[0xd6, 0xaa, 0xbf, 0xcd], "text/plain"),
            ("wide.txt", &[0xff, 0xfe, b'a', 0], "text/plain"),
        ] {
            assert_eq!(recognise(name, head), Ok(media), "{name}");
        }
    }

    #[test]
    fn names_that_lie_and_kinds_that_run_are_refused() {
        let exe: &[u8] = b"MZ\x90\0\x03\0\0\0";
        let lies = "problem.file_lies";
        let kind = "problem.file_kind";
        for (name, head, key) in [
            ("a.jpg", PNG, lies),
            ("a.png", exe, lies),
            ("a.pdf", b"<html ><script>", lies),
            ("a.pdf", b"", lies),
            ("a.docx", JPEG, lies),
            ("a.txt", exe, lies),
            ("a.txt", b"<!DOCTYPE html >", lies),
            ("a.txt", b" \n<svg xmlns=", lies),
            ("a.csv", b"<?xml version", lies),
            ("a.txt", b"#!/bin/sh", lies),
            ("a.txt", b"%PDF-1.7 text", lies),
            ("报表.xls", b"<html ><table>", lies),
            ("a.exe", exe, kind),
            ("a.pdf.exe", exe, kind),
            ("a.html", b"<html >", kind),
            ("a.svg", b"<svg >", kind),
            ("a.js", b"alert(1)", kind),
            ("a.apk", b"PK\x03\x04", kind),
            ("a.xlsm", b"PK\x03\x04", kind),
            ("a", JPEG, kind),
            ("jpg", JPEG, kind),
            ("a.jpg ", JPEG, kind),
        ] {
            assert_eq!(recognise(name, head).map_err(|problem| problem.key), Err(key.to_owned()), "{name}");
        }
    }

    #[test]
    fn extensions_belong_to_one_kind() {
        let mut all: Vec<&str> = KINDS.iter().flat_map(|(extensions, ..)| *extensions).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn names_lose_their_folders_and_tricks_are_refused() {
        for (name, kept) in
            [(" a.pdf ", "a.pdf"), ("C:\\fakepath\\合同.pdf", "合同.pdf"), ("../../etc/a.txt", "a.txt")]
        {
            assert_eq!(read_name(name), Ok(kept.to_owned()));
        }
        for wrong in ["", " ", "a/", "a\u{0}.pdf", "a\n.pdf", "a\u{202e}fdp.exe", &"长".repeat(201)] {
            assert!(read_name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_are_told_in_round_figures() {
        let shown = [1, 1024, 187_000, 1_048_575, 1_048_576, 2_500_000, MAX_BYTES].map(size_text);
        assert_eq!(shown, ["1 KB", "1 KB", "183 KB", "1024 KB", "1 MB", "2.4 MB", "20 MB"]);
    }

    #[test]
    fn any_beginning_of_a_file_is_looked_at_without_harm() {
        let mut seed = 7_u64;
        for length in [0, 1, 2, 3, 4, 8, 29, 30, 31, 64, 262, 4096] {
            for start in [&b""[..], JPEG, PNG, OLE_HEAD, b"PK\x03\x04", b"\0\0\0\x18ftyp", b"<", b"RIFF"] {
                let mut head = start.to_vec();
                head.resize_with(length.max(start.len()), || {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    seed.to_be_bytes()[0]
                });
                for name in ["a.jpg", "a.txt", "a.docx", "a.mp4"] {
                    let _ = recognise(name, &head);
                }
            }
        }
    }
}
