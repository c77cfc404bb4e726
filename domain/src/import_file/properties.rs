//! Whatever a file holds, reading it neither breaks nor loses anything.

use proptest::prelude::*;

use super::mapping::tests::schema;
use super::{ENTITIES, Encoding, Mapping, Sheet, check, guess_entity};

/// Pieces that mean something to a reader of tables, among letters of all kinds.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![",", ";", "\t", "|", "\n", "\r\n", "\r", "\"", "\"\"", " ", "\u{feff}", "\0"])
            .prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            "name", "客户名称", "公司", "phone", "amount", "stage", "Won", "2026-05-01", "1.054,50", "01/02/2026", "null", "¥",
        ])
        .prop_map(str::to_owned),
        2 => "[a-z0-9 ]{0,6}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// What of a text has to be found again: neither what parts cells nor what is taken from their ends.
fn essence(text: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, ',' | ';' | '|' | '\'' | '\u{feff}');
    text.chars().filter(kept).collect()
}

fn cells(sheet: &Sheet) -> Vec<&Vec<String>> {
    std::iter::once(&sheet.header).chain(sheet.rows.iter().map(|row| &row.cells)).collect()
}

/// A table written as any program that exports one may write it.
fn written(grid: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in grid {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_table_or_a_problem(text in any_text()) {
        let schema = schema();
        let Ok(sheet) = Sheet::parse(&text) else { return Ok(()) };
        prop_assert!(!sheet.rows.is_empty());
        prop_assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.header.len()));
        prop_assert!(sheet.rows.windows(2).all(|pair| pair[0].line < pair[1].line));
        if !text.contains('"') {
            let found: String = cells(&sheet).into_iter().flatten().map(String::as_str).collect();
            prop_assert_eq!(essence(&found), essence(&text));
        }
        let guessed = guess_entity(&schema, &sheet);
        for entity in ENTITIES.into_iter().chain(guessed.as_deref()) {
            let mapping = Mapping::guess(&schema, entity, &sheet);
            prop_assert_eq!(mapping.columns.len(), sheet.header.len());
            let preview = check(&schema, &mapping, &sheet, 5);
            prop_assert!(preview.rows.len() <= sheet.rows.len());
        }
    }

    #[test]
    fn any_bytes_have_an_encoding_and_are_a_table_or_a_problem(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let encoding = Encoding::of(&bytes);
        prop_assert_eq!(Encoding::from_label(encoding.label()), Some(encoding));
        if let Ok(sheet) = Sheet::parse(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.header.len()));
        }
    }

    #[test]
    fn a_table_that_was_written_is_read_with_every_cell(
        grid in (1_usize..6).prop_flat_map(|width| {
            let cell = prop_oneof![
                3 => "[a-z0-9,;|\t\" \n]{0,8}",
                1 => any::<String>(),
            ];
            prop::collection::vec(prop::collection::vec(cell, width), 2..8)
        }),
        separator in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        // Without a blank in it, so that every row counts and every column is kept.
        let grid: Vec<Vec<String>> = grid
            .into_iter()
            .map(|row| row.into_iter().map(|cell| format!("x{}", cell.replace('\r', ""))).collect())
            .collect();
        let sheet = Sheet::parse(&written(&grid, separator)).unwrap();
        let expected: Vec<Vec<String>> =
            grid.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
        prop_assert_eq!(cells(&sheet), expected.iter().collect::<Vec<_>>());
    }
}
