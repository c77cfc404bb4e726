//! Cells out of text: separator, quotes, rows, and the line of each row as a spreadsheet counts it.

use super::formats::{Look, decimal_mark, look};
use super::guess::is_known_name;
use crate::export_file;
use crate::schema::Schema;

/// Rows of one import: a browser holds that many with ease, and a bigger move is several files.
pub const MAX_ROWS: usize = 50_000;
const MAX_COLUMNS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// As they stand in the first row; empty for columns that only later rows have, and without headings.
    pub header: Vec<String>,
    /// Whether the first row holds the names of the columns; otherwise it is a row like the others, and columns have none.
    pub headed: bool,
    /// Where the first row stands, from 1.
    first_line: u32,
    /// Every row has as many cells as the header.
    pub rows: Vec<SheetRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// As a spreadsheet numbers it: the header is 1, empty rows count, a cell of several lines does not add any.
    pub line: u32,
    pub cells: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetProblem {
    /// Nothing, or nothing but a header.
    Empty,
    TooManyRows,
    TooManyColumns,
}

impl Sheet {
    /// # Errors
    /// When there is nothing in it, or too much.
    pub fn parse(text: &str) -> Result<Self, SheetProblem> {
        // One kind of line end, one at the very end: then the reader's line counter is exact.
        let mut text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        text.push('\n');
        let told = told_separator(&text);
        if told.is_some() {
            // The line stays, empty, so that the lines after it keep their numbers.
            text.replace_range(..TOLD.len() + 1, "");
        }
        let quote = quote(&text);
        let separator = told.unwrap_or_else(|| separator(&text, quote));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .quote(quote)
            .escape(escapes(&text, separator, quote).then_some(b'\\'))
            .from_reader(text.as_bytes());
        let mut rows: Vec<SheetRow> = Vec::new();
        let mut extra_lines = 0_u64;
        let mut record = csv::StringRecord::new();
        // The text is UTF-8 and rows may differ in length, so reading cannot fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            let inside: usize =
                record.iter().map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count()).sum();
            extra_lines += inside as u64;
            let line = reader.position().line().saturating_sub(1 + extra_lines);
            // A quote that is never closed swallows the last line end, too: its row is still one further down.
            let after = rows.last().map_or(1, |last| u64::from(last.line) + 1);
            if record.len() > MAX_COLUMNS {
                return Err(SheetProblem::TooManyColumns);
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if rows.len() > MAX_ROWS {
                return Err(SheetProblem::TooManyRows);
            }
            // What an export made harmless for spreadsheets is read as what it was.
            let cells = record.iter().map(|cell| export_file::said(cell.trim()).trim().to_owned()).collect();
            rows.push(SheetRow { line: u32::try_from(line.max(after)).unwrap_or(u32::MAX), cells });
        }
        Self::with_header(rows)
    }

    fn with_header(mut rows: Vec<SheetRow>) -> Result<Self, SheetProblem> {
        if rows.len() < 2 {
            return Err(SheetProblem::Empty);
        }
        let SheetRow { line: first_line, cells: mut header } = rows.remove(0);
        let filled =
            |row: &SheetRow| row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
        let width = rows.iter().map(filled).max().unwrap_or_default();
        while header.len() > width && header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        let width = width.max(header.len());
        header.resize(width, String::new());
        for row in &mut rows {
            row.cells.resize(width, String::new());
        }
        Ok(Self { header, headed: true, first_line, rows })
    }

    /// The same with the first row among the others, or taken out of them again.
    #[must_use]
    pub fn with_headings(&self, headed: bool) -> Self {
        let mut sheet = self.clone();
        if headed == self.headed || (headed && self.rows.len() < 2) {
            return sheet;
        }
        if headed {
            sheet.header = sheet.rows.remove(0).cells;
        } else {
            let cells = std::mem::replace(&mut sheet.header, vec![String::new(); self.header.len()]);
            sheet.rows.insert(0, SheetRow { line: self.first_line, cells });
        }
        sheet.headed = headed;
        sheet
    }

    /// Whether the first row reads as names of columns rather than as a record: it says something that is a column's name,
    /// or nothing that only a record says.
    #[must_use]
    pub fn has_headings(&self, schema: &Schema) -> bool {
        let first = if self.headed { Some(&self.header) } else { self.rows.first().map(|row| &row.cells) };
        let Some(first) = first else { return true };
        let mark = decimal_mark(first.iter().map(String::as_str));
        let is_data = |text: &String| {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let long = digits >= 5 && digits * 2 > text.chars().count();
            !text.is_empty() && (look(text, mark) != Look::Text || text.contains('@') || long)
        };
        // `2026` and `1` are names of columns too, where the others are.
        first.iter().any(|name| is_known_name(schema, name)) || !first.iter().any(is_data)
    }

    /// The cells of a column, from the top.
    pub fn column(&self, at: usize) -> impl Iterator<Item = &str> + Clone {
        self.rows.iter().map(move |row| row.cells.get(at).map_or("", String::as_str))
    }
}

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How Excel is told the separator, in a first line of its own.
const TOLD: &str = "sep=";

fn told_separator(text: &str) -> Option<u8> {
    let line = text.lines().next()?;
    let told = line.get(..TOLD.len()).filter(|start| start.eq_ignore_ascii_case(TOLD))?;
    match line.as_bytes()[told.len()..] {
        [mark] if SEPARATORS.contains(&mark) => Some(mark),
        _ => None,
    }
}

