//! One of a tree of choices: industries, product lines, regions. Any node may be chosen, not only a leaf.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choice::check_options;
use super::{ChoiceOption, Exporting, FieldType, Reading, Shape, TextFormats, find_option, read_string};
use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// Levels of a tree.
pub const MAX_LEVELS: usize = 6;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TreeChoice {
    /// Flat: each names its parent. Siblings stand in the order of this list.
    pub options: Vec<ChoiceOption>,
}

impl TreeChoice {
    fn option(&self, id: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.id == id)
    }

    /// From the top down to the option itself. Cut off where the tree is broken.
    #[must_use]
    pub fn path(&self, id: &str) -> Vec<&ChoiceOption> {
        let mut path = Vec::new();
        let mut next = self.option(id);
        while let Some(option) = next.filter(|_| path.len() < MAX_LEVELS) {
            path.push(option);
            next = option.parent.as_deref().and_then(|parent| self.option(parent));
        }
        path.reverse();
        path
    }

    /// An option with everything below it, retired options too: records may hold them.
    #[must_use]
    pub fn branch(&self, id: &str) -> Vec<String> {
        let below = |option: &&ChoiceOption| self.path(&option.id).iter().any(|above| above.id == id);
        self.options.iter().filter(below).map(|option| option.id.clone()).collect()
    }

    /// An option as people write it into a file: its id, its label, or the way to it, `制造业 / 机械`.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<String> {
        if let Some(id) = find_option(&self.options, text) {
            return Some(id);
        }
        let steps: Vec<&str> = text.split(['/', '／', '>', '＞', '\\']).map(str::trim).collect();
        let named = |option: &ChoiceOption, step: &str| {
            option.label.zh.eq_ignore_ascii_case(step) || option.label.en.eq_ignore_ascii_case(step)
        };
        let fits = |option: &&ChoiceOption| {
            let path = self.path(&option.id);
            path.len() == steps.len() && path.iter().zip(&steps).all(|(option, step)| named(option, step))
        };
        self.options.iter().find(fits).map(|option| option.id.clone())
    }

    fn is_tree(&self) -> bool {
        let rooted = |option: &ChoiceOption| {
            let mut next = Some(option);
            for _ in 0..MAX_LEVELS {
                match next.map(|option| option.parent.as_deref()) {
                    Some(Some(parent)) => next = self.option(parent),
                    Some(None) => return true,
                    None => return false,
                }
            }
            false
        };
        self.options.iter().all(rooted)
    }
}

impl FieldType for TreeChoice {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, 200)?;
        let known = self.option(text).is_some();
        known.then(|| Value::Text(text.to_owned())).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        self.find(text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_a_choice"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn operators(&self) -> &'static [Operator] {
        Operator::BRANCH
    }

    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        let steps = self.path(value.text().unwrap_or_default());
        steps.into_iter().map(|option| cx.label(&option.label)).collect::<Vec<_>>().join(" / ")
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }

    fn check_settings(&self) -> Vec<Problem> {
        let mut problems = check_options(&self.options);
        if !self.is_tree() {
            problems.push(Problem::on("options", "problem.definition.bad_tree").with("max", MAX_LEVELS));
        }
        problems
    }

    /// Those that are offered: what hangs on a retired option is not.
    fn options(&self, _schema: &Schema) -> Vec<ChoiceOption> {
        let offered = |option: &&ChoiceOption| self.path(&option.id).iter().all(|above| !above.retired);
        self.options.iter().filter(offered).cloned().collect()
    }

    fn order(&self, _schema: &Schema) -> Option<Vec<String>> {
        // An option stands before what is below it, and siblings as they are listed.
        let place = |id: &str| self.options.iter().position(|option| option.id == id);
        let mut ids: Vec<String> = self.options.iter().map(|option| option.id.clone()).collect();
        ids.sort_by_cached_key(|id| self.path(id).iter().map(|above| place(&above.id)).collect::<Vec<_>>());
        Some(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Label;

    fn tree() -> TreeChoice {
        let option = |id: &str, zh: &str, en: &str, parent: Option<&str>| ChoiceOption {
            parent: parent.map(str::to_owned),
            ..ChoiceOption::new(id, Label::new(zh, en))
        };
        TreeChoice {
            options: vec![
                option("make", "制造业", "Manufacturing", None),
                option("machines", "机械", "Machinery", Some("make")),
                option("pumps", "泵", "Pumps", Some("machines")),
                option("food", "食品", "Food", Some("make")),
                option("trade", "贸易", "Trade", None),
                option("trade_food", "食品", "Food", Some("trade")),
            ],
        }
    }

    #[test]
    fn a_branch_is_an_option_with_all_below_it() {
        assert_eq!(tree().branch("make"), ["make", "machines", "pumps", "food"]);
        assert_eq!(tree().branch("pumps"), ["pumps"]);
        assert!(tree().branch("nothing").is_empty());
    }

    #[test]
    fn an_option_is_found_by_its_way() {
        for (text, id) in [
            ("machines", Some("machines")),
            ("机械", Some("machines")),
            ("pumps", Some("pumps")),
            ("制造业 / 机械 / 泵", Some("pumps")),
            ("Trade>Food", Some("trade_food")),
            ("贸易／食品", Some("trade_food")),
            ("贸易 / 泵", None),
            ("制造业 /", None),
        ] {
            assert_eq!(tree().find(text).as_deref(), id, "{text}");
        }
    }

    #[test]
    fn circles_strangers_and_depth_are_no_tree() {
        assert!(tree().is_tree());
        for parents in [[("make", "pumps")].as_slice(), &[("make", "make")], &[("trade", "nobody")]] {
            let mut broken = tree();
            for (id, parent) in parents {
                let option = broken.options.iter_mut().find(|option| option.id == *id);
                option.unwrap().parent = Some((*parent).to_owned());
            }
            assert!(!broken.is_tree(), "{parents:?}");
            assert!(broken.path("pumps").len() <= MAX_LEVELS);
        }
    }

    #[test]
    fn an_option_sorts_before_what_is_below_it() {
        let option = |id: &str, parent: Option<&str>| ChoiceOption {
            parent: parent.map(str::to_owned),
            ..ChoiceOption::new(id, Label::new(id, id))
        };
        let options = vec![
            option("pumps", Some("machines")),
            option("trade", None),
            option("machines", None),
            option("valves", Some("machines")),
            option("shops", Some("trade")),
        ];
        let (tree, schema) = (TreeChoice { options }, crate::expr::cases::schema());
        assert_eq!(tree.order(&schema).unwrap(), ["trade", "shops", "machines", "pumps", "valves"]);
    }
}
