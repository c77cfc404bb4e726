//! How a text may be typed on a Latin keyboard: its Latin words as they stand, Chinese characters by their pinyin.

use pinyin::ToPinyin;

/// Characters that initials are taken of.
const INITIALS: usize = 6;
/// Ways to read a few characters in a row; what would be more is read the usual way.
const READINGS: usize = 4;
/// What companies are called behind their name: nobody looks for the sound of it.
const SUFFIXES: [&str; 6] = ["股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "集团公司", "公司"];

/// What one types in one go.
#[derive(Debug, PartialEq, Eq)]
pub enum Unit {
    /// Latin letters, or digits.
    Word(String),
    /// A Chinese character and what it is read as.
    Character(char, Vec<String>),
    /// A letter that is not typed on a Latin keyboard: typing ends here.
    Other,
}

impl Unit {
    fn spellings(&self) -> &[String] {
        match self {
            Self::Word(word) => std::slice::from_ref(word),
            Self::Character(_, sounds) => sounds,
            Self::Other => &[],
        }
    }

    /// The unit as a Latin word, without digits.
    pub fn latin(&self) -> Option<&str> {
        match self {
            Self::Word(word) if word.bytes().all(|byte| byte.is_ascii_lowercase()) => Some(word),
            _ => None,
        }
    }
}

/// The units of a folded text. Letters and digits part: `gtx500` is typed from its number too.
pub fn units(folded: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut word = String::new();
    for c in folded.chars() {
        let of_its_kind = |last: char| last.is_ascii_digit() == c.is_ascii_digit();
        let goes_on = c.is_ascii_alphanumeric() && word.chars().next_back().is_none_or(of_its_kind);
        if !goes_on && !word.is_empty() {
            units.push(Unit::Word(std::mem::take(&mut word)));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else if c.is_alphanumeric() {
            let sounds = sounds(c);
            units.push(if sounds.is_empty() { Unit::Other } else { Unit::Character(c, sounds) });
        }
    }
    if !word.is_empty() {
        units.push(Unit::Word(word));
    }
    units
}

/// Where typing may begin: at every unit before the suffix of a company.
pub fn starts(units: &[Unit]) -> usize {
    let tail: String = units
        .iter()
        .map(|unit| match unit {
            Unit::Character(c, _) => *c,
            Unit::Word(_) | Unit::Other => ' ',
        })
        .collect();
    let suffix = SUFFIXES.iter().find(|suffix| tail.ends_with(**suffix));
    // A company that is called nothing else is typed all the same.
    let kept = units.len() - suffix.map_or(0, |suffix| suffix.chars().count());
    if kept == 0 { units.len() } else { kept }
}

/// Every way to type on from a unit, at least `length` letters far where there are as many: whole (zhikekeji),
/// initials (zkkj, zhkkj), the first whole and initials after it (zhikkj).
pub fn forms(units: &[Unit], from: usize, length: usize) -> Vec<String> {
    let mut forms = Vec::new();
    for reading in readings(&units[from..], length) {
        let initials = |spelling: &&str| spelling.chars().take(1).collect::<String>();
        let consonants = |spelling: &&str| spelling[..consonants(spelling)].to_owned();
        let row = &reading[..reading.len().min(INITIALS)];
        forms.push(reading.concat().chars().take(length).collect());
        forms.push(row.iter().map(initials).collect());
        forms.push(row.iter().map(consonants).collect());
        if let [first, rest @ ..] = row {
            forms.push(std::iter::once((*first).to_owned()).chain(rest.iter().map(initials)).collect());
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The spellings of units in a row, once for each way to read them.
fn readings(units: &[Unit], length: usize) -> Vec<Vec<&str>> {
    let mut readings: Vec<Vec<&str>> = vec![Vec::new()];
    for unit in units.iter().take(length.max(INITIALS)) {
        let spellings = unit.spellings();
        let Some(first) = spellings.first() else { break };
        let several = readings.len() * spellings.len() <= READINGS;
        let spellings = if several { spellings } else { std::slice::from_ref(first) };
        readings = readings
            .iter()
            .flat_map(|reading| spellings.iter().map(|spelling| [reading.as_slice(), &[spelling]].concat()))
            .collect();
    }
    readings
}

/// How long the consonant is that a syllable begins with, as far as people type it as an initial.
fn consonants(syllable: &str) -> usize {
    let two = ["zh", "ch", "sh"].iter().any(|initial| syllable.starts_with(initial));
    if two { 2 } else { syllable.chars().next().map_or(0, char::len_utf8) }
}

/// What a character is read as in names of people, places and firms, the usual reading first.
fn sounds(c: char) -> Vec<String> {
    let Some(known) = c.to_pinyin() else { return Vec::new() };
    let several = several_sounds(c);
    if !several.is_empty() {
        return several.iter().map(|&sound| sound.to_owned()).collect();
    }
    let plain = known.plain();
    if plain.contains('ü') {
        // Keyboards write v for it, and people u.
        return vec![plain.replace('ü', "v"), plain.replace('ü', "u")];
    }
    vec![plain.to_owned()]
}

/// Characters of names that are read in more than one way. A dictionary of words would know which; here both find it.
fn several_sounds(c: char) -> &'static [&'static str] {
    match c {
        '重' => &["chong", "zhong"],
        '行' => &["hang", "xing"],
        '长' | '長' => &["chang", "zhang"],
        '厦' | '廈' => &["sha", "xia"],
        '乐' | '樂' => &["le", "yue"],
        '单' | '單' => &["dan", "shan"],
        '曾' => &["zeng", "ceng"],
        '解' => &["jie", "xie"],
        '仇' => &["qiu", "chou"],
        '朴' => &["pu", "piao"],
        '查' => &["cha", "zha"],
        '盛' => &["sheng", "cheng"],
        '都' => &["du", "dou"],
        '朝' => &["chao", "zhao"],
        '会' | '會' => &["hui", "kuai"],
        '藏' => &["zang", "cang"],
        '调' | '調' => &["diao", "tiao"],
        '传' | '傳' => &["chuan", "zhuan"],
        '区' | '區' => &["qu", "ou"],
        '覃' => &["qin", "tan"],
        '尉' => &["wei", "yu"],
        '缪' | '繆' => &["miao", "mou"],
        '翟' => &["zhai", "di"],
        '六' => &["liu", "lu"],
        '蚌' => &["bang", "beng"],
        '番' => &["fan", "pan"],
        '莘' => &["xin", "shen"],
        '沈' => &["shen", "chen"],
        '车' | '車' => &["che", "ju"],
        '贾' | '賈' => &["jia", "gu"],
        '葛' => &["ge", "gai"],
        '石' => &["shi", "dan"],
        '秘' => &["mi", "bi"],
        '大' => &["da", "dai"],
        '系' => &["xi", "ji"],
        '降' => &["jiang", "xiang"],
        '强' | '強' => &["qiang", "jiang"],
        '柏' => &["bai", "bo"],
        '薄' => &["bo", "bao"],
        '宿' => &["su", "xiu"],
        '参' | '參' => &["can", "shen"],
        '和' => &["he", "huo"],
        '率' => &["lv", "lu", "shuai"],
        '铅' | '鉛' => &["qian", "yan"],
        '陂' => &["pi", "bei"],
        '阿' => &["a", "e"],
        _ => &[],
    }
}
