//! A postal address in its parts, and the ways to write it on one line.

use serde_json::{Map, Value as Json};

/// The parts, large before small, with the postcode last.
pub const PARTS: [&str; 6] = ["country", "province", "city", "district", "street", "postcode"];

/// Parts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub country: String,
    pub province: String,
    pub city: String,
    pub district: String,
    pub street: String,
    pub postcode: String,
}

/// Cities that are provinces too.
const MUNICIPALITIES: [&str; 4] = ["北京市", "上海市", "天津市", "重庆市"];

impl Address {
    /// A part by its name; empty for an unknown name.
    #[must_use]
    pub fn part(&self, part: &str) -> &str {
        match part {
            "country" => &self.country,
            "province" => &self.province,
            "city" => &self.city,
            "district" => &self.district,
            "street" => &self.street,
            "postcode" => &self.postcode,
            _ => "",
        }
    }

    pub fn part_mut(&mut self, part: &str) -> Option<&mut String> {
        match part {
            "country" => Some(&mut self.country),
            "province" => Some(&mut self.province),
            "city" => Some(&mut self.city),
            "district" => Some(&mut self.district),
            "street" => Some(&mut self.street),
            "postcode" => Some(&mut self.postcode),
            _ => None,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        PARTS.into_iter().all(|part| self.part(part).is_empty())
    }

    /// The shape on the wire: only what is known.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let known = PARTS.into_iter().filter(|part| !self.part(part).is_empty());
        Json::Object(known.map(|part| (part.to_owned(), Json::from(self.part(part)))).collect::<Map<_, _>>())
    }

    /// Large before small, as in China: `广东省深圳市南山区科技园1号 518000`. A city that is its own province is
    /// written once. Between two parts a space, unless both are Chinese where they meet.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = String::new();
        for part in PARTS {
            let text = self.part(part);
            if text.is_empty() || (part == "city" && text == self.province) {
                continue;
            }
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
            if !line.is_empty() && (latin(line.chars().last()) || latin(text.chars().next())) {
                line.push(' ');
            }
            line.push_str(text);
        }
        line
    }

    /// Small before large, as elsewhere: `1 Main Street, Springfield, Illinois 62701, USA`.
    #[must_use]
    pub fn line_small_first(&self) -> String {
        let region = [self.province.as_str(), self.postcode.as_str()];
        let region = region.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        let city = if self.city == self.province { "" } else { self.city.as_str() };
        let parts = [self.street.as_str(), &self.district, city, &region, &self.country];
        parts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// The parts of an address on one line, as far as their Chinese endings tell; the rest is the street.
    #[must_use]
    pub fn from_line(text: &str) -> Self {
        let mut address = Self::default();
        let mut rest = text.trim();
        for country in ["中华人民共和国", "中国"] {
            if let Some(after) = rest.strip_prefix(country) {
                country.clone_into(&mut address.country);
                rest = after.trim_start();
                break;
            }
        }
        let municipality = MUNICIPALITIES.into_iter().find(|city| rest.starts_with(city));
        if let Some(city) = municipality {
            city.clone_into(&mut address.province);
            city.clone_into(&mut address.city);
            // 上海市上海市浦东新区 says it twice.
            while let Some(after) = rest.strip_prefix(city) {
                rest = after;
            }
        } else {
            if let Some(province) = head(rest, &["特别行政区", "自治区", "省"]) {
                (address.province, rest) = (province.to_owned(), &rest[province.len()..]);
            }
            if let Some(city) = head(rest, &["自治州", "地区", "盟", "市"]) {
                (address.city, rest) = (city.to_owned(), &rest[city.len()..]);
            }
        }
        if address.city.is_empty() && address.province.is_empty() {
            // Without those, an ending is as likely part of a name.
            text.trim().clone_into(&mut address.street);
            return Self { street: address.street, ..Self::default() };
        }
        if let Some(district) = head(rest, &["新区", "区", "县", "旗", "市"]) {
            (address.district, rest) = (district.to_owned(), &rest[district.len()..]);
        }
        let (street, postcode) = match rest.trim().rsplit_once(' ') {
            Some((street, code)) if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
                (street, code)
            }
            _ => (rest.trim(), ""),
        };
        street.trim().clone_into(&mut address.street);
        postcode.clone_into(&mut address.postcode);
        address
    }
}

/// The beginning of a text up to and with the first of these endings, when a name of at least two letters and at
/// most ten stands before it.
fn head<'a>(text: &'a str, endings: &[&str]) -> Option<&'a str> {
    let found = endings.iter().filter_map(|ending| {
        let at = text.find(ending)?;
        let name = text[..at].chars().count();
        let fits = (1..=10).contains(&name) && !text[..at].contains(char::is_whitespace);
        fits.then_some(at + ending.len())
    });
    found.min().map(|end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parts: [&str; 6]) -> Address {
        let mut address = Address::default();
        for (name, text) in PARTS.into_iter().zip(parts) {
            text.clone_into(address.part_mut(name).unwrap());
        }
        address
    }

    #[test]
    fn one_line_in_either_order() {
        let shenzhen = address(["中国", "广东省", "深圳市", "南山区", "科技园1号", "518000"]);
        assert_eq!(shenzhen.line(), "中国广东省深圳市南山区科技园1号 518000");
        let springfield = address(["USA", "Illinois", "Springfield", "", "1 Main Street", "62701"]);
        assert_eq!(springfield.line_small_first(), "1 Main Street, Springfield, Illinois 62701, USA");
        assert_eq!(springfield.line(), "USA Illinois Springfield 1 Main Street 62701");
        let shanghai = address(["", "上海市", "上海市", "浦东新区", "世纪大道1号", ""]);
        assert_eq!(shanghai.line(), "上海市浦东新区世纪大道1号");
        assert_eq!(Address::default().line(), "");
    }

    #[test]
    fn a_chinese_line_falls_into_its_parts() {
        for (line, parts) in [
            ("广东省深圳市南山区科技园1号", ["", "广东省", "深圳市", "南山区", "科技园1号", ""]),
            (
                "中国上海市浦东新区世纪大道1号 200120",
                ["中国", "上海市", "上海市", "浦东新区", "世纪大道1号", "200120"],
            ),
            ("内蒙古自治区锡林郭勒盟多伦县", ["", "内蒙古自治区", "锡林郭勒盟", "多伦县", "", ""]),
            ("杭州市西湖区文三路90号", ["", "", "杭州市", "西湖区", "文三路90号", ""]),
            ("浙江省义乌市", ["", "浙江省", "义乌市", "", "", ""]),
            ("1 Main Street, Springfield", ["", "", "", "", "1 Main Street, Springfield", ""]),
            ("科技园", ["", "", "", "", "科技园", ""]),
        ] {
            assert_eq!(Address::from_line(line), address(parts), "{line}");
        }
    }
}
