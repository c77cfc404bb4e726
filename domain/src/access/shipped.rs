//! The roles a new workspace starts with.

use std::collections::BTreeMap;

use super::{Grant, Level, Permission, Role};
use crate::comment::COMMENT;
use crate::schema::Label;
use crate::schema::builtin::saved_view::SAVED_VIEW;

pub const ADMINISTRATOR: &str = "administrator";
pub const MANAGER: &str = "manager";
pub const REP: &str = "rep";

const CUSTOMER_WORK: [&str; 8] =
    ["lead", "account", "contact", "deal", "deal_contact", "deal_competitor", "touch", "task"];

/// Names of colleagues, teams and products are known to everyone; only administrators change them.
const COMMON: [&str; 5] = ["user", "team", "product", "competitor", "rate"];

/// Whoever meets a competitor may write it down for everyone.
const SCOUT: Grant = Grant {
    view: Level::All,
    create: Level::Own,
    update: Level::Own,
    delete: Level::Own,
    assign: Level::None,
};

/// Who sees what a comment is about reads it and may answer; each changes only what is their own.
const SAYS: Grant = Grant {
    view: Level::Own,
    create: Level::Own,
    update: Level::Own,
    delete: Level::Own,
    assign: Level::None,
};

fn role(id: &str, zh: &str, en: &str, grants: &[(&str, Grant)], permissions: &[Permission]) -> Role {
    let common = COMMON.iter().map(|entity| ((*entity).to_owned(), Grant::view_only(Level::All)));
    let mut all: BTreeMap<String, Grant> = common.collect();
    // Everybody keeps views of their own.
    all.insert(SAVED_VIEW.to_owned(), Grant { assign: Level::None, ..Grant::uniform(Level::Own) });
    all.extend(grants.iter().map(|(entity, grant)| ((*entity).to_owned(), *grant)));
    Role {
        id: id.to_owned(),
        label: Label::new(zh, en),
        grants: all,
        permissions: permissions.to_vec(),
        hidden: BTreeMap::new(),
    }
}

/// The shipped roles, the administrator first.
#[must_use]
pub fn shipped_roles() -> Vec<Role> {
    // Whoever may make views for others shares them. What others keep for themselves is nobody else's business.
    let shares = Grant { create: Level::Team, assign: Level::None, ..Grant::uniform(Level::Own) };
    let everywhere: Vec<_> = CUSTOMER_WORK
        .iter()
        .chain(&COMMON)
        .map(|entity| (*entity, Grant::uniform(Level::All)))
        .chain([(SAVED_VIEW, Grant { view: Level::Own, ..Grant::uniform(Level::All) })])
        .chain([(COMMENT, Grant { view: Level::All, ..SAYS })])
        .collect();
    let mut team: Vec<_> = CUSTOMER_WORK
        .iter()
        .map(|entity| (*entity, Grant::uniform(Level::Team)))
        .chain([(SAVED_VIEW, shares)])
        .collect();
    team.push((COMMENT, Grant { view: Level::Team, ..SAYS }));
    team.push(("competitor", Grant { view: Level::All, ..Grant::uniform(Level::Team) }));
    // A rep hands nothing over: that is the manager's decision.
    let mine = Grant { assign: Level::None, ..Grant::uniform(Level::Own) };
    let mut own: Vec<_> = CUSTOMER_WORK.iter().map(|entity| (*entity, mine)).collect();
    own.extend([("competitor", SCOUT), (COMMENT, SAYS)]);
    let mut see: Vec<_> =
        CUSTOMER_WORK.iter().map(|entity| (*entity, Grant::view_only(Level::All))).collect();
    see.push((COMMENT, Grant::view_only(Level::All)));

    let mut marketing = role(
        "marketing",
        "市场",
        "Marketing",
        &[
            ("lead", Grant::uniform(Level::All)),
            ("account", Grant::view_only(Level::All)),
            ("contact", Grant::view_only(Level::All)),
            ("deal", Grant::view_only(Level::All)),
            ("deal_contact", Grant::view_only(Level::All)),
            ("deal_competitor", Grant::view_only(Level::All)),
            ("task", mine),
            (COMMENT, SAYS),
        ],
        &[Permission::Import],
    );
    marketing.hidden.insert("deal".to_owned(), vec!["amount".to_owned()]);

    vec![
        role(
            ADMINISTRATOR,
            "管理员",
            "Administrator",
            &everywhere,
            &[
                Permission::Define,
                Permission::ManageUsers,
                Permission::Import,
                Permission::EnterHistory,
                Permission::Export,
                Permission::OverrideProcess,
            ],
        ),
        role(
            MANAGER,
            "销售经理",
            "Sales manager",
            &team,
            &[Permission::Import, Permission::Export, Permission::OverrideProcess],
        ),
        role(REP, "销售", "Sales rep", &own, &[]),
        marketing,
        role(
            "service",
            "客服",
            "Service",
            &[
                ("account", Grant::view_only(Level::All)),
                ("contact", Grant { update: Level::All, ..Grant::view_only(Level::All) }),
                ("touch", Grant { create: Level::Own, update: Level::Own, ..Grant::view_only(Level::All) }),
                ("task", mine),
                (COMMENT, SAYS),
            ],
            &[],
        ),
        role(
            "finance",
            "财务",
            "Finance",
            &[
                ("account", Grant::view_only(Level::All)),
                ("contact", Grant::view_only(Level::All)),
                ("deal", Grant::view_only(Level::All)),
                ("deal_contact", Grant::view_only(Level::All)),
                ("deal_competitor", Grant::view_only(Level::All)),
                ("rate", Grant::uniform(Level::All)),
                ("task", mine),
                (COMMENT, SAYS),
            ],
            &[Permission::Export],
        ),
        role("read_only", "只读", "Read-only", &see, &[]),
    ]
}
