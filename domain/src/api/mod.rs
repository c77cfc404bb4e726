//! Every endpoint, described once: the app calls by it, the Worker routes by it, the contract tests count by it
//! and `openapi.json` is generated from it.

pub mod account;
pub mod agenda;
pub mod command;
pub mod error;
pub mod file;
pub mod forecast;
pub mod live;
pub mod look;
pub mod notification;
pub mod record;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::{Code, Envelope};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
    /// POST of a file as it is; the parameters are in the address.
    Upload,
    /// GET that becomes a WebSocket; what is sent over it are the replies.
    Socket,
}

impl Method {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get | Self::Socket => "GET",
            Self::Post | Self::Upload => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request of this method carries its parameters as a JSON body rather than in the address.
    #[must_use]
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }
}

/// Who may call at all; what they may do is decided behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Public,
    Session,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Also the operation id of the OpenAPI document.
    pub name: &'static str,
    pub method: Method,
    /// With `{name}` for parts that vary.
    pub path: &'static str,
    pub gate: Gate,
    pub summary: &'static str,
}

/// An endpoint with the shapes of its request and reply. For GET, DELETE and uploads the request
/// travels as query parameters, otherwise as a JSON body.
pub trait Call {
    const ENDPOINT: Endpoint;
    type Request: Serialize + DeserializeOwned;
    type Reply: Serialize + DeserializeOwned;
}

/// A request or reply without content: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Empty {}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: $op:literal $method:ident $path:literal $gate:ident $request:ty => $reply:ty, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub struct $name;

            impl Call for $name {
                const ENDPOINT: Endpoint = Endpoint { name: $op, method: Method::$method, path: $path, gate: Gate::$gate, summary: $summary };
                type Request = $request;
                type Reply = $reply;
            }
        )*

        /// Every endpoint of the API.
        pub const ENDPOINTS: &[Endpoint] = &[$(<$name as Call>::ENDPOINT),*];

        /// Calls `visit` with each endpoint and the JSON Schemas of its request and reply.
        #[cfg(feature = "openapi")]
        pub fn visit_schemas(generator: &mut schemars::SchemaGenerator, visit: &mut dyn FnMut(Endpoint, schemars::Schema, schemars::Schema)) {
            $(
                let request = generator.subschema_for::<$request>();
                let reply = generator.subschema_for::<$reply>();
                visit(<$name as Call>::ENDPOINT, request, reply);
            )*
        }
    };
}

