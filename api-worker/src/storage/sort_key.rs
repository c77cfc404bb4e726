//! The key a text sorts by: pinyin for Chinese characters, ASCII lower case for the rest, so that 阿里 stands
//! before Baidu and 上海 after. A name's key has a column of its own, with an index; those of all other texts of a record
//! stand together in its column `sort_keys`, and only where the database could not make them itself.

use domain::ids::Id;
use domain::record::Values;
use domain::schema::{Entity, Field};
use domain::value::Value;
use pinyin::ToPinyin;
use serde_json::{Map, Value as Json, json};

use super::place::{comparable, table};
use super::statement::Statement;

/// Bytes after which texts that still agree may stand in any order.
const MAX: usize = 120;

/// Fields whose keys stand in `sort_keys`. What the system writes, such as a rank, is ordered as it is.
pub fn fields(entity: &Entity) -> impl Iterator<Item = &Field> {
    entity.fields.iter().filter(|field| has_key(entity, field))
}

#[must_use]
pub fn has_key(entity: &Entity, field: &Field) -> bool {
    let is_name = field.id == "name" && field.id == entity.title;
    field.kind.behaviour().sorts_by_sound() && !field.system && !is_name
}

/// The key of a field in SQL; null where the field holds nothing. A text of ASCII is its own key, and so is, until the
/// minute's work has come by, what was saved before there were keys.
#[must_use]
pub fn stored(alias: &str, field: &Field) -> String {
    format!("coalesce(json_extract({alias}.sort_keys, '$.{}'), lower({}))", field.id, text(alias, field))
}

/// As much of a field's text as its key is made of.
#[must_use]
pub fn text(alias: &str, field: &Field) -> String {
    format!("substr({}, 1, {MAX})", comparable(alias, field))
}

/// The column `sort_keys` of a record with these values; null when the database needs none.
#[must_use]
pub fn column(entity: &Entity, values: &Values) -> Json {
    column_of(fields(entity).filter_map(|field| Some((field, values.get(&field.id).and_then(Value::text)?))))
}

/// The same out of texts.
pub fn column_of<'a>(texts: impl Iterator<Item = (&'a Field, &'a str)>) -> Json {
    let keys: Map<String, Json> = texts
        .filter(|(_, text)| !text.is_ascii())
        .map(|(field, text)| (field.id.clone(), Json::from(sort_key(text))))
        .collect();
    if keys.is_empty() { Json::Null } else { Json::from(Json::Object(keys).to_string()) }
}

/// Records that are found and sorted by a name have a column for its key.
#[must_use]
pub fn keeps_name(entity: &Entity) -> bool {
    entity.title == "name"
}

/// A record's id and version, its column `sort_keys`, and the key of its name where it keeps one.
pub type Keys = (Id, u64, Json, Option<String>);

/// Gives records the keys they lack. One that changed meanwhile is left to its own save.
#[must_use]
pub fn write(entity: &Entity, rows: Vec<Keys>) -> Statement {
    let name = if keeps_name(entity) { ", name_key = v.value ->> 3" } else { "" };
    let sql = format!(
        "UPDATE {} AS t SET sort_keys = v.value ->> 2{name} FROM json_each(?2) v WHERE t.workspace_id = ?1 AND t.id = v.value ->> 0 \
         AND t.version = v.value ->> 1 AND t.id IN (SELECT value ->> 0 FROM json_each(?2))",
        table(entity)
    );
    Statement::new("write_sort_keys", sql, vec![json!(rows).into()])
}

