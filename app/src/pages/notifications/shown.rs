//! The notifications as far as they have been read, whatever came in between.

use std::collections::BTreeSet;

use domain::api::notification::{Notification, NotificationsReply};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Newest first.
    pub all: Vec<Notification>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Shown {
    /// The first page, which may come anew: the pages after it stay, unless so many came that there is a gap.
    pub fn take_first(&mut self, reply: &NotificationsReply) {
        let ids: BTreeSet<_> = reply.notifications.iter().map(|one| one.id).collect();
        if self.all.iter().any(|one| ids.contains(&one.id)) && reply.next.is_some() {
            // Those of the first page that are not told any more are gone; what is older stays.
            let oldest = reply.notifications.last().map(|one| one.at);
            self.all.retain(|one| !ids.contains(&one.id) && Some(one.at) <= oldest);
            if self.all.is_empty() {
                self.next.clone_from(&reply.next);
            }
        } else {
            self.all.clear();
            self.next.clone_from(&reply.next);
        }
        self.all.splice(0..0, reply.notifications.iter().cloned());
    }

    /// The page that was asked for by `after`; another one than the next is not wanted any more.
    pub fn take_more(&mut self, after: &str, reply: &NotificationsReply) {
        if self.next.as_deref() != Some(after) {
            return;
        }
        let known: BTreeSet<_> = self.all.iter().map(|one| one.id).collect();
        self.all.extend(reply.notifications.iter().filter(|one| !known.contains(&one.id)).cloned());
        self.next.clone_from(&reply.next);
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::Id;
    use domain::reminder::Kind;
    use domain::time::Instant;

    use super::*;

    fn reply(moments: &[i64], next: Option<&str>) -> NotificationsReply {
        let one = |ms: &i64| Notification {
            id: Id::v7(ms.unsigned_abs(), &[0; 10]),
            kind: Kind::TouchDue,
            at: Instant::from_unix_ms(*ms).expect("in range"),
            due_at: None,
            read_at: None,
            about: None,
            by: None,
            counts: None,
            channel: None,
            deliveries: Vec::new(),
        };
        NotificationsReply {
            notifications: moments.iter().map(one).collect(),
            unread: 0,
            names: Default::default(),
            next: next.map(str::to_owned),
        }
    }

    fn moments(shown: &Shown) -> Vec<i64> {
        shown.all.iter().map(|one| one.at.unix_ms()).collect()
    }

    #[test]
    fn what_comes_anew_keeps_the_pages_after_it() {
        let mut shown = Shown::default();
        shown.take_first(&reply(&[9, 8], Some("8")));
        shown.take_more("8", &reply(&[7, 6], Some("6")));
        shown.take_first(&reply(&[10, 9], Some("9")));
        assert_eq!((moments(&shown), shown.next.as_deref()), (vec![10, 9, 8, 7, 6], Some("6")));
    }

    #[test]
    fn a_gap_begins_anew_and_late_pages_are_left_out() {
        let mut shown = Shown::default();
        shown.take_first(&reply(&[9, 8], Some("8")));
        shown.take_first(&reply(&[20, 19], Some("19")));
        shown.take_more("8", &reply(&[7], None));
        assert_eq!((moments(&shown), shown.next.as_deref()), (vec![20, 19], Some("19")));
    }

    #[test]
    fn what_is_told_no_more_goes() {
        let mut shown = Shown::default();
        shown.take_first(&reply(&[9, 8, 7], None));
        shown.take_first(&reply(&[9, 7], None));
        assert_eq!(moments(&shown), [9, 7]);
    }
}
