//! What each column means, guessed from its name and its cells; everything can be changed afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::formats::{self, DateGuess};
use super::sheet::Sheet;
use super::words;
use crate::fields::{
    ChoiceOption, DateOrder, DecimalMark, FieldKind, Reading, Shape, TextFormats, split_list,
};
use crate::money::Currency;
use crate::schema::{Entity, Field, Schema, StageStatus};
use crate::text::match_key;
use crate::time::UtcOnly;

/// Kinds of record a file can hold, the likeliest first; users and teams are what sales sheets name people by.
pub const ENTITIES: [&str; 7] = ["deal", "account", "contact", "lead", "product", "user", "team"];
/// Different words of one column that are offered for translation; a column with more is no choice.
const MAX_WORDS: usize = 100;
/// Cells of a column that are looked at to see whether a field fits.
const SAMPLE: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub entity: String,
    /// One for each column of the sheet.
    pub columns: Vec<Column>,
    /// Columns out of which a title is put together when none is the title itself.
    pub title: Vec<usize>,
    /// `None` while the file does not tell and nobody has said.
    pub dates: Option<DateOrder>,
    pub decimal: DecimalMark,
    pub currency: Currency,
    pub create_missing: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub target: Target,
    /// For fields with options: what each word of the file means.
    pub words: BTreeMap<String, Meaning>,
    /// Cells like `null` are empty.
    pub blanks: bool,
    /// A cell may hold several words.
    pub several: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    #[default]
    LeaveOut,
    Field(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// Nobody knows yet; rows with it will be refused.
    #[default]
    Unknown,
    Empty,
    Option(String),
}

impl Target {
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::LeaveOut => None,
            Self::Field(id) => Some(id),
        }
    }
}

/// Fields that a file may fill.
pub fn fields_of(entity: &Entity) -> impl Iterator<Item = &Field> {
    let takes = |field: &&Field| !field.system && !field.retired && field.kind.behaviour().is_importable();
    entity.fields.iter().filter(takes)
}

/// The kind of record most columns of the sheet fit.
#[must_use]
pub fn guess_entity(schema: &Schema, sheet: &Sheet) -> Option<String> {
    let mut best: Option<(u32, &str)> = None;
    for id in ENTITIES {
        let Some(entity) = schema.entity(id) else { continue };
        let score = targets(entity, sheet, schema).iter().map(|(_, score)| score).sum();
        if score > 0 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, id));
        }
    }
    best.map(|(_, id)| id.to_owned())
}

impl Mapping {
    /// The best guess for all of it.
    #[must_use]
    pub fn guess(schema: &Schema, entity: &str, sheet: &Sheet) -> Self {
        let mut mapping = Self {
            entity: entity.to_owned(),
            columns: vec![Column::default(); sheet.header.len()],
            title: Vec::new(),
            dates: Some(DateOrder::YearMonthDay),
            decimal: DecimalMark::Point,
            currency: schema.workspace.currency,
            create_missing: true,
        };
        let Some(definition) = schema.entity(entity) else { return mapping };
        for (at, (target, _)) in targets(definition, sheet, schema).into_iter().enumerate() {
            mapping.set(at, target, schema, sheet);
        }
        mapping.title = mapping.guess_title();
        mapping
    }

    /// Gives a column another meaning. A field that another column had moves here.
    pub fn set(&mut self, at: usize, target: Target, schema: &Schema, sheet: &Sheet) {
        let before = (self.date_columns(schema), self.number_columns(schema));
        if let Some(field) = target.field() {
            for column in &mut self.columns {
                if column.target.field() == Some(field) {
                    *column = Column::default();
                }
            }
        }
        let kind = self.kind(&target, schema);
        let words = kind.map(|kind| words_of(kind, schema, sheet.column(at))).unwrap_or_default();
        let several = kind.is_some_and(holds_several);
        let blanks = sheet.column(at).any(is_blank_word);
        if let Some(column) = self.columns.get_mut(at) {
            *column = Column { target, words, blanks, several };
        }
        // What somebody chose stays while it is about the same cells.
        let after = (self.date_columns(schema), self.number_columns(schema));
        if before.0 != after.0 {
            self.read_dates(schema, sheet);
        }
        if before.1 != after.1 {
            self.read_decimal(schema, sheet);
        }
    }

