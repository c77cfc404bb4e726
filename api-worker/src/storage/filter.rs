//! The SQL reader of the condition language: a checked condition becomes an expression for a WHERE.
//!
//! What must come out is written in `domain::expr`, and the cases there run through both readers. What matters
//! here:
//!
//! - **Two truth values out of three.** SQLite's comparisons give NULL where the language says false. A WHERE, an
//!   AND, an OR and a CASE all treat the two alike, so a NULL may stand for false as long as nothing negates it.
//!   `not` is therefore pushed down to the leaves, and only negated leaves are spelled out (`IS NOT TRUE`). That
//!   keeps `r."stage" = ?1` as it is, and an index on it in use.
//! - **Integers stay integers.** D1 binds every JavaScript number as a floating-point value; each numeric
//!   parameter is cast back, or `7 / 2` would be 3.5. SQLite turns overflowing integers into fractions, which
//!   lie outside every guard and so become NULL.
//! - **Nothing is written twice.** An operand that a guard needs more than once is bound in an inner SELECT. Its
//!   `LIMIT 1` is the fence that keeps SQLite from pushing the guard's condition, and with it a copy of the
//!   operand, back inside: nested arithmetic would double at every level.
//! - **Limits of D1**: expressions 100 levels deep, so chains are joined as balanced trees; 100 parameters a
//!   statement, so that what does not fit into [`MAX_PARAMS`] travels in one JSON parameter; LIKE patterns of 50
//!   bytes, so no LIKE.
//! - No text of a person gets into the SQL; field ids have been checked to be `[a-z0-9_]`.

use domain::expr::{Checked, Condition, Constant, Env, MAX_UNITS, MAX_WIDE, Node, Operand, Order};
use domain::fields::Shape;
use domain::ids::Id;
use serde_json::Value as Json;

use super::scope::TEAM_MATES;

#[cfg(any(test, feature = "cases"))]
pub mod rendered;
#[cfg(test)]
mod tests;

/// Parameters of one filter; the rest of the statement has the others.
pub const MAX_PARAMS: usize = 60;

/// Where a field lies. The answer is an SQL expression for what the language compares: the text, the day, the
/// integer, the units of a decimal, the base amount of money, the milliseconds of an instant or a schedule, the
/// text of an id, 1 or 0 for a checkbox, the JSON array of a list, the line of an address. Columns are qualified (`r."amount_base"`), because the compiler names columns of its own.
pub trait Place {
    fn column(&self, field: &str, shape: Shape) -> String;
}

impl<F: Fn(&str, Shape) -> String> Place for F {
    fn column(&self, field: &str, shape: Shape) -> String {
        self(field, shape)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Param {
    Text(String),
    /// Within ±2^53, so that a JavaScript number holds it.
    Integer(i64),
}

/// SQL with its parameters, to be bound in order from the number that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// For a WHERE, an AND or a CASE: true, or else false or NULL. Where a value of 0 or 1 is wanted, write
    /// `(…) IS TRUE`.
    pub sql: String,
    pub params: Vec<Param>,
}

/// Compiles a condition; its parameters are numbered from `first` (`?1` is 1).
pub fn compile(checked: &Checked, env: &Env<'_>, place: &dyn Place, first: usize) -> Filter {
    let mut writer = Writer { env, place, first, params: Vec::new(), overflow: Vec::new() };
    let sql = writer.condition(checked.condition(), Sense::Plain);
    let mut params = writer.params;
    if !writer.overflow.is_empty() {
        params.push(Param::Text(Json::Array(writer.overflow).to_string()));
    }
    Filter { sql, params }
}

/// Whether a condition is wanted as it stands or negated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Plain,
    Negated,
}

impl Sense {
    fn flipped(self) -> Self {
        match self {
            Self::Plain => Self::Negated,
            Self::Negated => Self::Plain,
        }
    }

    fn constant(self, truth: bool) -> String {
        let truth = truth == (self == Self::Plain);
        if truth { "1" } else { "0" }.to_owned()
    }
}

