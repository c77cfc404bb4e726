//! Telling whoever watches that the workspace has come further. Each workspace has an object ([`object`]) that holds the
//! sockets of its people; the door tells it how far the log has come, once the change is saved and answered. Nothing
//! of a change goes this way: what changed is fetched through the access check. Should the object fail, nobody's change
//! does; devices ask by themselves then, only later.

pub mod coalesce;

#[cfg(target_arch = "wasm32")]
mod object;

#[cfg(target_arch = "wasm32")]
pub use wire::{News, open, tell};

#[cfg(target_arch = "wasm32")]
mod wire {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use domain::ids::Id;
    use worker::{Delay, Env, Method, Request, Response, Result, Stub, console_error};

    const BINDING: &str = "LIVE";
    /// Objects are reached by no network; the host only makes an address of it.
    const HOST: &str = "http://live";
    pub(super) const SOCKET: &str = "/socket";
    pub(super) const NEWS: &str = "/news";

    /// What one request has to tell, by workspace.
    #[derive(Debug, Default)]
    pub struct News(BTreeMap<Id, Of>);

    /// What there is to tell of one workspace.
    #[derive(Debug, Default)]
    struct Of {
        /// How far its log has come; 0 when it has not.
        seq: u64,
        /// Members whose sockets have to show their session again.
        members: BTreeSet<Id>,
        /// Members in whose bell something is new.
        rung: BTreeSet<Id>,
    }

    impl News {
        /// The log has come that far.
        pub fn came_to(&mut self, workspace: Id, seq: u64) {
            let of = self.0.entry(workspace).or_default();
            of.seq = of.seq.max(seq);
        }

        /// A session of this member may have ended.
        pub fn ends(&mut self, workspace: Id, member: Id) {
            self.0.entry(workspace).or_default().members.insert(member);
        }

        /// Something is new in the bell of this member.
        pub fn rings(&mut self, workspace: Id, member: Id) {
            self.0.entry(workspace).or_default().rung.insert(member);
        }

        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }
    }

    /// The object of a workspace.
    fn object(env: &Env, workspace: Id) -> Result<Stub> {
        env.durable_object(BINDING)?.id_from_name(&workspace.to_string())?.get_stub()
    }

    /// Tells the objects. What goes wrong is logged and has no other consequence.
    pub async fn tell(env: Env, news: News) {
        // The answer goes out first: it would wait until the objects are called, though not for what they say.
        Delay::from(Duration::ZERO).await;
        for (workspace, of) in news.0 {
            if let Err(error) = tell_one(&env, workspace, &of).await {
                console_error!("live of {workspace}: {error}");
            }
        }
    }

    async fn tell_one(env: &Env, workspace: Id, of: &Of) -> Result<()> {
        let listed = |ids: &BTreeSet<Id>| ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
        let (members, rung) = (listed(&of.members), listed(&of.rung));
        let address = format!("{HOST}{NEWS}?seq={}&members={members}&rung={rung}", of.seq);
        let reply = object(env, workspace)?.fetch_with_str(&address).await?;
        match reply.status_code() {
            200..=299 => Ok(()),
            status => Err(format!("answered {status}").into()),
        }
    }

    /// Opens a socket for a member whose session was just looked at, when the log had come to `seq`.
    ///
    /// # Errors
    /// The object cannot be reached, or did not take it.
    pub async fn open(env: &Env, workspace: Id, member: Id, seq: u64) -> Result<Response> {
        let address = format!("{HOST}{SOCKET}?seq={seq}&members={member}");
        let mut request = Request::new(&address, Method::Get)?;
        request.headers_mut()?.set("upgrade", "websocket")?;
        let reply = object(env, workspace)?.fetch_with_request(request).await?;
        let status = reply.status_code();
        // The object's own reply takes no headers more: its socket goes on in a new one.
        match reply.websocket() {
            Some(socket) => Response::from_websocket(socket),
            None => Err(format!("no socket, but {status}").into()),
        }
    }
}
