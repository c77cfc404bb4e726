use domain::access::{ADMINISTRATOR, MANAGER, REP};
use domain::api::record::Names;
use domain::comment::COMMENT;
use domain::schema::Schema;

use super::super::records::Selected;
use super::super::testing::{Shard, id, schema};
use super::super::tests::plan_of;
use super::*;

/// The reader, a colleague, the account and what hangs on it.
const ME: u64 = 2;
const COLLEAGUE: u64 = 3;
const ACCOUNT: u64 = 10;
const CONTACT: u64 = 11;
const DEAL: u64 = 12;
const LEAD: u64 = 13;
/// A deal of the account that is the colleague's.
const THEIRS: u64 = 14;

fn reader<'a>(schema: &'a Schema, role: &str) -> Reader<'a> {
    Reader { schema, role: schema.role(role).unwrap(), user: id(ME) }
}

fn insert(shard: &Shard, table: &str, number: u64, owner: u64, more: &[(&str, String)]) {
    let mut columns = vec![
        "workspace_id",
        "id",
        "version",
        "created_at",
        "updated_at",
        "created_by_id",
        "updated_by_id",
        "owner_id",
    ];
    let mut values = vec![
        format!("'{}'", shard.workspace),
        pointer(number),
        "1".into(),
        "0".into(),
        "0".into(),
        pointer(ME),
        pointer(ME),
        pointer(owner),
    ];
    for (column, value) in more {
        if let Some(at) = columns.iter().position(|known| known == column) {
            values[at].clone_from(value);
        } else {
            columns.push(column);
            values.push(value.clone());
        }
    }
    let sql = format!("INSERT INTO \"{table}\" ({}) VALUES ({})", columns.join(", "), values.join(", "));
    shard.connection.execute(&sql, []).unwrap();
}

fn pointer(number: u64) -> String {
    format!("'{}'", id(number))
}

fn touch(shard: &Shard, number: u64, at: i64, owner: u64, about: &[(&str, u64)]) {
    let mut more = vec![("kind", "'call'".to_owned()), ("happened_at", at.to_string())];
    more.extend(about.iter().map(|(column, number)| (*column, pointer(*number))));
    insert(shard, "touch", number, owner, &more);
}

fn shard() -> Shard {
    let shard = Shard::new();
    let name = || ("name", "'x'".to_owned());
    let stage = || [name(), ("stage", "'needs'".to_owned()), ("account_id", pointer(ACCOUNT))];
    insert(&shard, "account", ACCOUNT, ME, &[name()]);
    insert(&shard, "contact", CONTACT, ME, &[name(), ("account_id", pointer(ACCOUNT))]);
    insert(&shard, "deal", DEAL, ME, &stage());
    insert(&shard, "deal", THEIRS, COLLEAGUE, &stage());
    insert(&shard, "lead", LEAD, ME, &[name(), ("account_id", pointer(ACCOUNT))]);
    for number in [ME, COLLEAGUE] {
        let sql = "INSERT INTO \"user\" (workspace_id, id, version, name, role, status, created_at, updated_at, created_by_id, updated_by_id) \
                   VALUES (?1, ?2, 1, 'x', 'rep', 'active', 0, 0, 'x', 'x')";
        shard.connection.execute(sql, [shard.workspace.to_string(), id(number).to_string()]).unwrap();
    }
    // Moments that are shared, so that only the id tells what comes first.
    touch(&shard, 20, 50, ME, &[("account_id", ACCOUNT)]);
    touch(&shard, 21, 50, ME, &[("contact_id", CONTACT)]);
    touch(&shard, 22, 50, ME, &[("deal_id", DEAL)]);
    touch(&shard, 23, 40, COLLEAGUE, &[("lead_id", LEAD)]);
    touch(&shard, 24, 40, COLLEAGUE, &[("deal_id", THEIRS)]);
    touch(&shard, 25, 30, COLLEAGUE, &[("deal_id", DEAL), ("account_id", ACCOUNT), ("contact_id", CONTACT)]);
    touch(&shard, 26, 30, ME, &[("deal_id", THEIRS)]);
    touch(&shard, 27, 20, ME, &[("deal_id", 99)]);
    touch(&shard, 28, 10, COLLEAGUE, &[("contact_id", CONTACT)]);
    shard.connection.execute("UPDATE touch SET deleted_at = 1 WHERE id = ?1", [id(28).to_string()]).unwrap();
    shard
}

