//! The mail of a local server: it is posted here and lies as one file each in a folder, where a developer opens it and a
//! test reads it. Nothing leaves the machine.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::say::note;

/// Bytes of a mail: far more than a reminder has.
const MAX_MAIL: usize = 1024 * 1024;

/// Takes mail for as long as this program runs; the address to post to.
pub fn open(folder: &Path) -> Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port for the outbox")?;
    let address = format!("http://127.0.0.1:{}/", listener.local_addr()?.port());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            // Each in a thread of its own: a connection that is kept open holds up no other.
            let folder = folder.clone();
            std::thread::spawn(move || {
                if let Err(error) =
                    stream.map_err(Into::into).and_then(|stream| take(stream, &folder, number))
                {
                    note(&format!("a mail was not kept: {error:#}"));
                }
            });
        }
    });
    Ok(address)
}

/// Keeps one mail and says so.
fn take(stream: TcpStream, folder: &Path, number: usize) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            bail!("it broke off");
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().context("its length is no number")?;
        }
    }
    if length == 0 || length > MAX_MAIL {
        bail!("it has {length} bytes");
    }
    let mut mail = vec![0; length];
    reader.read_exact(&mut mail)?;
    // Whole under its name at once: whoever looks into the folder never reads half a mail.
    let file = folder.join(name(number)?);
    let half = file.with_extension("half");
    fs::write(&half, &mail)?;
    fs::rename(&half, &file)?;
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    Ok(())
}

/// In the order they came.
fn name(number: usize) -> Result<PathBuf> {
    let ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    Ok(format!("{ms}-{number}.eml").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_is_posted_lies_in_the_folder() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("zhike-outbox-{}", std::process::id()));
        let address = open(&folder)?;
        let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
        for text in ["Subject: a\r\n\r\nb", "Subject: c\r\n\r\nd"] {
            assert_eq!(agent.post(&address).send(text)?.status(), 200);
        }
        let mut kept = Vec::new();
        for entry in fs::read_dir(&folder)? {
            kept.push(fs::read_to_string(entry?.path())?);
        }
        kept.sort();
        fs::remove_dir_all(&folder)?;
        assert_eq!(kept, ["Subject: a\r\n\r\nb", "Subject: c\r\n\r\nd"]);
        Ok(())
    }
}