struct Writer<'a> {
    env: &'a Env<'a>,
    place: &'a dyn Place,
    first: usize,
    params: Vec<Param>,
    overflow: Vec<Json>,
}

impl Writer<'_> {
    /// Everything this and the next methods write stands in brackets or needs none.
    fn condition(&mut self, condition: &Condition, sense: Sense) -> String {
        match condition {
            Condition::Always(truth) => sense.constant(*truth),
            Condition::All(parts) => {
                self.chain(parts, sense, if sense == Sense::Plain { "AND" } else { "OR" })
            }
            Condition::Any(parts) => {
                self.chain(parts, sense, if sense == Sense::Plain { "OR" } else { "AND" })
            }
            Condition::Not(inner) => self.condition(inner, sense.flipped()),
            Condition::Equal(left, right) => self.equal(left, right, sense),
            Condition::Ordered(order, left, right) => self.ordered(*order, left, right, sense),
            Condition::IsNull(operand) => {
                let operand = self.operand(operand);
                format!("({operand} {} NULL)", if sense == Sense::Plain { "IS" } else { "IS NOT" })
            }
            Condition::In { operand, items, or_null } => self.list(operand, items, *or_null, sense),
            Condition::Contains(text, part) => {
                let position = self.position(text, part);
                leaf(&format!("{position} > 0"), sense)
            }
            Condition::StartsWith(text, part) => {
                let position = self.position(text, part);
                leaf(&format!("{position} = 1"), sense)
            }
            Condition::Has(list, text) => {
                let (list, text) = (self.operand(list), self.operand(text));
                holds(&list, &format!("= {text}"), sense)
            }
            Condition::MyTeam(person) => {
                let person = self.operand(person);
                let mates = match self.env.mates {
                    Some(mates) => {
                        let mates = mates.iter().map(Id::to_string).collect::<Vec<_>>();
                        let mates = self.text(&Json::from(mates).to_string());
                        format!("SELECT value FROM json_each({mates})")
                    }
                    None => TEAM_MATES.to_owned(),
                };
                leaf(&format!("{person} IN ({mates})"), sense)
            }
            // As with `in`, nothing is written that the SQL would not name.
            Condition::HasAny(_, wanted) if wanted.is_empty() => sense.constant(false),
            Condition::HasAny(list, wanted) => {
                let list = self.operand(list);
                let wanted = self.text(&Json::from(wanted.clone()).to_string());
                holds(&list, &format!("IN (SELECT w.value FROM json_each({wanted}) w)"), sense)
            }
        }
    }

    fn chain(&mut self, parts: &[Condition], sense: Sense, joint: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part, sense)).collect();
        match balanced(&parts, joint) {
            Some(joined) => joined,
            None => if joint == "AND" { "1" } else { "0" }.to_owned(),
        }
    }

    fn equal(&mut self, left: &Operand, right: &Operand, sense: Sense) -> String {
        let (left, right) = if is_constant(left) { (right, left) } else { (left, right) };
        if left.scale() == right.scale() {
            let (a, b) = (self.operand(left), self.operand(right));
            return match (sense, is_constant(right)) {
                (Sense::Plain, true) => format!("({a} = {b})"),
                (Sense::Plain, false) => format!("({a} IS {b})"),
                (Sense::Negated, _) => format!("({a} IS NOT {b})"),
            };
        }
        if let Node::Constant(Constant::Number(units)) = right.node {
            let (floor, exact) = at_scale(units, right.scale(), left.scale());
            if !exact {
                return sense.constant(false);
            }
            let a = self.operand(left);
            let b = self.integer(floor);
            return format!("({a} {} {b})", if sense == Sense::Plain { "=" } else { "IS NOT" });
        }
        let Fine { coarse, fine, unit, .. } = self.fine(left, right);
        let equal = format!(
            "(SELECT a IS b / {unit} AND coalesce(b % {unit}, 0) = 0 FROM (SELECT {coarse} AS a, {fine} AS b LIMIT 1))"
        );
        if sense == Sense::Plain { equal } else { format!("(NOT {equal})") }
    }

    fn ordered(&mut self, order: Order, left: &Operand, right: &Operand, sense: Sense) -> String {
        let (order, left, right) =
            if is_constant(left) { (order.swapped(), right, left) } else { (order, left, right) };
        if left.scale() == right.scale() {
            let (a, b) = (self.operand(left), self.operand(right));
            return leaf(&format!("{a} {} {b}", sign(order)), sense);
        }
        if let Node::Constant(Constant::Number(units)) = right.node {
            let (floor, exact) = at_scale(units, right.scale(), left.scale());
            // Between the floor and the number there is nothing that the left side could be.
            let order = match order {
                _ if exact => order,
                Order::Less | Order::LessOrEqual => Order::LessOrEqual,
                Order::Greater | Order::GreaterOrEqual => Order::Greater,
            };
            let a = self.operand(left);
            let b = self.integer(floor);
            return leaf(&format!("{a} {} {b}", sign(order)), sense);
        }
        let Fine { coarse, fine, unit, swapped } = self.fine(left, right);
        let order = if swapped { order.swapped() } else { order };
        // Whole part and remainder, both cut towards zero, order like the number they make.
        let ordered = format!(
            "(SELECT (a, 0) {} (b / {unit}, b % {unit}) FROM (SELECT {coarse} AS a, {fine} AS b LIMIT 1))",
            sign(order)
        );
        if sense == Sense::Plain { ordered } else { leaf(&ordered, sense) }
    }

    /// Two numbers with different decimals. Bringing the coarser to the finer's decimals could leave 64 bits, so
    /// the finer is split instead.
    fn fine(&mut self, left: &Operand, right: &Operand) -> Fine {
        let swapped = left.scale() > right.scale();
        let (coarse, fine) = if swapped { (right, left) } else { (left, right) };
        let unit = power(fine.scale() - coarse.scale());
        Fine { coarse: self.operand(coarse), fine: self.operand(fine), unit, swapped }
    }

    fn list(&mut self, operand: &Operand, items: &[Constant], or_null: bool, sense: Sense) -> String {
        // Not even the operand is written then: a parameter that the SQL does not name is an error of D1's.
        if items.is_empty() && !or_null {
            return sense.constant(false);
        }
        let is_field = matches!(operand.node, Node::Field { .. });
        let operand = self.operand(operand);
        if items.is_empty() {
            return format!("({operand} {} NULL)", if sense == Sense::Plain { "IS" } else { "IS NOT" });
        }
        let items = Json::Array(items.iter().map(to_json).collect()).to_string();
        let items = self.text(&items);
        // NULL exactly when the operand is null, because the list has no null and is not empty.
        let found = format!("{operand} IN (SELECT value FROM json_each({items}))");
        match (or_null, sense) {
            (false, sense) => leaf(&found, sense),
            (true, Sense::Plain) if is_field => format!("({found} OR {operand} IS NULL)"),
            (true, Sense::Plain) => format!("(({found}) IS NOT FALSE)"),
            (true, Sense::Negated) => format!("(({found}) IS FALSE)"),
        }
    }

    /// Where the part begins in the text, from 1; 0 when nowhere. `lower()` folds ASCII only, as the language does.
    fn position(&mut self, text: &Operand, part: &Operand) -> String {
        let text = self.operand(text);
        let part = self.operand(part);
        format!("instr(lower({text}), lower({part}))")
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match &operand.node {
            Node::Constant(constant) => self.constant(constant),
            Node::Field { id, shape } => self.place.column(id, *shape),
            Node::Today => self.text(&self.env.today.to_string()),
            Node::Now => self.integer(self.env.now.unix_ms()),
            Node::Me => self.text(&self.env.me.to_string()),
            Node::Add(left, right) => self.sum(left, "+", right, operand.scale()),
            Node::Subtract(left, right) => self.sum(left, "-", right, operand.scale()),
            Node::Multiply { left, right, drop: 0 } => {
                let (left, right) = (self.operand(left), self.operand(right));
                kept(&format!("{left} * {right}"))
            }
            Node::Multiply { left, right, drop } => {
                let (left, right) = (self.operand(left), self.operand(right));
                wide(&format!("{left} * {right} AS n, {} AS d", power(*drop)))
            }
            Node::Divide { left, right, gain } => {
                let (left, right) = (self.operand(left), self.operand(right));
                wide(&format!("{left} * {} AS n, {right} AS d", power(*gain)))
            }
            Node::Drop(inner, by) => {
                let inner = self.operand(inner);
                wide(&format!("{inner} AS n, {} AS d", power(*by)))
            }
            Node::Gain(inner, by) => {
                let inner = self.operand(inner);
                kept(&format!("{inner} * {}", power(*by)))
            }
            Node::Negate(inner) => format!("(-{})", self.operand(inner)),
            Node::Length(text) => format!("length({})", self.operand(text)),
            Node::DaysBetween(from, to) => {
                let (from, to) = (self.operand(from), self.operand(to));
                format!("CAST(julianday({to}) - julianday({from}) AS INTEGER)")
            }
            Node::PlusDays(date, days) => {
                let (date, days) = (self.operand(date), self.operand(days));
                format!(
                    "(SELECT v FROM (SELECT date({date}, {days} || ' days') AS v LIMIT 1) WHERE v BETWEEN '1900-01-01' AND '2200-12-31')"
                )
            }
            Node::StartOf(_) | Node::DayOf(_) | Node::LimitOf(..) => self.constant(&operand.fixed(self.env)),
            Node::If(condition, left, right) => {
                let condition = self.condition(condition, Sense::Plain);
                let (left, right) = (self.operand(left), self.operand(right));
                format!("(CASE WHEN {condition} THEN {left} ELSE {right} END)")
            }
            Node::Coalesce(left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                format!("coalesce({left}, {right})")
            }
        }
    }

    /// A side that is too large for the common decimals turns into a fraction, too large for the other side to
    /// bring the sum back inside the guard.
    fn sum(&mut self, left: &Operand, sign: &str, right: &Operand, scale: u32) -> String {
        let mut side = |side: &Operand| {
            let sql = self.operand(side);
            if side.scale() == scale { sql } else { format!("{sql} * {}", power(scale - side.scale())) }
        };
        let (left, right) = (side(left), side(right));
        kept(&format!("{left} {sign} {right}"))
    }

    fn constant(&mut self, constant: &Constant) -> String {
        match constant {
            Constant::Null => "NULL".to_owned(),
            Constant::Text(text) => self.text(text),
            Constant::Number(units) => self.integer(*units),
            Constant::Date(date) => self.text(&date.to_string()),
            Constant::Instant(at) => self.integer(at.unix_ms()),
            Constant::Reference(id) => self.text(&id.to_string()),
            Constant::Bool(yes) => if *yes { "1" } else { "0" }.to_owned(),
            Constant::List(items) => self.text(&Json::from(items.clone()).to_string()),
        }
    }

    fn integer(&mut self, number: i64) -> String {
        // A parameter travels as a JavaScript number, which holds 53 bits; a literal brought to the decimals of
        // what it is compared with may need more. Digits are no danger in SQL.
        if number.unsigned_abs() > domain::money::MAX_SAFE.unsigned_abs() {
            return format!("({number})");
        }
        format!("CAST({} AS INTEGER)", self.param(Param::Integer(number)))
    }

    fn text(&mut self, text: &str) -> String {
        self.param(Param::Text(text.to_owned()))
    }

    /// The last parameter is kept for what no longer fits.
    fn param(&mut self, param: Param) -> String {
        if let Some(known) = self.params.iter().position(|other| *other == param) {
            return format!("?{}", self.first + known);
        }
        if self.params.len() < MAX_PARAMS - 1 {
            self.params.push(param);
            return format!("?{}", self.first + self.params.len() - 1);
        }
        self.overflow.push(match param {
            Param::Text(text) => Json::from(text),
            Param::Integer(number) => Json::from(number),
        });
        format!("json_extract(?{}, '$[{}]')", self.first + MAX_PARAMS - 1, self.overflow.len() - 1)
    }
}