/// The numbers of all touches in their order, read in pages of this size.
fn told(shard: &Shard, reader: Reader<'_>, record: (&str, u64), mut wanted: Wanted, size: u32) -> Vec<u64> {
    let [kind, entity] = ["touch", record.0].map(|entity| reader.schema.entity(entity).unwrap());
    let selection = Selection::new(reader, kind);
    let mut found = Vec::new();
    loop {
        let about =
            about(&selection, (kind, "happened_at"), reader, (entity, id(record.1)), wanted, size + 1);
        let mut rows = shard.run(about).unwrap().read::<Selected>().unwrap();
        let more = rows.len() > size as usize;
        rows.truncate(size as usize);
        for row in rows {
            wanted.after = Some((row.key().as_i64().unwrap(), row.id()));
            let number = (20..30).find(|number| id(*number) == row.id()).unwrap();
            let _ = selection.body(row, &mut Names::new());
            found.push(number);
        }
        if !more {
            return found;
        }
    }
}

#[test]
fn an_account_has_the_touches_of_its_people_deals_and_leads_over_all_pages() {
    let (shard, schema) = (shard(), schema());
    let admin = reader(&schema, ADMINISTRATOR);
    let related = Wanted { related: true, ..Wanted::default() };
    for size in 1..10 {
        let told = |record, wanted| told(&shard, admin, record, wanted, size);
        assert_eq!(told(("account", ACCOUNT), related), [22, 21, 20, 24, 23, 26, 25], "{size}");
        assert_eq!(told(("account", ACCOUNT), Wanted::default()), [20, 23, 25], "{size}");
        assert_eq!(told(("contact", CONTACT), related), [21, 25], "{size}");
        assert_eq!(told(("deal", DEAL), related), [22, 25], "{size}");
        assert_eq!(told(("lead", LEAD), related), [23], "{size}");
        let by = Wanted { by: Some(id(COLLEAGUE)), ..related };
        assert_eq!(told(("account", ACCOUNT), by), [24, 23, 25], "{size}");
        assert_eq!(told(("account", 99), related), [0; 0], "{size}");
    }
}

#[test]
fn what_hangs_on_something_out_of_sight_is_not_told_to_belong_there() {
    let (shard, mut schema) = (shard(), schema());
    let related = Wanted { related: true, ..Wanted::default() };
    // The colleague's deal is none of a rep's business, nor that one's own touch about it hangs on this account.
    let rep = |schema: &Schema| told(&shard, reader(schema, REP), ("account", ACCOUNT), related, 2);
    assert_eq!(rep(&schema), [22, 21, 20, 23, 25]);
    // A relation that is hidden tells nothing.
    let role = schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    role.hidden.insert("deal".into(), vec!["account".into()]);
    assert_eq!(rep(&schema), [21, 20, 23, 25]);
    // Who may not see whose touches are is not told by asking for a person's.
    role_hides(&mut schema, "touch", "owner");
    let by = Wanted { by: Some(id(COLLEAGUE)), ..related };
    assert_eq!(told(&shard, reader(&schema, REP), ("account", ACCOUNT), by, 2), [0; 0]);
    let mut elsewhere = Shard { workspace: id(7), ..shard };
    assert_eq!(told(&elsewhere, reader(&schema, ADMINISTRATOR), ("account", ACCOUNT), related, 2), [0; 0]);
    elsewhere.workspace = id(1);
    assert_eq!(told(&elsewhere, reader(&schema, ADMINISTRATOR), ("account", ACCOUNT), related, 2).len(), 7);
}

fn role_hides(schema: &mut Schema, entity: &str, field: &str) {
    let role = schema.roles.iter_mut().find(|role| role.id == REP).unwrap();
    role.hidden.entry(entity.into()).or_default().push(field.into());
}