#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars().map(domain::text::half_width) {
        if key.len() >= MAX {
            break;
        }
        match c.to_pinyin() {
            // The character follows its sound, so that homophones keep apart. The space between keeps short sounds
            // before longer ones that begin like them: li before lin.
            Some(sound) => {
                key.push_str(sound.plain());
                key.push(' ');
                key.push(c);
            }
            None => key.push(c.to_ascii_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use domain::record::Values;
    use domain::schema::{Field, Schema};
    use domain::value::Value;

    use super::super::search;
    use super::super::testing::{self, Shard, id};
    use super::{column, fields, sort_key, stored, write};
    use crate::storage::statement::Statement;

    fn schema() -> Schema {
        let mut schema = testing::schema();
        let lead = schema.entities.iter_mut().find(|entity| entity.id == "lead").unwrap();
        let custom = Field { id: "f_x".into(), custom: true, ..lead.field("company").unwrap().clone() };
        lead.fields.push(custom);
        schema
    }

    #[test]
    fn names_ranks_and_what_is_no_text_have_no_key_among_the_others() {
        let schema = schema();
        let keyed = |entity: &str| -> Vec<String> {
            fields(schema.entity(entity).unwrap()).map(|field| field.id.clone()).collect()
        };
        assert_eq!(keyed("lead"), ["company", "note", "external_id", "f_x"]);
        assert_eq!(keyed("deal"), ["lost_note", "note", "external_id"]);
        assert_eq!(keyed("touch"), ["summary", "external_id"]);
    }

    #[test]
    fn the_database_makes_the_key_of_ascii_and_finds_every_other() {
        let (shard, schema) = (Shard::new(), schema());
        let lead = schema.entity("lead").unwrap();
        let long = "Long ASCII ".repeat(30);
        let texts = ["上海贸易", "Baidu", "阿里巴巴", "acme", &long, "ＡＢＣ", "Émile", ""];
        for (number, text) in (11..).zip(texts) {
            let both = ["company", "f_x"].map(|field| (field.to_owned(), Value::Text(text.to_owned())));
            let values = Values::from(both);
            assert_eq!(column(lead, &values).is_null(), text.is_ascii(), "{text}");
            let custom = serde_json::json!({"f_x": text}).to_string();
            shard
                .connection
                .execute(
                    "INSERT INTO lead (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, company, custom) \
                     VALUES (?1, ?2, 1, 0, 0, ?2, ?2, 'x', ?3, ?4)",
                    [&shard.workspace.to_string(), &id(number).to_string(), text, &custom],
                )
                .unwrap();
            let key = Some(sort_key("x"));
            shard.run(write(lead, vec![(id(number), 1, column(lead, &values), key)])).unwrap();
            // What was read of an older version comes too late.
            let late = (id(number), 2, "{\"company\":\"late\"}".into(), Some("late".to_owned()));
            shard.run(write(lead, vec![late])).unwrap();
        }
        for field in ["company", "f_x"] {
            let key = stored("r", lead.field(field).unwrap());
            let sql =
                format!("SELECT json_array({key}) AS j FROM lead r WHERE r.workspace_id = ?1 ORDER BY r.id");
            let found =
                shard.run(Statement::new("keys", sql, Vec::new())).unwrap().read::<(String,)>().unwrap();
            let expected: Vec<(String,)> = texts.iter().map(|text| (sort_key(text),)).collect();
            assert_eq!(found, expected, "{field}");
        }
    }

    #[test]
    fn names_that_were_saved_before_get_the_keys_of_today() {
        let (shard, schema) = (Shard::new(), schema());
        for (entity, number) in [("lead", 11), ("account", 12), ("competitor", 13)] {
            let entity = schema.entity(entity).unwrap();
            let sql = format!(
                "INSERT INTO {} (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, name_key) \
                 VALUES (?1, ?2, 1, 0, 0, ?2, ?2, '林冲', 'lin林chong冲')",
                entity.id
            );
            shard.connection.execute(&sql, [shard.workspace.to_string(), id(number).to_string()]).unwrap();
            let step = search::read_step(entity, &shard.run(search::step(entity, None)).unwrap()).unwrap();
            shard.run(write(entity, step.keys)).unwrap();
            let sql = format!("SELECT name_key FROM {}", entity.id);
            let key: String = shard.connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(key, sort_key("林冲"), "{}", entity.id);
        }
    }

    #[test]
    fn chinese_names_sort_by_sound_among_latin_ones() {
        let mut names = ["上海贸易", "Baidu", "林冲", "阿里巴巴", "acme", "梁山", "北京科技", "李明", "安踏"];
        names.sort_by_key(|name| sort_key(name));
        let sorted = ["阿里巴巴", "acme", "安踏", "Baidu", "北京科技", "李明", "梁山", "林冲", "上海贸易"];
        assert_eq!(names, sorted);
    }
}
