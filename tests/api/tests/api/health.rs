//! `/api/v1/health`

use api_tests::browser::{Browser, Server};
use domain::api::account::HealthReply;
use domain::api::{Empty, Health};

covers!(Health);

#[test]
fn the_service_says_that_it_answers() {
    let reply = Browser::new(&Server::shared()).call::<Health>(&[], &Empty {});
    assert_eq!(reply, HealthReply { ok: true });
}
