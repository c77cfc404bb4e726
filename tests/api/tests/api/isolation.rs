//! A workspace never sees another, on neither shard: every endpoint with another workspace's ids, and every
//! session with another workspace's place in its cookie.

use std::collections::BTreeSet;

use api_tests::actions::{
    assign, create, delete, import as import_rows, log_touch, move_deal, pause, restore, snooze, undo, update,
};
use api_tests::browser::{Browser, Reply, Request};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::{Workspace, new_email, token_of};
use domain::api::account::InviteRequest;
use domain::api::command::Answer;
use domain::api::notification::ChannelReply;
use domain::api::record::{CreateRequest, DeleteRequest, RebuildRequest, SearchRequest, UpdateRequest};
use domain::api::{self, Code, ENDPOINTS, Empty, Gate};
use domain::command::{Action, ImportRow};
use domain::ids::Id;
use serde_json::json;

const PUSH: &str = r#"{"endpoint":"https://push.acme.com/x","p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}"#;
const BOT: &str = r#"{"name":"x","service":"feishu","url":"https://open.feishu.cn/open-apis/bot/v2/hook/x"}"#;

/// What stands in a workspace, all of it marked by words that no other has.
struct Target {
    workspace: Workspace,
    account: Id,
    deal: Id,
    team: Id,
    command: Id,
    import: Id,
    view: Id,
    session: Id,
    /// A deal holds it.
    file: Id,
    /// The administrator's bot.
    channel: Id,
    words: Vec<String>,
}

fn fill(workspace: Workspace, mark: &str) -> Target {
    let admin = &workspace.admin;
    let (account, deal, import) = (new_id(), new_id(), new_id());
    workspace.add_field("deal", "f_files", json!({"type": "file", "max": 3}));
    let file = admin.upload(&format!("{mark}合同.txt"), mark.as_bytes()).id;
    let first = command(vec![
        create("account", account, json!({"name": format!("{mark}客户"), "phone": "021 5888 1234"})),
        create("deal", deal, json!({"name": format!("{mark}商机"), "account": account, "f_files": [file]})),
    ]);
    admin.done_as(&first);
    let team = workspace.team(&format!("{mark}团队"), None);
    let cells = [("name".to_owned(), format!("{mark}线索"))].into();
    let rows = vec![ImportRow { line: 1, record: new_id(), cells }];
    admin.done(vec![import_rows(import, "lead", false, rows)]);
    let view = admin
        .create("saved_view", json!({"name": format!("{mark}视图"), "entity": "account", "shared": "team"}));
    assert_eq!(admin.get("/api/v1/export/account").status, 200);
    let channel = admin.post("/api/v1/bots", BOT).parse::<ChannelReply>().id;
    let session = admin.call::<api::ListSessions>(&[], &Empty {}).sessions[0].id;
    let mut words = vec![mark.to_owned(), admin.email.clone()];
    words.extend([admin.user, account, deal, team, view, file, channel].map(|id| id.to_string()));
    Target { command: first.id, account, deal, team, import, view, session, file, channel, words, workspace }
}