    fn kind<'s>(&self, target: &Target, schema: &'s Schema) -> Option<&'s FieldKind> {
        schema.entity(&self.entity)?.field(target.field()?).map(|field| &field.kind)
    }

    /// The column a field is filled from.
    #[must_use]
    pub fn column_of(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.target.field() == Some(field))
    }

    /// Whether records get their title put together.
    #[must_use]
    pub fn composes_title(&self, schema: &Schema) -> bool {
        schema.entity(&self.entity).is_some_and(|entity| self.column_of(&entity.title).is_none())
    }

    /// A deal is known by what is sold and to whom; everything else by what stands first.
    fn guess_title(&self) -> Vec<usize> {
        let parts: Vec<usize> = ["product", "account", "contact", "company"]
            .iter()
            .filter_map(|field| self.column_of(field))
            .take(2)
            .collect();
        if !parts.is_empty() {
            return parts;
        }
        let first = self.columns.iter().position(|column| column.target != Target::LeaveOut);
        self.column_of("external_id").or(first).into_iter().collect()
    }

    fn columns_of(&self, schema: &Schema, wanted: fn(&FieldKind) -> bool) -> Vec<usize> {
        let fits = |column: &Column| self.kind(&column.target, schema).is_some_and(wanted);
        self.columns.iter().enumerate().filter(|(_, column)| fits(column)).map(|(at, _)| at).collect()
    }

    /// The columns whose cells are days.
    #[must_use]
    pub fn date_columns(&self, schema: &Schema) -> Vec<usize> {
        self.columns_of(schema, |kind| {
            matches!(kind, FieldKind::Date(_) | FieldKind::Instant(_) | FieldKind::Schedule(_))
        })
    }

    /// The columns whose cells are numbers or amounts.
    #[must_use]
    pub fn number_columns(&self, schema: &Schema) -> Vec<usize> {
        self.columns_of(schema, |kind| {
            matches!(
                kind,
                FieldKind::Integer(_) | FieldKind::Decimal(_) | FieldKind::Money(_) | FieldKind::Percent(_)
            )
        })
    }

    /// Whether a money field is filled.
    #[must_use]
    pub fn has_money(&self, schema: &Schema) -> bool {
        !self.columns_of(schema, |kind| matches!(kind, FieldKind::Money(_))).is_empty()
    }

    fn read_dates(&mut self, schema: &Schema, sheet: &Sheet) {
        let days = self.date_columns(schema);
        self.dates = match formats::date_order(days.iter().flat_map(|at| sheet.column(*at))) {
            DateGuess::Plain => Some(DateOrder::YearMonthDay),
            DateGuess::Certain(order) => Some(order),
            DateGuess::Ambiguous => None,
        };
    }

    fn read_decimal(&mut self, schema: &Schema, sheet: &Sheet) {
        let numbers = self.number_columns(schema);
        self.decimal = formats::decimal_mark(numbers.iter().flat_map(|at| sheet.column(*at)));
    }

    #[must_use]
    pub fn formats(&self) -> TextFormats {
        let dates = self.dates.unwrap_or(DateOrder::YearMonthDay);
        TextFormats { dates, decimal: self.decimal, currency: self.currency }
    }

    /// Kinds of record that mapped columns point at.
    #[must_use]
    pub fn relations(&self, schema: &Schema) -> BTreeSet<String> {
        let target =
            |column: &Column| self.kind(&column.target, schema)?.relation_target().map(str::to_owned);
        self.columns.iter().filter_map(target).collect()
    }

    /// What a cell says after the words of its column are translated; `None` when it is empty.
    #[must_use]
    pub fn cell<'a>(&'a self, at: usize, text: &'a str) -> Option<Cow<'a, str>> {
        let column = self.columns.get(at)?;
        if column.several && !column.words.is_empty() {
            let words: Vec<&str> = split_list(text).filter_map(|word| column.word(word)).collect();
            return (!words.is_empty()).then(|| Cow::Owned(words.join(", ")));
        }
        column.word(text).map(Cow::Borrowed)
    }
}

impl Column {
    fn word<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        match self.words.get(text) {
            Some(Meaning::Empty) => None,
            Some(Meaning::Option(id)) => Some(id),
            Some(Meaning::Unknown) => Some(text),
            None if text.is_empty() || (self.blanks && is_blank_word(text)) => None,
            None => Some(text),
        }
    }

    /// Whether a cell says this word, perhaps among others.
    #[must_use]
    pub fn says(&self, cell: &str, word: &str) -> bool {
        if self.several { split_list(cell).any(|part| part == word) } else { cell == word }
    }
}

fn holds_several(kind: &FieldKind) -> bool {
    kind.behaviour().shape() == Shape::List
}

