//! What the app does after it has waited: by then the page or sheet that waited may be gone, and with it the callbacks and
//! values it owned. Asking one of those stops the program.

use anyhow::Result;

use crate::tidy::sources;

/// What stops the program where its owner is gone, and what does nothing there.
const STOPS: [(&str, &str); 2] =
    [(".run(", ".try_run("), (".with_value(|navigate|", ".try_with_value(|navigate|")];

pub fn asks_nothing_that_may_be_gone(problems: &mut Vec<String>) -> Result<()> {
    for (file, text) in sources("app/src")? {
        for (line, found, instead) in after_waiting(&text) {
            problems.push(format!("{}:{line}: {found} after .await: {instead}", file.display()));
        }
    }
    Ok(())
}

/// Lines of what is waited for in the background, behind the first wait.
fn after_waiting(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    const BEGIN: &str = "spawn_local(async move {";
    let mut found = Vec::new();
    for (at, _) in text.match_indices(BEGIN) {
        let block = block(&text[at + BEGIN.len()..]);
        let Some(waits) = block.find(".await") else { continue };
        let first = text[..at + BEGIN.len() + waits].matches('\n').count() + 1;
        for (number, line) in block[waits..].lines().enumerate() {
            let stops = STOPS.iter().filter(|(stops, _)| line.contains(stops));
            found.extend(stops.map(|(stops, instead)| (first + number, *stops, *instead)));
        }
    }
    found
}

/// What stands before the brace that closes a block which has been opened.
fn block(text: &str) -> &str {
    let mut open = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::after_waiting;

    #[test]
    fn what_may_be_gone_is_found_behind_a_wait_and_nowhere_else() {
        let text = "spawn_local(async move {\n  on_done.run(());\n  let a = ask({ 1 }).await;\n  on_done.run(());\n  \
                    on_done.try_run(());\n});\non_done.run(());\nspawn_local(async move { b.await; \
                    navigate.with_value(|navigate| navigate(x)) });";
        let lines: Vec<usize> = after_waiting(text).into_iter().map(|(line, ..)| line).collect();
        assert_eq!(lines, [4, 8]);
    }
}