/// What stands around cells: an apostrophe when the header has every name between two of them.
fn quote(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default().trim_end();
    let wrapped = header.len() > 1 && header.starts_with('\'') && header.ends_with('\'');
    if wrapped && !header.contains('"') { b'\'' } else { b'"' }
}

/// Whether quotes inside of cells are written `\"`. A cell that ends with a backslash has its end after the quote, and
/// proves nothing.
fn escapes(text: &str, separator: u8, quote: u8) -> bool {
    let ends = [separator, b'\n', quote];
    text.as_bytes()
        .windows(3)
        .any(|three| three[0] == b'\\' && three[1] == quote && !ends.contains(&three[2]))
}

/// What stands most often between the names of the header, outside quotes; a comma when nothing does.
fn separator(text: &str, quote: u8) -> u8 {
    let mut quoted = false;
    let mut counts = SEPARATORS.map(|mark| (mark, 0_u32));
    for byte in text.trim_start().bytes() {
        match byte {
            byte if byte == quote => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                if let Some(count) = counts.iter_mut().find(|(mark, _)| *mark == byte) {
                    count.1 += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals wins, so that a header without any of them is one column.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| *mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(sheet: &Sheet) -> Vec<(u32, String)> {
        sheet.rows.iter().map(|row| (row.line, row.cells.join("|"))).collect()
    }

    #[test]
    fn rows_are_read_with_any_separator_and_line_end() {
        for text in ["a,b\r\n1,2\r\n3,4\r\n", "a;b\n1;2\n3;4", "a\tb\r1\t2\r3\t4", "\u{feff}a|b\n1|2\n3|4\n"]
        {
            let sheet = Sheet::parse(text).unwrap();
            assert_eq!(sheet.header, ["a", "b"], "{text:?}");
            assert_eq!(lines(&sheet), [(2, "1|2".into()), (3, "3|4".into())], "{text:?}");
        }
    }

    #[test]
    fn a_decimal_comma_between_semicolons_is_part_of_the_cell() {
        let sheet = Sheet::parse("name;close_value\nAcme;1.054,50\n").unwrap();
        assert_eq!(sheet.rows[0].cells, ["Acme", "1.054,50"]);
        let sheet = Sheet::parse("\"Last, first\";b\n1;2\n").unwrap();
        assert_eq!(sheet.header, ["Last, first", "b"]);
    }

    #[test]
    fn a_separator_that_the_file_tells_is_believed() {
        let sheet = Sheet::parse("SEP=;\r\na,b;c\r\n1,2;3\r\n").unwrap();
        assert_eq!(sheet.header, ["a,b", "c"]);
        assert_eq!(lines(&sheet), [(3, "1,2|3".into())]);
        // A column may be called so.
        assert_eq!(Sheet::parse("sep=x,b\n1,2\n").unwrap().header, ["sep=x", "b"]);
    }

    #[test]
    fn quotes_are_read_however_they_are_written() {
        for text in [
            "a,b\n\"say \"\"hi, you\"\"\",2\n",
            "a,b\n\"say \\\"hi, you\\\"\",2\n",
            "'a','b'\n'say \"hi, you\"','2'\n",
        ] {
            let sheet = Sheet::parse(text).unwrap();
            assert_eq!(sheet.header, ["a", "b"], "{text}");
            assert_eq!(sheet.rows[0].cells, ["say \"hi, you\"", "2"], "{text}");
        }
        let paths = Sheet::parse("a,b\n\"C:\\\",2\n\"D:\\\",3\n").unwrap();
        assert_eq!(lines(&paths), [(2, "C:\\|2".into()), (3, "D:\\|3".into())]);
        // An apostrophe in a word is one.
        assert_eq!(Sheet::parse("a,b\nO'Neil,2\n").unwrap().rows[0].cells[0], "O'Neil");
    }

    #[test]
    fn lines_are_counted_as_a_spreadsheet_does() {
        let sheet =
            Sheet::parse("name,note\r\nA,\"one\r\ntwo, \"\"three\"\"\"\r\n\r\nB,x\r\n,\r\nC,y").unwrap();
        let expected = [(2, "A|one\ntwo, \"three\"".into()), (4, "B|x".into()), (6, "C|y".into())];
        assert_eq!(lines(&sheet), expected);
    }

    #[test]
    fn ragged_rows_lose_nothing() {
        let sheet = Sheet::parse("a,b,,\n1\n1,2,3\n").unwrap();
        assert_eq!(sheet.header, ["a", "b", ""]);
        assert_eq!(lines(&sheet), [(2, "1||".into()), (3, "1|2|3".into())]);
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(Sheet::parse(""), Err(SheetProblem::Empty));
        assert_eq!(Sheet::parse("a,b\n\n , \n"), Err(SheetProblem::Empty));
        let many = "x\n".repeat(MAX_ROWS + 1);
        assert_eq!(Sheet::parse(&many).map(|sheet| sheet.rows.len()), Ok(MAX_ROWS));
        assert_eq!(Sheet::parse(&format!("{many}x\n")), Err(SheetProblem::TooManyRows));
        assert_eq!(Sheet::parse(&format!("{}\n1\n", "a,".repeat(300))), Err(SheetProblem::TooManyColumns));
    }
}