impl Target {
    /// Every session endpoint, asked for this workspace's things.
    fn requests(&self) -> Vec<(&'static str, Request)> {
        let (account, deal) = (self.account.to_string(), self.deal.to_string());
        let get = |path: String| Request::new("GET", &path);
        let update = UpdateRequest {
            command: new_id(),
            base_version: 1,
            old: [].into(),
            values: [("name".to_owned(), json!("x"))].into(),
        };
        vec![
            ("get_session", get("/api/v1/session".into())),
            ("set_preferences", Request::new("PATCH", "/api/v1/session").json("{}")),
            (
                "change_password",
                Request::new("POST", "/api/v1/session/password")
                    .json(r#"{"old":"wrong horse","new":"battery staple"}"#),
            ),
            ("list_sessions", get("/api/v1/sessions".into())),
            ("revoke_session", Request::of::<api::RevokeSession>(&[&self.session.to_string()], &Empty {})),
            (
                "invite",
                Request::of::<api::Invite>(
                    &[],
                    &InviteRequest {
                        user: Some(self.workspace.admin.user),
                        name: "x".into(),
                        email: new_email(),
                        role: "rep".into(),
                        team: Some(self.team),
                    },
                ),
            ),
            ("get_schema", get("/api/v1/schema".into())),
            (
                "send_commands",
                Request::of::<api::SendCommands>(
                    &[],
                    &api::command::CommandsRequest {
                        commands: self.attacks().into_iter().map(|action| command(vec![action])).collect(),
                    },
                ),
            ),
            ("list_records", get("/api/v1/records/account".into())),
            ("list_records", get("/api/v1/records/saved_view".into())),
            (
                "create_record",
                Request::of::<api::CreateRecord>(
                    &["deal"],
                    &CreateRequest {
                        id: new_id(),
                        values: [
                            ("name".to_owned(), json!("x")),
                            ("account".to_owned(), json!(self.account)),
                        ]
                        .into(),
                    },
                ),
            ),
            ("get_record", get(format!("/api/v1/records/account/{account}"))),
            ("update_record", Request::of::<api::UpdateRecord>(&["account", &account], &update)),
            (
                "delete_record",
                Request::of::<api::DeleteRecord>(
                    &["deal", &deal],
                    &DeleteRequest { command: new_id(), base_version: 1 },
                ),
            ),
            ("get_timeline", get(format!("/api/v1/records/account/{account}/timeline"))),
            ("get_timeline", get(format!("/api/v1/records/deal/{deal}/timeline?only=file"))),
            ("get_timeline", get(format!("/api/v1/records/account/{account}/timeline?related=true"))),
            ("get_look", get(format!("/api/v1/records/account/{account}/look"))),
            ("list_readers", get(format!("/api/v1/records/account/{account}/readers"))),
            ("get_stays", get(format!("/api/v1/records/deal/{deal}/stages"))),
            ("get_totals", get("/api/v1/totals/account?group=name".into())),
            ("export_records", get("/api/v1/export/account".into())),
            ("list_exports", get("/api/v1/exports".into())),
            ("get_board", get("/api/v1/board/sales".into())),
            ("get_forecast", get("/api/v1/forecast/sales".into())),
            ("get_today", get("/api/v1/today".into())),
            (
                "get_agenda",
                get(format!(
                    "/api/v1/agenda?from=2026-05-01&to=2026-05-31&owner={}",
                    self.workspace.admin.user
                )),
            ),
            ("search", Request::of::<api::Search>(&[], &SearchRequest { q: "客户".into(), entity: None })),
            ("rebuild_search", Request::of::<api::RebuildSearch>(&[], &RebuildRequest::default())),
            ("find_alike", get("/api/v1/alike/account?phone=02158881234".into())),
            ("list_imports", get("/api/v1/imports".into())),
            ("list_imports", get(format!("/api/v1/imports?after={}", self.import))),
            ("get_import", get(format!("/api/v1/imports/{}", self.import))),
            ("list_changes", get("/api/v1/changes?after=0".into())),
            ("live", get("/api/v1/live".into())),
            ("add_push", Request::new("POST", "/api/v1/push").json(PUSH)),
            ("add_bot", Request::new("POST", "/api/v1/bots").json(BOT)),
            (
                "test_reminder",
                Request::new("POST", "/api/v1/reminders/test")
                    .json(format!(r#"{{"channel":"{}"}}"#, self.channel)),
            ),
            ("make_feed", Request::of::<api::MakeFeed>(&[], &Empty {})),
            ("revoke_feed", Request::of::<api::RevokeFeed>(&[], &Empty {})),
            ("remove_channel", Request::of::<api::RemoveChannel>(&[&self.channel.to_string()], &Empty {})),
            ("upload_file", Request::new("POST", "/api/v1/files?name=a.txt&size=1").body("a")),
            ("get_file", get(format!("/api/v1/files/{}", self.file))),
            (
                "put_thumbnail",
                Request::new("POST", &format!("/api/v1/files/{}/thumbnail?size=1", self.file)).body("a"),
            ),
            ("get_thumbnail", get(format!("/api/v1/files/{}/thumbnail", self.file))),
            ("list_notifications", get("/api/v1/notifications".into())),
            (
                "read_notifications",
                Request::new("POST", "/api/v1/notifications/read")
                    .json(format!(r#"{{"ids":["{}"]}}"#, self.deal)),
            ),
            ("get_reminders", get("/api/v1/reminders".into())),
            ("set_reminders", Request::new("POST", "/api/v1/reminders").json(r#"{"settings":{}}"#)),
            ("sign_out", Request::new("POST", "/api/v1/auth/sign-out")),
        ]
    }

    /// Every action on this workspace's things.
    fn attacks(&self) -> Vec<Action> {
        let (account, deal) = (self.account, self.deal);
        vec![
            update("account", account, 1, json!({}), json!({"name": "x"})),
            delete("deal", deal, 1),
            restore("deal", deal),
            move_deal(deal, "first_contact", "signed"),
            log_touch(new_id(), "account", account, json!({"kind": "call"}), None),
            assign("account", account, Some(self.workspace.admin.user), None),
            pause(deal, None, Some(json!("2030-05-01")), Some("x")),
            snooze("deal", deal, 60),
            create("contact", new_id(), json!({"name": "x", "account": account})),
            create("deal", new_id(), json!({"name": "x", "f_files": [self.file]})),
            create("account", new_id(), json!({"name": "x", "owner": self.workspace.admin.user})),
            update("user", self.workspace.admin.user, 1, json!({}), json!({"role": "rep"})),
            update("saved_view", self.view, 1, json!({}), json!({"name": "x"})),
            delete("saved_view", self.view, 1),
            undo(self.command),
        ]
    }

    fn is_untouched(&self, seq: u64) {
        let admin = &self.workspace.admin;
        assert_eq!(admin.seq(), seq);
        assert_eq!(
            (admin.read("account", self.account).version, admin.read("deal", self.deal).version),
            (1, 1)
        );
    }
}

fn shows_nothing(reply: &Reply, target: &Target, asked: &Request) {
    assert!(reply.status < 500, "{reply}");
    let body = asked.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    for word in &target.words {
        // What was asked may be said back; nothing else.
        let known = asked.path.contains(word.as_str()) || body.contains(word.as_str());
        assert!(known || !reply.text.contains(word.as_str()), "{word}: {reply}");
    }
}

#[test]
fn no_endpoint_gives_away_or_changes_what_another_workspace_has() {
    let marks = ["甲甲", "乙乙", "丙丙", "丁丁"];
    let targets: Vec<Target> = Workspace::on_each_shard()
        .into_iter()
        .zip(marks)
        .map(|(workspace, mark)| fill(workspace, mark))
        .collect();
    let tried: BTreeSet<&str> = targets[0].requests().iter().map(|(name, _)| *name).collect();
    let wanted: BTreeSet<&str> = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.gate == Gate::Session)
        .map(|endpoint| endpoint.name)
        .collect();
    assert_eq!(tried, wanted, "every endpoint behind a session is tried");
    assert_eq!(
        targets.iter().filter_map(|target| target.workspace.admin.shard()).collect::<BTreeSet<_>>().len(),
        2
    );
    for target in &targets {
        let seq = target.workspace.admin.seq();
        for attacker in targets
            .iter()
            .filter(|attacker| attacker.workspace.admin.workspace != target.workspace.admin.workspace)
        {
            // A session of its own: the last request ends it.
            let mut browser = Browser::new(&attacker.workspace.admin.server);
            let request = api::account::SignInRequest {
                email: attacker.workspace.admin.email.clone(),
                password: api_tests::workspace::PASSWORD.into(),
                workspace: None,
            };
            browser.enter::<api::SignIn>(&[], &request);
            for (name, request) in target.requests() {
                let reply = browser.ask(&request);
                shows_nothing(&reply, target, &request);
                match name {
                    "get_file" | "put_thumbnail" | "get_thumbnail" | "get_record" | "get_timeline"
                    | "get_look" | "list_readers" | "get_stays" | "get_import" | "revoke_session"
                    | "update_record" | "delete_record" => {
                        assert_eq!(reply.refusal().code, Code::NotFound, "{reply}")
                    }
                    "create_record" | "invite" => assert_eq!(reply.refusal().code, Code::Invalid, "{reply}"),
                    "send_commands" => {
                        let answers = reply.parse::<api::command::CommandsReply>().answers;
                        assert!(
                            answers.iter().all(|answer| matches!(
                                answer,
                                Answer::Refused { code: Code::NotFound | Code::Invalid, .. }
                            )),
                            "{answers:?}"
                        );
                    }
                    _ => {}
                }
            }
        }
        target.is_untouched(seq);
    }
}

#[test]
fn a_cookie_moved_to_another_workspace_or_shard_opens_nothing() {
    let targets: Vec<Target> = Workspace::on_each_shard()
        .into_iter()
        .zip(["甲甲", "乙乙", "丙丙", "丁丁"])
        .map(|(workspace, mark)| fill(workspace, mark))
        .collect();
    for target in &targets {
        let seq = target.workspace.admin.seq();
        for attacker in targets
            .iter()
            .filter(|attacker| attacker.workspace.admin.workspace != target.workspace.admin.workspace)
        {
            let own = attacker.workspace.admin.cookie.clone().unwrap();
            let token = own.rsplit('.').next().unwrap();
            for shard in ["0", "1", "00", "+1", "2"] {
                let cookie = format!("__Host-zhike={shard}.{}.{token}", target.workspace.admin.workspace);
                let browser =
                    Browser { cookie: Some(cookie), ..Browser::new(&attacker.workspace.admin.server) };
                for (name, request) in target.requests() {
                    let reply = browser.ask(&request);
                    shows_nothing(&reply, target, &request);
                    let code = reply.refusal().code;
                    // What can be judged without a session may be judged before it.
                    assert!(
                        code == Code::NotSignedIn
                            || matches!(code, Code::NotFound | Code::Invalid | Code::Malformed),
                        "{name}: {reply}"
                    );
                }
            }
        }
        target.is_untouched(seq);
    }
}

#[test]
fn the_same_ids_live_side_by_side_in_two_workspaces() {
    let workspaces = Workspace::on_each_shard();
    let (account, contact, sent) = (new_id(), new_id(), new_id());
    for (at, workspace) in workspaces.iter().enumerate() {
        let command = domain::command::Command {
            id: sent,
            ..command(vec![
                create("account", account, json!({"name": format!("第 {at}")})),
                create("contact", contact, json!({"name": "王芳", "account": account})),
            ])
        };
        workspace.admin.done_as(&command);
    }
    for (at, workspace) in workspaces.iter().enumerate() {
        workspace.admin.update("contact", contact, json!({"name": format!("王芳 {at}")}));
    }
    for (at, workspace) in workspaces.iter().enumerate() {
        assert_eq!(workspace.admin.value("account", account, "name"), format!("第 {at}"));
        assert_eq!(
            (workspace.admin.value("contact", contact, "name"), workspace.admin.seq()),
            (json!(format!("王芳 {at}")), 3)
        );
        workspace.admin.done(vec![undo(sent)]);
    }
}

#[test]
fn an_invitation_is_for_one_workspace() {
    let workspaces = Workspace::on_each_shard();
    let invitation = workspaces[0].invite(&new_email(), "administrator", None);
    let token = token_of(&invitation.path);
    let secret = token.rsplit('.').next().unwrap();
    for other in &workspaces[1..] {
        let link = format!("{}.{}.{secret}", other.admin.shard().unwrap(), other.admin.workspace);
        let guest = Browser::new(&other.admin.server);
        assert_eq!(guest.refusal::<api::GetInvitation>(&[&link], &Empty {}).code, Code::NotFound);
    }
}
