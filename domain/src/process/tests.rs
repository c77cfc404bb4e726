use super::*;
use crate::access::{ADMINISTRATOR, MANAGER, REP};
use crate::schema::builtin::{self, DEFAULT_PIPELINE};
use crate::schema::{Label, StageStatus};

fn fresh() -> Schema {
    builtin::of_tests("UTC", "CNY")
}

fn edge(from: &str, to: &str) -> Edge {
    Edge { from: Some(from.into()), to: to.into(), ..Edge::default() }
}

/// A second pipeline whose open stages are fewer.
fn with_renewals(mut schema: Schema) -> Schema {
    let stage = |id: &str, status| Stage::new(id, Label::new(id, id), status, 50);
    schema.pipelines.push(Pipeline {
        id: "p_renewal".into(),
        entity: "deal".into(),
        label: Label::new("续约", "Renewals"),
        stages: vec![
            stage("s_due", StageStatus::Open),
            stage("s_talks", StageStatus::Open),
            stage("s_renewed", StageStatus::Won),
            stage("s_gone", StageStatus::Lost),
        ],
        edges: vec![Edge { to: "s_renewed".into(), closed: true, ..Edge::default() }],
        teams: Vec::new(),
        products: Vec::new(),
    });
    schema
}

/// Proposal needs an amount; nobody skips from needs to signed; from negotiation only managers sign, with a contact and a
/// note; nothing comes back from lost without a note.
fn strict() -> Schema {
    let mut schema = with_renewals(fresh());
    let pipeline = schema.pipelines.iter_mut().find(|pipeline| pipeline.id == DEFAULT_PIPELINE).unwrap();
    let proposal = pipeline.stages.iter_mut().find(|stage| stage.id == "proposal").unwrap();
    proposal.required = vec!["amount".into()];
    pipeline.edges = vec![
        Edge { closed: true, ..edge("needs", "signed") },
        Edge {
            roles: vec![MANAGER.into()],
            required: vec!["contact".into(), "amount".into()],
            note: true,
            ..edge("negotiation", "signed")
        },
        Edge { note: true, ..edge("lost", "first_contact") },
    ];
    schema
}

#[derive(Clone, Copy)]
struct Case<'a> {
    role: &'a str,
    from: &'a str,
    to: &'a str,
    filled: &'a [(&'a str, &'a str)],
    note: &'a str,
    exception: &'a str,
    checked: &'a [&'a str],
    /// Numbers of teams; `None` where they are not known.
    teams: Option<&'a [u8]>,
}

const BY_REP: Case<'_> =
    Case { role: REP, from: "", to: "", filled: &[], note: "", exception: "", checked: &[], teams: None };

fn team(number: u8) -> Id {
    Id::v7(1_000, &[number; 10])
}

impl Case<'_> {
    fn decide(&self, schema: &Schema) -> Decision {
        let values = self.filled.iter();
        let values =
            values.map(|(field, text)| ((*field).to_owned(), Value::Text((*text).to_owned()))).collect();
        let checked: Vec<String> = self.checked.iter().map(|id| (*id).to_owned()).collect();
        let teams: Option<BTreeSet<Id>> = self.teams.map(|teams| teams.iter().copied().map(team).collect());
        decide(
            schema,
            &Move {
                entity: schema.entity("deal").unwrap(),
                from: self.from,
                to: schema.stage_of("deal", self.to).unwrap(),
                role: schema.role(self.role).unwrap(),
                values: &values,
                note: self.note,
                exception: self.exception,
                checked: &checked,
                teams: teams.as_ref(),
            },
        )
    }
}

fn needs(fields: &[&str], note: bool) -> Decision {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Decision::Missing(Missing { fields, note, checks: Vec::new() })
}

fn barred(why: Why, roles: &[&str]) -> Decision {
    Decision::Forbidden(Barrier { why, roles: roles.iter().map(|role| (*role).to_owned()).collect() })
}

const EXCEPTIONAL: [&str; 2] = [ADMINISTRATOR, MANAGER];

