//! What the company sells.

use base::Amount;
use serde_json::{Value, json};

pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    /// In euro cents.
    cents: i64,
    /// How often it is looked at beside the others.
    pub(crate) wanted: f64,
}

const fn product(name: &'static str, category: &'static str, cents: i64, wanted: f64) -> Product {
    Product { name, category, cents, wanted }
}

pub(crate) const PRODUCTS: [Product; 20] = [
    product("Polaris rain jacket", "jackets", 18_990, 9.0),
    product("Aurora down jacket", "jackets", 27_900, 6.0),
    product("Fjell wind shell", "jackets", 12_950, 5.0),
    product("Skarv softshell", "jackets", 14_900, 4.0),
    product("Granit hiking boots", "footwear", 20_995, 9.0),
    product("Birke trail shoes", "footwear", 12_999, 8.0),
    product("Moor rubber boots", "footwear", 6_990, 3.0),
    product("Kiefer tent for two", "tents", 34_900, 3.0),
    product("Zirbe tent for four", "tents", 52_900, 1.5),
    product("Nebel sleeping bag", "sleeping", 17_900, 3.0),
    product("Moos sleeping mat", "sleeping", 8_995, 4.0),
    product("Klamm rucksack 30 l", "packs", 10_990, 6.0),
    product("Grat rucksack 55 l", "packs", 19_990, 3.0),
    product("Bach drinking bottle", "accessories", 2_495, 8.0),
    product("Glut camping stove", "accessories", 7_450, 4.0),
    product("Stern head torch", "accessories", 4_995, 6.0),
    product("Lodge wool socks", "clothing", 1_990, 9.0),
    product("Tal merino shirt", "clothing", 6_990, 7.0),
    product("Steig hiking trousers", "clothing", 9_990, 6.0),
    product("Seil climbing harness", "climbing", 7_995, 2.0),
];

impl Product {
    pub(crate) fn of(number: u8) -> &'static Self {
        &PRODUCTS[usize::from(number) % PRODUCTS.len()]
    }

    pub(crate) fn price(&self, quantity: u8) -> Amount {
        Amount::from_units(self.cents * i64::from(quantity) * 100)
    }

    pub(crate) fn facts(&self) -> [(&'static str, Value); 2] {
        [("product", json!(self.name)), ("category", json!(self.category))]
    }

    pub(crate) fn is_worn(&self) -> bool {
        matches!(self.category, "jackets" | "footwear" | "clothing")
    }
}
