//! The macros that the views are made of: a getter is a name, the place of its field, and a sentence.
//!
//! Owns what all views have in common. It must not know any field.

/// Gives a view that owns an event the ways into it, by the check of its shape, and to what it has no getter for.
macro_rules! owned_view {
    ($view:ident, $check:ident, $what:literal) => {
        impl $view {
            /// What the event is, for the error of one that is not.
            const WHAT: &'static str = $what;

            /// All of it, the fields that have no getter here among it.
            pub fn value(&self) -> &serde_json::Value {
                &self.value
            }

            /// All of it, without a copy.
            pub fn into_value(self) -> serde_json::Value {
                self.value
            }

            /// The field of this name at the top, whether it has a getter here or not.
            pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
                self.value.get(name)
            }
        }

        /// Fails with `InvalidEvent`, as `parse` does.
        impl TryFrom<serde_json::Value> for $view {
            type Error = crate::error::Error;

            fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
                crate::events::$check(&value, Self::WHAT)?;
                Ok(Self { value })
            }
        }

        deserialized_as_value!($view);
    };
}

/// Lets a view be read wherever a type of JSON is, such as by `Runtime::invoke_json`.
macro_rules! deserialized_as_value {
    ($view:ident) => {
        impl<'de> serde_core::Deserialize<'de> for $view {
            fn deserialize<D: serde_core::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Self::try_from(value)
                    .map_err(|error| serde_core::de::Error::custom(error.message()))
            }
        }
    };
}

/// The same for a view that borrows a part of an event.
macro_rules! borrowed_view {
    ($view:ident) => {
        impl<'a> $view<'a> {
            /// All of it, the fields that have no getter here among it.
            pub fn value(&self) -> &'a serde_json::Value {
                self.value
            }

            /// The field of this name at the top, whether it has a getter here or not.
            pub fn get(&self, name: &str) -> Option<&'a serde_json::Value> {
                self.value.get(name)
            }
        }
    };
}

/// Getters of strings, which live as long as the lifetime given.
macro_rules! texts {
    ($life:lifetime; $($(#[$doc:meta])+ $getter:ident = $pointer:literal;)+) => {
        $($(#[$doc])+
        pub fn $getter(&self) -> Option<&$life str> {
            crate::events::text(self.value(), $pointer)
        })+
    };
}

/// Getters of whole numbers of the type given.
macro_rules! numbers {
    ($number:ty; $($(#[$doc:meta])+ $getter:ident = $pointer:literal;)+) => {
        $($(#[$doc])+
        pub fn $getter(&self) -> Option<$number> {
            crate::events::number(self.value(), $pointer)
        })+
    };
}