#[test]
fn the_loose_process_lets_everything_go_everywhere_and_asks_at_the_end() {
    let schema = fresh();
    let ids: Vec<&str> = schema.pipelines[0].stages.iter().map(|stage| stage.id.as_str()).collect();
    for from in &ids {
        for to in &ids {
            let expected = match *to {
                to if to == *from => Decision::Allowed,
                "signed" => needs(&["amount", "close_date"], false),
                "lost" => needs(&["lost_reason"], false),
                _ => Decision::Allowed,
            };
            assert_eq!(Case { from, to, ..BY_REP }.decide(&schema), expected, "{from} to {to}");
        }
    }
    let lost = Case { from: "needs", to: "lost", ..BY_REP };
    let told = |filled| Case { filled, ..lost }.decide(&schema);
    assert_eq!(told(&[("lost_reason", "price")]), Decision::Allowed);
    assert_eq!(told(&[("lost_reason", "other")]), needs(&["lost_note"], false));
    assert_eq!(told(&[("lost_reason", "other"), ("lost_note", "x")]), Decision::Allowed);
    let won = Case { from: "needs", to: "signed", filled: &[("amount", "1")], ..BY_REP };
    assert_eq!(won.decide(&schema), needs(&["close_date"], false));
}

#[test]
fn the_ways_of_a_pipeline_are_kept_by_whoever_moves() {
    let schema = strict();
    let by = |role, from, to| Case { role, from, to, ..BY_REP };
    let sign = by(MANAGER, "negotiation", "signed");
    let full = &[("contact", "c"), ("amount", "1"), ("close_date", "d")][..];
    let cases = [
        // What the stage needs, from everywhere.
        (by(REP, "needs", "proposal"), needs(&["amount"], false)),
        (Case { filled: full, ..by(REP, "needs", "proposal") }, Decision::Allowed),
        // A way nobody goes, whatever is filled in.
        (Case { filled: full, ..by(REP, "needs", "signed") }, barred(Why::Closed, &EXCEPTIONAL)),
        (by(MANAGER, "needs", "signed"), barred(Why::Closed, &EXCEPTIONAL)),
        // A way for some.
        (Case { filled: full, note: "x", ..by(REP, "negotiation", "signed") }, barred(Why::Role, &[MANAGER])),
        (by(ADMINISTRATOR, "negotiation", "signed"), barred(Why::Role, &[MANAGER])),
        // Fields of stage and way together, each once.
        (sign, needs(&["amount", "close_date", "contact"], true)),
        (Case { filled: full, ..sign }, needs(&[], true)),
        (Case { filled: full, note: "  ", ..sign }, needs(&[], true)),
        (Case { note: "x", ..sign }, needs(&["amount", "close_date", "contact"], false)),
        (Case { filled: full, note: "x", ..sign }, Decision::Allowed),
        // Back again.
        (by(REP, "lost", "first_contact"), needs(&[], true)),
        (by(REP, "lost", "needs"), Decision::Allowed),
        // An exception is for some, and has a reason.
        (Case { exception: "x", ..by(MANAGER, "needs", "signed") }, Decision::Allowed),
        (Case { exception: "x", ..sign }, Decision::Allowed),
        (Case { exception: " ", ..by(MANAGER, "needs", "signed") }, barred(Why::Closed, &EXCEPTIONAL)),
        (Case { exception: "x", ..by(REP, "needs", "signed") }, barred(Why::Exception, &EXCEPTIONAL)),
        (Case { exception: "x", ..by(REP, "first_contact", "needs") }, barred(Why::Exception, &EXCEPTIONAL)),
        // Standing still is no move.
        (by(REP, "signed", "signed"), Decision::Allowed),
        // From another pipeline, and from a stage that is gone.
        (by(REP, "proposal", "s_talks"), Decision::Allowed),
        (by(REP, "proposal", "s_renewed"), barred(Why::Closed, &EXCEPTIONAL)),
        (by(REP, "s_no_more", "s_renewed"), barred(Why::Closed, &EXCEPTIONAL)),
        (by(REP, "s_talks", "s_renewed"), Decision::Allowed),
        (by(REP, "s_talks", "proposal"), needs(&["amount"], false)),
        (by(REP, "s_talks", "signed"), needs(&["amount", "close_date"], false)),
    ];
    for (case, expected) in cases {
        let Case { role, from, to, filled, note, exception, .. } = case;
        assert_eq!(
            case.decide(&schema),
            expected,
            "{role}: {from} to {to}, {filled:?} {note:?} {exception:?}"
        );
    }
}

