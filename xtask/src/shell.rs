//! The last step of the app's build, on what Trunk left in dist/: the boot file gets its content's
//! name, the page its content security policy, and every file named by its content may be kept for ever.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use messages::Lang;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::inputs::hex;
use crate::npm;
use crate::process::{command, run_quietly};
use crate::root::root;
use crate::split::Parts;

pub fn finish(parts: &Parts) -> Result<()> {
    let dist = root().join("dist");
    let page_file = dist.join("index.html");
    let page = fs::read_to_string(&page_file).context("Trunk left no dist/index.html")?;

    if !page.contains("src=\"/boot.js\"") {
        bail!("dist/index.html names no /boot.js: see pattern_script in Trunk.toml");
    }
    let boot = boot(parts)?;
    let boot_name = format!("boot-{}.js", short_hash(boot.as_bytes()));
    fs::write(dist.join(&boot_name), boot)?;
    let page = page.replace("src=\"/boot.js\"", &format!("src=\"/{boot_name}\""));
    let page = name_by_content(&dist, page)?;

    refuse_what_the_policy_forbids(&page)?;
    fs::write(&page_file, &page)?;
    fs::write(dist.join("_headers"), headers(&page)?)?;
    fs::write(dist.join("sw.js"), service_worker(&page)?)?;
    Ok(())
}

/// `app/boot.js` with the files of each part. Only those that an address can ask for first are named in it.
fn boot(parts: &Parts) -> Result<String> {
    let mut first = Parts::new();
    for part in ["board", "records"] {
        let files = parts.get(part).with_context(|| format!("app/boot.js asks for a part {part}"))?;
        first.insert(part.to_owned(), files.clone());
    }
    run_quietly(
        command(npm::bin("esbuild"))?
            .arg(root().join("app/boot.js"))
            .args(["--minify", "--format=esm", "--target=es2022"])
            .arg(format!("--define:PARTS={}", json!(first))),
    )
}

/// `app/sw.js` with what it keeps: the files named by their content, and what the page names beside them.
fn service_worker(page: &str) -> Result<String> {
    let files: Vec<String> = file_names(&root().join("dist"))?
        .into_iter()
        .filter(|name| is_named_by_content(name) || name == "icon.svg" || name == "manifest.webmanifest")
        .map(|name| format!("/{name}"))
        .collect();
    let release = short_hash(format!("{page}{}", files.join(" ")).as_bytes());
    let define = |name: &str, value: &Value| format!("--define:{name}={value}");
    run_quietly(
        command(npm::bin("esbuild"))?
            .arg(root().join("app/sw.js"))
            .args(["--minify", "--target=es2022"])
            .arg(define("RELEASE", &json!(release)))
            .arg(define("FILES", &json!(files)))
            .arg(define("WORKER", &json!(worker_prefixes()?)))
            .arg(define("WORDS", &words())),
    )
}

/// What the service worker says by itself, in every language.
fn words() -> Value {
    let of = |lang: Lang| {
        let said = |key| json!(messages::text(lang, key, &[]));
        let words = json!({
            "news": said("reminders.push.news"),
            "done": said("reminders.push.done"),
            "snoozed": said("reminders.push.snoozed"),
        });
        (lang.code().to_owned(), words)
    };
    Value::Object(Lang::ALL.into_iter().map(of).collect())
}

/// Where a browser's request is the Worker's to answer: `/api/*` in wrangler.toml is `/api/` here.
fn worker_prefixes() -> Result<Vec<String>> {
    let settings: toml::Table = fs::read_to_string(root().join("wrangler.toml"))?.parse()?;
    let patterns = settings.get("assets").and_then(|assets| assets.get("run_worker_first"));
    let patterns =
        patterns.and_then(toml::Value::as_array).context("wrangler.toml has no run_worker_first")?;
    let prefix = |pattern: &toml::Value| {
        let prefix = pattern.as_str().and_then(|pattern| pattern.strip_suffix('*'));
        prefix.map(str::to_owned).context("run_worker_first names something that is no prefix")
    };
    patterns.iter().map(prefix).collect()
}

/// Trunk names the program and its bindings by what the compiler made, before wasm-bindgen and the
/// optimiser: with another optimiser the same names would hold something else, in browsers that
/// keep them for ever. The bindings also lose a third by minifying.
fn name_by_content(dist: &Path, mut page: String) -> Result<String> {
    for name in file_names(dist)? {
        let file = dist.join(&name);
        let content = match name.rsplit_once('.') {
            Some((stem, "js")) if stem.starts_with("app-") => minified(&file)?.into_bytes(),
            Some((stem, "wasm")) if stem.starts_with("app-") => fs::read(&file)?,
            _ => continue,
        };
        let ending = if name.ends_with(".js") { "js" } else { "wasm" };
        let new_name = format!("app-{}.{ending}", short_hash(&content));
        fs::remove_file(&file)?;
        fs::write(dist.join(&new_name), content)?;
        page = page.replace(&name, &new_name);
    }
    Ok(page)
}

pub fn short_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

pub fn file_names(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn minified(file: &Path) -> Result<String> {
    run_quietly(command(npm::bin("esbuild"))?.arg(file).args(["--minify", "--format=esm", "--target=es2022"]))
}

/// Said here at build time, because in the browser it is only a line in the console.
fn refuse_what_the_policy_forbids(page: &str) -> Result<()> {
    for tag in page.split("<script").skip(1) {
        let opening = tag.split('>').next().unwrap_or_default();
        if !opening.contains("src=") {
            bail!("the page has an inline script, which its policy forbids: put it into app/boot.js");
        }
    }
    if page.contains(" style=\"") {
        bail!("the page has a style attribute, which its policy forbids: give it a class");
    }
    Ok(())
}

fn headers(page: &str) -> Result<String> {
    let styles: String = page
        .split("<style>")
        .skip(1)
        .filter_map(|rest| rest.split("</style>").next())
        .map(|css| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(css))))
        .collect();
    let policy = [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        &format!("style-src 'self'{styles}"),
        "img-src 'self' data: blob:",
        "font-src 'self'",
        // This host over ws: or wss: as well (CSP level 3).
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ");
    let mut text = format!(
        "/*\n  Content-Security-Policy: {policy}\n  X-Content-Type-Options: nosniff\n  \
         Referrer-Policy: same-origin\n  Cross-Origin-Opener-Policy: same-origin\n  \
         Strict-Transport-Security: max-age=31536000\n"
    );
    text.push_str("/sw.js\n  Cache-Control: no-cache\n");
    for name in file_names(&root().join("dist"))?.iter().filter(|name| is_named_by_content(name)) {
        text.push_str(&format!("/{name}\n  Cache-Control: public, max-age=31536000, immutable\n"));
    }
    Ok(text)
}

/// `app-37174a3d343c1d09.wasm`, `main-b8902fd5cda32c48.css`
fn is_named_by_content(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_named_by_their_content_are_kept_for_ever() {
        assert!(is_named_by_content("app-37174a3d343c1d09.wasm"));
        assert!(is_named_by_content("boot-0123456789abcdef.js"));
        assert!(!is_named_by_content("index.html"));
        assert!(!is_named_by_content("icon-512.png"));
    }

    #[test]
    fn an_inline_script_or_style_attribute_stops_the_build() {
        assert!(refuse_what_the_policy_forbids("<script type=\"module\" src=\"/a.js\"></script>").is_ok());
        assert!(refuse_what_the_policy_forbids("<script>alert(1)</script>").is_err());
        assert!(refuse_what_the_policy_forbids("<p style=\"color:red\">").is_err());
    }
}