calls! {
    Health: "health" Get "/api/v1/health" Public Empty => account::HealthReply, "Says that the service answers.";
    SignUp: "sign_up" Post "/api/v1/auth/sign-up" Public account::SignUpRequest => account::SignedInReply, "Creates a workspace with its first administrator and signs in.";
    SignIn: "sign_in" Post "/api/v1/auth/sign-in" Public account::SignInRequest => account::SignedInReply, "Signs in with e-mail and password.";
    SignOut: "sign_out" Post "/api/v1/auth/sign-out" Session Empty => Empty, "Ends this session.";
    ResetPassword: "reset_password" Post "/api/v1/auth/reset" Public account::ResetRequest => Empty, "Sets a new password with the token of a reset link; ends all sessions.";
    GetSession: "get_session" Get "/api/v1/session" Session Empty => account::SessionReply, "Who is signed in, where, and up to which point the workspace has come.";
    SetPreferences: "set_preferences" Patch "/api/v1/session" Session account::PreferencesRequest => Empty, "Sets one's own language and zone.";
    ChangePassword: "change_password" Post "/api/v1/session/password" Session account::ChangePasswordRequest => Empty, "Changes one's own password; ends the other sessions.";
    ListSessions: "list_sessions" Get "/api/v1/sessions" Session Empty => account::SessionsReply, "One's own open sessions.";
    RevokeSession: "revoke_session" Delete "/api/v1/sessions/{id}" Session Empty => Empty, "Ends one of one's own sessions.";
    Invite: "invite" Post "/api/v1/invitations" Session account::InviteRequest => account::InviteReply, "Makes a link by which somebody joins the workspace.";
    GetInvitation: "get_invitation" Get "/api/v1/invitations/{token}" Public Empty => account::InvitationReply, "What an invitation is for.";
    AcceptInvitation: "accept_invitation" Post "/api/v1/invitations/{token}/accept" Public account::AcceptRequest => account::SignedInReply, "Joins the workspace and signs in.";
    GetSchema: "get_schema" Get "/api/v1/schema" Session Empty => crate::schema::Schema, "The workspace's definitions as far as one's role sees them.";
    SendCommands: "send_commands" Post "/api/v1/commands" Session command::CommandsRequest => command::CommandsReply, "Changes something: a batch of commands, each answered by itself.";
    ListRecords: "list_records" Get "/api/v1/records/{entity}" Session record::ListRequest => record::ListReply, "A page of records, filtered and sorted.";
    CreateRecord: "create_record" Post "/api/v1/records/{entity}" Session record::CreateRequest => record::SavedReply, "Creates one record.";
    GetRecord: "get_record" Get "/api/v1/records/{entity}/{id}" Session Empty => record::RecordReply, "One record.";
    UpdateRecord: "update_record" Patch "/api/v1/records/{entity}/{id}" Session record::UpdateRequest => record::SavedReply, "Changes fields of one record.";
    DeleteRecord: "delete_record" Delete "/api/v1/records/{entity}/{id}" Session record::DeleteRequest => record::SavedReply, "Deletes one record; it can be restored for thirty days.";
    GetTimeline: "get_timeline" Get "/api/v1/records/{entity}/{id}/timeline" Session record::TimelineRequest => record::TimelineReply, "Touches, tasks, comments and changes of a record, newest first, also of what belongs to it; or its files.";
    GetLook: "get_look" Get "/api/v1/records/{entity}/{id}/look" Session Empty => look::LookReply, "Who has been talking with whom about a record, and whether a colleague has just been in contact.";
    ListReaders: "list_readers" Get "/api/v1/records/{entity}/{id}/readers" Session Empty => look::ReadersReply, "The active people who see a record, whom a comment on it can name.";
    GetStays: "get_stays" Get "/api/v1/records/{entity}/{id}/stages" Session Empty => forecast::StaysReply, "When a record came to each of its stages and left it.";
    GetTotals: "get_totals" Get "/api/v1/totals/{entity}" Session record::TotalsRequest => record::TotalsReply, "Exact counts and sums of a filter, grouped by a field.";
    ExportRecords: "export_records" Get "/api/v1/export/{entity}" Session record::ExportRequest => record::Csv, "Every record of a filter as a file of comma-separated values; leaves a trace.";
    ListExports: "list_exports" Get "/api/v1/exports" Session Empty => record::ExportsReply, "Who exported what, newest first; without the permission to define only one's own.";
    GetBoard: "get_board" Get "/api/v1/board/{pipeline}" Session record::BoardRequest => record::BoardReply, "The first cards of each stage.";
    GetForecast: "get_forecast" Get "/api/v1/forecast/{pipeline}" Session forecast::ForecastRequest => forecast::ForecastReply, "What is expected to come in this month and this quarter, by three probabilities.";
    GetToday: "get_today" Get "/api/v1/today" Session record::TodayRequest => record::TodayReply, "One's open tasks and next touches: overdue, today, later and without a day.";
    GetAgenda: "get_agenda" Get "/api/v1/agenda" Session agenda::AgendaRequest => agenda::AgendaReply, "Open tasks and next touches of some days, one's own or those of a person one sees.";
    Search: "search" Get "/api/v1/search" Session record::SearchRequest => record::SearchReply, "Finds records by name, phone, e-mail and other short texts.";
    RebuildSearch: "rebuild_search" Post "/api/v1/search/rebuild" Session record::RebuildRequest => record::RebuildReply, "Makes the next part of the search index anew.";
    FindAlike: "find_alike" Get "/api/v1/alike/{entity}" Session record::AlikeRequest => record::AlikeReply, "Records that may be the same one: of the same name however it is spelt, the same phone or the same e-mail.";
    ListImports: "list_imports" Get "/api/v1/imports" Session command::ImportsRequest => command::ImportsReply, "Past imports, newest first; without the permission to define only one's own.";
    UploadFile: "upload_file" Upload "/api/v1/files" Session file::UploadRequest => file::StoredFile, "Keeps a file until a record's field holds it, for a day at most.";
    GetFile: "get_file" Get "/api/v1/files/{id}" Session Empty => file::Bytes, "A file, for whoever sees a record that holds it; before that, for whoever brought it.";
    PutThumbnail: "put_thumbnail" Upload "/api/v1/files/{id}/thumbnail" Session file::ThumbnailRequest => Empty, "Adds the small picture of a file that one has brought and no record holds yet.";
    GetThumbnail: "get_thumbnail" Get "/api/v1/files/{id}/thumbnail" Session Empty => file::Bytes, "The small picture of a file.";
    GetImport: "get_import" Get "/api/v1/imports/{id}" Session Empty => command::ImportReply, "The commands of an import, for its report and its undo.";
    ListChanges: "list_changes" Get "/api/v1/changes" Session record::ChangesRequest => record::ChangesReply, "What has changed since a point, as far as one sees it.";
    ListNotifications: "list_notifications" Get "/api/v1/notifications" Session notification::NotificationsRequest => notification::NotificationsReply, "One's own notifications, newest first, and how many are unread.";
    ReadNotifications: "read_notifications" Post "/api/v1/notifications/read" Session notification::ReadRequest => notification::ReadReply, "Marks one's own notifications as read, some or all up to one.";
    GetReminders: "get_reminders" Get "/api/v1/reminders" Session Empty => notification::RemindersReply, "How one wants to be reminded, and the channels one has.";
    SetReminders: "set_reminders" Post "/api/v1/reminders" Session notification::SetRemindersRequest => Empty, "Sets how one wants to be reminded.";
    TestReminder: "test_reminder" Post "/api/v1/reminders/test" Session notification::TestRequest => notification::TestReply, "Sends a trial reminder over one of one's own channels at once and says what became of it.";
    AddPush: "add_push" Post "/api/v1/push" Session notification::AddPushRequest => notification::ChannelReply, "Lets this browser be woken by reminders (Web Push).";
    AddBot: "add_bot" Post "/api/v1/bots" Session notification::AddBotRequest => notification::ChannelReply, "Adds a group bot of WeCom, DingTalk or Feishu that tells a count and a link.";
    RemoveChannel: "remove_channel" Delete "/api/v1/channels/{id}" Session Empty => Empty, "Removes a browser or a bot of one's own.";
    MakeFeed: "make_feed" Post "/api/v1/feed" Session Empty => notification::FeedReply, "Makes the secret address of one's own calendar; an earlier one is void from now on.";
    RevokeFeed: "revoke_feed" Delete "/api/v1/feed" Session Empty => Empty, "Makes the address of one's own calendar void.";
    Live: "live" Socket "/api/v1/live" Session Empty => live::Told, "A WebSocket that says how far the workspace has come, whenever it has.";
}