#[test]
fn nobody_is_asked_for_what_they_cannot_fill_in() {
    let mut schema = strict();
    let case = Case { from: "needs", to: "proposal", ..BY_REP };
    schema.roles.iter_mut().find(|role| role.id == REP).unwrap().hidden =
        [("deal".to_owned(), vec!["amount".to_owned()])].into();
    assert_eq!(case.decide(&schema), Decision::Allowed);
    assert_eq!(Case { role: MANAGER, ..case }.decide(&schema), needs(&["amount"], false));
    let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
    deal.fields.iter_mut().find(|field| field.id == "amount").unwrap().retired = true;
    assert_eq!(Case { role: MANAGER, ..case }.decide(&schema), Decision::Allowed);
}

/// Over every way of a strict process and every way of filling things in.
#[test]
fn an_allowed_move_leaves_no_required_field_empty() {
    let schema = strict();
    let entity = schema.entity("deal").unwrap();
    let fields = ["amount", "close_date", "contact", "lost_reason", "lost_note"];
    let stages: Vec<&str> = schema
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
        .map(|stage| stage.id.as_str())
        .collect();
    let mut allowed = 0;
    for (from, to) in stages.iter().flat_map(|from| stages.iter().map(move |to| (*from, *to))) {
        for filled in 0..1_u32 << fields.len() {
            let filled: Vec<(&str, &str)> = fields
                .iter()
                .enumerate()
                .filter(|(at, _)| filled & 1 << at != 0)
                .map(|(_, field)| (*field, "other"))
                .collect();
            for role in [REP, MANAGER] {
                let case = Case { role, from, to, filled: &filled, note: "x", ..BY_REP };
                if from == to || case.decide(&schema) != Decision::Allowed {
                    continue;
                }
                allowed += 1;
                let (pipeline, stage) = schema.stage_of("deal", to).unwrap();
                let own = pipeline.stage(from).map(|from| from.id.as_str());
                let edge = pipeline.edge(own, to).cloned().unwrap_or_default();
                assert!(!edge.closed && (edge.roles.is_empty() || edge.roles.iter().any(|id| id == role)));
                for needed in stage.required.iter().chain(&edge.required) {
                    assert!(filled.iter().any(|(field, _)| field == needed), "{from} to {to}: {needed}");
                }
                let explained = !stage.required.iter().any(|field| field == "lost_reason")
                    || filled.iter().any(|(field, _)| *field == "lost_note");
                assert!(explained, "{from} to {to}");
                let values =
                    filled.iter().map(|(field, text)| ((*field).to_owned(), Value::Text((*text).to_owned())));
                assert!(lacks(stage, entity, schema.role(role).unwrap(), &values.collect()).is_empty());
            }
        }
    }
    assert!(allowed > 500, "{allowed}");
}

#[test]
fn every_problem_of_a_move_names_its_field() {
    let schema = strict();
    let sign = Case { role: MANAGER, from: "negotiation", to: "signed", ..BY_REP }.decide(&schema);
    let Decision::Missing(missing) = sign else { panic!("{sign:?}") };
    let fields: Vec<_> = missing.problems().into_iter().filter_map(|problem| problem.field).collect();
    assert_eq!(fields, ["amount", "close_date", "contact", NOTE]);
    let nobody: &[&str] = &[];
    for (why, roles, field, key) in [
        (Why::Closed, &EXCEPTIONAL[..], "stage", "problem.process.closed"),
        (Why::Closed, nobody, "stage", "problem.process.closed_to_all"),
        (Why::Role, &EXCEPTIONAL[1..], "stage", "problem.process.role"),
        (Why::Exception, &EXCEPTIONAL[..], EXCEPTION, "problem.process.exception"),
        (Why::Exception, nobody, EXCEPTION, "problem.process.no_exceptions"),
    ] {
        let Decision::Forbidden(barrier) = barred(why, roles) else { unreachable!() };
        let problem = barrier.problem();
        assert_eq!((problem.field.as_deref(), problem.key.as_str()), (Some(field), key));
        assert_eq!(
            problem.args.get("roles").map(String::as_str),
            (!roles.is_empty()).then(|| roles.join(",")).as_deref()
        );
    }
}