struct Fine {
    coarse: String,
    fine: String,
    /// How many of the finer's units make one of the coarser's.
    unit: i64,
    /// The finer one stood on the left.
    swapped: bool,
}

fn leaf(sql: &str, sense: Sense) -> String {
    match sense {
        Sense::Plain => format!("({sql})"),
        Sense::Negated => format!("(({sql}) IS NOT TRUE)"),
    }
}

/// Whether a list, kept as JSON, has a text. Of null nothing comes out, so that it is two-valued by itself.
fn holds(list: &str, wanted: &str, sense: Sense) -> String {
    let not = if sense == Sense::Plain { "" } else { "NOT " };
    format!("({not}EXISTS (SELECT 1 FROM json_each({list}) e WHERE e.value {wanted}))")
}

fn balanced(parts: &[String], joint: &str) -> Option<String> {
    match parts {
        [] => None,
        [one] => Some(one.clone()),
        parts => {
            let (left, right) = parts.split_at(parts.len() / 2);
            Some(format!("({} {joint} {})", balanced(left, joint)?, balanced(right, joint)?))
        }
    }
}

/// A number, or NULL when it is outside the language's numbers.
fn kept(sql: &str) -> String {
    format!("(SELECT v FROM (SELECT {sql} AS v LIMIT 1) WHERE v BETWEEN -{MAX_UNITS} AND {MAX_UNITS})")
}

