//! Places: the touchpoints of the company, the stage each belongs to, and the devices people bring.

use serde_json::json;

/// What a person has in hand; also how a browser is told from an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Web,
    Mobile,
}

impl Device {
    pub(crate) fn channel(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Mobile => "mobile",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Web => "desktop",
            Self::Mobile => "phone",
        }
    }

    /// Its bit among a person's devices.
    pub(crate) fn bit(self) -> u8 {
        match self {
            Self::Web => 1,
            Self::Mobile => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Home,
    Search,
    Product,
    Checkout,
    Account,
    Store,
    Delivery,
    Returns,
    Support,
    HelpCentre,
}

impl Place {
    pub(crate) fn touchpoint(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Search => "search",
            Self::Product => "product",
            Self::Checkout => "checkout",
            Self::Account => "account",
            Self::Store => "store",
            Self::Delivery => "delivery",
            Self::Returns => "returns",
            Self::Support => "support",
            Self::HelpCentre => "help_centre",
        }
    }

    pub(crate) fn stage(self) -> &'static str {
        match self {
            Self::Home => "awareness",
            Self::Search | Self::Product => "consideration",
            Self::Checkout | Self::Store => "purchase",
            Self::Delivery | Self::Returns | Self::Support | Self::HelpCentre => "post_purchase",
            Self::Account => "loyalty",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::HelpCentre => "/help/returns-in-three-steps",
            Self::Search => "/search",
            Self::Product => "/products",
            Self::Checkout => "/checkout",
            Self::Account => "/account",
            Self::Store => "/stores",
            Self::Delivery => "/orders",
            Self::Returns => "/returns",
            Self::Support => "/contact",
        }
    }

    pub(crate) fn page(self, device: Device) -> [(&'static str, serde_json::Value); 2] {
        [("path", json!(self.path())), ("device", json!(device.name()))]
    }
}