#[test]
fn a_page_reads_each_history_along_its_index() {
    let (shard, schema) = (shard(), schema());
    for (kind, at) in [("touch", "happened_at"), ("task", "created_at"), (COMMENT, "created_at")] {
        for role in [ADMINISTRATOR, MANAGER, REP] {
            let reader = reader(&schema, role);
            let [kind, account] = [kind, "account"].map(|entity| schema.entity(entity).unwrap());
            let wanted = Wanted { related: true, by: Some(id(ME)), after: Some((5, id(5))) };
            let selection = Selection::new(reader, kind);
            let statement = about(&selection, (kind, at), reader, (account, id(ACCOUNT)), wanted, 41);
            let plan = plan_of(&shard.connection, &statement.into_parts().1);
            for source in ["account", "lead", "contact", "deal"] {
                let wanted =
                    format!("q USING INDEX {}_{source} (workspace_id=? AND {source}_id=? AND", kind.id);
                assert!(plan.contains(&wanted), "{role} {wanted}: {plan}");
            }
            for line in plan.lines() {
                assert!(
                    !line.starts_with("SCAN q") && !line.starts_with("SCAN r") && !line.starts_with("SCAN h"),
                    "{plan}"
                );
            }
            for by_account in ["lead_account", "contact_account", "deal_lane"] {
                assert!(
                    plan.contains(&format!("h USING INDEX {by_account} ")),
                    "{role} {by_account}: {plan}"
                );
            }
        }
    }
}

const DAY: i64 = 24 * 60 * 60 * 1000;

#[test]
fn who_talked_with_whom_is_told_as_far_as_it_is_seen() {
    let (shard, mut schema) = (shard(), schema());
    let now = Instant::from_unix_ms(200 * DAY).unwrap();
    touch(&shard, 30, 199 * DAY, ME, &[("contact_id", CONTACT)]);
    touch(&shard, 31, 198 * DAY, ME, &[("contact_id", CONTACT), ("account_id", ACCOUNT)]);
    touch(&shard, 32, 197 * DAY, COLLEAGUE, &[("deal_id", THEIRS)]);
    touch(&shard, 33, 110 * DAY - 1, COLLEAGUE, &[("account_id", ACCOUNT)]);
    touch(&shard, 34, 201 * DAY, COLLEAGUE, &[("account_id", ACCOUNT)]);
    let talks = |schema: &Schema, role| {
        let [touch, account] = ["touch", "account"].map(|entity| schema.entity(entity).unwrap());
        let statement = talks(reader(schema, role), touch, account, id(ACCOUNT), now);
        shard.run(statement).unwrap().read::<TalkRow>().unwrap()
    };
    let mine = (id(ME), Some(id(CONTACT)), 199 * DAY, 2);
    assert_eq!(talks(&schema, ADMINISTRATOR), [mine, (id(COLLEAGUE), None, 197 * DAY, 1)]);
    assert_eq!(talks(&schema, REP), [mine]);
    role_hides(&mut schema, "touch", "contact");
    assert_eq!(talks(&schema, REP), [(id(ME), None, 199 * DAY, 2)]);
    let account = schema.entity("account").unwrap();
    assert!(tells_talks(reader(&schema, REP), account));
    let mut hidden = schema.clone();
    role_hides(&mut hidden, "touch", "owner");
    assert!(!tells_talks(reader(&hidden, REP), account));
    assert!(!tells_talks(reader(&schema, REP), schema.entity("product").unwrap()));
}

#[test]
fn a_colleague_who_was_just_in_contact_with_the_customer_is_told() {
    let (shard, schema) = (shard(), schema());
    let now = Instant::from_unix_ms(200 * DAY).unwrap();
    let last = |role: &str, entity: &str, number: u64| {
        let [touch, kind] = ["touch", entity].map(|entity| schema.entity(entity).unwrap());
        let statement = colleague(reader(&schema, role), touch, kind, id(number), now);
        shard.run(statement).unwrap().read::<TalkRow>().unwrap().first().map(|talk| talk.2 / DAY)
    };
    touch(&shard, 30, 199 * DAY, ME, &[("account_id", ACCOUNT)]);
    touch(&shard, 31, 196 * DAY, COLLEAGUE, &[("account_id", ACCOUNT)]);
    assert_eq!(last(ADMINISTRATOR, "account", ACCOUNT), None);
    touch(&shard, 32, 198 * DAY, COLLEAGUE, &[("contact_id", CONTACT)]);
    // The customer is the same, whichever of its records one looks at.
    for (entity, number) in [("account", ACCOUNT), ("contact", CONTACT), ("deal", DEAL), ("lead", LEAD)] {
        assert_eq!(last(ADMINISTRATOR, entity, number), Some(198), "{entity}");
        assert_eq!(last(REP, entity, number), Some(198), "{entity}");
    }
    touch(&shard, 33, 199 * DAY, COLLEAGUE, &[("deal_id", THEIRS)]);
    assert_eq!(last(ADMINISTRATOR, "deal", DEAL), Some(199));
    assert_eq!(last(REP, "deal", DEAL), Some(198));
}
