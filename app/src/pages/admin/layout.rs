//! A layout while an administrator changes it: every field in its place, spelled out.

use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Label, Section};

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On the form as it opens, and on the record's page.
    AtOnce,
    /// Under "more" of the form, and on the record's page.
    More,
    /// On neither.
    Hidden,
}

impl Standing {
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::More, Self::Hidden];

    pub const fn code(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::More => "more",
            Self::Hidden => "hidden",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.code() == code)
    }

    pub const fn key(self) -> &'static str {
        match self {
            Self::AtOnce => "definition.standing.at_once",
            Self::More => "definition.standing.more",
            Self::Hidden => "definition.standing.hidden",
        }
    }

    /// The same, for a field that the system may keep: it is on no form.
    pub const fn key_for(self, system: bool) -> &'static str {
        match self {
            Self::AtOnce if system => "definition.standing.page",
            other => other.key(),
        }
    }

    /// Whether a field can stand so.
    pub const fn is_for(self, system: bool) -> bool {
        !(system && matches!(self, Self::More))
    }
}

/// A row of the layout: a field, or the heading over those that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Heading(String),
    Field(String),
}

const HEADING: &str = "section:";

impl Row {
    /// Unlike every other row's: a section may be called like a field.
    pub fn key(&self) -> String {
        match self {
            Self::Heading(id) => format!("{HEADING}{id}"),
            Self::Field(id) => id.clone(),
        }
    }

