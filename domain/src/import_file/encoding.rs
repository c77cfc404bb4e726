//! How the bytes of a file are letters.

/// What files from spreadsheets come in. GB18030 contains GBK and GB2312.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Gb18030, Self::Utf16Le, Self::Utf16Be];

    /// The encoding of a file: what its first bytes say, otherwise UTF-8 when all of it is, otherwise the
    /// encoding in which Chinese spreadsheets save CSV.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0xFF, 0xFE]) {
            Self::Utf16Le
        } else if bytes.starts_with(&[0xFE, 0xFF]) {
            Self::Utf16Be
        } else if std::str::from_utf8(bytes).is_ok() {
            Self::Utf8
        } else {
            Self::Gb18030
        }
    }

    /// The label of the WHATWG Encoding Standard, which the browser's TextDecoder takes.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.label() == label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_read_from_the_bytes() {
        let cases: [(&[u8], Encoding); 6] = [
            (b"name,phone\r\n", Encoding::Utf8),
            ("\u{feff}姓名,电话".as_bytes(), Encoding::Utf8),
            (&[0xBF, 0xCD, 0xBB, 0xA7, b','], Encoding::Gb18030),
            (&[0xFF, 0xFE, b'a', 0], Encoding::Utf16Le),
            (&[0xFE, 0xFF, 0, b'a'], Encoding::Utf16Be),
            (b"", Encoding::Utf8),
        ];
        for (bytes, encoding) in cases {
            assert_eq!(Encoding::of(bytes), encoding, "{bytes:?}");
            assert_eq!(Encoding::from_label(encoding.label()), Some(encoding));
        }
    }
}
