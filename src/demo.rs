//! The function that is shipped, and the example to begin your own with.
//!
//! Owns what the demo answers. It knows the library by its public names only.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Timestamp};

/// Runs once in a new instance.
pub(crate) fn initialize(_: &Context) -> Result<(), Error> {
    log::info!("initialized");
    Ok(())
}

/// Gives every event back.
pub(crate) fn invoke(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    log::info!("an event of {} bytes", event.len());
    Ok(event.to_vec())
}

/// Serves the HTTP trigger: routing is a `match` on the method and the segments of the path.
pub(crate) fn http(request: Request, ctx: &Context) -> Result<Response, Error> {
    let request = request.below(ctx.base_path());
    Ok(match (request.method(), &request.segments()[..]) {
        ("GET" | "HEAD", []) => "Hello World!".into(),
        ("POST", []) => request.into_body().into(),
        ("GET" | "HEAD", ["weatherforecast"]) => weather_forecast(SystemTime::now()),
        (method, _) => (404, format!("there is no {method} {}\n", request.path())).into(),
    })
}

/// Runs before the instance is frozen.
pub(crate) fn pre_freeze(_: &Context) -> Result<(), Error> {
    log::info!("about to be frozen");
    Ok(())
}

/// Runs before the instance ends.
pub(crate) fn pre_stop(_: &Context) -> Result<(), Error> {
    log::info!("about to stop");
    Ok(())
}

/// Five days from now on, with the weather that the clock makes up.
fn weather_forecast(now: SystemTime) -> Response {
    const DAYS: u32 = 5;
    const DAY: Duration = Duration::from_secs(86_400);
    let mut dice = Dice::thrown_at(now);
    let days: Vec<_> = (0..DAYS)
        .map(|day| forecast(now + DAY * day, &mut dice))
        .collect();
    // Written by hand, because a JSON object of the library sorts its keys, and these are to stand as the demo that they
    // come from has them.
    Response::bytes(format!("[{}]", days.join(",")))
        .with_header("content-type", "application/json; charset=utf-8")
        .expect("a sound header")
}

fn forecast(date: SystemTime, dice: &mut Dice) -> String {
    const SUMMARIES: [&str; 10] = [
        "Freezing",
        "Bracing",
        "Chilly",
        "Cool",
        "Mild",
        "Warm",
        "Balmy",
        "Hot",
        "Sweltering",
        "Scorching",
    ];
    let (date, celsius) = (Timestamp::from(date), i32::from(dice.below(75)) - 20);
    let summary = SUMMARIES[usize::from(dice.below(10))];
    let fahrenheit = fahrenheit(celsius);
    format!(
        r#"{{"date":"{date}","temperatureC":{celsius},"summary":"{summary}","temperatureF":{fahrenheit}}}"#
    )
}

/// Fahrenheit, cut to a whole degree as the demo that this comes from has it.
#[allow(
    clippy::cast_possible_truncation,
    reason = "temperatures are small, and cutting is what is wanted"
)]
fn fahrenheit(celsius: i32) -> i32 {
    32 + (f64::from(celsius) / 0.5556) as i32
}

/// Numbers that look thrown: weather needs no better ones, and no library for them.
struct Dice(u32);

impl Dice {
    fn thrown_at(now: SystemTime) -> Self {
        Self(
            now.duration_since(UNIX_EPOCH)
                .map_or(1, |age| age.subsec_nanos() | 1),
        )
    }

    /// A number from 0 to just below `end` (Marsaglia's xorshift).
    fn below(&mut self, end: u16) -> u16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        // The remainder of a division by an u16 is one.
        u16::try_from(self.0 % u32::from(end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{fahrenheit, http, weather_forecast};
    use fc_runtime::http::Request;
    use fc_runtime::serde_json::Value;
    use fc_runtime::{Context, Timestamp};
    use std::time::{Duration, UNIX_EPOCH};

    fn response(request: Request) -> (u16, Vec<u8>) {
        let response = http(request, &Context::default()).expect("the demo answers everything");
        (
            response.status(),
            response.body().unwrap_or_default().to_vec(),
        )
    }

    #[test]
    fn the_root_greets_and_echoes() {
        assert_eq!(
            response(Request::new("GET", "/")),
            (200, b"Hello World!".to_vec())
        );
        assert_eq!(
            response(Request::new("POST", "/?a").with_body("x\0y")),
            (200, b"x\0y".to_vec())
        );
        assert_eq!(response(Request::new("GET", "/nothing")).0, 404);
        assert_eq!(response(Request::new("DELETE", "/")).0, 404);
    }

    #[test]
    fn the_long_address_of_a_trigger_leads_to_the_same_responses() {
        let ctx = Context::builder()
            .base_path("/2016-08-15/proxy/s/f/")
            .build();
        let response =
            http(Request::new("GET", "/2016-08-15/proxy/s/f/"), &ctx).expect("a response");
        assert_eq!(response.body(), Some(&b"Hello World!"[..]));
    }

    #[test]
    fn the_forecast_is_five_days_from_the_clock() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_420_862);
        let response = weather_forecast(now);
        let days: Value =
            serde_json::from_slice(response.body().unwrap_or_default()).expect("JSON");
        let days = days.as_array().expect("an array");
        assert_eq!(days.len(), 5);
        for (number, day) in (0..).zip(days) {
            let date = Timestamp::from(now + Duration::from_secs(86_400) * number).to_string();
            assert_eq!(day["date"], date.as_str());
            let celsius =
                i32::try_from(day["temperatureC"].as_i64().expect("a number")).expect("small");
            assert!((-20..55).contains(&celsius), "{celsius}");
            assert_eq!(day["temperatureF"], fahrenheit(celsius));
            assert!(day["summary"].is_string());
        }
    }

    #[test]
    fn fahrenheit_is_cut_to_a_whole_degree() {
        assert_eq!([-20, -1, 0, 1, 54].map(fahrenheit), [-3, 31, 32, 33, 129]);
    }
}
