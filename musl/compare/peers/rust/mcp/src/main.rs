//! Two tools over MCP with rmcp on axum: JSON answers, no sessions.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{schemars, tool, tool_router};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

#[derive(Deserialize, schemars::JsonSchema)]
struct Forecast {
    city: String,
    days: i64,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Compare {
    one: String,
    other: String,
}

struct Weather;

#[tool_router(server_handler)]
impl Weather {
    #[tool(description = "The weather of the next days in a city")]
    fn forecast(&self, Parameters(Forecast { city, days }): Parameters<Forecast>) -> String {
        let celsius: Vec<String> = (1..=days)
            .map(|day| degrees(&city, day).to_string())
            .collect();
        format!("{city}: {} degrees", celsius.join(", "))
    }

    #[tool(description = "Which of two cities is warmer")]
    fn compare(&self, Parameters(Compare { one, other }): Parameters<Compare>) -> String {
        if degrees(&one, 1) < degrees(&other, 1) {
            other
        } else {
            one
        }
    }
}

/// What a weather service would say.
fn degrees(city: &str, day: i64) -> i64 {
    10 + (city.len() as i64 + day) % 10
}

async fn serve(port: String) -> Result<(), Box<dyn Error>> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(|| Ok(Weather), sessions, config);
    let app = Router::new().route_service("/mcp", service);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await?
        .tap_io(|stream| {
            // Without it a large answer only takes longer.
            let _ = stream.set_nodelay(true);
        });
    Ok(axum::serve(listener, app).await?)
}

fn main() -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(serve(env::var("FC_SERVER_PORT")?))
}

/// rmcp has time limits, so it needs the clock as well.
fn runtime() -> std::io::Result<Runtime> {
    #[cfg(feature = "multi-thread")]
    let mut builder = Builder::new_multi_thread();
    #[cfg(not(feature = "multi-thread"))]
    let mut builder = Builder::new_current_thread();
    builder.enable_io().enable_time().build()
}