#[test]
fn stages_of_another_pipeline_are_met_by_outcome_and_place() {
    let schema = with_renewals(fresh());
    let renewals = schema.pipeline("p_renewal").unwrap();
    let sales = schema.pipeline(DEFAULT_PIPELINE).unwrap();
    for (from, to) in [
        ("first_contact", "s_due"),
        ("needs", "s_due"),
        ("proposal", "s_due"),
        ("negotiation", "s_talks"),
        ("signed", "s_renewed"),
        ("lost", "s_gone"),
        ("nowhere", "s_due"),
    ] {
        assert_eq!(counterpart(&schema, from, renewals).map(|stage| stage.id.as_str()), Some(to), "{from}");
    }
    for (from, to) in [("s_due", "first_contact"), ("s_talks", "negotiation"), ("s_renewed", "signed")] {
        assert_eq!(counterpart(&schema, from, sales).map(|stage| stage.id.as_str()), Some(to), "{from}");
    }
}

/// Renewals are for team 1.
fn of_a_team() -> Schema {
    let mut schema = with_renewals(fresh());
    schema.pipelines[1].teams = vec![team(1)];
    schema.pipelines[1].edges.clear();
    schema
}

#[test]
fn into_a_pipeline_of_a_team_come_its_members_and_whoever_is_in_it_moves_on() {
    let schema = of_a_team();
    let outside = Some(&[2_u8][..]);
    let into = |role, teams| Case { role, teams, from: "needs", to: "s_due", ..BY_REP };
    let within = |teams| Case { teams, from: "s_due", to: "s_talks", ..BY_REP };
    let cases = [
        (into(REP, outside), barred(Why::Team, &EXCEPTIONAL)),
        (into(REP, Some(&[])), barred(Why::Team, &EXCEPTIONAL)),
        (into(MANAGER, outside), barred(Why::Team, &EXCEPTIONAL)),
        (into(REP, Some(&[1])), Decision::Allowed),
        // A team is part of those above it.
        (into(REP, Some(&[7, 1])), Decision::Allowed),
        // Who does not know the teams leaves it to who does.
        (into(REP, None), Decision::Allowed),
        (Case { exception: "x", ..into(MANAGER, outside) }, Decision::Allowed),
        (Case { exception: "x", ..into(REP, outside) }, barred(Why::Exception, &EXCEPTIONAL)),
        (within(outside), Decision::Allowed),
        (Case { from: "s_due", to: "needs", teams: outside, ..BY_REP }, Decision::Allowed),
        // From a stage that is gone it comes from outside.
        (Case { from: "s_no_more", ..into(REP, outside) }, barred(Why::Team, &EXCEPTIONAL)),
    ];
    for (case, expected) in cases {
        let Case { role, from, to, teams, exception, .. } = case;
        assert_eq!(case.decide(&schema), expected, "{role}: {from} to {to}, {teams:?} {exception:?}");
    }
    let barrier = |roles: &[&str]| Barrier {
        why: Why::Team,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    assert_eq!(barrier(&EXCEPTIONAL).problem().key, "problem.process.team");
    assert_eq!(barrier(&[]).problem().key, "problem.process.team_only");
}

#[test]
fn pipelines_are_offered_first_to_those_they_are_for() {
    let mut schema = of_a_team();
    let third = Pipeline { id: "p_pumps".into(), teams: Vec::new(), ..schema.pipelines[1].clone() };
    schema.pipelines.push(Pipeline { products: vec![team(9)], stages: Vec::new(), ..third });
    let ids = |teams: Option<&[u8]>, product: Option<u8>| {
        let teams: Option<BTreeSet<Id>> = teams.map(|teams| teams.iter().copied().map(team).collect());
        let found = offered(&schema, "deal", teams.as_ref(), product.map(team));
        let first = beginning(&schema, "deal", teams.as_ref(), product.map(team));
        let ids = found.iter().map(|pipeline| pipeline.id.clone()).collect::<Vec<_>>().join(" ");
        (ids, first.map(|stage| stage.id.clone()).unwrap_or_default())
    };
    let pair = |ids: &str, first: &str| (ids.to_owned(), first.to_owned());
    for (teams, product, expected) in [
        (Some(&[1_u8][..]), None, pair("p_renewal sales p_pumps", "s_due")),
        (Some(&[2]), None, pair("sales p_pumps p_renewal", "first_contact")),
        // One without stages is offered and nothing begins in it.
        (Some(&[2]), Some(9), pair("p_pumps sales p_renewal", "first_contact")),
        (Some(&[2]), Some(8), pair("sales p_pumps p_renewal", "first_contact")),
        (Some(&[1]), Some(9), pair("p_renewal p_pumps sales", "s_due")),
        (None, None, pair("p_renewal sales p_pumps", "s_due")),
    ] {
        assert_eq!(ids(teams, product), expected, "{teams:?} {product:?}");
    }
    schema.pipelines.retain(|pipeline| pipeline.stages.is_empty());
    assert_eq!(beginning(&schema, "deal", None, None), None);
}

#[test]
fn what_is_to_be_ticked_is_ticked_before_the_move() {
    let mut schema = fresh();
    let check = |id: &str| Check { id: id.into(), label: Label::new(id, id) };
    let checks = vec![check("k_seen"), check("k_signed")];
    schema.pipelines[0].edges = vec![Edge { checks, ..edge("needs", "proposal") }];
    let go = Case { from: "needs", to: "proposal", ..BY_REP };
    let open = |ids: &[&str]| {
        let checks = ids.iter().map(|id| check(id)).collect();
        Decision::Missing(Missing { fields: Vec::new(), note: false, checks })
    };
    for (checked, expected) in [
        (&[][..], open(&["k_seen", "k_signed"])),
        (&["k_signed"], open(&["k_seen"])),
        (&["k_other", "k_seen"], open(&["k_signed"])),
        (&["k_signed", "k_seen"], Decision::Allowed),
    ] {
        assert_eq!(Case { checked, ..go }.decide(&schema), expected, "{checked:?}");
    }
    let Decision::Missing(missing) = go.decide(&schema) else { panic!("nothing is ticked") };
    assert_eq!(missing.problems()[0].field.as_deref(), Some(CHECKED));
    assert_eq!(Case { from: "first_contact", ..go }.decide(&schema), Decision::Allowed);
    let excepted = Case { role: MANAGER, exception: "x", ..go };
    assert_eq!(excepted.decide(&schema), Decision::Allowed);
}

#[test]
fn a_stage_is_over_its_limit_only_where_it_is_open_and_has_one() {
    let stage = |status, limit| Stage { limit, ..Stage::new("s", Label::new("s", "s"), status, 50) };
    for (status, limit, count, over) in [
        (StageStatus::Open, None, u64::MAX, false),
        (StageStatus::Open, Some(3), 3, false),
        (StageStatus::Open, Some(3), 4, true),
        (StageStatus::Won, Some(3), 4, false),
    ] {
        assert_eq!(is_over(&stage(status, limit), count), over, "{status:?} {limit:?} {count}");
    }
}

#[test]
fn a_move_asks_a_day_for_what_has_none_of_its_own() {
    let step = |id: &str, due_in| Step { id: id.into(), label: Label::new(id, id), due_in };
    let steps = vec![step("visit", Some(2)), step("again", None)];
    let stage = Stage { steps, ..Stage::new("s", Label::new("s", "s"), StageStatus::Open, 50) };
    let asked = |from: &str| asks_days(from, &stage).map(|step| step.id.clone()).collect::<Vec<_>>();
    assert_eq!((asked("other"), asked("s")), (vec!["again".to_owned()], Vec::new()));
    // A Friday, and the Tuesday after it.
    let day = |text: &str| Date::parse(text).unwrap();
    let (today, named) = (day("2026-05-08"), day("2026-06-01"));
    let due = |at: usize, named| due(&stage.steps[at], &WorkDays::default(), today, named);
    assert_eq!((due(0, None), due(0, Some(named))), (Some(day("2026-05-12")), Some(day("2026-05-12"))));
    assert_eq!((due(1, None), due(1, Some(named))), (None, Some(named)));
}