/// `n / d` rounded half away from zero, within the bounds for n and for the result. Division by zero is NULL.
fn wide(n_and_d: &str) -> String {
    format!(
        "(SELECT v FROM (SELECT (n + CASE WHEN n < 0 THEN -(abs(d) / 2) ELSE abs(d) / 2 END) / d AS v \
         FROM (SELECT {n_and_d} LIMIT 1) WHERE n BETWEEN -{MAX_WIDE} AND {MAX_WIDE} LIMIT 1) \
         WHERE v BETWEEN -{MAX_UNITS} AND {MAX_UNITS})"
    )
}

/// A literal in units of another count of decimals, rounded down, and whether it is still the same number. What
/// lies beyond every number of the language is moved next to the last of them.
fn at_scale(units: i64, own: u32, wanted: u32) -> (i64, bool) {
    if wanted >= own {
        let units = i128::from(units) * i128::from(power(wanted - own));
        let beyond = i128::from(MAX_UNITS) + 1;
        return (i64::try_from(units.clamp(-beyond, beyond)).unwrap_or_default(), true);
    }
    let unit = power(own - wanted);
    (units.div_euclid(unit), units.rem_euclid(unit) == 0)
}

fn power(scale: u32) -> i64 {
    10_i64.pow(scale)
}

fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::LessOrEqual => "<=",
        Order::Greater => ">",
        Order::GreaterOrEqual => ">=",
    }
}

/// A constant that is not null.
fn is_constant(operand: &Operand) -> bool {
    matches!(&operand.node, Node::Constant(constant) if *constant != Constant::Null)
}

fn to_json(constant: &Constant) -> Json {
    match constant {
        Constant::Null => Json::Null,
        Constant::Text(text) => Json::from(text.as_str()),
        Constant::Number(units) => Json::from(*units),
        Constant::Date(date) => Json::from(date.to_string()),
        Constant::Instant(at) => Json::from(at.unix_ms()),
        Constant::Reference(id) => Json::from(id.to_string()),
        // As JSON's own true and false come out of a stored record.
        Constant::Bool(yes) => Json::from(i32::from(*yes)),
        Constant::List(items) => Json::from(items.clone()),
    }
}
