//! Writes `api-worker/openapi.json`.

fn main() -> std::io::Result<()> {
    std::fs::write(api_tests::openapi::FILE, api_tests::openapi::text())?;
    println!("wrote {}", api_tests::openapi::FILE);
    Ok(())
}
