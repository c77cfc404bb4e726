//! No endpoint without a contract test.

use domain::api::ENDPOINTS;

#[test]
fn every_endpoint_has_a_contract_test() {
    let covered = [
        super::health::COVERED,
        super::auth::COVERED,
        super::session::COVERED,
        super::sessions::COVERED,
        super::invitations::COVERED,
        super::schema::COVERED,
        super::commands::COVERED,
        super::records::COVERED,
        super::totals::COVERED,
        super::forecast::COVERED,
        super::board::COVERED,
        super::today::COVERED,
        super::agenda::COVERED,
        super::search::COVERED,
        super::alike::COVERED,
        super::imports::COVERED,
        super::exports::COVERED,
        super::files::COVERED,
        super::changes::COVERED,
        super::feed::COVERED,
        super::live::COVERED,
        super::reminders::COVERED,
        super::looks::COVERED,
        super::channels::COVERED,
    ]
    .concat();
    let missing: Vec<_> =
        ENDPOINTS.iter().map(|endpoint| endpoint.name).filter(|name| !covered.contains(name)).collect();
    assert!(missing.is_empty(), "no contract test names {missing:?}: see `covers!` in tests/api/tests/api");
}