    pub fn of_key(key: &str) -> Self {
        match key.strip_prefix(HEADING) {
            Some(id) => Self::Heading(id.to_owned()),
            None => Self::Field(key.to_owned()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Before every section.
    pub first: Vec<String>,
    pub sections: Vec<Section>,
    pub more: Vec<String>,
    pub hidden: Vec<String>,
}

impl Layout {
    /// As it is in force: with every field that nobody has placed in the place where it stands.
    pub fn of(entity: &Entity) -> Self {
        let mut layout =
            Self { first: Vec::new(), sections: Vec::new(), more: Vec::new(), hidden: Vec::new() };
        for part in entity.parts() {
            let fields = part.fields.iter().map(|field| field.id.clone()).collect();
            match part.section {
                Some(section) => layout.sections.push(Section { fields, ..section.clone() }),
                None => layout.first = fields,
            }
            let more = part.fields.iter().filter(|field| !field.system && !entity.stands_at_once(field));
            layout.more.extend(more.map(|field| field.id.clone()));
        }
        layout.hidden = entity.hidden_fields().into_iter().map(|field| field.id.clone()).collect();
        layout
    }

    pub fn change(self, entity: &str) -> DefinitionChange {
        let Self { first: layout, sections, more, hidden } = self;
        DefinitionChange::ArrangeFields { entity: entity.to_owned(), layout, sections, more, hidden }
    }

    /// Whether the field is placed or hidden at all.
    pub fn knows(&self, field: &str) -> bool {
        let placed = self.sections.iter().flat_map(|section| &section.fields);
        self.first.iter().chain(&self.hidden).chain(placed).any(|known| known == field)
    }

    pub fn standing(&self, field: &str) -> Standing {
        let among = |fields: &[String]| fields.iter().any(|known| known == field);
        match (among(&self.hidden), among(&self.more)) {
            (true, _) => Standing::Hidden,
            (false, true) => Standing::More,
            (false, false) => Standing::AtOnce,
        }
    }

    /// A field that is no longer hidden stands at the end.
    pub fn stand(&mut self, field: &str, standing: Standing) {
        self.more.retain(|known| known != field);
        match standing {
            Standing::Hidden => {
                if self.standing(field) != Standing::Hidden {
                    self.take_out(field);
                    self.hidden.push(field.to_owned());
                }
                return;
            }
            Standing::More => self.more.push(field.to_owned()),
            Standing::AtOnce => {}
        }
        if self.hidden.iter().any(|known| known == field) {
            self.take_out(field);
            let end = self.sections.last_mut().map_or(&mut self.first, |section| &mut section.fields);
            end.push(field.to_owned());
        }
    }

    /// The section a field is in; nothing before every section.
    pub fn section_of(&self, field: &str) -> Option<&str> {
        let holds = |section: &&Section| section.fields.iter().any(|known| known == field);
        self.sections.iter().find(holds).map(|section| section.id.as_str())
    }

    /// To the end of a section, or of what stands before every section.
    pub fn put_in(&mut self, field: &str, section: Option<&str>) {
        if self.section_of(field) == section {
            return;
        }
        self.take_out(field);
        let to = match section {
            Some(id) => self.sections.iter_mut().find(|known| known.id == id).map(|known| &mut known.fields),
            None => None,
        };
        to.unwrap_or(&mut self.first).push(field.to_owned());
    }

    pub fn rows(&self) -> Vec<Row> {
        let field = |id: &String| Row::Field(id.clone());
        let section = |section: &Section| {
            let heading = std::iter::once(Row::Heading(section.id.clone()));
            heading.chain(section.fields.iter().map(field)).collect::<Vec<_>>()
        };
        self.first.iter().map(field).chain(self.sections.iter().flat_map(section)).collect()
    }

    /// Puts a row into another place among all rows. A heading that moves takes in what is now below it and leaves what
    /// is now above it to the section before.
    pub fn move_to(&mut self, row: &Row, to: usize) {
        let mut rows = self.rows();
        let Some(from) = rows.iter().position(|known| known == row) else { return };
        let row = rows.remove(from);
        rows.insert(to.min(rows.len()), row);
        let mut known = std::mem::take(&mut self.sections);
        self.first.clear();
        for row in rows {
            match row {
                Row::Heading(id) => {
                    let at = known.iter().position(|section| section.id == id);
                    self.sections
                        .extend(at.map(|at| Section { fields: Vec::new(), ..known.swap_remove(at) }));
                }
                Row::Field(id) => {
                    self.sections.last_mut().map_or(&mut self.first, |section| &mut section.fields).push(id);
                }
            }
        }
    }

    /// A section before its neighbour above (`-1`) or below (`1`), with all its fields.
    pub fn shift_section(&mut self, id: &str, by: isize) {
        let Some(from) = self.sections.iter().position(|section| section.id == id) else { return };
        let to = from.saturating_add_signed(by).min(self.sections.len() - 1);
        self.sections.swap(from, to);
    }

    pub fn add_section(&mut self, id: String, label: Label) {
        self.sections.push(Section { id, label, fields: Vec::new() });
    }

    pub fn rename_section(&mut self, id: &str, label: Label) {
        if let Some(section) = self.sections.iter_mut().find(|section| section.id == id) {
            section.label = label;
        }
    }

    /// Its fields go to the end of what stands before it.
    pub fn remove_section(&mut self, id: &str) {
        let Some(at) = self.sections.iter().position(|section| section.id == id) else { return };
        let gone = self.sections.remove(at);
        let before = match at.checked_sub(1) {
            Some(before) => &mut self.sections[before].fields,
            None => &mut self.first,
        };
        before.extend(gone.fields);
    }

    fn take_out(&mut self, field: &str) {
        let places = [&mut self.first, &mut self.hidden];
        let sections = self.sections.iter_mut().map(|section| &mut section.fields);
        for place in places.into_iter().chain(sections) {
            place.retain(|known| known != field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::schema;

    fn strings(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn layout(first: &[&str], sections: &[(&str, &[&str])]) -> Layout {
        let section = |(id, fields): &(&str, &[&str])| Section {
            id: (*id).to_owned(),
            label: Label::new(id, id),
            fields: strings(fields),
        };
        let sections = sections.iter().map(section).collect();
        Layout { first: strings(first), sections, more: Vec::new(), hidden: Vec::new() }
    }

    fn field(id: &str) -> Row {
        Row::Field(id.to_owned())
    }

    #[test]
    fn rows_move_within_and_between_sections_and_headings_take_in_what_is_below() {
        let mut now = layout(&["a", "b"], &[("x", &["c"]), ("y", &[])]);
        assert_eq!(now.rows().len(), 5);
        // Past the heading it is in the section.
        now.move_to(&field("b"), 2);
        assert_eq!(now, layout(&["a"], &[("x", &["b", "c"]), ("y", &[])]));
        now.move_to(&field("c"), 4);
        assert_eq!(now, layout(&["a"], &[("x", &["b"]), ("y", &["c"])]));
        now.move_to(&Row::Heading("x".to_owned()), 0);
        assert_eq!(now, layout(&[], &[("x", &["a", "b"]), ("y", &["c"])]));
        now.move_to(&Row::Heading("y".to_owned()), 0);
        assert_eq!(now, layout(&[], &[("y", &[]), ("x", &["a", "b", "c"])]));
        now.move_to(&field("nothing"), 0);
        now.move_to(&field("a"), 99);
        assert_eq!(now, layout(&[], &[("y", &[]), ("x", &["b", "c", "a"])]));
        for row in now.rows() {
            assert_eq!(Row::of_key(&row.key()), row);
        }
    }

    #[test]
    fn sections_come_move_and_go_without_losing_a_field() {
        let mut now = layout(&["a"], &[("x", &["b"])]);
        now.add_section("y".to_owned(), Label::new("y", "y"));
        now.put_in("a", Some("y"));
        now.shift_section("y", -1);
        assert_eq!(now, layout(&[], &[("y", &["a"]), ("x", &["b"])]));
        now.shift_section("y", -1);
        now.rename_section("x", Label::new("z", "z"));
        assert_eq!(now.sections[1].label, Label::new("z", "z"));
        now.remove_section("x");
        assert_eq!(now, layout(&[], &[("y", &["a", "b"])]));
        now.put_in("b", None);
        now.remove_section("y");
        assert_eq!(now, layout(&["b", "a"], &[]));
    }

    #[test]
    fn a_hidden_field_has_no_place_and_comes_back_to_the_end() {
        let mut now = layout(&["a", "b"], &[("x", &["c"])]);
        now.stand("a", Standing::More);
        assert_eq!((now.standing("a"), now.section_of("a")), (Standing::More, None));
        for _ in 0..2 {
            now.stand("a", Standing::Hidden);
            assert_eq!((&now.more, &now.hidden), (&Vec::new(), &strings(&["a"])));
        }
        assert_eq!(now.first, ["b"]);
        now.stand("a", Standing::More);
        assert_eq!((&now.more, &now.hidden, now.section_of("a")), (&strings(&["a"]), &Vec::new(), Some("x")));
        now.stand("a", Standing::AtOnce);
        assert_eq!((now.standing("a"), now.sections[0].fields.len()), (Standing::AtOnce, 2));
    }

    #[test]
    fn what_is_in_force_is_spelled_out_and_accepted() {
        let mut schema = schema();
        let account = schema.entity("account").unwrap().clone();
        let mut now = Layout::of(&account);
        assert!(now.more.contains(&"website".to_owned()) && !now.more.contains(&"created_at".to_owned()));
        now.stand("website", Standing::Hidden);
        now.add_section("x".to_owned(), Label::new("x", "x"));
        now.put_in("phone", Some("x"));
        let change = now.clone().change("account");
        schema = domain::schema::change::apply(&schema, &change, &domain::time::UtcOnly).unwrap().0;
        assert_eq!(Layout::of(schema.entity("account").unwrap()), now);
    }
}