/// The field of each column with how sure the guess is; a field is given once.
fn targets(entity: &Entity, sheet: &Sheet, schema: &Schema) -> Vec<(Target, u32)> {
    let mut wishes: Vec<(u32, usize, &Field)> = Vec::new();
    for (at, name) in sheet.header.iter().enumerate() {
        for field in fields_of(entity) {
            let score = by_name(entity, field, name);
            if score > 0 && fits(field, schema, sheet.column(at)) {
                wishes.push((score, at, field));
            }
        }
        // Only what cannot be mistaken is recognised without its name.
        for field in
            fields_of(entity).filter(|field| matches!(field.kind, FieldKind::Email(_) | FieldKind::Phone(_)))
        {
            let telling =
                |text: &str| text.contains('@') || text.chars().filter(char::is_ascii_digit).count() >= 11;
            let mut filled = sheet.column(at).filter(|text| !text.is_empty()).take(SAMPLE).peekable();
            if filled.peek().is_some() && filled.all(telling) && fits(field, schema, sheet.column(at)) {
                wishes.push((1, at, field));
            }
        }
    }
    // Surest first; among equals the column further left.
    wishes.sort_by_key(|(score, at, _)| (u32::MAX - score, *at));
    let mut given = vec![(Target::LeaveOut, 0); sheet.header.len()];
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (score, at, field) in wishes {
        if given[at].0 == Target::LeaveOut && taken.insert(&field.id) {
            given[at] = (Target::Field(field.id.clone()), score);
        }
    }
    given
}

fn by_name(entity: &Entity, field: &Field, name: &str) -> u32 {
    let key = match_key(name);
    if key.is_empty() {
        return 0;
    }
    let own = [field.id.as_str(), &field.label.zh, &field.label.en];
    if own.into_iter().any(|label| match_key(label) == key) {
        return 10;
    }
    let listed = |of: &str, words: &[&str]| (of == entity.id || of == "*") && words.contains(&key.as_str());
    if words::COLUMNS.iter().any(|(of, id, words)| *id == field.id && listed(of, words)) {
        return if words::COLUMNS
            .iter()
            .any(|(of, id, words)| *id == field.id && *of == entity.id && listed(of, words))
        {
            9
        } else {
            8
        };
    }
    let numbers = field.id == "external_id"
        && (key == format!("{}id", entity.id) || words::EXTERNAL.iter().any(|(of, words)| listed(of, words)));
    if numbers { 7 } else { 0 }
}

/// Whether most filled cells of a column can be read by a field. Options and names are translated later, so any
/// text will do for them.
fn fits<'a>(field: &Field, schema: &Schema, cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    if field.kind.relation_target().is_some() || !field.kind.behaviour().options(schema).is_empty() {
        return true;
    }
    let filled = cells.filter(|text| !text.is_empty() && !is_blank_word(text)).take(SAMPLE);
    let order = match formats::date_order(filled.clone()) {
        DateGuess::Certain(order) => order,
        DateGuess::Ambiguous => DateOrder::DayMonthYear,
        DateGuess::Plain => DateOrder::YearMonthDay,
    };
    let formats = TextFormats {
        dates: order,
        decimal: formats::decimal_mark(filled.clone()),
        currency: schema.workspace.currency,
    };
    let reading = Reading { schema, zone: &schema.workspace.zone, zones: &UtcOnly };
    let (mut read, mut all) = (0_usize, 0_usize);
    for text in filled {
        all += 1;
        read += usize::from(field.kind.behaviour().read_text(text, &formats, &reading).is_ok());
    }
    read * 2 > all || all == 0
}

