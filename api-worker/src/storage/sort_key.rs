//! The key a name sorts by: pinyin for Chinese characters, ASCII lower case for the rest, so that 阿里 stands
//! before Baidu and 上海 after.

use pinyin::ToPinyin;

/// Bytes after which names that still agree may stand in any order.
const MAX: usize = 120;

#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars().map(domain::text::half_width) {
        if key.len() >= MAX {
            break;
        }
        match c.to_pinyin() {
            // The character follows its sound, so that homophones keep apart.
            Some(sound) => {
                key.push_str(sound.plain());
                key.push(c);
            }
            None => key.push(c.to_ascii_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    #[test]
    fn chinese_names_sort_by_sound_among_latin_ones() {
        let mut names = ["上海贸易", "Baidu", "阿里巴巴", "acme", "北京科技"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["acme", "阿里巴巴", "Baidu", "北京科技", "上海贸易"]);
    }
}
