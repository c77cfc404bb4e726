//! Every key that the other crates mention has a text. A key is a string literal that looks like one and begins with an
//! area of the tables; keys put together at run time have to be covered by tests of their own.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn looks_like_a_key(text: &str) -> bool {
    let sound = |part: &str| {
        !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
    };
    text.contains('.') && text.split('.').all(sound)
}

#[test]
fn every_key_in_the_sources_has_a_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for part in ["app/src", "domain/src", "api-worker/src"] {
        sources(&root.join(part), &mut files);
    }
    assert!(files.len() > 10, "the sources are elsewhere");

    let mut missing = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        // Between two quotes on one line; the test needs no more Rust than that.
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for literal in line.split('"').skip(1).step_by(2) {
                let area = literal.split('.').next().unwrap_or_default();
                if looks_like_a_key(literal) && messages::has_area(area) && !messages::has(literal) {
                    missing.push(format!(
                        "{}: {literal}",
                        file.file_name().unwrap_or_default().to_string_lossy()
                    ));
                }
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "no text for:\n{}", missing.join("\n"));
}

/// The texts of a later area are there only once a part of the app was fetched: what comes with the first visit may not
/// show them.
#[test]
fn what_comes_first_mentions_no_later_area() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let later = [
        "pages/admin",
        "pages/calendar",
        "pages/day",
        "pages/home/carry.rs",
        "pages/home/lanes.rs",
        "pages/home/moves.rs",
        "pages/import",
        "pages/more",
        "pages/notifications",
        "pages/records",
        "pages/search",
        "pages/tray.rs",
        "state/live",
    ];
    for part in later {
        assert!(root.join(part).exists(), "{part} is elsewhere");
    }
    let mut early = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap();
        if later.iter().any(|part| name.starts_with(part)) {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        for literal in source.split('"').skip(1).step_by(2) {
            let area = literal.split('.').next().unwrap_or_default();
            if looks_like_a_key(literal) && messages::LATER_AREAS.contains(&area) && messages::has(literal) {
                early.push(format!("{}: {literal}", name.display()));
            }
        }
    }
    assert!(early.is_empty(), "fetched later, mentioned at once:\n{}", early.join("\n"));
}

/// Put together at run time from the names of operators and quick filters.
#[test]
fn every_operator_and_quick_filter_has_its_words() {
    use domain::filter::{Operator, quick};
    use domain::schema::{WorkspaceSettings, builtin};

    let sets = [
        Operator::TEXT,
        Operator::CHOICE,
        Operator::NUMBER,
        Operator::DAY,
        Operator::REFERENCE,
        Operator::PERSON,
        Operator::PART,
        Operator::YES_NO,
        Operator::BRANCH,
    ];
    for operator in sets.concat() {
        let name = operator.name();
        assert!(messages::has(&format!("filter.op.{name}")), "{name}");
        assert!(messages::has(&format!("filter.says.{name}")), "{name}");
    }
    let schema = builtin::schema(WorkspaceSettings {
        name: "T".into(),
        language: "zh".into(),
        zone: "UTC".into(),
        currency: domain::money::Currency::parse("CNY").unwrap(),
        work: domain::schema::WorkDays::default(),
        logo: None,
    });
    for quick in schema.entities.iter().flat_map(|entity| quick(entity, &schema)) {
        assert!(messages::has(&format!("filter.quick.{}", quick.name)), "{}", quick.name);
    }
}