/// Whether a cell only says that it is empty.
#[must_use]
pub fn is_blank_word(text: &str) -> bool {
    words::BLANK.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The different words of a column for a field with options, each with what it probably means.
fn words_of<'a>(
    kind: &FieldKind,
    schema: &Schema,
    cells: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, Meaning> {
    let options = kind.behaviour().options(schema);
    let mut found = BTreeMap::new();
    if options.is_empty() {
        return found;
    }
    let seen: BTreeSet<&str> = if holds_several(kind) {
        cells.flat_map(split_list).collect()
    } else {
        cells.filter(|text| !text.is_empty()).collect()
    };
    for text in seen.into_iter().take(MAX_WORDS) {
        let meaning = if is_blank_word(text) {
            Meaning::Empty
        } else {
            guess_option(kind, schema, &options, text).map_or(Meaning::Unknown, Meaning::Option)
        };
        found.insert(text.to_owned(), meaning);
    }
    found
}

fn guess_option(kind: &FieldKind, schema: &Schema, options: &[ChoiceOption], text: &str) -> Option<String> {
    let key = match_key(text);
    let own = |option: &ChoiceOption| {
        [match_key(&option.id), match_key(&option.label.zh), match_key(&option.label.en)]
    };
    if let Some(option) = options.iter().find(|option| option.id == text || own(option).contains(&key)) {
        return Some(option.id.clone());
    }
    if matches!(kind, FieldKind::Stage(_)) {
        return guess_stage(schema, &key);
    }
    if let FieldKind::TreeChoice(tree) = kind
        && let Some(id) = tree.find(text)
    {
        return Some(id);
    }
    let other_words = |option: &ChoiceOption| {
        words::OPTIONS.iter().find(|(id, _)| *id == option.id).map_or(&[][..], |(_, words)| words)
    };
    if let Some(option) = options.iter().find(|option| other_words(option).contains(&key.as_str())) {
        return Some(option.id.clone());
    }
    // `Strategic` for `A · Strategic`: part of exactly one label.
    let long_enough = key.chars().count() >= if key.is_ascii() { 3 } else { 2 };
    let mut parts =
        options.iter().filter(|option| long_enough && own(option).iter().any(|label| label.contains(&key)));
    if let (Some(option), None) = (parts.next(), parts.next()) {
        return Some(option.id.clone());
    }
    let near = |option: &&ChoiceOption| {
        let words = other_words(option).iter().map(|word| (*word).to_owned());
        own(option).into_iter().chain(words).any(|word| misspelt(&key, &word))
    };
    options.iter().find(near).map(|option| option.id.clone())
}

fn guess_stage(schema: &Schema, key: &str) -> Option<String> {
    let stages = || schema.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let with_status =
        |status: StageStatus| stages().find(|stage| stage.status == status).map(|stage| stage.id.clone());
    if words::WON.contains(&key) {
        return with_status(StageStatus::Won);
    }
    if words::LOST.contains(&key) {
        return with_status(StageStatus::Lost);
    }
    let at = words::OPEN.iter().position(|(_, words)| words.contains(&key))?;
    let shipped = stages().find(|stage| stage.id == words::OPEN[at].0).map(|stage| stage.id.clone());
    // In a pipeline of its own, the open stage about as far along the way.
    let open: Vec<&str> =
        stages().filter(|stage| stage.status == StageStatus::Open).map(|stage| stage.id.as_str()).collect();
    let along =
        || open.get(at * open.len().saturating_sub(1) / (words::OPEN.len() - 1)).map(|id| (*id).to_owned());
    shipped.or_else(along)
}

/// One letter missing, too many, wrong or swapped; two in long words. Short words are too close to each other.
fn misspelt(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let allowed = match a.len().min(b.len()) {
        ..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    if a.len().abs_diff(b.len()) > allowed {
        return false;
    }
    // Optimal string alignment, three rows of the table at a time.
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[1][j] + 1).min(rows[2][j - 1] + 1).min(rows[1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()] <= allowed
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn schema() -> Schema {
        crate::schema::builtin::of_tests("Asia/Shanghai", "USD")
    }

    pub const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\r\n\
        1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054\r\n\
        Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Lost,2016-10-25,2017-03-11,0\r\n\
        HAXMC4IX,James Ascencio,MG Advanced,null,Engaging,2016-11-03,,\r\n\
        UP409DSB,Maureen Marcano,MG Advanced,Ganjaflex,Prospecting,,,\r\n";
    const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\r\n\
        Acme Corporation,technolgy,1996,1100.04,2822,United States,\r\nBetasoloin,medical,1999,251.41,495,United States,Acme Corporation\r\n";
    const PRODUCTS: &str = "product,series,sales_price\r\nGTX Basic,GTX,550\r\nGTX Pro,GTX,4821\r\n";
    const TEAMS: &str = "sales_agent,manager,regional_office\r\nAnna Snelling,Dustin Brinkmann,Central\r\n";

    fn guessed(text: &str) -> (String, Vec<String>, Mapping) {
        let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
        let entity = guess_entity(&schema, &sheet).unwrap();
        let mapping = Mapping::guess(&schema, &entity, &sheet);
        let fields =
            mapping.columns.iter().map(|column| column.target.field().unwrap_or("").to_owned()).collect();
        (entity, fields, mapping)
    }

    #[test]
    fn a_pipeline_of_deals_is_understood_without_help() {
        let (entity, fields, mapping) = guessed(PIPELINE);
        assert_eq!(entity, "deal");
        assert_eq!(
            fields,
            ["external_id", "owner", "product", "account", "stage", "engaged_on", "close_date", "amount"]
        );
        let stage = |word: &str| mapping.columns[4].words[word].clone();
        for (word, id) in [
            ("Won", "signed"),
            ("Lost", "lost"),
            ("Engaging", "negotiation"),
            ("Prospecting", "first_contact"),
        ] {
            assert_eq!(stage(word), Meaning::Option(id.into()));
        }
        assert_eq!(mapping.title, [2, 3]);
        assert_eq!((mapping.dates, mapping.decimal), (Some(DateOrder::YearMonthDay), DecimalMark::Point));
        assert_eq!(
            (mapping.cell(3, "null"), mapping.cell(3, "Isdom").as_deref(), mapping.cell(4, "Won").as_deref()),
            (None, Some("Isdom"), Some("signed"))
        );
        assert_eq!(mapping.relations(&schema()), ["account", "product", "user"].map(String::from).into());
    }

    #[test]
    fn accounts_products_and_people_are_understood_without_help() {
        let (entity, fields, mapping) = guessed(ACCOUNTS);
        assert_eq!(entity, "account");
        assert_eq!(fields, ["name", "industry", "", "revenue", "employees", "address", "parent"]);
        assert_eq!(mapping.columns[1].words["technolgy"], Meaning::Option("software".into()));
        assert_eq!(mapping.columns[1].words["medical"], Meaning::Option("medical".into()));
        let (entity, fields, _) = guessed(PRODUCTS);
        assert_eq!(
            (entity.as_str(), fields),
            ("product", vec!["name".into(), "series".into(), "price".into()])
        );
        let (entity, fields, _) = guessed(TEAMS);
        assert_eq!((entity.as_str(), fields), ("user", vec!["name".into(), "manager".into(), "team".into()]));
    }

    #[test]
    fn chinese_headers_are_understood_too() {
        let (entity, fields, mapping) = guessed(
            "客户名称,所属行业,联系电话,客户级别,业务员\n上海知客,互联网,021-6888 1234,重点客户,王芳\n杭州云栖,暂无,13812345678,C,李雷\n",
        );
        assert_eq!(entity, "account");
        assert_eq!(fields, ["name", "industry", "phone", "grade", "owner"]);
        assert_eq!(mapping.columns[1].words["互联网"], Meaning::Option("software".into()));
        assert_eq!(mapping.columns[1].words["暂无"], Meaning::Empty);
        assert_eq!(mapping.columns[3].words["重点客户"], Meaning::Option("b".into()));
        let (entity, fields, _) =
            guessed("商机名称,客户,销售阶段,预计金额,预计成交日期\n扩容,上海知客,谈判,￥12,2026-05-01\n");
        assert_eq!(entity, "deal");
        assert_eq!(fields, ["name", "account", "stage", "amount", "close_date"]);
        let (entity, fields, _) =
            guessed("姓名,公司名称,职务,微信号,x\n王芳,上海知客,经理,wf,wf@example.com\n");
        assert_eq!(entity, "contact");
        assert_eq!(fields, ["name", "account", "position", "wechat", "email"]);
    }

    #[test]
    fn a_column_whose_cells_do_not_fit_is_left_out() {
        let (schema, sheet) =
            (schema(), Sheet::parse("name,employees,close_date\nAcme,many,soon\nBeta,some,later\n").unwrap());
        let mapping = Mapping::guess(&schema, "account", &sheet);
        assert_eq!(mapping.columns[1].target, Target::LeaveOut);
        let mapping = Mapping::guess(&schema, "deal", &sheet);
        assert_eq!(mapping.columns[2].target, Target::LeaveOut);
    }

    #[test]
    fn a_field_has_one_column_and_days_that_could_be_months_are_asked_about() {
        let (schema, sheet) =
            (schema(), Sheet::parse("deal,close_date,d2\nA,01/02/2026,03/04/2026\n").unwrap());
        let mut mapping = Mapping::guess(&schema, "deal", &sheet);
        assert_eq!((mapping.column_of("close_date"), mapping.dates), (Some(1), None));
        mapping.set(2, Target::Field("close_date".into()), &schema, &sheet);
        assert_eq!(
            (mapping.column_of("close_date"), &mapping.columns[1].target),
            (Some(2), &Target::LeaveOut)
        );
        assert!(!mapping.composes_title(&schema));
    }

    #[test]
    fn misspellings_are_near_and_short_words_are_not() {
        for (a, b, near) in [
            ("technolgy", "technology", true),
            ("medcial", "medical", true),
            ("retial", "retail", true),
            ("phone", "stone", false),
            ("lost", "list", false),
            ("marketing", "manufacturing", false),
        ] {
            assert_eq!(misspelt(a, b), near, "{a} {b}");
        }
    }
}