/// Fills the varying parts of a path, percent-encoded, in order.
#[must_use]
pub fn fill(path: &str, parts: &[&str]) -> String {
    let mut filled = String::with_capacity(path.len() + 40);
    let mut parts = parts.iter();
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            filled.push('/');
        }
        match segment.strip_prefix('{') {
            Some(_) => percent_encode(parts.next().copied().unwrap_or_default(), &mut filled),
            None => filled.push_str(segment),
        }
    }
    filled
}

fn percent_encode(text: &str, out: &mut String) {
    use std::fmt::Write;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// A request as query parameters, without the leading question mark; empty when it has none.
#[must_use]
pub fn to_query<T: Serialize>(request: &T) -> String {
    serde_urlencoded::to_string(request).unwrap_or_default()
}

/// # Errors
/// What did not fit, in English, for the envelope's text.
pub fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    serde_urlencoded::from_str(query).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_routes_are_unique() {
        let mut names: Vec<_> = ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
        let mut routes: Vec<_> =
            ENDPOINTS.iter().map(|endpoint| (endpoint.method.name(), endpoint.path)).collect();
        names.sort_unstable();
        names.dedup();
        routes.sort_unstable();
        routes.dedup();
        assert_eq!((names.len(), routes.len()), (ENDPOINTS.len(), ENDPOINTS.len()));
    }

    #[test]
    fn paths_are_filled_and_encoded() {
        assert_eq!(fill("/api/v1/records/{entity}/{id}", &["deal", "a/b?"]), "/api/v1/records/deal/a%2Fb%3F");
    }
}
